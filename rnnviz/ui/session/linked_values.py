"""Values of the session that the link decides: at first, and again after Back and Forward."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qs

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

EMBED = ("embed", "embed_options")  # Streamlit's own, which st.query_params refuses
_PAGE = "_page"  # the page that is shown
_LINKED = "_linked"  # of each page, the keys that its link decides


def enter(page: str, own: Sequence[str]) -> None:
    """Begin a run of a page: called before anything of it is shown.

    After Back or Forward the link decides again, as Streamlit has it of the widgets that are bound
    to the link.

    Args:
        page: Its path in the address.
        own: Keys that mean something else on each page: their values do not follow to another.
    """
    before = st.session_state.get(_PAGE)
    st.session_state[_PAGE] = page
    if is_back():
        _restore_link()
        for key in _linked().get(page, ()):
            st.session_state.pop(key, None)
    elif before not in (None, page):
        for key in own:
            st.session_state.pop(key, None)


def is_back() -> bool:
    """Return whether the browser's Back or Forward has brought the page that is shown."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _restore_link() -> None:
    """Put back what Streamlit takes out of a link that Back brings.

    It takes a parameter for another page's if a widget of the page that is left is bound to one of
    the same name, such as "view".
    """
    context = get_script_run_ctx()
    asked = parse_qs(context.query_string if context else "", keep_blank_values=True)
    lost = {key: asked[key] for key in asked if key not in {*st.query_params, *EMBED}}
    if context is None or not lost:
        return
    st.query_params.update(lost)
    with context.session_state.query_params() as params:
        params.set_initial_query_params_from_current()  # from which widgets take their values


def decides(key: str) -> bool:
    """Return whether the link decides a value of the session: as long as it has none."""
    _linked().setdefault(st.session_state.get(_PAGE, ""), set()).add(key)
    return key not in st.session_state


def release(key: str) -> None:
    """Leave a value as it is after Back and Forward, for what no link can say."""
    for keys in _linked().values():
        keys.discard(key)


def _linked() -> dict[str, set[str]]:
    found: dict[str, set[str]] = st.session_state.setdefault(_LINKED, {})
    return found
