"""Keys of the session state that pages share, and their values in the link."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping, Sequence
from typing import TypeVar, cast

import streamlit as st

from rnnviz.ui.session import linked_values
from rnnviz.ui.session.markdown_escape import quoted

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
RACE_ID = "race"  # of the link and the session: id of the race that is shown
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
_REFUSAL = "_refusal"  # why the last press of a button on the train page did nothing
DIGIT = "digit"  # of the link: index of a test digit


OPENED_RUNS = 10

T = TypeVar("T")


def check_choice(key: str, allowed: Sequence[str], default: str) -> None:
    """Say it once if the link asks for a choice that there is not; Streamlit then falls back."""
    asked = st.query_params.get(key)
    if asked is not None and asked not in allowed and key not in st.session_state:
        note(f"The link asks for {key} = {quoted(asked)}, which is not there: {default} stands in.")


def linked_choice(key: str, names: Sequence[str]) -> str:
    """Return which of several is chosen and let its widget show it; at first what the link says.

    For a widget whose options are shown in other words than the link's; a bound one writes those.
    """
    check_choice(key, names, names[0])
    values = st.query_params if linked_values.decides(key) else st.session_state
    asked = values.get(key)
    found = asked if asked in names else names[0]
    st.session_state[key] = found
    return str(found)


def link_choice(key: str, name: str, default: str) -> None:
    """Say in the link which is chosen; the default goes without saying."""
    if name == default:
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != name:
        st.query_params[key] = name


def check_range(key: str, least: int, most: int, default: int) -> None:
    """Say it once if the link asks for a number out of range; Streamlit then falls back."""
    asked = st.query_params.get(key)
    if asked is None or key in st.session_state:
        return
    if not (asked.isascii() and asked.isdigit() and len(asked) < 9 and least <= int(asked) <= most):
        range_ = f"which is not within {least} to {most}"
        note(f"The link asks for {key} = {quoted(asked)}, {range_}: {default} stands in.")
        if _overflows(asked):
            st.query_params.pop(key)
            st.rerun()


def _overflows(asked: str) -> bool:
    """Whether Streamlit would take a number for infinite, and fail to make it a whole one."""
    try:
        return math.isinf(float(asked))
    except ValueError:
        return False


def note(sentence: str) -> None:
    """Keep a sentence for the top of the page."""
    st.session_state.setdefault(_NOTES, []).append(sentence)


def take_notes() -> list[str]:
    """Return the sentences kept, and forget them."""
    notes: list[str] = st.session_state.pop(_NOTES, [])
    return notes


def refuse(why: str) -> None:
    """Keep why a press of a button did nothing, for the fragment in which the button stands."""
    st.session_state[_REFUSAL] = f"{why[:1].upper()}{why[1:]}."


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


def show_preset(name: str) -> None:
    """Let the preset's widget show a name."""
    st.session_state[PRESET] = name


def chosen_preset() -> str:
    """Return the preset that the person has just chosen."""
    return str(st.session_state.get(PRESET, ""))


def watcher() -> str:
    """Return a name for this session that nobody else can know."""
    name: str = st.session_state.setdefault(_WATCHER, secrets.token_urlsafe(16))
    return name


def model_name(default: str) -> str:
    """Return the network that is chosen; at first the one that the link names."""
    linked = st.query_params.get(MODEL)
    asked = linked if linked_values.decides(MODEL) else st.session_state[MODEL] or linked
    return str(asked or default)


def choose_model(name: str) -> None:
    """Choose a network before its control is shown, on this page or the next."""
    st.session_state[MODEL] = name


def link_model(name: str, default: str) -> None:
    """Say in the link which network is shown; the default goes without saying."""
    if name == default:
        st.query_params.pop(MODEL, None)
    elif st.query_params.get(MODEL) != name:
        st.query_params[MODEL] = name


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
