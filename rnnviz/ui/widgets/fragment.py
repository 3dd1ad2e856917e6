"""Fragment that keeps its place on the page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

P = ParamSpec("P")


def fragment(
    *, key: str | None = None, run_every: float | None = None
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Decorate a function as `st.fragment` does, and let it show in a container of its own.

    A fragment may run again just after a run of its whole page. Streamlit then drops what the page
    has not sent of the fragment yet (`ForwardMsgQueue.clear`), and the browser removes it as stale,
    moves up what stands below, and puts the fragment over the first of that. The container belongs
    to the page, so that it stays.

    Args:
        key: Names the fragment for `st.rerun`.
        run_every: Seconds between two runs; None if only the user causes them.
    """

    def decorate(function: Callable[P, None]) -> Callable[P, None]:
        run = st.fragment(function, key=key, run_every=run_every)

        @wraps(function)
        def placed(*args: P.args, **kwargs: P.kwargs) -> None:
            with st.container():
                run(*args, **kwargs)

        return placed

    return decorate
