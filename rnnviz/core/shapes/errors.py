"""Common shape errors: those for which torch raises an exception, and those for which it warns.

What runs silently wrong is in `silent_errors`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnnviz.core.shapes import code as shapes_code
from rnnviz.core.shapes import table as shapes_table
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.run import Run, read, zeros

Kind = Literal["refused", "warned", "silent"]
HEAD = "import torch\nfrom torch import nn"


@dataclass(frozen=True)
class Mistake:
    """A mistake, in code that runs as it stands up to what is wrong in it.

    Attributes:
        kind: Whether torch refuses it, only warns of it, or lets it run.
        name: Which, e.g. "layers".
        line: The line that is wrong.
        wrong: The program with it.
        mended_line: The line that mends it.
        mended: The program with that.
        said: Torch's own words; "" where it says nothing.
        difference: Of what runs silently wrong, the largest difference from what is right.
        shapes: Of the same, the shapes of what comes out: wrong, and right.
    """

    kind: Kind
    name: str
    line: str
    wrong: str
    mended_line: str
    mended: str
    said: str = ""
    difference: float = 0.0
    shapes: tuple[tuple[int, ...], ...] = ()


def plain(call: Call) -> Call:
    """Return a call without what stands before and after the recurrent module."""
    return replace(call, source="vectors", head="none", state_given=False)


def refused(run: Run) -> tuple[Mistake, ...]:
    """Make the mistakes that torch refuses, and keep what it says."""
    return tuple(_refused(run))


def _refused(run: Run) -> Iterator[Mistake]:
    call = run.call
    yield _state(run)
    yield _width(run)
    if call.config.cell == "lstm" and not call.stepwise:
        yield _projection(call)
    if call.lengths and min(call.lengths) < call.time:
        yield _order(run)
    if call.source == "tokens":
        yield _tokens(call)
    if call.source == "pictures" and not call.stepwise:
        yield _pictures(run)


def warned(call: Call) -> tuple[Mistake, ...]:
    """Make the mistakes that torch only warns of; a Cell has no dropout to be warned of."""
    if call.stepwise:
        return ()
    one = replace(call.config, num_layers=1, proj_size=0)
    name = f"nn.{call.config.cell.upper()}({one.input_size}, {one.hidden_size}"
    line, mended = f"rnn = {name}, dropout=0.5)", f"rnn = {name}, num_layers=2, dropout=0.5)"
    kind = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[call.config.cell]
    with warnings.catch_warnings(record=True) as caught, torch.device("meta"):
        warnings.simplefilter("always")
        kind(one.input_size, one.hidden_size, dropout=0.5)
    said = str(caught[0].message) if caught else ""
    return (
        Mistake(
            "warned", "dropout", line, f"{HEAD}\n\n{line}\n", mended, f"{HEAD}\n\n{mended}\n", said
        ),
    )


def program(call: Call, lines: tuple[str, ...]) -> str:
    """Write a program around some lines: imports before them, the module's line where it says."""
    packing = f"\n{shapes_code.PACKING}" if call.lengths else ""
    return f"{HEAD}{packing}\n\n" + "\n".join(lines) + "\n"


def x_line(call: Call) -> str:
    """Write the line that makes x, of random numbers."""
    row = shapes_table.named(call)["x"]
    return f"x = torch.randn{row.shape}  # {row.letters}"


def _told(call: Callable[[], object]) -> str:
    """Return what torch says when it refuses a call."""
    try:
        with torch.no_grad():
            call()
    except (RuntimeError, ValueError, IndexError, TypeError) as error:
        return str(error)
    return ""


def _mistake(
    call: Call,
    name: str,
    before: tuple[str, ...],
    lines: tuple[str, str],
    after: tuple[str, ...],
    said: str,
) -> Mistake:
    """Put a mistake together whose mending is another line in the same place."""
    wrong, mended = (program(call, (*before, line, *after)) for line in lines)
    return Mistake("refused", name, lines[0], wrong, lines[1], mended, said)


def _state(run: Run) -> Mistake:
    """Give an initial state of one layer too many; of a Cell, of one sequence too many."""
    call = plain(run.call)
    state = zeros(call)
    right = state if isinstance(state, tuple) else (state,)
    wrong = tuple(torch.zeros(one.shape[0] + 1, *one.shape[1:]) for one in right)
    lines = [f"state = {_tuple([tuple(one.shape) for one in given])}" for given in (wrong, right)]
    before = (*shapes_code.inputs(call), f"rnn = {shapes_code.constructor(call)}")
    given = wrong if len(wrong) > 1 else wrong[0]
    if run.cell is not None:
        first = "x[0]" if run.time_axis == 0 else "x[:, 0]"
        after: tuple[str, ...] = (f"state = rnn({first}, state)",)
        cell, x_t = run.cell, run.x.select(run.time_axis, 0)
        said = _told(lambda: cell(x_t, given))
    else:
        after = _called(call, "state")
        said = _told(lambda: read(call, run.rnn, run.x, given))  # type: ignore[arg-type]
    return _mistake(call, "layers", before, (lines[0], lines[1]), after, said)


def _tuple(sizes: list[tuple[int, ...]]) -> str:
    written = [f"torch.zeros{size}" for size in sizes]
    return written[0] if len(written) == 1 else f"({', '.join(written)})"


def _called(call: Call, state: str = "") -> tuple[str, ...]:
    """Write the call of a module."""
    more = f", {state}" if state else ""
    first = ", batch_first=True" if call.batch_first else ""
    if call.lengths:
        return (
            f"packed = pack_padded_sequence(x, lengths{first}, enforce_sorted=False)",
            f"output, state = rnn(packed{more})",
        )
    return (f"output, state = rnn(x{more})",)


def _width(run: Run) -> Mistake:
    """Give vectors of one feature too many."""
    call = plain(run.call)
    wide = (*run.x.shape[:-1], call.config.input_size + 1)
    letters = shapes_table.named(call)["x"].letters.replace("I", "I + 1")
    lines = f"x = torch.randn{wide}  # {letters}", x_line(call)
    before = (f"rnn = {shapes_code.constructor(call)}", *shapes_code.inputs(call)[1:])
    x = torch.zeros(wide)
    if run.cell is not None:
        cell, first = run.cell, "x[0]" if run.time_axis == 0 else "x[:, 0]"
        said = _told(lambda: cell(x.select(run.time_axis, 0)))
        return _mistake(call, "width", before, lines, (f"state = rnn({first})",), said)
    said = _told(lambda: read(call, run.rnn, x))
    return _mistake(call, "width", before, lines, _called(call), said)


def _projection(call: Call) -> Mistake:
    """Ask for a projection that is no narrower than what it projects."""
    I, H = call.config.input_size, call.config.hidden_size
    narrower = H // 2
    lines = (
        f"rnn = nn.LSTM({I}, {H}, proj_size={H})",
        f"rnn = nn.LSTM({I}, {H}, proj_size={narrower})",
    )
    with torch.device("meta"):
        said = _told(lambda: nn.LSTM(I, H, proj_size=H))
    return _mistake(replace(plain(call), lengths=()), "projection", (), lines, (), said)


def _order(run: Run) -> Mistake:
    """Pack sequences that do not fall in length, and say nothing of it."""
    call = replace(plain(run.call), lengths=tuple(sorted(run.call.lengths)))
    first = ", batch_first=True" if call.batch_first else ""
    lines = tuple(
        f"packed = pack_padded_sequence(x, lengths{first}{more})"
        for more in ("", ", enforce_sorted=False")
    )
    lengths = torch.tensor(call.lengths)
    said = _told(lambda: pack_padded_sequence(run.x, lengths, batch_first=call.batch_first))
    before = (x_line(call), f"lengths = torch.tensor({list(call.lengths)})")
    return _mistake(call, "order", before, (lines[0], lines[1]), (), said)


def _tokens(call: Call) -> Mistake:
    """Look up an Embedding by floats."""
    V, I = call.vocabulary, call.config.input_size
    shape = shapes_table.named(call)["ids"].shape
    lines = f"ids = torch.zeros{shape}", f"ids = torch.zeros({shape}, dtype=torch.long)"
    embedding = nn.Embedding(V, I, _weight=torch.zeros(V, I))
    said = _told(lambda: embedding(torch.zeros(shape)))
    before, after = (f"embedding = nn.Embedding({V}, {I})",), ("x = embedding(ids)",)
    return _mistake(replace(plain(call), lengths=()), "tokens", before, lines, after, said)


def _pictures(run: Run) -> Mistake:
    """Give pictures with their channel's axis."""
    call = run.call
    images = shapes_table.named(call)["images"]
    first = f"images = torch.randn{images.shape}  # {images.letters}"
    T, I = call.time, call.config.input_size
    turn = "" if call.batch_first else ".transpose(0, 1)"
    lines = "output, state = rnn(images)", f"output, state = rnn(images.view(-1, {T}, {I}){turn})"
    said = _told(lambda: run.rnn(torch.zeros(images.shape)))
    bare = replace(call, lengths=())
    before = (first, f"rnn = {shapes_code.constructor(call)}")
    return _mistake(bare, "pictures", before, lines, (), said)
