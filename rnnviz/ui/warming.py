"""What every page needs, loaded while the browser fetches Streamlit itself.

The server answers from the start on: torch takes longer to import than all else together.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cache

from rnnviz.training import backend
from rnnviz.ui import tidying


def begin() -> None:
    """Begin to load, in a thread of its own; where trainings run elsewhere, wait for it.

    Raises:
        BackendError: If they cannot run there.
    """
    _loaded()
    if backend.kind(os.environ) != backend.PROCESSES:
        wait()


def wait() -> None:
    """Return when all is there; at once where nobody began."""
    if _loaded.cache_info().currsize:
        _loaded().result()


def end() -> None:
    """End what was loaded and goes on by itself, once it is loaded."""
    with suppress(Exception):  # whoever waited was told
        wait()
    from rnnviz.ui import runs, searches

    searches.shut_down()  # before those whose runs they wait for
    runs.shut_down()


@cache
def _loaded() -> Future[None]:
    thread = ThreadPoolExecutor(1, "rnnviz warming")
    future = thread.submit(_load)
    thread.shutdown(wait=False)
    return future


def _load() -> None:
    from rnnviz.data.mnist import DamagedAssetError
    from rnnviz.training.checkpoint import CheckpointError
    from rnnviz.ui import models, runs

    with suppress(CheckpointError, DamagedAssetError):  # the page says so, in words
        models.warm()
    tidying.freeze()  # config.toml turns off Streamlit's collection after every run
    runs.jobs()  # a worker gets ready while nobody waits for it
