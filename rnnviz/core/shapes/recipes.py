"""Recipes for a recurrent network's output: which slice to take, its code, and a proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor

from rnnviz.core.shapes import code as shapes_code
from rnnviz.core.shapes.expressions import Part, Term, cat, pick
from rnnviz.core.shapes.proofs import Proof, carry, last_state, part, valid
from rnnviz.core.shapes.run import Run, read

Want = Literal["last", "both", "steps", "pool", "carry"]


@dataclass(frozen=True, eq=False)
class Answer:
    """What to take.

    Attributes:
        want: What was wanted.
        term: The slice; of "carry" the first state that is handed over.
        code: A whole program that runs as it stands and prints the shape of `name`.
        name: What the slice is called in it.
        letters: The slice's shape in the glossary's letters.
        proof: That it is so, or, of what cannot be, that it is not.
    """

    want: Want
    term: Term
    code: str
    name: str
    letters: str
    proof: Proof


def answer(run: Run, want: Want) -> Answer:
    """Answer what a person wants of a call.

    Raises:
        ValueError: If the want is none of these.
    """
    if want not in get_args(Want):
        raise ValueError(f"want must be one of {', '.join(get_args(Want))}, got {want!r}")
    return {"last": _last, "both": _both, "steps": _steps, "pool": _pool, "carry": _carry}[want](
        run
    )


def _program(run: Run, lines: list[str], name: str, letters: str, shape: tuple[int, ...]) -> str:
    shown = f"print(tuple({name}.shape))  # {tuple(shape)} {letters}"
    return shapes_code.program(run.call, [*lines, shown], printed=())


def _found(run: Run, want: Want, term: Term, name: str, axes: str, proof: Proof) -> Answer:
    """Put an answer together that is one line of code."""
    letters = _letters(run, axes)
    lines = [] if term.code == name else [f"{name} = {term.code}"]
    code = _program(run, lines, name, letters, tuple(term.value.shape))
    return Answer(want, term, code, name, letters, proof)


def _letters(run: Run, axes: str) -> str:
    """Leave out the batch axis of unbatched input; "·" stands for the axes before the last."""
    call = run.call
    order = "B, T" if call.batch_first else "T, B"
    said = axes.replace("·, ", f"{order}, ")
    found = [one for one in said.split(", ") if one != "B" or not call.unbatched]
    return f"({', '.join(found)}{',' if len(found) == 1 else ''})"


def _end(run: Run, direction: int) -> Term:
    """Return the output where a direction has seen everything."""
    if direction == 1:
        return part(run, 0, 1)
    return part(run, run.call.time - 1, 0) if run.lengths is None else valid(run, 0)


def _last(run: Run) -> Answer:
    if run.cell is not None:
        proof = Proof(run.term("h"), _end(run, 0), "one_direction")
        return _found(run, "last", run.term("h"), "h", "B, P", proof)
    config = run.call.config
    if not config.bidirectional:
        reason: Literal["valid", "one_direction"] = "valid" if run.call.lengths else "one_direction"
        proof = Proof(last_state(run, 0), _end(run, 0), reason)
        return _found(run, "last", last_state(run, 0), "last", "B, P", proof)
    h_n = run.values["h_n"]
    sizes = (config.num_layers, 2, *h_n.shape[1:])
    term = pick(Term(f"h_n.view{sizes}", h_n.view(sizes)), (-1,))
    ends = [_end(run, direction) for direction in (0, 1)]
    stacked = torch.stack([one.value for one in ends])
    both = Term(f"torch.stack(({ends[0].code}, {ends[1].code}))", stacked)
    return _found(run, "last", term, "last", "D, B, P", Proof(term, both, "view"))


def _both(run: Run) -> Answer:
    if not run.call.config.bidirectional:
        found = _last(run)
        return Answer("both", found.term, found.code, found.name, found.letters, found.proof)
    term = cat(last_state(run, 0), last_state(run, 1))
    proof = Proof(term, cat(_end(run, 0), _end(run, 1)), "forward_end")
    return _found(run, "both", term, "summary", "B, D·P", proof)


def _steps(run: Run) -> Answer:
    return _found(run, "steps", run.term("output"), "output", "·, D·P", _steps_proof(run))


def _steps_proof(run: Run) -> Proof:
    """Prove what a step's vector is: padding, all that was read so far, or both directions."""
    call = run.call
    if call.lengths and min(call.lengths) < call.time:
        b = call.lengths.index(min(call.lengths))
        rest = slice(call.lengths[b], None)
        padded = pick(run.term("output"), (b, rest) if call.batch_first else (rest, b))
        sizes = tuple(padded.value.shape)
        return Proof(padded, Term(f"torch.zeros{sizes}", torch.zeros(sizes)), "padding")
    if call.config.bidirectional:
        return Proof(_end(run, 1), last_state(run, 1), "reverse_start")
    if run.cell is not None or call.lengths:
        return Proof(_end(run, 0), run.term("h") if run.cell else last_state(run, 0), "prefix")
    k = max(call.time // 2, 1)
    some: tuple[Part, ...] = (slice(None, k),) if run.time_axis == 0 else (slice(None), slice(k))
    begun = pick(Term("x", run.x), some)
    lstm = "[0]" if call.config.cell == "lstm" else ""
    with torch.no_grad():
        _, state = read(call, run.rnn, begun.value)
    h = state[0] if isinstance(state, tuple) else state
    prefix = Term(f"rnn({begun.code})[1]{lstm}[-1]", h[-1])
    return Proof(part(run, k - 1), prefix, "prefix")


def _pool(run: Run) -> Answer:
    call, axis = run.call, run.time_axis
    output = run.values["output"]
    letters = _letters(run, "B, D·P")
    if run.lengths is None:
        mean = Term(f"output.mean({axis})", output.mean(axis))
        largest = f"largest = output.amax({axis})"
        each = "t, :" if axis == 0 else ":, t"
        total = sum(output.unbind(axis), torch.zeros(())) / call.time
        by_hand = Term(f"sum(output[{each}] for t in range({call.time})) / {call.time}", total)
        lines = [f"mean = {mean.code}", largest]
    else:
        mean = Term(
            f"output.sum({axis}) / lengths[:, None]", output.sum(axis) / run.lengths[:, None]
        )
        b = call.lengths.index(min(call.lengths))
        own = slice(call.lengths[b])
        one = pick(run.term("output"), (b, own) if call.batch_first else (own, b))
        by_hand = Term(f"{one.code}.mean(0)", one.value.mean(0))
        lines = [f"mean = {mean.code}", *_masked(run)]
        code = _program(run, lines, "mean", letters, tuple(mean.value.shape))
        left = Term(f"({mean.code})[{b}]", mean.value[b])
        return Answer("pool", mean, code, "mean", letters, Proof(left, by_hand, "mean"))
    code = _program(run, lines, "mean", letters, tuple(mean.value.shape))
    return Answer("pool", mean, code, "mean", letters, Proof(mean, by_hand, "mean"))


def _masked(run: Run) -> list[str]:
    """Write how the largest is taken without the padding's zeros."""
    T, axis = run.call.time, run.time_axis
    steps, lengths = (
        (f"torch.arange({T})", "lengths[:, None]")
        if axis == 1
        else (f"torch.arange({T})[:, None]", "lengths")
    )
    return [
        f"valid = {steps} < {lengths}",
        f"largest = output.masked_fill(~valid[..., None], -torch.inf).amax({axis})",
    ]


def _carry(run: Run) -> Answer:
    handed, whole = carry(run)
    names = ["h", "c"] if run.cell is not None else ["h_n", "c_n"]
    names = names if run.call.config.cell == "lstm" else names[:1]
    detached = ", ".join(f"{name}.detach()" for name in names)
    state = f"({detached})" if len(names) > 1 else detached
    term = run.term(names[0])
    lines = [f"x_next = torch.randn({', '.join(map(str, run.x.shape))})"]
    if run.cell is not None:
        first = "x_next[0]" if run.time_axis == 0 else "x_next[:, 0]"
        result = "h, c" if len(names) > 1 else "h"
        lines.append(f"{result} = rnn({first}, {state})  # and so on, step by step")
        shape, axes = tuple(term.value.shape), "B, P"
        name = "h"
    else:
        lines.append(f"output, state = rnn(x_next, {state})")
        shape, axes = _whole(run), "·, D·P"
        name = "output"
    letters = _letters(run, axes)
    code = _program(run, lines, name, letters, shape)
    left, right = (Term(words, value) for words, value in _carried(run, handed, whole))
    return Answer("carry", term, code, name, letters, Proof(left, right, "carried"))


def _whole(run: Run) -> tuple[int, ...]:
    return tuple(run.values["output"].shape)


def _carried(run: Run, handed: Tensor, whole: Tensor) -> tuple[tuple[str, Tensor], ...]:
    """Name both ways of reading on, as near to code as one line can be."""
    state = "(h, c)" if run.cell is not None else "(h_n, c_n)"
    state = state if run.call.config.cell == "lstm" else state.strip("()").split(",")[0]
    joined = f"torch.cat((x, x_next), dim={run.time_axis})"
    after = f"[{':, ' * run.time_axis}{run.call.time}:]"
    if run.lengths is not None:
        n, last = run.call.lengths[-1], "-1" if run.call.batch_first else ":, -1"
        x = f"x[-1, :{n}]" if run.call.batch_first else f"x[:{n}, -1]"
        joined, after = f"torch.cat(({x}, x_next[{last}]))", f"[{n}:]"
        handing = f"rnn(x_next, {state})[0][{last}]"
        return (handing, handed), (f"rnn({joined})[0]{after}", whole)
    return (f"rnn(x_next, {state})[0]", handed), (f"rnn({joined})[0]{after}", whole)
