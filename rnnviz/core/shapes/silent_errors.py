"""Shape errors that torch does not report, and how far the result is from the correct one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from rnnviz.core.shapes import code as shapes_code
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.errors import Mistake, plain, program, x_line
from rnnviz.core.shapes.expressions import Term, cat
from rnnviz.core.shapes.proofs import last_state, part, valid
from rnnviz.core.shapes.run import Run


def silent(run: Run) -> tuple[Mistake, ...]:
    """Make the mistakes that run, beside what is meant."""
    return tuple(_silent(run))


def _silent(run: Run) -> Iterator[Mistake]:
    call = run.call
    config = call.config
    if call.stepwise or call.unbatched:
        return
    if not call.lengths:
        yield _swapped(run)
        yield _unbatched(run)
    if config.bidirectional:
        yield _last_output(run)
    if call.lengths and min(call.lengths) < call.time:
        yield _padding(run)
    if call.batch_first:
        yield _turned(run)
    elif call.batch > 1 and call.time > 1 and not call.lengths:
        yield _viewed_input(run)
    if config.num_layers * config.num_directions > 1 and call.batch > 1:
        yield _viewed(run)


def _mistake(
    call: Call,
    name: str,
    before: tuple[str, ...],
    wrong: tuple[str, Tensor],
    right: tuple[str, Tensor],
    after: tuple[str, ...] = (),
) -> Mistake:
    """Put a mistake together: two lines for one place, each with what it gives."""
    programs = [program(call, (*before, line, *after)) for line, _ in (wrong, right)]
    same = wrong[1].shape == right[1].shape and wrong[1].numel()
    difference = float((wrong[1] - right[1]).abs().max()) if same else 0.0
    shapes = (tuple(wrong[1].shape), tuple(right[1].shape))
    return Mistake(
        "silent", name, wrong[0], programs[0], right[0], programs[1], "", difference, shapes
    )


def _lines(call: Call) -> tuple[str, ...]:
    """Write the lines up to output and h_n."""
    bare = plain(call)
    whole = shapes_code.program(bare, printed=()).split("\n\n", 1)[1]
    return tuple(line for line in whole.splitlines() if line)


def _swapped(run: Run) -> Mistake:
    """Give x with its first two axes in the other order.

    What is compared is the output of the other sequences, before and after the first one was
    changed: they must not depend on it.
    """
    call = plain(run.call)
    batch = 1 - run.time_axis
    bare = x_line(call)
    order = "(T, B, I), yet batch_first=True" if call.batch_first else "(B, T, I), yet time first"
    other = f"{bare.split('  #')[0]}.transpose(0, 1)  # {order}"
    turned = run.x.transpose(0, 1)
    with torch.no_grad():
        leaks = [_leak(run, x, axis) for x, axis in ((turned, 1 - batch), (run.x, batch))]
    stack = call.config.num_layers * call.config.num_directions
    sizes = [(stack, count, call.config.output_size) for count in (call.time, call.batch)]
    return Mistake(
        "silent",
        "swapped",
        other,
        _leaking(call, other, 1 - batch),
        bare,
        _leaking(call, bare, batch),
        difference=abs(leaks[0] - leaks[1]),
        shapes=(sizes[0], sizes[1]),
    )


def _leaking(call: Call, line: str, batch: int) -> str:
    """Write a program that shows whether one sequence's output depends on another sequence."""
    at = ":, " * batch
    lines = (line, f"rnn = {shapes_code.constructor(call)}", "output = rnn(x)[0]")
    if call.batch == 1:  # then there is no other sequence to look at
        return program(call, (*lines, "print(tuple(output.shape))"))
    changing = (
        "changed = x.clone()",
        f"changed[{at}0] += 1  # another first sequence",
        f"moved = (rnn(changed)[0] - output)[{at}1:]  # the others: must not move",
        "print(moved.abs().max().item())",
    )
    return program(call, (*lines, *changing))


def _leak(run: Run, x: Tensor, batch: int) -> float:
    """Return how far the other sequences' output moves when the first one is changed."""
    others = x.shape[batch] - 1
    if others == 0:
        return 0.0
    changed = x.clone()
    changed.select(batch, 0).add_(1.0)
    moved = (run.rnn(changed)[0] - run.rnn(x)[0]).narrow(batch, 1, others)
    return float(moved.abs().max())


def _unbatched(run: Run) -> Mistake:
    """Leave the batch's axis, or that of time, out: what is left is taken for one sequence."""
    call = plain(run.call)
    at = "[:, 0]" if call.batch_first else "[0]"
    kept = "[:, :1]" if call.batch_first else "[:1]"
    step = run.x.select(run.time_axis, 0)  # (B, I)
    with torch.no_grad():
        wrong, right = run.rnn(step)[0], run.rnn(run.x.narrow(run.time_axis, 0, 1))[0]
    meant = right.select(run.time_axis, 0)
    found = _mistake(
        call,
        "unbatched",
        (x_line(call), f"rnn = {shapes_code.constructor(call)}"),
        (f"output, state = rnn(x{at})  # (B, I): read as one sequence of B steps", wrong),
        (f"output, state = rnn(x{kept})  # one step of every sequence", meant),
        ("print(tuple(output.shape))",),
    )
    return replace(found, shapes=(tuple(wrong.shape), tuple(right.shape)))


def _last_output(run: Run) -> Mistake:
    """Take the last step of both directions for the last state of both."""
    wrong = part(run, run.call.time - 1)
    right = cat(last_state(run, 0), last_state(run, 1))
    if run.lengths is not None:
        wrong = cat(valid(run, 0), valid(run, 1))
    return _slices(run, "last_output", wrong, right)


def _slices(run: Run, name: str, wrong: Term, right: Term) -> Mistake:
    """Compare two slices of one call."""
    pairs = [(f"features = {term.code}", term.value) for term in (wrong, right)]
    return _mistake(run.call, name, _lines(run.call), pairs[0], pairs[1])


def _padding(run: Run) -> Mistake:
    """Read on over the padding: packing is left out."""
    call = plain(run.call)
    lstm = call.config.cell == "lstm"
    result = "(h_n, c_n)" if lstm else "h_n"
    first = ", batch_first=True" if call.batch_first else ""
    with torch.no_grad():
        state = run.rnn(run.x)[1]
    wrong = state[0] if isinstance(state, tuple) else state
    before = (
        *shapes_code.inputs(call),
        f"rnn = {shapes_code.constructor(call)}",
    )
    packed = f"pack_padded_sequence(x, lengths{first}, enforce_sorted=False)"
    return _mistake(
        call,
        "padding",
        before,
        (f"output, {result} = rnn(x)", wrong),
        (f"output, {result} = rnn({packed})", run.values["h_n"]),
    )


def _turned(run: Run) -> Mistake:
    """Believe that batch_first turns h_n: what is taken is one sequence, of every layer."""
    h_n = run.values["h_n"]
    return _slices(run, "turned", Term("h_n[:, -1]", h_n[:, -1]), last_state(run, 0))


def _viewed_input(run: Run) -> Mistake:
    """Bring (B, T, I) into (T, B, I) by view, which cuts the numbers anew."""
    call = plain(run.call)
    B, T, I = call.batch, call.time, call.config.input_size
    first = run.x.transpose(0, 1).contiguous()  # (B, T, I)
    return _mistake(
        call,
        "viewed_input",
        (f"x = torch.randn({B}, {T}, {I})  # (B, T, I)",),
        (f"x = x.view({T}, {B}, {I})  # sequences are mixed", first.view(T, B, I)),
        ("x = x.transpose(0, 1)  # (T, B, I)", run.x),
        (f"rnn = {shapes_code.constructor(call)}", "output, state = rnn(x)"),
    )


def _viewed(run: Run) -> Mistake:
    """Lay the states of a sequence side by side by view, which mixes sequences."""
    h_n = run.values["h_n"]
    B = run.call.batch
    wrong = Term(f"h_n.view({B}, -1)", h_n.reshape(B, -1))
    right = Term(f"h_n.transpose(0, 1).reshape({B}, -1)", h_n.transpose(0, 1).reshape(B, -1))
    return _slices(run, "viewed", wrong, right)
