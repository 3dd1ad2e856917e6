"""Table of the shapes of a recurrent network's tensors, slices and weights, as HTML and as text."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from rnnviz.core.shapes import table
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.named_slices import NamedSlice, named_slices
from rnnviz.ui.components.component_sources import source

HEADINGS = ("", "Shape", "In numbers", "Numbers", "What it is")
STYLE = "ui/html_views/shape_table.css"
RIGHT = 3  # the column of counts, which is set to the right
MEANINGS = {
    "x": "input",
    "lengths": "steps of each sequence",
    "packed.data": "all valid steps of all sequences, one after another",
    "h_0": "hidden state at the start",
    "c_0": "cell state at the start",
    "x_t": "input of one step",
    "h": "hidden state after a step",
    "c": "cell state after a step",
    "output": "h of the top layer at every step",
    "h_n": "h of every layer and direction after its last step",
    "c_n": "c of every layer and direction after its last step",
}


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Attributes:
        kind: "tensor", "slice" or "weight".
        code: Name or expression.
        letters: Shape in letters.
        shape: Shape in numbers.
        count: How many numbers it holds; None of a slice, whose numbers are its tensor's.
        meaning: What it is.
    """

    kind: str
    code: str
    letters: str
    shape: tuple[int, ...]
    count: int | None
    meaning: str

    def cells(self) -> tuple[str, str, str, str, str]:
        """Return the line's texts, as `HEADINGS` names them."""
        count = "" if self.count is None else f"{self.count:,}"
        return self.code, self.letters, str(self.shape), count, self.meaning


class ShapeTable:
    """Shapes of all tensors and weights of a call, and which slice is what.

    A notebook shows it as a table; `print` and `str` give it as text.

    Attributes:
        title: The module as it is made, e.g. "nn.LSTM(28, 128)".
        call: The module and its input.
        lines: Tensors, each followed by its slices, then weights.
    """

    def __init__(self, title: str, call: Call) -> None:
        self.title, self.call = title, call
        self.lines = tuple(_lines(call))

    @property
    def parameters(self) -> int:
        """Count of all weights."""
        return table.parameters(self.call)

    def _sizes(self) -> str:
        found = table.sizes(self.call)
        return ", ".join(f"{name} = {size:,}" for name, size in found.items())

    def _totals(self) -> str:
        letters, numbers = table.formula(self.call)
        if self.call.stepwise:
            return f"{self.parameters:,} parameters"
        return f"{self.parameters:,} parameters = {letters} = {numbers}"

    def __str__(self) -> str:
        rows: list[tuple[str, ...]] = [HEADINGS]
        for line in self.lines:
            code, *others = line.cells()
            rows.append(("  " * (line.kind == "slice") + code, *others))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        text = [self.title, self._sizes(), ""]
        text += [_text_line(row, widths) for row in rows]
        text.insert(4, "─" * max(map(len, text[3:])))
        return "\n".join([*text, "", self._totals()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Return the table for a notebook."""
        body = "\n".join(_html_line(line) for line in self.lines)
        head = "".join(f"<th>{name}</th>" for name in HEADINGS)
        return (
            f'<div class="rnnviz-shapes"><style>{source(STYLE)}</style>\n<table>\n'
            f"<caption><code>{html.escape(self.title)}</code></caption>\n"
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
            f"<div>{html.escape(self._sizes())}</div>\n<div>{html.escape(self._totals())}</div></div>"
        )


def _lines(call: Call) -> Sequence[Line]:
    slices = named_slices(call)
    lines: list[Line] = []
    for row in table.tensors(call):
        meaning = MEANINGS.get(row.name, "")
        if row.name == "output" and call.lengths:
            meaning += ", as pad_packed_sequence returns it"
        lines.append(Line("tensor", row.name, row.letters, row.shape, row.count, meaning))
        lines += [_slice_line(one) for one in slices if one.tensor == row.name]
    gates = ", ".join(f"{one.start}:{one.stop} {one.gate}" for one in table.gate_rows(call.config))
    for row in table.weights(call):
        by_gate = call.config.cell != "rnn" and not row.name.startswith("weight_hr")
        rows = f"rows {gates}" if by_gate else "projection to h" if "_hr" in row.name else ""
        lines.append(Line("weight", row.name, row.letters, row.shape, row.count, rows))
    return lines


def _slice_line(one: NamedSlice) -> Line:
    meaning = f"{one.meaning}; equals {one.equal}" if one.equal else one.meaning
    return Line("slice", one.code, one.letters, one.shape, None, meaning)


def _text_line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.rjust(width) if n == RIGHT else cell.ljust(width)
        for n, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _html_line(line: Line) -> str:
    code, letters, shape, count, meaning = map(html.escape, line.cells())
    return (
        f'<tr class="{line.kind}"><td><code>{code}</code></td><td>{letters}</td><td>{shape}</td>'
        f'<td class="count">{count}</td><td>{meaning}</td></tr>'
    )
