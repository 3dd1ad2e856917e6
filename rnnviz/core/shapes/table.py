"""Table of the shapes of all tensors and weights, by formula, without building a module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

from rnnviz.core.config import NUM_GATES, Cell, ModelConfig
from rnnviz.core.shapes.call import Call

Kind = Literal["tensor", "weight"]

GATES: dict[Cell, tuple[str, ...]] = {
    "rnn": ("h",),
    "gru": ("r", "z", "n"),
    "lstm": ("i", "f", "g", "o"),
}


@dataclass(frozen=True)
class ShapeRow:
    """One tensor or weight.

    Attributes:
        name: As in code; a weight's is that of `named_parameters()`.
        letters: Its shape in the glossary's letters, e.g. "(B, T, D·P)"; further letters are V
            (vocabulary), K (classes) and S, all valid steps of packed sequences together.
        shape: The same in numbers.
        count: How many numbers it holds.
        kind: "tensor" or "weight".
    """

    name: str
    letters: str
    shape: tuple[int, ...]
    count: int
    kind: Kind = "tensor"


@dataclass(frozen=True)
class GateRows:
    """Rows of a weight that belong to one gate.

    Attributes:
        gate: One of i, f, g, o (LSTM), r, z, n (GRU), or h of a plain RNN, which has no gate.
        start: The first row, from 0.
        stop: The row after the last.
    """

    gate: str
    start: int
    stop: int


def table(
    config: ModelConfig,
    batch: int,
    time: int,
    batch_first: bool = True,
    **how: Any,  # noqa: ANN401  (Call checks them)
) -> tuple[ShapeRow, ...]:
    """Return every tensor and weight of a call.

    Args:
        config: The recurrent module.
        batch: B.
        time: T.
        batch_first: Whether input and output are (B, T, ·).
        **how: What else `Call` has: stepwise, unbatched, lengths, state_given, source, vocabulary,
            head, classes.

    Returns: Tensors in the order in which they come up, then weights in torch's order.

    Raises:
        ValueError: If torch would not take it, or it is too large for a page.
    """
    return rows(Call(config, batch, time, batch_first, **how))


def rows(call: Call) -> tuple[ShapeRow, ...]:
    """Return every tensor and weight of a call, as `table`."""
    return (*tensors(call), *weights(call))


def sizes(call: Call) -> Mapping[str, int]:
    """Return what each letter stands for in a call."""
    config = call.config
    found = {
        "T": call.time,
        "B": call.batch,
        "I": config.input_size,
        "H": config.hidden_size,
        "P": config.output_size,
        "D": config.num_directions,
        "num_layers": config.num_layers,
    }
    if call.lengths:
        found["S"] = sum(call.lengths)
    if call.source == "tokens":
        found["V"] = call.vocabulary
    if call.head != "none":
        found["K"] = call.classes
    return found


def tensors(call: Call) -> tuple[ShapeRow, ...]:
    """Return the tensors of a call, in the order in which they come up."""
    return tuple(_row(name, axes, call, "tensor") for name, axes in _tensors(call))


def named(call: Call) -> dict[str, ShapeRow]:
    """Return the tensors of a call by their names, as `tensors`."""
    return {row.name: row for row in tensors(call)}


def weights(call: Call) -> tuple[ShapeRow, ...]:
    """Return the weights of a call: the module's, then the Embedding's and the Linear's."""
    return tuple(_row(name, axes, call, "weight") for name, axes in _weights(call))


def parameters(call: Call) -> int:
    """Return the sum of all weights' counts."""
    return sum(row.count for row in weights(call))


def formula(call: Call) -> tuple[str, str]:
    """Return how the recurrent module's weights add up: in letters, and in numbers.

    Both are sums of products, e.g. "D·(4H·I + 4H·P + 8H)" and "2·(256·28 + 256·64 + 512)".
    """
    config, G = call.config, NUM_GATES[call.config.cell]
    D, H, P, L = config.num_directions, config.hidden_size, config.output_size, config.num_layers
    g = "" if G == 1 else str(G)
    bias = (f" + {2 * G}H", f" + {2 * G * H}") if config.bias else ("", "")
    projection = (" + P·H", f" + {P}·{H}") if config.proj_size else ("", "")

    def of(width: str, number: str) -> tuple[str, str]:
        in_letters = f"{g}H·{width} + {g}H·P{bias[0]}{projection[0]}"
        in_numbers = f"{G * H}·{number} + {G * H}·{P}{bias[1]}{projection[1]}"
        return in_letters, in_numbers

    first, later = of("I", str(config.input_size)), of("D·P", str(D * P))
    found = [f"D·({first[0]})", f"{D}·({first[1]})"]
    if L > 1:
        found = [
            f"{found[0]} + (num_layers − 1)·D·({later[0]})",
            f"{found[1]} + {L - 1}·{D}·({later[1]})",
        ]
    return found[0], found[1]


def gate_rows(config: ModelConfig) -> tuple[GateRows, ...]:
    """Return which rows of every weight_ih, weight_hh and bias belong to which gate."""
    H = config.hidden_size
    return tuple(GateRows(gate, k * H, (k + 1) * H) for k, gate in enumerate(GATES[config.cell]))


def gate_of(config: ModelConfig, row: int) -> tuple[str, int]:
    """Return the gate to which a row belongs, and of which unit, from 0.

    Raises:
        ValueError: If there is no such row.
    """
    count = NUM_GATES[config.cell] * config.hidden_size
    if not 0 <= row < count:
        raise ValueError(f"row must lie in [0, {count}), got {row}")
    gate, unit = divmod(row, config.hidden_size)
    return GATES[config.cell][gate], unit


def _row(name: str, axes: tuple[str, ...], call: Call, kind: Kind) -> ShapeRow:
    shape = tuple(_number(axis, sizes(call)) for axis in axes)
    letters = f"({', '.join(axes)}{',' if len(axes) == 1 else ''})"
    return ShapeRow(name, letters, shape, prod(shape), kind)


def _number(axis: str, found: Mapping[str, int]) -> int:
    """Work out a product of letters and numbers, e.g. "num_layers·D" or "4H"."""
    product = 1
    for factor in axis.split("·"):
        digits = factor[: len(factor) - len(factor.lstrip("0123456789"))]
        product *= int(digits or 1) * (found[rest] if (rest := factor[len(digits) :]) else 1)
    return product


def _tensors(call: Call) -> Iterator[tuple[str, tuple[str, ...]]]:
    if call.source == "tokens":
        yield "ids", _sequence(call)
    if call.source == "pictures":
        yield "images", ("B", "1", "T", "I")
    yield "x", (*_sequence(call), "I")
    if call.lengths:
        yield "lengths", ("B",)
        yield "packed.data", ("S", "I")
    stack = () if call.stepwise else ("num_layers·D",)
    batch = () if call.unbatched else ("B",)
    states = {"h": (*stack, *batch, "P"), "c": (*stack, *batch, "H")}
    if call.config.cell != "lstm":
        del states["c"]
    if call.state_given:
        yield from ((f"{name}_0", axes) for name, axes in states.items())
    if call.stepwise:
        yield "x_t", (*batch, "I")
        yield from states.items()
    yield "output", (*_sequence(call), "D·P")
    if not call.stepwise:
        yield from ((f"{name}_n", axes) for name, axes in states.items())
    if call.head == "last":
        yield "features", (*batch, "D·P")
        yield "logits", (*batch, "K")
    if call.head == "steps":
        yield "logits", (*_sequence(call), "K")
        yield "flat", (("T" if call.unbatched else "B·T"), "K")


def _sequence(call: Call) -> tuple[str, ...]:
    """Return the axes before the last, of input and output."""
    if call.unbatched:
        return ("T",)
    return ("B", "T") if call.batch_first else ("T", "B")


def _weights(call: Call) -> Iterator[tuple[str, tuple[str, ...]]]:
    config = call.config
    G = NUM_GATES[config.cell]
    rows = "H" if G == 1 else f"{G}H"
    for layer in range(config.num_layers):
        for reverse in ("", "_reverse")[: config.num_directions]:
            end = "" if call.stepwise else f"_l{layer}{reverse}"
            yield f"weight_ih{end}", (rows, "I" if layer == 0 else "D·P")
            yield f"weight_hh{end}", (rows, "P")
            if config.bias:
                yield f"bias_ih{end}", (rows,)
                yield f"bias_hh{end}", (rows,)
            if config.proj_size:
                yield f"weight_hr{end}", ("P", "H")
    if call.source == "tokens":
        yield "embedding.weight", ("V", "I")
    if call.head != "none":
        yield "linear.weight", ("K", "D·P")
        yield "linear.bias", ("K",)
