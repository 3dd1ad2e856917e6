"""Memory of the server process: closes expired sessions and returns free memory when idle."""

from __future__ import annotations

import asyncio
import ctypes
import gc
from contextlib import suppress
from typing import Any

from streamlit.runtime import get_instance

EVERY_S = 5.0
# Of glibc's mallopt: heaps for threads to share, and the bytes from which memory is asked of the
# system by itself, to go back to it whole. Else each thread leaves holes in a heap of its own: 30
# people took 6.3 MB each, and when all had gone 1,150 MB were left of 980; so 2.2, and 1,030.
ARENAS, LARGE = (-8, 2), (-3, 1_000_000)


def spare_memory() -> None:
    """Let the C library keep less of what is given back; called before there are threads."""
    with suppress(OSError, AttributeError):  # not the C library of Linux
        libc = ctypes.CDLL("libc.so.6")
        for option, value in (ARENAS, LARGE):
            libc.mallopt(option, value)


def freeze() -> None:
    """Take what is loaded by now out of the garbage collector's way, for good.

    Collected once more after that, the collector counts from nothing: else it would wait, before it
    looks at what is old, until that has grown by a quarter of all that torch brought.
    """
    gc.collect()
    gc.freeze()
    gc.collect()


async def keep_tidy() -> None:
    """Clear up after those who have left, until it is cancelled."""
    while True:
        await asyncio.sleep(EVERY_S)
        if let_go():
            await asyncio.to_thread(give_back)


def let_go() -> int:
    """Let go the sessions of tabs whose time is over; return how many.

    Streamlit does so when the next tab is closed: on a server that has become quiet, never.
    """
    kept = _sessions()
    if kept is None:
        return 0
    before = len(kept._data)
    kept.expire()
    return before - len(kept._data)


def give_back() -> None:
    """Find what nobody holds any more, and hand its memory back to the system."""
    gc.collect()
    with suppress(OSError, AttributeError):  # not the C library of Linux
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def _sessions() -> Any:  # noqa: ANN401 - Streamlit's own, which it does not show
    """Return where Streamlit keeps the sessions of closed tabs; None if it is elsewhere by now."""
    with suppress(AttributeError, RuntimeError):
        kept: Any = get_instance()
        return kept._session_mgr._session_storage._cache
    return None
