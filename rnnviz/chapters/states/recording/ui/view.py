"""View "Recording": inputs, states and gates of any sequence network, step by step."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.chapters.states.recording.ui import recording_choice, units_view
from rnnviz.chapters.states.ui import keys
from rnnviz.training.recording import CANDIDATES, Recording
from rnnviz.ui.components.packing import floats
from rnnviz.ui.components.player import Panel, player
from rnnviz.ui.figures import progress_text
from rnnviz.ui.figures.gate_names import LABELS
from rnnviz.ui.widgets.fragment import fragment
from rnnviz.ui.widgets.setting_controls import one_of

LONGEST = 2_000  # steps that are shown
ROOM = 2_500_000  # numbers in one message: 10 MB

Floats = NDArray[np.float32]


def show(found: Recording, name: str) -> None:
    """Show a recording: step by step, or unit by unit.

    Args:
        found: The recording.
        name: Another for another recording.
    """
    views = ("Watch", "Units")
    shown = one_of("Of the recording", keys.RECORDED_VIEW, views, linked=False, hidden=True)
    if shown == "Units":
        units_view.show(found, name)
    else:
        _watch(found, name)


@fragment(key=keys.RECORDING)
def _watch(found: Recording, name: str) -> None:
    """Show a sequence, to be moved about in without asking the server."""
    T, B, I = found.x.shape
    b, layer, _ = recording_choice.choose(found)
    steps = found.steps_of(b)
    shown = min(steps, LONGEST)
    x = floats(found.x[:shown, b])
    values = {"h": layer.h, **({} if layer.c is None else {"c": layer.c}), **layer.gates}
    arrays = {letter: floats(value[:shown, b]) for letter, value in values.items()}
    room = max(1, ROOM // (shown * len(arrays)))
    cut = {letter: _most_active(array, room) for letter, array in arrays.items()}
    label = "" if found.labels is None else f", class {int(found.labels[b])}"
    st.markdown(f"**{_sentence(arrays['h'], b, label)}**")
    up_to = "" if found.lengths is None else "up to "
    said = f"{progress_text.network(found.config)}. "
    said += f"It read {B:,} sequences of {up_to}{T:,} steps, {I:,} wide"
    if steps < T:
        said += f"; this one has {steps:,}"
    if shown < steps:
        said += f"; the first {shown:,} steps are shown"
    if any(len(kept) < arrays[letter].shape[1] for letter, kept in cut.items()):
        said += f"; of each panel's units the {room:,} most active are shown"
    st.caption(f"{said}. A recording holds no head, so there is no belief.")
    panels = [_panel(letter, array[:, cut[letter]]) for letter, array in arrays.items()]
    place = f"{name}:{b}:{layer.layer}:{layer.direction}"
    player(place, _picture(x), None, 0, panels, key=keys.RECORDED, word="step")
    with st.expander("The numbers"):
        key = f"{keys.RECORDED}_of"
        st.dataframe(arrays[one_of("Of which", key, [*arrays], default="h", linked=False)])
        st.markdown("What it read, a line for each step")
        st.dataframe(x)


def _sentence(h: Floats, b: int, label: str) -> str:
    """Say which unit moves most in this sequence."""
    span = h.max(0) - h.min(0)
    unit = int(span.argmax())
    low, high = int(h[:, unit].argmin()), int(h[:, unit].argmax())
    if span[unit] == 0:
        return f"In sequence {b + 1}{label} no unit ever moves."
    first, then = sorted((low, high))
    values = (f"{h[t, unit]:.2f} at step {t + 1}".replace("-", "−") for t in (first, then))
    way = " to ".join(values)
    return f"In sequence {b + 1}{label}, unit {unit + 1} moves most: h goes from {way}."


def _panel(letter: str, values: Floats) -> Panel:
    if letter in "iforz":
        return Panel(letter, LABELS[letter], values, "sequential", (0.0, 1.0))
    reach = 1.0 if letter in CANDIDATES else max(1.0, float(np.abs(values).max()))
    return Panel(letter, LABELS[letter], values, range=(-reach, reach))


def _most_active(values: Floats, count: int) -> NDArray[np.int64]:
    if count >= values.shape[1]:
        return np.arange(values.shape[1])
    return np.sort(np.argsort(-np.abs(values).mean(0), kind="stable")[:count])


def _picture(x: Floats) -> NDArray[np.uint8]:
    """Return what was read as grey values, a line for each step: the least is black."""
    low, high = float(x.min()), float(x.max())
    grey: NDArray[np.uint8] = np.rint(255 * (x - low) / ((high - low) or 1)).astype(np.uint8)
    return grey
