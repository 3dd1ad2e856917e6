"""Keys of the session state that the States page alone has, and their values in the link."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import linked_values
from rnnviz.ui.session.linked_values import LinkedValue

WATCH, LIVE_WATCH = "watch", "live_watch"  # the component that shows them, its fragment
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
MEMORY, LIVE_MEMORY = "memory", "live_memory"  # the component of the memory view, its fragment
OWN_FILE, OWN_READING = "own_file", "own_reading"  # one's own network, how it is fed and read
OWN_LIVE, OWN_CANCEL, OWN_MEASURE = "own_live", "own_cancel", "own_measure"  # its measurement
RECORDED, RECORDED_LAYER, RECORDING = "recorded", "recorded_layer", "recording"  # and recording
RECORDED_VIEW, RECORDED_SEQUENCE = "recorded_view", "recorded_sequence"  # which is shown of it
RECORDED_UNITS, RECORDED_UNIT = "recorded_units", "recorded_unit"  # the component, which unit
RECORDED_ORDER, RECORDED_DRIVEN = "recorded_order", "recorded_driven"  # as of a network's units
RECORDED_HELD = "recorded_held"
_OWN_TOLD = "_own_told"  # what was said of the file uploaded last: whether it is taken, sentences
ROW = LinkedValue("row", 0, linked_values.count)  # the cursor's time step, from 1; 0 is the default
RECORDING_VIEW = "Recording"  # its name among the page's views
ASKED, METHOD, RELATIVE = "asked", "pixels", "relative"  # what is set in it; in the link


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


def forget_told() -> None:
    """Forget what was said of the file uploaded before."""
    st.session_state.pop(_OWN_TOLD, None)


def own_told() -> tuple[bool, tuple[str, ...]] | None:
    """Return it; None if nothing was uploaded."""
    told: tuple[bool, tuple[str, ...]] | None = st.session_state.get(_OWN_TOLD)
    return told


def open_recording() -> None:
    """Open the view of the recording in the run that follows."""
    st.session_state[session_keys.VIEW] = RECORDING_VIEW


def own_file() -> UploadedFile | None:
    """Return the file that lies in the uploader."""
    found: UploadedFile | None = st.session_state.get(OWN_FILE)
    return found
