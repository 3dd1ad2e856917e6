"""Readings from traces: one layer and direction's states, gates and equation, ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.core.inspect.equation import Equation, fill_in, what_enters
from rnnviz.core.inspect.layer_trace import DIRECTIONS, LayerTrace, before, layer_weights
from rnnviz.core.inspect.trace import Trace
from rnnviz.core.models import RNNModule
from rnnviz.ui.components.packing import floats
from rnnviz.ui.figures.gate_names import LABELS
from rnnviz.ui.html_views.reading import Floats, Panel, Picture, Reading, Words

ROOM = 2_500_000  # numbers in one message: 10 MB


def traced_reading(
    rnn: RNNModule,
    x: Tensor,
    trace: Trace,
    place: tuple[int, int],
    *,
    id: str,
    words: Words,
    orders: Mapping[str, list[int]],
    belief: Tensor | None = None,
    picture: Picture | None = None,
    room: int = ROOM,
) -> Reading:
    """Return what one layer and direction computed on one sequence.

    Args:
        rnn: The module that was traced; only read.
        x: What it read, shape (T, 1, I).
        trace: Of it.
        place: Layer and direction, from 0.
        id: Changes with the reading.
        words: What things are called; a note on units that are not shown is added.
        orders: All units, from 0, in some orders, by what each is called.
        belief: Probabilities after each time step, shape (T, K); None: there are none.
        picture: The digit that was read; None: what was read is no digit.
        room: How many numbers there may be; of more, only the most active units are shown.
    """
    equation = fill_in(rnn, x, trace, *place)
    traced = trace.layers[place[0]][place[1]]
    units = _shown_units(traced, equation, room)
    below = floats(what_enters(x, trace, place[0])[:, 0])
    T, H = len(below), rnn.hidden_size
    if len(units) < H:
        note = (
            f"With {T:,} {words.word}s this reading has more numbers than can be sent at "
            f"once: of its {H:,} units the {len(units):,} most active on {words.digit} are shown."
        )
        words = replace(words, note=note)
    return Reading(
        id=id,
        picture=picture,
        belief=np.empty((T, 0), np.float32) if belief is None else floats(belief),
        x=below,
        panels=_panels(traced, equation, units, words.nonlinearity),
        units=units,
        terms=_terms(traced, equation, units) | _starts(traced),
        orders=_places(orders, units),
        first=_largest_step(traced, units),
        words=words,
        weights=_weights(rnn, place) if len(units) == H else {},
    )


def _shown_units(traced: LayerTrace, equation: Equation, room: int) -> NDArray[np.int64]:
    """Return which units are shown: all, or those most active on this sequence."""
    G, T, _, H = equation.a.shape
    each = T * (2 + 4 * G + len(equation.terms) + 1)
    count = max(1, room // each)
    if count >= H:
        return np.arange(H)
    held = traced.h if traced.c is None else traced.c
    activity = floats(held.abs().mean(dim=(0, 1)))
    return np.sort(np.argsort(-activity, kind="stable")[:count])


def _largest_step(traced: LayerTrace, units: NDArray[np.int64]) -> tuple[int, int]:
    """Return which of the units changes most in one time step, and in which; both from 1."""
    if traced.c is not None and traced.c_prev is not None and traced.h.shape != traced.c.shape:
        change = traced.c - traced.c_prev
    else:
        change = traced.h - traced.h_prev
    steps = floats(change[:, 0].abs())[:, units]  # (T, U)
    row, place = np.unravel_index(int(steps.argmax()), steps.shape)
    return int(units[place]) + 1, int(row) + 1


def _panels(
    traced: LayerTrace, equation: Equation, units: NDArray[np.int64], nonlinearity: str
) -> list[Panel]:
    projected = equation.weight_hr is not None
    h, at = traced.h[:, 0], torch.from_numpy(units).to(traced.h.device)
    panels = [_state("h", h if projected else h[:, at])]
    if traced.c is not None:
        panels.append(_state("c", traced.c[:, 0, at]))
    for name, gate in traced.gates.items():
        signed = name in ("g", "n")
        values = floats(gate[:, 0, at])
        panels.append(Panel(name, LABELS[name], values) if signed else _gate(name, values))
    for k, name in enumerate(equation.gates):
        squash = nonlinearity if name == "h" else "tanh" if name in ("g", "n") else "σ"
        panels.append(_state(f"a_{name}", equation.a[k, :, 0, at], f"{name} before {squash}"))
    return panels


def _gate(name: str, values: Floats) -> Panel:
    return Panel(name, LABELS[name], values, "sequential", (0.0, 1.0))


def _state(name: str, values: Tensor, label: str = "") -> Panel:
    found = floats(values)
    reach = max(1.0, float(np.abs(found).max()))
    return Panel(name, label or LABELS[name], found, range=(-reach, reach))


def _terms(traced: LayerTrace, equation: Equation, units: NDArray[np.int64]) -> dict[str, Floats]:
    """Return the equation's numbers by name, for one sequence and the units that are shown."""
    at = torch.from_numpy(units).to(equation.a.device)
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
    return {name: floats(tensor) for name, tensor in found.items()}


def _starts(traced: LayerTrace) -> dict[str, Floats]:
    """Return the states before each step where they are not those of the step before, or zeros."""
    found = {}
    for name, state, prev in (("h", traced.h, traced.h_prev), ("c", traced.c, traced.c_prev)):
        if state is None or prev is None:
            continue
        zeros = torch.zeros_like(state[0])
        if not torch.equal(prev, before(state, zeros, traced.direction)):
            found[f"{name}_prev"] = floats(prev[:, 0])
    return found


def _weights(rnn: RNNModule, place: tuple[int, int]) -> dict[str, Floats]:
    """Return the weights of a layer and direction; none where numbers have fewer digits than shown.

    The gates of a network in bfloat16 are rounded to three digits, which no other computation hits.
    """
    found = layer_weights(rnn, place[0], DIRECTIONS[place[1]])
    names = ("weight_ih", "weight_hh")
    if found[names[0]].dtype not in (torch.float32, torch.float64):
        return {}
    return {name: floats(found[name]) for name in names}


def _places(
    orders: Mapping[str, list[int]], units: NDArray[np.int64]
) -> dict[str, NDArray[np.int64]]:
    """Turn orders of all units into orders of those that are shown, by their places."""
    place = {int(unit): n for n, unit in enumerate(units)}
    return {
        name: np.array([place[unit] for unit in order if unit in place])
        for name, order in orders.items()
    }
