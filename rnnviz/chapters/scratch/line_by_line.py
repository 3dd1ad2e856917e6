"""Line-by-line execution of the RNN from scratch: code, formula and numbers of each line.

The lines are read from the source of `scratch.rnn`. The formulas in letters and the sums in numbers
are made of the very same syntax tree, so that neither can say something else than the code.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from rnnviz.scratch import rnn
from rnnviz.scratch.rnn import BackStep, Step, Weights

Array = NDArray[np.float64]
Values = Mapping[str, Array]
LETTERS = MappingProxyType(  # as a formula calls what the code calls so
    {
        "x": "x_t",
        "h_prev": "h_t−1",
        "a": "a_t",
        "h": "h_t",
        "o": "o_t",
        "target": "y_t",
        "do": "∂o_t",
        "dh": "∂h_t",
        "da": "∂a_t",
        "dh_next": "∂h_t from step t+1",
        "dh_prev": "∂h_t−1",
    }
)
SIGNS = {ast.Add: " + ", ast.Sub: " − ", ast.Mult: " · ", ast.MatMult: " "}


@dataclass(frozen=True)
class Source:
    """A function as it stands in its file.

    Attributes:
        name: Of the function.
        file: Where it stands, e.g. "rnnviz/scratch/rnn.py".
        first: The number of its first line there.
        text: Its lines.
        steps: Of each line that assigns a name: its place among `text`, from 0.
        trees: Of each of those, what the line says.
    """

    name: str
    file: str
    first: int
    text: tuple[str, ...]
    steps: tuple[int, ...]
    trees: tuple[ast.Assign, ...]


def read(function: Callable[..., object]) -> Source:
    """Read the source of a function whose body assigns one name a line."""
    lines, first = inspect.getsourcelines(function)
    text = textwrap.dedent("".join(lines))
    (body,) = ast.parse(text).body
    assert isinstance(body, ast.FunctionDef)
    trees = tuple(line for line in body.body if isinstance(line, ast.Assign))
    places = tuple(tree.lineno - 1 for tree in trees)
    file = "/".join(function.__module__.split(".")) + ".py"
    return Source(function.__name__, file, first, tuple(text.splitlines()), places, trees)


@dataclass(frozen=True, eq=False)
class Operand:
    """What a line reads.

    Attributes:
        letters: As a formula calls it.
        value: Its numbers, with two axes.
        used: Which of them go into number (i, j) of the result: "ij" that one, "i*" row i, "*j"
            column j, and so on.
    """

    letters: str
    value: Array
    used: str


@dataclass(frozen=True, eq=False)
class Moment:
    """One line of one time step, forward or backward.

    Attributes:
        back: Whether it is of the way back.
        t: The time step, from 0.
        line: Place among the lines of its function that assign a name.
        name: What the line computes, as the code calls it.
        letters: The line as a formula.
        value: What came out, with two axes.
        operands: What it was made of.
        cells: Of each number of `value`, row by row: how it comes about.
    """

    back: bool
    t: int
    line: int
    name: str
    letters: str
    value: Array
    operands: tuple[Operand, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Walk:
    """A whole pass, forward through time and back.

    Attributes:
        moments: In the order in which they run.
        forward: The source of a step forward.
        back: The source of a step back.
        loss: L = ½ Σ (o − y)².
        gradients: ∂L/∂ each weight.
        shares: What each time step adds to ∂L/∂W_hh, shape (T, H, H).
    """

    moments: tuple[Moment, ...]
    forward: Source
    back: Source
    loss: float
    gradients: Weights
    shares: Array


def walk(x: Array, targets: Array, w: Weights) -> Walk:
    """Run the RNN by hand over one sequence, and keep every line.

    Args:
        x: Input, shape (T, 1, I).
        targets: What the outputs should be, shape (T, 1, K).
        w: The weights.
    """
    steps = rnn.forward(x, w)
    back, gradients = rnn.backward(steps, targets, w)
    forward_source, back_source = read(rnn.step), read(rnn.back_step)
    weights = {f"w.{name}": value for name, value in vars(w).items()}
    moments: list[Moment] = []
    for t, step in enumerate(steps):
        values = weights | vars(step)
        moments += _moments(forward_source, values, t, back=False)
    for t in reversed(range(len(steps))):
        values = weights | {**_back_values(steps[t], back, targets, t)}
        moments += _moments(back_source, values, t, back=True)
    loss = 0.5 * sum(float(((s.o - y) ** 2).sum()) for s, y in zip(steps, targets, strict=True))
    shares = np.stack([b.dW_hh for b in back])
    return Walk(tuple(moments), forward_source, back_source, loss, gradients, shares)


def _back_values(step: Step, back: list[BackStep], targets: Array, t: int) -> Values:
    last = t + 1 == len(back)
    dh_next = np.zeros_like(step.h) if last else back[t + 1].dh_prev
    of_step = {f"s.{name}": value for name, value in vars(step).items()}
    return of_step | vars(back[t]) | {"target": targets[t], "dh_next": dh_next}


def _moments(source: Source, values: Values, t: int, *, back: bool) -> Iterator[Moment]:
    for n, tree in enumerate(source.trees):
        name = ast.unparse(tree.targets[0])
        value = np.atleast_2d(values[name])
        read = dict(_operands(tree.value))
        operands = tuple(
            Operand(at_step(letter(one), t), np.atleast_2d(values[one]), used)
            for one, used in read.items()
        )
        cells = tuple(in_numbers(tree.value, values, *at) for at in np.ndindex(*value.shape))
        letters = at_step(f"{letter(name)} = {in_letters(tree.value)}", t)
        yield Moment(back, t, n, name, letters, value, operands, cells)


def _operands(tree: ast.expr, used: str = "ij") -> Iterator[tuple[str, str]]:
    """Return the names of arrays in an expression, in reading order, and which numbers are used."""
    if isinstance(tree, ast.Attribute) and tree.attr == "T":
        yield from _operands(tree.value, used[::-1])
    elif isinstance(tree, ast.Name | ast.Attribute):
        yield ast.unparse(tree), used
    elif isinstance(tree, ast.BinOp):
        product = isinstance(tree.op, ast.MatMult)
        yield from _operands(tree.left, "i*" if product else used)
        yield from _operands(tree.right, "*j" if product else used)
    elif isinstance(tree, ast.Call) and _method(tree) == "sum":
        assert isinstance(tree.func, ast.Attribute)
        yield from _operands(tree.func.value, "*j")
    elif isinstance(tree, ast.Call):
        for one in tree.args:
            yield from _operands(one, used)


def _method(tree: ast.Call) -> str:
    assert isinstance(tree.func, ast.Attribute)
    return tree.func.attr


def letter(name: str) -> str:
    """Return what a formula calls what the code calls so."""
    plain = name.removeprefix("s.").removeprefix("w.")
    return LETTERS.get(plain, f"∂{plain[1:]} at t" if plain.startswith(("dW", "db")) else plain)


def at_step(letters: str, t: int) -> str:
    """Put the number of a time step, counted from 0, into a formula."""
    below = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    letters = letters.replace("_t−1", str(t).translate(below))
    letters = letters.replace("_t", str(t + 1).translate(below))
    return letters.replace("t+1", str(t + 2)).replace(" at t", f" at step {t + 1}")


def in_letters(tree: ast.expr) -> str:
    """Write an expression as a formula."""
    if isinstance(tree, ast.BinOp):
        left, right = in_letters(tree.left), in_letters(tree.right)
        if isinstance(tree.op, ast.Pow):
            return f"{left}²"
        if isinstance(tree.op, ast.Mult | ast.MatMult):
            left, right = _bracket(tree.left, left), _bracket(tree.right, right)
        return f"{left}{SIGNS[type(tree.op)]}{right}"
    if isinstance(tree, ast.Call):
        if _method(tree) == "sum":
            assert isinstance(tree.func, ast.Attribute)
            return in_letters(tree.func.value)  # over a batch of one
        return f"{_method(tree)}({', '.join(map(in_letters, tree.args))})"
    if isinstance(tree, ast.Attribute) and tree.attr == "T":
        return f"{in_letters(tree.value)}ᵀ"
    return letter(ast.unparse(tree))


def in_numbers(tree: ast.expr, values: Values, i: int, j: int) -> str:
    """Write how one number of an expression comes about, e.g. "0.50·0.31 + (−0.20)·0.77"."""
    if isinstance(tree, ast.BinOp):
        if isinstance(tree.op, ast.MatMult):
            left, right = _array(tree.left, values), _array(tree.right, values)
            pairs = zip(left[i], right[:, j], strict=True)
            return " + ".join(f"{factor(a)}·{factor(b)}" for a, b in pairs)
        left_words = in_numbers(tree.left, values, i, j)
        if isinstance(tree.op, ast.Pow):
            return f"{left_words}²"
        right_words = in_numbers(tree.right, values, i, j)
        if isinstance(tree.op, ast.Mult):
            left_words = _bracket(tree.left, left_words)
            right_words = _bracket(tree.right, right_words)
        return f"{left_words}{SIGNS[type(tree.op)]}{right_words}"
    if isinstance(tree, ast.Call) and _method(tree) != "sum":
        inner = ", ".join(in_numbers(one, values, i, j) for one in tree.args)
        lone = inner.removeprefix("(").removesuffix(")")  # one pair of brackets is enough
        return f"{_method(tree)}({inner if '(' in lone else lone})"
    if isinstance(tree, ast.Constant):
        return str(tree.value)
    found = _array(tree, values)
    return factor(found[min(i, len(found) - 1), j])


def _array(tree: ast.expr, values: Values) -> Array:
    if isinstance(tree, ast.Attribute) and tree.attr == "T":
        return _array(tree.value, values).T
    if isinstance(tree, ast.Call):
        assert isinstance(tree.func, ast.Attribute)
        return np.atleast_2d(_array(tree.func.value, values).sum(0))
    return np.atleast_2d(values[ast.unparse(tree)])


def _bracket(tree: ast.expr, words: str) -> str:
    sums = isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add | ast.Sub)
    return f"({words})" if sums else words


def number(value: float) -> str:
    """Write a number with two decimals, or as many as it needs to be told from 0."""
    words = f"{value:.2f}" if abs(value) >= 0.005 or value == 0 else f"{value:.1e}"
    return words.replace("-", "−")


def factor(value: float) -> str:
    """Write a number as it stands between signs: a negative one in brackets."""
    return f"({number(value)})" if value < 0 else number(value)
