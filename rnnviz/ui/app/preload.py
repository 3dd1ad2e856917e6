"""Preload of what every page needs, while the browser loads Streamlit itself.

The server answers from the start on: torch takes longer to import than all else together.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cache

from rnnviz.training.jobs import backend
from rnnviz.ui.app import process_memory


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
    from rnnviz.ui.server import run_manager

    run_manager.shut_down()


@cache
def _loaded() -> Future[None]:
    thread = ThreadPoolExecutor(1, "rnnviz warming")
    future = thread.submit(_load)
    thread.shutdown(wait=False)
    return future


def _load() -> None:
    from rnnviz.data.mnist import DamagedAssetError
    from rnnviz.training.store.checkpoint import CheckpointError
    from rnnviz.ui.server import embedded_models, run_manager

    with suppress(CheckpointError, DamagedAssetError):  # the page says so, in words
        embedded_models.warm()
    process_memory.freeze()  # config.toml turns off Streamlit's collection after every run
    run_manager.jobs()  # a worker gets ready while nobody waits for it
