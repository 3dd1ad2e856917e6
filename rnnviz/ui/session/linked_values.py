"""Values of the session that are in the link.

The link decides a value at first, and again after Back and Forward; then the session does, and each
change is written into the link. A widget that is bound to the link does that by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import parse_qs

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session.markdown_escape import quoted

EMBED = ("embed", "embed_options")  # Streamlit's own, which st.query_params refuses
_PAGE = "_page"  # the page that is shown
_LINKED = "_linked"  # of each page, the keys that its link decides

T = TypeVar("T")


@dataclass(frozen=True)
class LinkedValue(Generic[T]):
    """A value in the link.

    Attributes:
        name: Its name in the link.
        default: The value of a link that does not name it.
        read: Reads the value; raises ValueError if the text is none.
        write: Writes the value.
    """

    name: str
    default: T
    read: Callable[[str], T]
    write: Callable[[T], str] = str

    def linked(self, fits: Callable[[T], bool] = lambda _: True) -> T:
        """Return the value in the link; the default, with a note, if it does not fit."""
        asked = st.query_params.get(self.name)
        if not asked:
            return self.default
        try:
            found = self.read(asked)
        except ValueError:
            pass
        else:
            if fits(found):
                return found
        _note(self.name, asked, "which is not there", "the default")
        return self.default

    def link(self, value: T) -> None:
        """Write a value into the link, which does not name the default."""
        link(self.name, "" if value == self.default else self.write(value))


@dataclass(frozen=True)
class ComponentValue(Generic[T]):
    """A value that is set in a component and stored in the session.

    Attributes:
        component: Key of the component.
        key: Key of the value.
        read: Reads the component's message; returns None if that is no value.
    """

    component: str
    key: str
    read: Callable[[object], T | None]

    def now(self, linked: Callable[[], T]) -> T:
        """Return the value; at first the one that `linked` reads from the link."""
        return stored(self.key, linked)

    def start(self, now: T) -> T:
        """Return the value that the component has shown since it last appeared."""
        return session_keys.begun(self.component, f"{self.key}_start", now)

    def take(self) -> None:
        """Store the value that the component has sent."""
        found = self.read(session_keys.message(self.component, "set"))
        if found is not None:
            st.session_state[self.key] = found


def stored(key: str, linked: Callable[[], T]) -> T:
    """Return a value of the session; at first the one that `linked` reads from the link."""
    if decides(key):
        st.session_state[key] = linked()
    found: T = st.session_state[key]
    return found


def link(name: str, text: str) -> None:
    """Write a text into the link; an empty one takes its name out."""
    if not text:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != text:
        st.query_params[name] = text


def count(text: str) -> int:
    """Read a whole number, at least 0, of up to five digits.

    Raises:
        ValueError: If the text is none.
    """
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise ValueError(f"a count has up to five digits, got {text[:20]!r}")
    return int(text)


def wholes(text: str) -> tuple[int, ...]:
    """Read whole numbers with commas between; "none" is none.

    Raises:
        ValueError: If a part is no such number.
    """
    parts = [] if text == "none" else text.split(",")
    return tuple(-count(part[1:]) if part.startswith("-") else count(part) for part in parts)


def listed(numbers: Sequence[int]) -> str:
    """Write whole numbers as `wholes` reads them."""
    return ",".join(map(str, numbers)) or "none"


def check_choice(key: str, allowed: Sequence[str], default: str) -> None:
    """Note it once if the link names an option that a widget does not have."""
    asked = st.query_params.get(key)
    if asked is not None and asked not in allowed and key not in st.session_state:
        _note(key, asked, "which is not there", default)


def linked_choice(key: str, names: Sequence[str], default: str) -> str:
    """Return the option that is chosen and let its widget show it; at first the link's.

    For a widget that shows its options in other words than the link's: a bound one writes those.
    """
    asked = (st.query_params if decides(key) else st.session_state).get(key)
    found = str(asked) if asked in names else default
    st.session_state[key] = found
    return found


def check_range(key: str, least: float, most: float, default: float) -> None:
    """Note it once if the link has a number out of range, or no whole one where the default is."""
    asked = st.query_params.get(key)
    if asked is None or key in st.session_state:
        return
    whole_ = not isinstance(default, int) or (asked.isascii() and asked.isdigit())
    value = _real(asked)
    if whole_ and least <= value <= most:
        return
    numbers = [str(n) if isinstance(n, int) else f"{n:g}" for n in (least, most, default)]
    _note(key, asked, f"which is not within {numbers[0]} to {numbers[1]}", numbers[2])
    if isinstance(default, int) and math.isinf(value):  # Streamlit fails to make it a whole number
        st.query_params.pop(key)
        st.rerun()


def _real(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _note(name: str, asked: str, why: str, stand_in: str) -> None:
    session_keys.note(f"The link asks for {name} = {quoted(asked)}, {why}: {stand_in} stands in.")


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
