"""Keys of the session state that pages share, and their values."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TypeVar, cast

import streamlit as st

from rnnviz.ui.session.markdown_escape import sentence

PAD = "pad"  # the pad's own state: {"ink": {"seq", "down", "strokes"}}
MODEL, PEN, WITHOUT = "model", "pen", "unframed"  # widgets whose value is in the link
UPLOAD = "upload"  # the uploader
UPLOADED_DIGIT = "uploaded_digit"  # which digit of the upload is read, from the left
LIVE, BELOW = "live", "below"  # fragments of the draw page: the pad, and what follows a drawing
PRESET = "preset"  # the sidebar's first widget; what it sets is in the link
PROBE, PROBE_DRAWING = "probe", "probe_drawing"  # the digit that is watched
BATCHES = "batches"  # steps of a press of Step
TAKE_HOME = "take_home"  # whether that panel is open
VIEW = "view"  # of a page that has several: which is shown
COMPARED, DELETED = "runs", "_deleted"  # runs laid over one another, those deleted last
OPENING = "_opening"  # the run whose page is to be opened
RACE = "race_view"  # the component of a race
SEARCH_FORM = "search_form_"  # what the widgets of the search form begin with
SEARCH = "search"  # of the link and the session: id of the search that is shown
RUN = "run"  # of the link and the session: id of the run that is shown
OPENED_RUN_IDS = "_opened_runs"  # ids of runs that were trained or opened, the newest first
_WATCHER = "_watcher"  # who this session is to the jobs
DRAWING = "_drawing"  # the pad's last message
INK = "_ink"  # the message that was read last, and the Ink that it is
ANSWERED = "_answered"  # the message that came from the pad on the page and is answered now
SOURCE = "_source"  # what lies on the pad: a Source
_NOTES = "_notes"  # what a link asked for and did not get
_REFUSAL = "_refusal"  # why the last press of a training's button did nothing
DIGIT = "digit"  # of the link: index of a test digit


OPENED_RUNS = 10

T = TypeVar("T")


def note(sentence: str) -> None:
    """Keep a sentence for the top of the page."""
    st.session_state.setdefault(_NOTES, []).append(sentence)


def take_notes() -> list[str]:
    """Return the sentences kept, and forget them."""
    notes: list[str] = st.session_state.pop(_NOTES, [])
    return notes


def refuse(why: str) -> None:
    """Keep why a press of a button did nothing, for the fragment in which the button stands."""
    st.session_state[_REFUSAL] = sentence(why)


def take_refusal() -> str:
    """Return it, and forget it; "" if there is none."""
    return str(st.session_state.pop(_REFUSAL, ""))


def take_link_value(key: str) -> str | None:
    """Return what the link says of a key that no widget is bound to, and take it out."""
    asked: str | None = st.query_params.get(key)
    if asked is not None:
        st.query_params.pop(key, None)
    return asked


def settings(defaults: Mapping[str, str | int | bool]) -> dict[str, str | int | bool]:
    """Return the values of widgets that may not have been shown yet in this run."""
    return {key: st.session_state.get(key, _linked(key, value)) for key, value in defaults.items()}


def _linked(key: str, default: str | int | bool) -> str | int | bool:
    asked = st.query_params.get(key)
    if asked is None:
        return default
    if isinstance(default, bool):
        return asked == "true"
    if isinstance(default, int) and asked.isdecimal() and len(asked) < 20:  # int() has an end
        return int(asked)
    return asked


def set_settings(values: Mapping[str, str | int | bool], *, unless_linked: bool = False) -> None:
    """Set widgets before they are shown; those that the link sets may go before."""
    for key, value in values.items():
        if not (unless_linked and key in st.query_params):
            st.session_state[key] = value


def watcher() -> str:
    """Return a name for this session that nobody else can know."""
    name: str = st.session_state.setdefault(_WATCHER, secrets.token_urlsafe(16))
    return name


def choose_model(name: str) -> None:
    """Choose a network before its control is shown, on this page or the next."""
    st.session_state[MODEL] = name


def batches() -> int:
    """Return how many steps a press of Step asks for."""
    return int(st.session_state.get(BATCHES, 1))


def probe_index() -> int:
    """Return which test digit is watched."""
    asked = st.session_state.get(PROBE, _linked(PROBE, 0))
    return int(asked) if isinstance(asked, int) and 0 <= asked < 10_000 else 0


def probes_drawing() -> bool:
    """Return whether the drawing of the draw page is watched."""
    return bool(st.session_state.get(PROBE_DRAWING, False))


def watch_digit(index: int) -> None:
    """Let a test digit be the one that is watched: called before its widget is shown."""
    st.session_state[PROBE] = index
    st.session_state[PROBE_DRAWING] = False


def within(key: str, least: int, most: int) -> None:
    """Let a widget of whole numbers begin anew whose value is out of range by now."""
    value = st.session_state.get(key)
    if isinstance(value, int) and not least <= value <= most:
        del st.session_state[key]


def value(key: str, default: str) -> str:
    """Return what a widget is set to."""
    return str(st.session_state.get(key) or default)


def message(component: str, name: str) -> object:
    """Return what a component has sent last under a name; None if nothing."""
    sent = st.session_state.get(component)
    return sent.get(name) if isinstance(sent, Mapping) else None


def begun(component: str, key: str, now: T) -> T:
    """Return where a component begins: as it was when it last came up, whatever was set since.

    Args:
        component: Its key.
        key: Under which that is kept.
        now: What is set by now.
    """
    if component not in st.session_state or key not in st.session_state:
        st.session_state[key] = now
    return cast("T", st.session_state[key])
