"""Equality of slices that are often confused, tested on a real module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from rnnviz.core.shapes.expressions import Part, Term, pick
from rnnviz.core.shapes.run import Given, Run, State, read, step_through, zeros
from rnnviz.core.shapes.slices import Pick, index, valid_last

Reason = Literal[
    "forward_end",
    "reverse_end",
    "reverse_start",
    "one_direction",
    "padding",
    "valid",
    "view",
    "zeros",
    "loop",
    "prefix",
    "mean",
    "carried",
]

EQUAL = 1e-5  # float32: what differs by less, measured against the larger of 1 and the values


@dataclass(frozen=True, eq=False)
class Proof:
    """Two expressions and whether they give the same numbers.

    Attributes:
        left: One.
        right: The other, of the same shape.
        reason: What decides it.
    """

    left: Term
    right: Term
    reason: Reason

    @property
    def difference(self) -> float:
        """The largest difference of two numbers at the same place."""
        if not self.left.value.numel():
            return 0.0
        return float((self.left.value - self.right.value).abs().max())

    @property
    def holds(self) -> bool:
        """Whether they are equal, but for float32's rounding."""
        largest = float(self.right.value.abs().max()) if self.right.value.numel() else 0.0
        return self.difference <= EQUAL * max(1.0, largest)


def prove(run: Run) -> tuple[Proof, ...]:
    """Compare the slices of a call that people take for one another."""
    if run.call.stepwise:
        return _of_cell(run)
    if run.lengths is not None:
        return (*_of_packed(run), _view(run), _zeros(run))
    return (*_of_ends(run), _view(run), _zeros(run))


def last_state(run: Run, direction: int) -> Term:
    """Return h_n of the top layer in one direction: h_n[-2] and h_n[-1] of two, else h_n[-1]."""
    config = run.call.config
    place = (config.num_layers - 1) * config.num_directions + direction
    return pick(run.term("h_n"), index(run.call, Pick("h_n", place=place)))


def part(run: Run, step: int | None, direction: int | None = None) -> Term:
    """Return the output at one step, of one direction."""
    return pick(run.term("output"), index(run.call, Pick("output", step, None, direction)))


def valid(run: Run, direction: int) -> Term:
    """Return the output at each sequence's last valid step, of one direction."""
    assert run.lengths is not None
    return pick(run.term("output"), valid_last(run.call, run.lengths, direction))


def _of_ends(run: Run) -> tuple[Proof, ...]:
    end = run.call.time - 1
    if not run.call.config.bidirectional:
        return (Proof(part(run, end), last_state(run, 0), "one_direction"),)
    return (
        Proof(part(run, end, 0), last_state(run, 0), "forward_end"),
        Proof(part(run, 0, 1), last_state(run, 1), "reverse_start"),
        Proof(part(run, end, 1), last_state(run, 1), "reverse_end"),
    )


def _of_packed(run: Run) -> tuple[Proof, ...]:
    end = run.call.time - 1
    forward = (
        Proof(valid(run, 0), last_state(run, 0), "valid"),
        Proof(part(run, end, 0), last_state(run, 0), "padding"),
    )
    if not run.call.config.bidirectional:
        return forward
    return (
        *forward,
        Proof(part(run, 0, 1), last_state(run, 1), "reverse_start"),
        Proof(valid(run, 1), last_state(run, 1), "reverse_end"),
    )


def _view(run: Run) -> Proof:
    config = run.call.config
    h_n = run.values["h_n"]
    sizes = (config.num_layers, config.num_directions, *h_n.shape[1:])
    viewed = Term(f"h_n.view{sizes}", h_n.view(sizes))
    return Proof(pick(viewed, (-1, 0)), last_state(run, 0), "view")


def _zeros(run: Run) -> Proof:
    code, value = _written_zeros(run)
    lstm = run.call.config.cell == "lstm"
    given = "packed" if run.lengths is not None else "x"
    at = "[1][0]" if lstm else "[1]"
    with torch.no_grad():
        states: tuple[State, State] = (None, value)
        left, right = (_h(read(run.call, run.rnn, run.x, one)[1]) for one in states)
    return Proof(Term(f"rnn({given}){at}", left), Term(f"rnn({given}, {code}){at}", right), "zeros")


def _written_zeros(run: Run) -> tuple[str, Given]:
    state = zeros(run.call)
    written = [
        f"torch.zeros{tuple(one.shape)}" for one in (state if isinstance(state, tuple) else [state])
    ]
    return (f"({', '.join(written)})" if len(written) > 1 else written[0]), state


def _of_cell(run: Run) -> tuple[Proof, ...]:
    """Compare a Cell's loop with the whole module of the same weights, called once."""
    assert run.cell is not None
    with torch.no_grad():
        output, state = run.rnn(run.x)
    lstm = run.call.config.cell == "lstm"
    whole = Term("whole(x)[0]", output)
    last = Term(f"whole(x)[1]{'[0]' * lstm}[-1]", _h(state)[-1])
    end = part(run, run.call.time - 1)
    return (
        Proof(run.term("output"), whole, "loop"),
        Proof(run.term("h"), last, "loop"),
        Proof(end, run.term("h"), "one_direction"),
        _cell_zeros(run),
    )


def _cell_zeros(run: Run) -> Proof:
    assert run.cell is not None
    code, state = _written_zeros(run)
    lstm = run.call.config.cell == "lstm"
    first = pick(run.term("x"), _first_step(run))
    with torch.no_grad():
        left, right = (_h(run.cell(first.value, given)) for given in (None, state))
    at = "[0]" if lstm else ""
    return Proof(
        Term(f"rnn({first.code}){at}", left), Term(f"rnn({first.code}, {code}){at}", right), "zeros"
    )


def _first_step(run: Run) -> tuple[Part, ...]:
    return (0,) if run.time_axis == 0 else (slice(None), 0)


def _h(state: Given) -> Tensor:
    return state[0] if isinstance(state, tuple) else state


def carry(run: Run) -> tuple[Tensor, Tensor]:
    """Read further input with the state handed over, and both parts at once.

    Returns: The output of the further part either way; of packed sequences the first one's alone.
    """
    call, T = run.call, run.call.time
    with torch.no_grad():
        if run.cell is not None:
            names = ("h", "c") if call.config.cell == "lstm" else ("h",)
            kept = tuple(run.values[name] for name in names)
            state: State = (kept[0], kept[1]) if len(kept) == 2 else kept[0]
            handed, _ = step_through(run.cell, run.further, state, run.time_axis)
            both, _ = run.rnn(torch.cat((run.x, run.further), run.time_axis))
            return handed, both.narrow(run.time_axis, T, T)
        _, state = read(call, run.rnn, run.x)
        if run.lengths is None:
            handed, _ = run.rnn(run.further, state)
            both, _ = run.rnn(torch.cat((run.x, run.further), run.time_axis))
            return handed, both.narrow(run.time_axis, T, T)
        handed, _ = run.rnn(run.further, state)
        n, axis = call.lengths[-1], 1 - run.time_axis
        x, further = (one.select(axis, call.batch - 1) for one in (run.x, run.further))
        alone = torch.cat((x[:n], further))  # one sequence, without a batch axis
        both, _ = run.rnn(alone)
        return handed.select(axis, call.batch - 1), both[n:]
