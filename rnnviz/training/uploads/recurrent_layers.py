"""Recurrent layers of an uploaded network: one torch module that computes what several did.

Layers of different widths become layers of the widest: the units that are added have weights of 0,
and so stay at 0 in an LSTM, a GRU and an RNN with tanh or relu.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from rnnviz.core.config import NUM_GATES, Cell, ModelConfig
from rnnviz.core.models import build_rnn
from rnnviz.training.uploads.weight_mapping import (
    EXPECTED,
    RECURRENT,
    OwnModelError,
    listed,
    module_path,
    record_line,
    short,
)

LIMITS: Mapping[str, int] = {
    "hidden_size": 2048,
    "num_layers": 8,
    "parameters": 52_000_000,  # two layers of an LSTM with 2,048 units, in float32 208 MB
}
CELLS: Mapping[int, Cell] = {1: "rnn", 3: "gru", 4: "lstm"}  # by rows of weight_hh_l0 for each unit
TITLES: Mapping[Cell, str] = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}
MOST_MODULES = 6  # whose order is looked for; else it is that of the file

_Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Module:
    """One nn.RNN, nn.GRU or nn.LSTM, or a cell, as its weights tell.

    Attributes:
        name: Its path in the network, e.g. "lstm1" or "cells.0"; "" if it is the network.
        config: Of the module alone.
        weights: By torch's names, of a cell those of a module with one layer.
        place: Of its first weight among all of the file.
    """

    name: str
    config: ModelConfig
    weights: dict[str, Tensor]
    place: int

    @property
    def width(self) -> int:
        """D·P, what it puts out at each step."""
        return self.config.num_directions * self.config.output_size


@dataclass(frozen=True, eq=False)
class Recurrent:
    """All recurrent layers, as one module.

    Attributes:
        config: Of that module, as wide as its widest layer.
        modules: What it was in the file, in the order in which they read.
        weights: By torch's names.
        kept: Places of the top layer's own features among the D·P of the module; None: all.
        rest: Tensors that belong to no recurrent layer, by name.
        places: Of all tensors in the file, by name.
        notes: What differs from the file, each a sentence.
    """

    config: ModelConfig
    modules: tuple[Module, ...]
    weights: dict[str, Tensor]
    kept: tuple[int, ...] | None
    rest: dict[str, Tensor]
    places: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """D·P of the top layer as it is in the file."""
        return self.modules[-1].width

    @property
    def line(self) -> str:
        """What to run instead, if the network cannot be shown."""
        return record_line(self.modules[-1].name)


def read_recurrent(values: dict[str, Tensor], input_size: int | None) -> Recurrent:
    """Part the recurrent layers from the rest and join them.

    Args:
        values: All tensors of the network by name.
        input_size: I that the first layer must have; None: any.

    Raises:
        OwnModelError: If they are no recurrent layers one on top of the other.
    """
    places = {name: place for place, name in enumerate(values)}
    groups: dict[str, dict[str, Tensor]] = {}
    rest: dict[str, Tensor] = {}
    starts: dict[str, int] = {}
    for name, value in values.items():
        match = RECURRENT.fullmatch(name)
        if match is None:
            rest[name] = value
            continue
        starts.setdefault(match[1], places[name])
        cell = not re.search(r"_l\d", match[2])
        groups.setdefault(match[1], {})[match[2] + ("_l0" if cell else "")] = value
    if len(groups) > LIMITS["num_layers"]:
        _check_limits({"num_layers": len(groups)}, "")
    modules = [
        Module(prefix.rstrip("."), _config(weights, prefix.rstrip(".")), weights, starts[prefix])
        for prefix, weights in groups.items()
    ]
    if not modules:
        raise OwnModelError(f"no recurrent weights were found among {listed([*rest])}; {EXPECTED}")
    for module in modules:
        _check_shapes(module)
    chain = _chain(modules, input_size)
    config = _joined_config(chain)
    kept = None
    top = chain[-1].config
    if (top.num_directions, top.output_size) != (config.num_directions, config.output_size):
        P = config.output_size
        kept = tuple(d * P + k for d in range(top.num_directions) for k in range(top.output_size))
    return Recurrent(
        config, chain, dict(_joined(chain, config)), kept, rest, places, _notes(chain, config)
    )


def _config(weights: dict[str, Tensor], module: str) -> ModelConfig:
    """Infer cell, sizes, layers and directions from the first layer's shapes and all names."""
    shapes: _Shapes = {name: tuple(value.shape) for name, value in weights.items()}
    into, state = shapes.get("weight_ih_l0", ()), shapes.get("weight_hh_l0", ())
    projection = shapes.get("weight_hr_l0")
    if len(into) != 2 or len(state) != 2 or (projection is not None and len(projection) != 2):
        raise OwnModelError(
            f"weight_ih_l0 and weight_hh_l0 must be matrices, got {into or 'none'} and "
            f"{state or 'none'}"
        )
    H = projection[1] if projection else state[1]
    gates, left = divmod(state[0], H) if H else (0, 1)
    if left or gates not in CELLS or (projection and gates != 4):
        raise OwnModelError(
            f"weight_hh_l0 is {state}, and must be (H, H) of an RNN, (3H, H) of a GRU or (4H, H) "
            f"of an LSTM"
        )
    layers = 1 + max(int(re.findall(r"_l(\d{1,3})", name)[-1]) for name in shapes)
    _check_limits({"hidden_size": H, "num_layers": layers}, module)
    try:
        return ModelConfig(
            cell=CELLS[gates],
            input_size=into[1],
            hidden_size=H,
            num_layers=layers,
            bidirectional=any(name.endswith("_reverse") for name in shapes),
            bias="bias_ih_l0" in shapes,
            proj_size=projection[0] if projection else 0,
        )
    except ValueError as error:
        raise OwnModelError(f"the shapes are those of no network: {error}") from error


def _check_limits(sizes: Mapping[str, int], module: str) -> None:
    for name, value in sizes.items():
        if value > LIMITS[name]:
            raise OwnModelError(
                f"its {name} is {value:,}; at most {LIMITS[name]:,} is read; {record_line(module)}"
            )


def check_count(parameters: int, module: str) -> None:
    """Raise an OwnModelError if a network with so many parameters is too large."""
    if parameters > LIMITS["parameters"]:
        raise OwnModelError(
            f"the network has {parameters:,} parameters; at most {LIMITS['parameters']:,} are "
            f"read; {record_line(module)}"
        )


def _check_shapes(module: Module) -> None:
    with torch.device("meta"):
        rnn = build_rnn(module.config)
    expected = {name: tuple(value.shape) for name, value in rnn.named_parameters()}
    for name, shape in expected.items():
        if name not in module.weights:
            raise OwnModelError(f"{name} is missing; it must be {shape}")
        if (found := tuple(module.weights[name].shape)) != shape:
            raise OwnModelError(f"{name} must be {shape}, got {found}")
    if unknown := sorted(set(module.weights) - set(expected)):
        raise OwnModelError(f"{short(unknown[0])} belongs to no weight of such a network")


def _chain(modules: list[Module], input_size: int | None) -> tuple[Module, ...]:
    """Order the modules so that each reads what the one before puts out."""
    orders = [tuple(modules)]
    if 1 < len(modules) <= MOST_MODULES:
        orders = list(itertools.permutations(modules))  # the file's own order comes first
    for order in orders:
        fits = all(b.config.input_size == a.width for a, b in itertools.pairwise(order))
        if fits and input_size in (None, order[0].config.input_size):
            return _of_one_kind(order)
    if len(modules) == 1:
        raise OwnModelError(
            f"the network reads {modules[0].config.input_size} values at each step; the rows of a "
            f"digit have {input_size}; {record_line(modules[0].name)}"
        )
    told = [
        f"{short(module.name or '(no prefix)')} ({module.config.input_size} to {module.width})"
        for module in modules[:4]
    ]
    raise OwnModelError(
        f"{len(modules)} recurrent networks were found, {', '.join(told)}, which do not read one "
        f"after the other; {record_line(modules[0].name)}"
    )


def _of_one_kind(chain: tuple[Module, ...]) -> tuple[Module, ...]:
    """Raise unless all are of one kind that a single module can be."""
    first = chain[0]
    for other in chain[1:]:
        kinds = [TITLES[module.config.cell] for module in (first, other)]
        projected = [bool(module.config.proj_size) for module in (first, other)]
        if kinds[0] != kinds[1] or projected[0] != projected[1]:
            what = [
                f"{kind} with a projection" if has else kind
                for kind, has in zip(kinds, projected, strict=True)
            ]
            raise OwnModelError(
                f"{short(first.name)} is {_article(what[0])} and {short(other.name)} "
                f"{_article(what[1])}, and layers of two kinds are not shown together; "
                f"{record_line(other.name)}"
            )
    return chain


def _article(kind: str) -> str:
    return f"{'a' if kind.startswith('G') else 'an'} {kind}"


def _joined_config(chain: tuple[Module, ...]) -> ModelConfig:
    configs = [module.config for module in chain]
    layers = sum(config.num_layers for config in configs)
    _check_limits({"num_layers": layers}, chain[-1].name)
    H, P = (max(getattr(c, name) for c in configs) for name in ("hidden_size", "proj_size"))
    return ModelConfig(
        cell=configs[0].cell,
        input_size=configs[0].input_size,
        hidden_size=H,
        num_layers=layers,
        bidirectional=any(config.bidirectional for config in configs),
        bias=any(config.bias for config in configs),
        proj_size=P,
    )


def _joined(chain: tuple[Module, ...], config: ModelConfig) -> Iterator[tuple[str, Tensor]]:
    """Yield the weights of the one module; those that fit as they are are not copied."""
    with torch.device("meta"):
        shapes = {name: tuple(v.shape) for name, v in build_rnn(config).named_parameters()}
    check_count(sum(math.prod(shape) for shape in shapes.values()), chain[-1].name)
    count = 0
    below: Module | None = None  # the module whose output the layer reads
    for module in chain:
        for layer in range(module.config.num_layers):
            for name, shape in shapes.items():
                match = re.fullmatch(rf"(\w+)_l{count}((?:_reverse)?)", name)
                if match is None:
                    continue
                value = module.weights.get(f"{match[1]}_l{layer}{match[2]}")
                if value is None:  # of a direction or a bias that this layer has not
                    value = torch.zeros(shape)
                elif tuple(value.shape) != shape:
                    value = _padded(value, match[1], shape, module.config, config, below)
                yield name, value
            count, below = count + 1, module


def _padded(
    value: Tensor,
    kind: str,
    shape: tuple[int, ...],
    own: ModelConfig,
    config: ModelConfig,
    below: Module | None,
) -> Tensor:
    """Lay a weight into a larger one of zeros, gate by gate and direction by direction."""
    wide = value.new_zeros(shape)
    if kind == "weight_hr":  # (P, H)
        wide[: value.shape[0], : value.shape[1]] = value
        return wide
    G, H, h = NUM_GATES[config.cell], config.hidden_size, own.hidden_size
    rows = torch.cat([torch.arange(h) + gate * H for gate in range(G)])
    if value.dim() == 1:
        wide[rows] = value
        return wide
    columns = torch.arange(value.shape[1])
    if kind == "weight_ih" and below is not None:
        of, P = below.config, config.output_size
        columns = torch.cat(
            [torch.arange(of.output_size) + d * P for d in range(of.num_directions)]
        )
    wide[rows[:, None], columns] = value
    return wide


def _notes(chain: tuple[Module, ...], config: ModelConfig) -> tuple[str, ...]:
    """Say which layers are narrower than the module, and what is assumed between modules."""
    notes, number = [], 0
    for module in chain:
        own = module.config
        for _ in range(own.num_layers):
            number += 1
            if own.output_size < config.output_size:
                word = "values" if config.proj_size else "units"
                notes.append(
                    f"Layer {number} has {own.output_size} {word} of {config.output_size}; the "
                    "others stay 0."
                )
            if config.bidirectional and not own.bidirectional:
                notes.append(f"Layer {number} reads in one direction; its reverse one stays 0.")
    for below, module in itertools.pairwise(chain):
        names = module_path(module.name), module_path(below.name)
        notes.append(f"{names[0]} is taken to read the output of {names[1]} as it is.")
    return tuple(notes)
