"""Every key of the session, and what stands in the link. No page touches either by itself."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping, Sequence
from typing import TypeVar, cast

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from rnnviz.ui.plain_words import quoted

PAD = "pad"  # the pad's own state: {"ink": {"seq", "down", "strokes"}}
MODEL, PEN, WITHOUT = "model", "pen", "unframed"  # widgets whose value is in the link
UPLOAD = "upload"  # the uploader
LIVE, BELOW = "live", "below"  # fragments of the draw page: the pad, and what follows a drawing
PRESET = "preset"  # the sidebar's first widget; what it sets is in the link
TRAINING, LIVE_TRAINING = "training", "live_training"  # the component, the fragment around it
PROBE, PROBE_DRAWING = "probe", "probe_drawing"  # the digit that is watched
BATCHES = "batches"  # steps of a press of Step
TAKE_HOME = "take_home"  # whether that panel is open
OPENED = "opened"  # the digit of a confusion that is opened
COMPARE, LIVE_COMPARE = "compare", "live_compare"  # runs over one another, the fragment around them
PAIR, KIND, DIFFERING = "pair", "kind", "differing"  # whose answers differ, how, on which digits
VIEW = "view"  # of a page that has several: which is shown
GROUPED = "grouped"  # what the list of runs holds
COMPARED, DELETED = "runs", "_deleted"  # runs laid over one another, those deleted last
OPENING = "_opening"  # the run whose page is to be opened
RACE_CELLS, RACE, LIVE_RACE = "race_cells", "race_view", "live_race"  # who races, the component
RACE_ID = "race"  # of the link and the session: id of the race that is shown
SEARCH_FORM = "search_form_"  # what the widgets of the search form begin with
LIVE_SEARCH = "live_search"  # the fragment of the search view
SEARCH_TRIAL, SEARCH_RUN = "search_trial", "search_run"  # which of them to open
SEARCH = "search"  # of the link and the session: id of the search that is shown
WATCH, LIVE_WATCH = "watch", "live_watch"  # the component that shows them, its fragment
WATCHED, WATCH_START = "_watched", "_watch_start"  # what is set in it, and was when it came up
RUN = "run"  # of the link and the session: id of the run that is shown
OPENED_RUN_IDS = "_opened_runs"  # ids of runs that were trained or opened, the newest first
_WATCHER = "_watcher"  # who this session is to the jobs
DRAWING = "_drawing"  # the pad's last message
SOURCE = "_source"  # what lies on the pad: a Source
_NOTES = "_notes"  # what a link asked for and did not get
_REFUSAL = "_refusal"  # why the last press of a button on the train page did nothing
DIGIT = "digit"  # of the link: index of a test digit
BREAKING, LIVE_BREAKING = "breaking", "live_breaking"  # a network that is changed, the fragment
BROKEN = "break"  # of the link: what is changed in it
BREAKS = "_broken"  # of the session: the same, and since when
EFFECT, SPLICED = "effect", "spliced"  # the components of what that costs, and of two digits in one
SEAM, THEN, OTHER = "seam", "then", "other"  # where they are joined, with which test digits
LAYER, DIRECTION, HELD = "layer", "direction", "held"  # where the units are, and h or c of them
UNIT, UNIT_ORDER, DRIVEN = "unit", "by", "driven"  # which, in which order, what counts as driving
MORE_DIGITS = "more"  # whether all test digits tell of it
LIVE_UNIT, UNIT_VIEW = "live_unit", "unit_view"  # the fragment, the component
LIVE_MAP, STATE_MAP = "live_map", "state_map"  # the same of the map of states
MAP_SET, MAP_START = "_map_set", "_map_start"  # what is set in it, and was when it came up
MEMORY, LIVE_MEMORY = "memory", "live_memory"  # the component of the memory view, its fragment
MEMORY_ROW, MEMORY_START = "_memory_row", "_memory_start"  # its cursor, and where that began
OWN_FILE, OWN_POOLING, OWN_SQUASH = "own_file", "own_pooling", "own_squash"  # one's own network
RECORDED, RECORDED_LAYER, RECORDING = "recorded", "recorded_layer", "recording"  # and recording
RECORDED_VIEW, RECORDED_SEQUENCE = "recorded_view", "recorded_sequence"  # which is shown of it
RECORDED_UNITS, RECORDED_UNIT = "recorded_units", "recorded_unit"  # the component, which unit
RECORDED_ORDER, RECORDED_DRIVEN = "recorded_order", "recorded_driven"  # as of a network's units
RECORDED_HELD = "recorded_held"
_OWN_TOLD = "_own_told"  # what was said of the file uploaded last: whether it is taken, sentences
ASKED, METHOD, RELATIVE = "asked", "pixels", "relative"  # what is set in it; in the link

LIVE_SPAN, SPAN, SPAN_LOSS = "live_span", "span", "span_loss"  # of the memory span: its charts
SPAN_AGAINST = "span_against"  # and that of what was measured

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
    asked = st.session_state.get(key, st.query_params.get(key))
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
    asked = st.session_state.get(MODEL) or st.query_params.get(MODEL)
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


def forget_opened() -> None:
    """Let the next confusion open its own first digit."""
    st.session_state.pop(OPENED, None)


def watch_digit(index: int) -> None:
    """Let a test digit be the one that is watched: called before its widget is shown."""
    st.session_state[PROBE] = index
    st.session_state[PROBE_DRAWING] = False


def pick_message() -> object:
    """Return what was chosen last among the digits that two runs answer differently."""
    value = st.session_state.get(DIFFERING)
    return value.get("pick") if isinstance(value, Mapping) else None


def within(key: str, least: int, most: int) -> None:
    """Let a widget of whole numbers begin anew whose value is out of range by now."""
    value = st.session_state.get(key)
    if isinstance(value, int) and not least <= value <= most:
        del st.session_state[key]


def index_of(key: str) -> int:
    """Return the test digit that a widget names."""
    return int(st.session_state.get(key, 0))


def take_class(key: str) -> int | None:
    """Return the class that was chosen beside a test digit, and let that choice go."""
    chosen = st.session_state.get(f"{key}_class")
    st.session_state[f"{key}_class"] = None
    return chosen if isinstance(chosen, int) else None


def tell_own(taken: bool, *sentences: str) -> None:
    """Keep what is said of the file that was uploaded."""
    st.session_state[_OWN_TOLD] = (taken, sentences)


def own_told() -> tuple[bool, tuple[str, ...]] | None:
    """Return it; None if nothing was uploaded."""
    told: tuple[bool, tuple[str, ...]] | None = st.session_state.get(_OWN_TOLD)
    return told


def own_file() -> UploadedFile | None:
    """Return the file that lies in the uploader."""
    found: UploadedFile | None = st.session_state.get(OWN_FILE)
    return found


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
