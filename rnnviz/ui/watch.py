"""Watch: one digit's reading from the inside, all states and gates under one cursor."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.core import unit_orders, units
from rnnviz.core.equation import Equation, fill_in, what_enters
from rnnviz.core.layer_trace import LayerTrace
from rnnviz.core.reading import evaluating, read
from rnnviz.core.trace import run_trace
from rnnviz.data.sequences import entering
from rnnviz.plots.letters import LABELS
from rnnviz.ui import drawing, models, state, unit_state
from rnnviz.ui.chosen import ChosenModel
from rnnviz.ui.components import watch as view
from rnnviz.ui.components.watch import Floats, Panel, Reading, Setting, Words
from rnnviz.ui.subject import Subject

KEPT = 16  # readings, of 0.5 MB at H = 128 and T = 28
ROOM = 2_500_000  # numbers in one message: 10 MB
# What orders the units: so many test digits, fewer where readings are large, after so many of their
# time steps. 0.4 s at H = 128 and T = 28, 1 s at T = 784, once for each network.
ORDERED_BY, ORDERED_AT = 300, 28
ORDERED_ROOM = 5_000_000  # numbers in their states


@st.fragment(key=state.LIVE_WATCH)
def show(subject: Subject) -> None:
    """Show a reading, to be moved about in without asking the server."""
    models.one_thread()
    what = subject.model.identity, subject.frame.tobytes(), subject.digit
    reading = _looked(*what, subject.layer, subject.direction, _subject=subject)
    if reading is None:
        st.info(drawing.LOST, icon=":material/error:")
        return
    now = unit_state.watched(subject.model.model.config.hidden_size, subject.model.length)
    view.watch(reading, unit_state.start(now), key=state.WATCH, on_set=unit_state.take_setting)
    unit_state.link(now)
    _table(reading, now, subject.model.word)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _looked(
    identity: str, frame: bytes, digit: str, layer: int, direction: int, *, _subject: Subject
) -> Reading | None:
    """Keep what was seen last, for who comes back to the page or puts another cursor."""
    return _look(_subject)


def _look(subject: Subject) -> Reading | None:
    """Let the network read, and keep all there is to see; None if its numbers are none any more."""
    model = subject.model.model
    x = subject.model.sequences(torch.from_numpy(subject.frame[None]).to(models.device()))
    with torch.inference_mode(), evaluating(model):
        trace = run_trace(model.rnn, x)
        equation = fill_in(model.rnn, x, trace, subject.layer, subject.direction)
        enters = what_enters(x, trace, subject.layer)
    belief = read(model, x).belief[:, 0]
    if not (torch.isfinite(belief).all() and torch.isfinite(trace.output).all()):
        return None
    traced = trace.layers[subject.layer][subject.direction]
    kept = _kept_units(traced, equation)
    place = f"{subject.layer}.{subject.direction}"
    return Reading(
        id=f"{subject.model.identity}:{place}:{zlib.crc32(subject.frame.tobytes())}",
        frame=subject.frame,
        entering=entering(subject.model.time_step, subject.model.chunk).numpy(),
        belief=_numbers(belief),
        x=_numbers(enters[:, 0]),
        panels=_panels(traced, equation, kept, model.config.nonlinearity),
        units=kept,
        terms=_terms(equation, kept),
        orders=_places(_orders_of(subject), kept),
        first=_largest_step(traced, kept),
        words=_words(subject, equation, kept),
    )


def _numbers(tensor: Tensor) -> Floats:
    found: Floats = tensor.float().cpu().numpy()
    return found


def _kept_units(traced: LayerTrace, equation: Equation) -> NDArray[np.int64]:
    """Return which units are shown: all, or those most active on this digit."""
    G, T, _, H = equation.a.shape
    each = T * (2 + 4 * G + len(equation.terms) + 1)
    count = max(1, ROOM // each)
    if count >= H:
        return np.arange(H)
    held = traced.h if traced.c is None else traced.c
    activity = held.abs().mean(dim=(0, 1)).cpu().numpy()
    return np.sort(np.argsort(-activity, kind="stable")[:count])


def _largest_step(traced: LayerTrace, kept: NDArray[np.int64]) -> tuple[int, int]:
    """Return which of the units changes most in one time step, and in which; both from 1."""
    if traced.c is not None and traced.c_prev is not None and traced.h.shape != traced.c.shape:
        change = traced.c - traced.c_prev
    else:
        change = traced.h - traced.h_prev
    steps = _numbers(change[:, 0].abs())[:, kept]  # (T, U)
    row, place = np.unravel_index(int(steps.argmax()), steps.shape)
    return int(kept[place]) + 1, int(row) + 1


def _panels(
    traced: LayerTrace, equation: Equation, kept: NDArray[np.int64], nonlinearity: str
) -> list[Panel]:
    projected = equation.weight_hr is not None
    h, at = traced.h[:, 0], torch.from_numpy(kept).to(traced.h.device)
    panels = [_state("h", h if projected else h[:, at])]
    if traced.c is not None:
        panels.append(_state("c", traced.c[:, 0, at]))
    for name, gate in traced.gates.items():
        signed = name in ("g", "n")
        values = _numbers(gate[:, 0, at])
        panels.append(Panel(name, LABELS[name], values) if signed else _gate(name, values))
    for k, name in enumerate(equation.gates):
        squash = nonlinearity if name == "h" else "tanh" if name in ("g", "n") else "σ"
        panels.append(_state(f"a_{name}", equation.a[k, :, 0, at], f"{name} before {squash}"))
    return panels


def _gate(name: str, values: Floats) -> Panel:
    return Panel(name, LABELS[name], values, "sequential", (0.0, 1.0))


def _state(name: str, values: Tensor, label: str = "") -> Panel:
    numbers = _numbers(values)
    reach = max(1.0, float(np.abs(numbers).max()))
    return Panel(name, label or LABELS[name], numbers, range=(-reach, reach))


def _terms(equation: Equation, kept: NDArray[np.int64]) -> dict[str, Floats]:
    """Return the equation's numbers by name, for one digit and the units that are shown."""
    at = torch.from_numpy(kept).to(equation.a.device)
    found = {
        "a": equation.a[:, :, 0, at],
        "from_input": equation.from_input[:, :, 0, at],
        "from_state": equation.from_state[:, :, 0, at],
        **{name: term[:, 0, at] for name, term in equation.terms.items()},
    }
    if equation.bias_ih is not None and equation.bias_hh is not None:
        found |= {"bias_ih": equation.bias_ih[:, at], "bias_hh": equation.bias_hh[:, at]}
    if equation.half_life is not None:
        found["half_life"] = equation.half_life[:, 0, at]
    if equation.weight_hr is not None:
        found["weight_hr"] = equation.weight_hr[:, at]
    return {name: _numbers(tensor.detach()) for name, tensor in found.items()}


def _orders_of(subject: Subject) -> dict[str, list[int]]:
    return _orders(subject.model.identity, subject.layer, subject.direction, subject.model)


@st.cache_data(max_entries=64, show_spinner=False)
def _orders(identity: str, layer: int, direction: int, _model: ChosenModel) -> dict[str, list[int]]:
    """Return the units in some orders, by what each is called; over the first test digits."""
    config = _model.model.config
    found = {"index": [*range(config.hidden_size)]}
    room = ORDERED_ROOM // (_model.length * config.hidden_size)
    test, count = models.test_digits(), min(ORDERED_BY, max(50, room))
    x = _model.sequences(test.images[:count].to(models.device()))
    name = "c" if config.proj_size else "h"
    held = units.states(_model.model.rnn, x, name, layer=layer, direction=direction)
    stride = max(1, len(held) // ORDERED_AT)
    held = held[stride - 1 :: stride]
    if not torch.isfinite(held).all():
        return found
    told = units.selectivity(held, test.labels[:count].to(held.device), shuffles=1)
    found |= {
        "activity": unit_orders.by_activity(held).tolist(),
        "cluster": unit_orders.by_cluster(held).tolist(),
    }
    for digit in range(10):
        order = unit_orders.by_selectivity(told, digit).tolist()
        found[f"selectivity for {digit}"] = order
    return found


def _places(
    orders: Mapping[str, list[int]], kept: NDArray[np.int64]
) -> dict[str, NDArray[np.int64]]:
    """Turn orders of all units into orders of those that are shown, by their places."""
    place = {int(unit): n for n, unit in enumerate(kept)}
    return {
        name: np.array([place[unit] for unit in order if unit in place])
        for name, order in orders.items()
    }


def _words(subject: Subject, equation: Equation, kept: NDArray[np.int64]) -> Words:
    model, config = subject.model, subject.model.model.config
    pixels = "1 pixel" if model.chunk == 1 else f"{model.chunk} pixels"
    H, note = config.hidden_size, ""
    if len(kept) < H:
        note = (
            f"With {model.length} {model.word}s this reading has more numbers than can be sent at "
            f"once: of its {H} units the {len(kept)} most active on this digit are shown."
        )
    return Words(
        cell=config.cell,
        gates=equation.gates,
        nonlinearity=config.nonlinearity,
        word=model.word,
        digit=subject.digit,
        place=subject.place_words,
        reverse=subject.direction == 1,
        below=f"h of layer {subject.layer}" if subject.layer else pixels,
        pixels=subject.layer == 0,
        note=note,
    )


def _table(reading: Reading, now: Setting, word: str) -> None:
    """Show the pinned unit over all time steps, as numbers."""
    unit = now.unit if now.unit - 1 in reading.units else reading.first[0]
    place = int(np.searchsorted(reading.units, unit - 1))
    with st.expander(f"The numbers of unit {unit}, {word} by {word}"):
        columns: dict[str, NDArray[np.generic]] = {
            word: np.arange(1, len(reading.belief) + 1),
            "belief": reading.belief.argmax(1),
            "with": reading.belief.max(1),
        }
        for panel in reading.panels:
            if panel.values.shape[1] == len(reading.units):
                columns[panel.name] = panel.values[:, place]
        for name in ("kept", "added", "half_life"):
            if name in reading.terms:
                columns[name] = reading.terms[name][:, place]
        st.dataframe(columns, hide_index=True)
