"""`streamlit run app.py`: the server around the pages; what they share is loaded here, once."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

from rnnviz.training import backend
from rnnviz.training.backend import BackendError
from rnnviz.training.bounds import BoundsError, bounds, check_names
from rnnviz.ui import tidying, warming, watching
from rnnviz.ui.components import served

tidying.spare_memory()
try:
    check_names(os.environ)
    bounds()
    backend.kind(os.environ)
except (BoundsError, BackendError) as error:
    sys.exit(f"rnnviz cannot start: {error}.")


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Begin to load what every page needs; end what goes on when the server does."""
    watching.to_stderr()
    warming.begin()
    tidy = asyncio.create_task(tidying.keep_tidy())
    try:
        yield
    finally:
        tidy.cancel()
        await asyncio.to_thread(warming.end)


SCRIPT = Path(__file__).parent / "rnnviz" / "ui" / "router.py"
app = st.App(SCRIPT, lifespan=lifespan, routes=[*watching.routes(), *served.routes()])
