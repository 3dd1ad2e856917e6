"""Every key of the session, and what stands in the link. No page touches either by itself."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.errors import StreamlitAPIException

from rnnviz.data import strokes as pen

PAD = "pad"  # the pad's own state: {"ink": {"seq", "down", "strokes"}}
MODEL, PEN, WITHOUT = "model", "pen", "unframed"  # widgets whose value is in the link
UPLOAD = "upload"  # the uploader
LIVE, BELOW = "live", "below"  # fragments of the draw page: the pad, and what follows a drawing
PRESET = "preset"  # the sidebar's first widget; what it sets is in the link
TRAINING, LIVE_TRAINING = "training", "live_training"  # the component, the fragment around it
PROBE, PROBE_DRAWING = "probe", "probe_drawing"  # the digit that is watched
BATCHES = "batches"  # steps of a press of Step
OPENED = "opened"  # the digit of a confusion that is opened
COMPARE, LIVE_COMPARE = "compare", "live_compare"  # runs over one another, the fragment around them
PAIR, KIND, DIFFERING = "pair", "kind", "differing"  # whose answers differ, how, on which digits
VIEW, GROUPED = "view", "grouped"  # of the runs page: which of its views, what its list holds
COMPARED, DELETED = "runs", "_deleted"  # runs laid over one another, those deleted last
RACE_CELLS, RACE, LIVE_RACE = "race_cells", "race_view", "live_race"  # who races, the component
_RACE = "race"  # of the link and the session: id of the race that is shown
SEARCH_FORM = "search_form_"  # what the widgets of the search form begin with
LIVE_SEARCH = "live_search"  # the fragment of the search view
SEARCH_TRIAL, SEARCH_RUN = "search_trial", "search_run"  # which of them to open
_SEARCH = "search"  # of the link and the session: id of the search that is shown
_RUN = "run"  # of the link and the session: id of the run that is shown
_OPENED_RUNS = "_opened_runs"  # ids of runs that were trained or opened, the newest first
_WATCHER = "_watcher"  # who this session is to the jobs
_DRAWING = "_drawing"  # the pad's last message
_SOURCE = "_source"  # what lies on the pad: a Source
_NOTES = "_notes"  # what a link asked for and did not get
_DIGIT = "digit"  # of the link: index of a test digit

OPENED_RUNS = 10
Kind = Literal["drawing", "digit", "upload"]


@dataclass(frozen=True)
class Source:
    """What lies on the pad.

    Attributes:
        kind: The person's drawing, a test digit or an upload.
        serial: Grows with each choice.
        index: Of the test digit.
        ink: Of the upload, uint8, at most 280 pixels a side; None if it could not be read.
        note: One sentence about the upload, or "".
    """

    kind: Kind = "drawing"
    serial: int = 0
    index: int = 0
    ink: NDArray[np.uint8] | None = None
    note: str = ""


@dataclass(frozen=True)
class Ink:
    """What the pad sent last, checked.

    Attributes:
        seq: Serial of the message.
        down: Whether the pen is on the pad.
        strokes: The drawing.
        fault: Why it could not be read, or "".
    """

    seq: int = 0
    down: bool = False
    strokes: pen.Strokes = ()
    fault: str = ""


def ink() -> Ink:
    """Return the drawing on the pad; after another page, as it was left."""
    message = _message() or st.session_state.get(_DRAWING)
    if message is None:
        return Ink()
    if not isinstance(message, Mapping):
        return Ink(fault="The pad sent something that is no drawing.")
    seq = message.get("seq")
    if isinstance(seq, bool) or not isinstance(seq, int) or not 0 <= seq < 2**53:
        return Ink(fault="The pad sent something that is no drawing.")
    down = message.get("down") is True
    try:
        return Ink(seq, down, pen.parse_strokes(message.get("strokes")))
    except ValueError as error:
        return Ink(seq, down, fault=f"The drawing could not be read: {error}.")


def _message() -> object:
    value = st.session_state.get(PAD)
    return value.get("ink") if isinstance(value, Mapping) else None


def source() -> Source:
    """Return what lies on the pad; a link's test digit first."""
    if _SOURCE not in st.session_state:
        st.session_state[_SOURCE] = _linked_source()
    found: Source = st.session_state[_SOURCE]
    return found


def choose_drawing() -> None:
    """Let the person's own ink lie on the pad: called when a stroke has come."""
    # Streamlit forgets a component's state when its page is left; the drawing is to stay.
    st.session_state[_DRAWING] = _message()
    if source().kind != "drawing":
        _choose(Source("drawing", source().serial + 1))
    if not ink().down:
        # Not the whole page: the next stroke may be on its way. If the person has just gone to
        # another page, the last ink comes with that; its fragments are gone, and nothing is to do.
        with suppress(StreamlitAPIException):
            st.rerun((LIVE, BELOW))


def choose_digit(index: int) -> None:
    """Lay a test digit on the pad, and into the link."""
    _choose(Source("digit", source().serial + 1, index=index))


def choose_upload(ink: NDArray[np.uint8] | None, note: str) -> None:
    """Lay an uploaded picture on the pad, or say why it cannot be."""
    _choose(Source("upload", source().serial + 1, ink=ink, note=note))


def _choose(chosen: Source) -> None:
    st.session_state[_SOURCE] = chosen
    if chosen.kind == "digit":
        st.query_params[_DIGIT] = str(chosen.index)
    else:
        st.query_params.pop(_DIGIT, None)


def _linked_source() -> Source:
    asked = st.query_params.get(_DIGIT)
    if asked is None:
        return Source()
    if asked.isascii() and asked.isdigit() and len(asked) <= 4:
        return Source("digit", 1, index=int(asked))
    note(f"The link asks for test digit {asked[:20]!r}; there are 0 to 9999.")
    st.query_params.pop(_DIGIT, None)
    return Source()


def check_choice(key: str, allowed: Sequence[str], default: str) -> None:
    """Say it once if the link asks for a choice that there is not; Streamlit then falls back."""
    asked = st.query_params.get(key)
    if asked is not None and asked not in allowed and key not in st.session_state:
        note(f"The link asks for {key} = {asked[:20]!r}, which is not there: {default} stands in.")


def check_range(key: str, least: int, most: int, default: int) -> None:
    """Say it once if the link asks for a number out of range; Streamlit then falls back."""
    asked = st.query_params.get(key)
    if asked is None or key in st.session_state:
        return
    if not (asked.isascii() and asked.isdigit() and len(asked) < 9 and least <= int(asked) <= most):
        range_ = f"which is not within {least} to {most}"
        note(f"The link asks for {key} = {asked[:20]!r}, {range_}: {default} stands in.")


def note(sentence: str) -> None:
    """Keep a sentence for the top of the page."""
    st.session_state.setdefault(_NOTES, []).append(sentence)


def take_notes() -> list[str]:
    """Return the sentences kept, and forget them."""
    notes: list[str] = st.session_state.pop(_NOTES, [])
    return notes


def uploaded() -> bytes | None:
    """Return the content of the file in the uploader, if there is one."""
    file = st.session_state.get(UPLOAD)
    return None if file is None else bytes(file.getvalue())


def without_framing() -> bool:
    """Return whether the framing is switched off; its switch stands below what it changes."""
    if WITHOUT in st.session_state:
        return bool(st.session_state[WITHOUT])
    return st.query_params.get(WITHOUT) == "true"


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
    return int(asked) if isinstance(default, int) and asked.isdecimal() else asked


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


def run_id() -> str | None:
    """Return the run that is shown; at first the one that the link names."""
    if _RUN not in st.session_state:
        st.session_state[_RUN] = st.query_params.get(_RUN)
        remember_run(st.session_state[_RUN])
    found: str | None = st.session_state[_RUN]
    return found


def run_link(run_id: str) -> dict[str, str]:
    """Return what the link to a run says of it."""
    return {_RUN: run_id}


def linked_run() -> str | None:
    """Return the run that is shown, and say so in the link, also after another page."""
    found = run_id()
    if found is not None and st.query_params.get(_RUN) != found:
        st.query_params[_RUN] = found
    return found


def show_run(run_id: str | None) -> None:
    """Show another run, or none, and say so in the link."""
    st.session_state[_RUN] = run_id
    remember_run(run_id)
    if run_id is None:
        st.query_params.pop(_RUN, None)
    else:
        st.query_params[_RUN] = run_id


def remember_run(run_id: str | None) -> None:
    """Keep a run among those that this session can choose, at most `OPENED_RUNS` of them."""
    if run_id is not None:
        others = [known for known in opened_runs() if known != run_id]
        st.session_state[_OPENED_RUNS] = (run_id, *others)[:OPENED_RUNS]


def opened_runs() -> tuple[str, ...]:
    """Return the runs that this session has trained or opened, the newest first."""
    found: tuple[str, ...] = st.session_state.get(_OPENED_RUNS, ())
    return found


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


def search_id() -> str | None:
    """Return the search that is shown; at first the one that the link names."""
    if _SEARCH not in st.session_state:
        st.session_state[_SEARCH] = st.query_params.get(_SEARCH)
    found: str | None = st.session_state[_SEARCH]
    if found is not None and _SEARCH not in st.query_params:
        st.query_params[_SEARCH] = found  # another page has another link
    return found


def show_search(search_id: str | None) -> None:
    """Show another search, or none, and say so in the link."""
    st.session_state[_SEARCH] = search_id
    if search_id is None:
        st.query_params.pop(_SEARCH, None)
    else:
        st.query_params[_SEARCH] = search_id


def search_form() -> dict[str, object]:
    """Return what the search form's widgets hold, by the rest of their keys."""
    start = len(SEARCH_FORM)
    return {
        str(key)[start:]: value
        for key, value in st.session_state.items()
        if str(key).startswith(SEARCH_FORM)
    }


def set_search_form(values: Mapping[str, object]) -> None:
    """Set the search form's widgets before they are shown."""
    for key, value in values.items():
        st.session_state[f"{SEARCH_FORM}{key}"] = value


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


def race_id() -> str | None:
    """Return the race that is shown; at first the one that the link names."""
    if _RACE not in st.session_state:
        st.session_state[_RACE] = st.query_params.get(_RACE)
    found: str | None = st.session_state[_RACE]
    return found


def show_race(group_id: str | None) -> None:
    """Show another race, or none, and say so in the link."""
    st.session_state[_RACE] = group_id
    if group_id is None:
        st.query_params.pop(_RACE, None)
    elif st.query_params.get(_RACE) != group_id:
        st.query_params[_RACE] = group_id


def race_message() -> object:
    """Return which round of the race was chosen last, to see its curves."""
    value = st.session_state.get(RACE)
    return value.get("shown") if isinstance(value, Mapping) else None
