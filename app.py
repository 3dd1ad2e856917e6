"""Server of `streamlit run app.py`: start-up checks, preload and HTTP routes around the pages."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from rnnviz.training.jobs import backend
from rnnviz.training.jobs.backend_error import BackendError
from rnnviz.training.jobs.server_limits import BoundsError, bounds, check_names
from rnnviz.training.store import event_log
from rnnviz.ui.app import app_files, message_queue, monitoring, preload, process_memory
from rnnviz.ui.components import component_files, session_arrays

process_memory.spare_memory()
message_queue.keep_unsent()
try:
    check_names(os.environ)
    bounds()
    backend.kind(os.environ)
except (BoundsError, BackendError) as error:
    sys.exit(f"rnnviz cannot start: {error}.")


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Begin to load what every page needs; end what goes on when the server does."""
    event_log.to_stderr()
    preload.begin()
    tidy = asyncio.create_task(process_memory.keep_tidy())
    try:
        yield
    finally:
        tidy.cancel()
        await asyncio.to_thread(preload.end)


ROUTES = [*monitoring.routes(), *component_files.routes(), *session_arrays.routes()]
app = st.App(app_files.ROUTER, lifespan=lifespan, routes=ROUTES)
