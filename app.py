"""`streamlit run app.py`: the server around the pages; what they share is loaded here, once."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import streamlit as st

from rnnviz.training import backend
from rnnviz.training.backend import BackendError
from rnnviz.training.bounds import BoundsError, bounds
from rnnviz.ui import tidying, watching

tidying.spare_memory()
try:
    bounds()
    backend.kind(os.environ)
except (BoundsError, BackendError) as error:
    sys.exit(f"rnnviz cannot start: {error}.")


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Warm what every page needs, and take it out of the garbage collector's way."""
    from rnnviz.data.mnist import DamagedAssetError
    from rnnviz.training.checkpoint import CheckpointError
    from rnnviz.ui import models, runs, searches

    watching.to_stderr()
    with suppress(CheckpointError, DamagedAssetError):  # the page says so, in words
        models.warm()
    tidying.freeze()  # config.toml turns off Streamlit's collection after every run
    runs.jobs()  # a worker gets ready while nobody waits for it
    tidy = asyncio.create_task(tidying.keep_tidy())
    try:
        yield
    finally:
        tidy.cancel()
        searches.shut_down()  # before those whose runs they wait for
        runs.shut_down()


SCRIPT = Path(__file__).parent / "rnnviz" / "ui" / "router.py"
app = st.App(SCRIPT, lifespan=lifespan, routes=watching.routes())
