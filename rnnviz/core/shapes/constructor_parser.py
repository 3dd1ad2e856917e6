"""Parser of a pasted constructor such as `nn.LSTM(12, 64, 2)`; the line is never executed."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from rnnviz.core.config import Cell, ModelConfig, Nonlinearity
from rnnviz.core.shapes import constructor_call, keras_layer
from rnnviz.core.shapes.argument_values import NoValueError, Reader
from rnnviz.core.shapes.call import MOST
from rnnviz.core.shapes.constructor_call import LONGEST, PastedError

__all__ = ["ARGUMENTS", "LONGEST", "Pasted", "PastedError", "parse"]

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
_ELSEWHERE = ("device", "dtype")  # they change no shape


@dataclass(frozen=True)
class Pasted:
    """What a line says.

    Attributes:
        config: The module.
        batch_first: As the line has it; torch's False if it says nothing.
        stepwise: Whether it is a Cell.
        dropout: As the line has it; it changes no shape.
        assumed: Values that stand for names in the line, e.g. ("hidden_dim = 64",).
        hints: What else a reader has to know, a sentence each.
        time: Time steps, if the line names them; only a Keras line does.
    """

    config: ModelConfig
    batch_first: bool
    stepwise: bool
    dropout: float
    assumed: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    time: int | None = None


def parse(line: str) -> Pasted:
    """Read code that builds one RNN, GRU, LSTM or one of their Cells, of torch or of Keras.

    Arithmetic is worked out, a name gets a usual size. What stands around the constructor, such as
    an assignment, `.to(device)`, an nn.Sequential or a prompt, does not matter.

    Args:
        line: The code.

    Raises:
        PastedError: If it is anything else: nothing of it is run whatever it says.
    """
    try:
        return _parsed(line)
    except RecursionError as error:
        raise PastedError("this is nested too deeply to be read") from error


def _parsed(line: str) -> Pasted:
    found = constructor_call.constructor(line, _parts)
    reader = Reader(found.known)
    hints: list[str] = []
    time: object = None
    if keras_layer.is_keras(found.parts, found.call, found.wrappers):
        layer = keras_layer.translated(found.parts, found.call, found.wrappers)
        name, hints = layer.name, layer.hints
        given = {key: _value(reader, key, node) for key, node in layer.arguments.items()}
        time = None if layer.time is None else _plain(reader, layer.time)
    else:
        name = found.parts[-1]
        given = _arguments(reader, name, found.call)
    _check_sizes(name, given)
    dropout, first = given.pop("dropout", 0.0), bool(given.pop("batch_first", False))
    cell: Cell = next(cell for cell in get_args(Cell) if cell == name.removesuffix("Cell").lower())
    try:
        config = ModelConfig(cell=cell, **given)  # type: ignore[arg-type]
    except ValueError as error:
        raise PastedError(str(error)) from error
    if found.parts[-1] != name or hints:
        hints = [f"Keras: in torch this is {_written(name, config)}.", *hints]
    return Pasted(
        config,
        first,
        name.endswith("Cell"),
        float(dropout),  # type: ignore[arg-type]
        tuple(f"{code[:60]} = {_short(value)}" for code, value in reader.assumed.items()),
        tuple(hints),
        time if type(time) is int and 1 <= time <= MOST else None,
    )


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _written(name: str, config: ModelConfig) -> str:
    both = ", bidirectional=True" if config.bidirectional else ""
    sizes = f"{config.input_size}, {config.hidden_size}"
    return f"nn.{name}({sizes}, batch_first=True{both})"


def _check_sizes(name: str, given: Mapping[str, object]) -> None:
    for size in _SIZES:
        if size not in given:
            raise PastedError(f"nn.{name} needs its {size}")
    for count in _COUNTS:
        least = 0 if count == "proj_size" else 1
        if count in given and not least <= int(given[count]) <= MOST:  # type: ignore[call-overload]
            told = str(given[count])[:20]
            raise PastedError(f"{count} must lie in {least} to {MOST:,} here, got {told}")


def _parts(call: ast.Call) -> list[str] | None:
    """Return the name of a recurrent module that a call builds, e.g. ["nn", "LSTM"]; else None."""
    parts = constructor_call.name_parts(call.func)
    if parts is None:
        return None
    torchs = parts[-1] in ARGUMENTS and parts[:-1] in ([], ["nn"], ["torch", "nn"])
    return parts if torchs or keras_layer.is_named(parts) else None


def _arguments(reader: Reader, name: str, call: ast.Call) -> dict[str, object]:
    known = ARGUMENTS[name]
    if len(call.args) > len(known):
        raise PastedError(f"nn.{name} takes {len(known)} arguments, got {len(call.args)}")
    found = {known[k]: _value(reader, known[k], node) for k, node in enumerate(call.args)}
    for keyword in call.keywords:
        key = keyword.arg
        if key is None:
            raise PastedError("arguments behind ** are not read: write them out")
        if key in _ELSEWHERE:
            continue
        if key not in known:
            raise PastedError(f"nn.{name} has no {key[:40]}")
        if key in found:
            raise PastedError(f"{key} is given twice")
        found[key] = _value(reader, key, keyword.value)
    return found


def _plain(reader: Reader, node: ast.expr) -> object:
    """Return a value that may be missing: None in an input_shape stands for any length."""
    try:
        return reader.value("time", node)
    except NoValueError:
        return None


def _value(reader: Reader, name: str, node: ast.expr) -> object:
    """Return a value of the kind that an argument has."""
    try:
        value = reader.value(name, node)
    except NoValueError:
        value = None
    if value is None:
        kind = {ast.Call: "a call", ast.Starred: "a starred list"}
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
