"""A pasted line such as `nn.LSTM(12, 64, 2, batch_first=True)`: read by its syntax, never run."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import get_args

from rnnviz.core.call import MOST
from rnnviz.core.config import Cell, ModelConfig, Nonlinearity

LONGEST = 400  # characters

_SIZES = ("input_size", "hidden_size")
_LATER = ("batch_first", "dropout", "bidirectional")
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "RNN": (*_SIZES, "num_layers", "nonlinearity", "bias", *_LATER),
    "GRU": (*_SIZES, "num_layers", "bias", *_LATER),
    "LSTM": (*_SIZES, "num_layers", "bias", *_LATER, "proj_size"),
    "RNNCell": (*_SIZES, "bias", "nonlinearity"),
    "GRUCell": (*_SIZES, "bias"),
    "LSTMCell": (*_SIZES, "bias"),
}
_FLAGS = ("bias", "batch_first", "bidirectional")
_COUNTS = (*_SIZES, "num_layers", "proj_size")


class PastedError(ValueError):
    """What was pasted cannot be read: why, in one sentence for a person."""


@dataclass(frozen=True)
class Pasted:
    """What a line says.

    Attributes:
        config: The module.
        batch_first: As the line has it; torch's False if it says nothing.
        stepwise: Whether it is a Cell.
        dropout: As the line has it; it changes no shape.
    """

    config: ModelConfig
    batch_first: bool
    stepwise: bool
    dropout: float


def parse(line: str) -> Pasted:
    """Read one line of code that builds an RNN, GRU, LSTM or one of their Cells.

    Args:
        line: The code; an assignment may stand before it.

    Raises:
        PastedError: If it is anything else: nothing of it is run whatever it says.
    """
    call = _call(line)
    name = _name(call.func)
    given = _arguments(name, call)
    for size in _SIZES:
        if size not in given:
            raise PastedError(f"nn.{name} needs its {size}")
    for count in _COUNTS:
        least = 0 if count == "proj_size" else 1
        if count in given and not least <= int(given[count]) <= MOST:  # type: ignore[call-overload]
            raise PastedError(f"{count} must lie in {least} to {MOST:,} here, got {given[count]}")
    dropout, first = given.pop("dropout", 0.0), bool(given.pop("batch_first", False))
    cell: Cell = next(cell for cell in get_args(Cell) if cell == name.removesuffix("Cell").lower())
    try:
        config = ModelConfig(cell=cell, **given)  # type: ignore[arg-type]
    except ValueError as error:
        raise PastedError(str(error)) from error
    return Pasted(config, first, name.endswith("Cell"), float(dropout))  # type: ignore[arg-type]


def _call(line: str) -> ast.Call:
    """Return the one call that a line is."""
    text = line.strip()
    if not text:
        raise PastedError("there is nothing to read")
    if len(text) > LONGEST:
        raise PastedError(f"at most {LONGEST} characters are read, got {len(text):,}")
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise PastedError("this is no line of Python") from error
    if len(body) != 1:
        raise PastedError(f"one line is read at a time, got {len(body)}")
    value = body[0].value if isinstance(body[0], ast.Expr | ast.Assign | ast.AnnAssign) else None
    if not isinstance(value, ast.Call):
        raise PastedError("this builds no module: a line such as nn.LSTM(12, 64) does")
    return value


def _name(node: ast.expr) -> str:
    """Return the module's name: LSTM, nn.LSTM or torch.nn.LSTM."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        raise PastedError("a name such as nn.LSTM must stand before the bracket")
    parts.insert(0, node.id)
    if parts[-1] not in ARGUMENTS or parts[:-1] not in ([], ["nn"], ["torch", "nn"]):
        raise PastedError(
            f"{'.'.join(parts)[:40]} is no recurrent module: there are "
            f"{', '.join(f'nn.{name}' for name in ARGUMENTS)}"
        )
    return parts[-1]


def _arguments(name: str, call: ast.Call) -> dict[str, object]:
    known = ARGUMENTS[name]
    if len(call.args) > len(known):
        raise PastedError(f"nn.{name} takes {len(known)} arguments, got {len(call.args)}")
    found = {known[k]: _value(known[k], node) for k, node in enumerate(call.args)}
    for keyword in call.keywords:
        key = keyword.arg
        if key is None:
            raise PastedError("arguments behind ** are not read: write them out")
        if key not in known:
            raise PastedError(f"nn.{name} has no {key[:40]}")
        if key in found:
            raise PastedError(f"{key} is given twice")
        found[key] = _value(key, keyword.value)
    return found


def _value(name: str, node: ast.expr) -> object:
    """Return a plain value of the kind that an argument has."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = getattr(node.operand, "value", None)
        value = -value if isinstance(value, int | float) else None
    else:
        value = node.value if isinstance(node, ast.Constant) else None
    if value is None:
        kind = {ast.Call: "a call", ast.Name: "a name", ast.Starred: "a starred list"}
        what = kind.get(type(node), "no plain value")
        raise PastedError(f"{name} is {what}, and only plain values are read: nothing was run")
    if name in _FLAGS and not isinstance(value, bool):
        raise PastedError(f"{name} must be True or False, got {str(value)[:20]}")
    if name in _COUNTS and (isinstance(value, bool) or not isinstance(value, int)):
        raise PastedError(f"{name} must be a whole number, got {str(value)[:20]}")
    if name == "dropout" and not _is_share(value):
        raise PastedError(f"dropout must be a number in 0 to 1, got {str(value)[:20]}")
    if name == "nonlinearity" and value not in get_args(Nonlinearity):
        raise PastedError(f"nonlinearity must be 'tanh' or 'relu', got {str(value)[:20]!r}")
    return value


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
