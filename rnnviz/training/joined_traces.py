"""Traces of a recurrent module's calls, joined into one: x, states and gates of all their steps."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnviz.core import cells
from rnnviz.core.config import Nonlinearity
from rnnviz.core.inspect.trace import State, Trace, run_trace
from rnnviz.core.models import RNNModule
from rnnviz.training import module_calls
from rnnviz.training.module_calls import ModuleCall, Recurrent

Cell = nn.RNNCell | nn.GRUCell | nn.LSTMCell
Tensors = dict[str, Tensor]
BIASES = ("bias_ih", "bias_hh")


@dataclass(frozen=True, eq=False)
class Joined:
    """What a module read and computed.

    Attributes:
        x: What it read, shape (T, B, I).
        states: By "layer.direction.name", e.g. "0.forward.i", each (T, B, ·); zeros in padding.
        lengths: Steps of each sequence where they were packed, int64 (B,); else None.
    """

    x: Tensor
    states: Tensors
    lengths: Tensor | None = None


def calls(
    model: nn.Module,
    inner: Recurrent,
    x: Any,  # noqa: ANN401  (whatever `forward` takes)
    line: str,
) -> list[ModuleCall]:
    """Run a model for the calls of its module, or take what is given to a torch network itself.

    Args:
        model: The model.
        inner: Its recurrent module, or itself.
        x: As `module_calls.arguments` takes it.
        line: What a person runs, for a message.

    Raises:
        TypeError: If `forward` needs another argument.
        ValueError: If x is nothing that a Cell takes.
    """
    given, named = module_calls.arguments(model, x, line)
    if inner is not model:
        return module_calls.caught_calls(model, inner, given, named)
    if isinstance(model, nn.RNNCellBase):
        return stepped(model, *given, **named)
    read, state = (*given, *named.values(), None)[:2]
    return [ModuleCall(read, state, state)]


def chosen_calls(
    inner: Recurrent, calls: list[ModuleCall], call: int | None, words: str, line: str
) -> list[ModuleCall]:
    """Return one call by its number from 0, or all, as parts of one sequence.

    Raises:
        ValueError: If there is no such call, or all are no one sequence.
    """
    if call is None:
        check_chain(inner, calls, words, line)
        return calls
    if not 0 <= call < len(calls):
        raise ValueError(f"call must lie in [0, {len(calls)}), the calls of {words}, got {call}")
    return calls[call : call + 1]


def joined(inner: Recurrent, calls: Sequence[ModuleCall], words: str) -> Joined:
    """Trace a module's calls one after another, and put their steps in one sequence.

    Args:
        inner: The module.
        calls: Its calls, one at least; each goes on from a state that it was given.
        words: What the module is called in a message.

    Raises:
        ValueError: If the calls cannot be one sequence.
    """
    if not calls:
        raise ValueError(f"the model has not called {words} with this input")
    traced = [_traced(inner, call) for call in calls]
    if len(traced) == 1:
        return traced[0]
    sizes = sorted({one.x.shape[1] for one in traced})
    if len(sizes) > 1:
        raise ValueError(
            f"{words} was called with batches of different sizes, {sizes[0]} to {sizes[-1]}: "
            "name one call by its number from 0, as in record(…, call=0)"
        )
    return Joined(
        torch.cat([one.x for one in traced]),
        {name: torch.cat([one.states[name] for one in traced]) for name in traced[0].states},
    )


def stepped(cell: Cell, input: Tensor, hx: State | None = None) -> list[ModuleCall]:
    """Step a Cell through x (T, B, I), or (T, I) of one sequence; return its calls."""
    if input.dim() not in (2, 3) or input.shape[-1] != cell.input_size or not len(input):
        raise ValueError(
            f"x must be (T, B, I) or (T, I) with I = {cell.input_size}, got {tuple(input.shape)}"
        )
    calls: list[ModuleCall] = []
    with torch.no_grad():
        for x in input.unbind():
            made = cell(x, hx)
            calls.append(ModuleCall(x, hx, made))
            hx = made
    return calls


def check_chain(inner: Recurrent, calls: Sequence[ModuleCall], words: str, line: str) -> None:
    """Check that several calls are parts of one sequence.

    They are if each goes on from the state that the one before returned, or, in a loop of single
    steps, from any state.

    Raises:
        ValueError: If they are sequences of their own: with the line that takes one of them.
    """
    if len(calls) < 2:
        return
    count, choose = len(calls), f"name one by its number from 0, as in {line}, call=0)"
    if getattr(inner, "bidirectional", False):
        raise ValueError(
            f"{words} has two directions and was called {count} times, so its calls are no one "
            f"sequence: {choose}"
        )
    if any(isinstance(call.x, PackedSequence) for call in calls):
        raise ValueError(f"{words} was called {count} times with packed sequences: {choose}")
    for before, call in itertools.pairwise(calls):
        if call.state is None:
            raise ValueError(
                f"{words} was called {count} times, and not each time with the state before: from "
                f"None it starts again at zeros. To record one call, {choose}"
            )
        if _steps(inner, call.x) > 1 and not _same(before.made, call.state):
            raise ValueError(
                f"{words} was called {count} times, each time from a state of its own: {choose}"
            )


def _steps(inner: Recurrent, x: Tensor | PackedSequence) -> int:
    if isinstance(inner, nn.RNNCellBase) or isinstance(x, PackedSequence):
        return 1
    return x.shape[1 if inner.batch_first and x.dim() == 3 else 0]


def _same(made: State, given: State) -> bool:
    pairs = zip(_tensors(made), _tensors(given), strict=False)
    return all(one.shape == other.shape and torch.equal(one, other) for one, other in pairs)


def _tensors(state: State) -> tuple[Tensor, ...]:
    return (state,) if isinstance(state, Tensor) else tuple(state)


def _traced(inner: Recurrent, call: ModuleCall) -> Joined:
    if isinstance(inner, nn.RNN | nn.GRU | nn.LSTM):
        if isinstance(call.x, PackedSequence):
            return _packed(inner, call.x, call.state)
        return _whole(inner, call.x, call.state)
    return _of_cell(inner, call)


def _whole(rnn: RNNModule, x: Tensor, state: State | None) -> Joined:
    x, state = as_weights(rnn, x), state_as_weights(rnn, state)
    traced = run_trace(rnn, x, state)
    if x.dim() == 2:
        x = x.unsqueeze(1)  # (T, 1, I)
    elif rnn.batch_first:
        x = x.transpose(0, 1)  # (T, B, I)
    return Joined(x, _named(traced))


def _packed(rnn: RNNModule, x: PackedSequence, state: State | None) -> Joined:
    """Trace sequences of each length by themselves, as a packed call reads them."""
    padded, lengths = pad_packed_sequence(x)  # (T, B, I), (B,)
    T, B, _ = padded.shape
    states: Tensors = {}
    for length in sorted(set(lengths.tolist())):
        rows = (lengths == length).nonzero().flatten().to(padded.device)  # (b,)
        part = padded[:length, rows]  # (t, b, I)
        given = None if state is None else tuple(one[:, rows] for one in _tensors(state))
        one_state = given if given is None or len(given) == 2 else given[0]
        found = _whole(rnn, part.transpose(0, 1) if rnn.batch_first else part, one_state)
        for name, values in found.states.items():
            if name not in states:
                states[name] = values.new_zeros(T, B, values.shape[-1])
            states[name][:length, rows] = values
    return Joined(padded, states, lengths)


def _of_cell(cell: Cell, call: ModuleCall) -> Joined:
    """Trace one step of a Cell: x (B, I) or (I,)."""
    assert isinstance(call.x, Tensor)
    x = as_weights(cell, call.x)
    x = x if x.dim() == 2 else x.unsqueeze(0)  # (B, I)
    zeros = x.new_zeros(len(x), cell.hidden_size)
    state = state_as_weights(cell, call.state)
    given = [zeros, zeros] if state is None else list(_tensors(state))
    given = [one if one.dim() == 2 else one.unsqueeze(0) for one in given]
    weights = {name: getattr(cell, name) for name in ("weight_ih", "weight_hh", *BIASES)}
    step: cells.Step
    if isinstance(cell, nn.LSTMCell):
        step = cells.lstm_step(x, given[0], given[1], **weights)
        states = {"h": step.h, "c": step.c}
    elif isinstance(cell, nn.GRUCell):
        step = cells.gru_step(x, given[0], **weights)
        states = {"h": step.h}
    else:
        kind: Nonlinearity = "relu" if cell.nonlinearity == "relu" else "tanh"
        step = cells.rnn_step(x, given[0], **weights, nonlinearity=kind)
        states = {"h": step.h}
    found = states | step.gates
    return Joined(
        x.unsqueeze(0), {f"0.forward.{name}": value.unsqueeze(0) for name, value in found.items()}
    )


def _named(traced: Trace) -> Tensors:
    found: Tensors = {}
    for trace in (trace for layer in traced.layers for trace in layer):
        states = {"h": trace.h} | ({} if trace.c is None else {"c": trace.c}) | trace.gates
        found |= {f"{trace.layer}.{trace.direction}.{name}": part for name, part in states.items()}
    return found


def as_weights(inner: Recurrent, value: Tensor) -> Tensor:
    """Cast a tensor to the weights' dtype: under autocast a model passes others."""
    if not isinstance(value, Tensor) or not value.is_floating_point():
        return value  # that it does not fit is said where it is read
    return value.to(next(inner.parameters()).dtype)


def state_as_weights(inner: Recurrent, state: State | None) -> State | None:
    """Cast a state to the weights' dtype; None stays None."""
    if state is None or isinstance(state, Tensor):
        return None if state is None else as_weights(inner, state)
    return as_weights(inner, state[0]), as_weights(inner, state[1])
