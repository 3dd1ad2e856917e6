"""Candidates for an uploaded head: what may be between its layers, since no weight tells that."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rnnviz.training.uploads.head_layers import HeadLayer

Activation = Callable[[], nn.Module]

# The likeliest first; the slope of LeakyReLU and the α of ELU are torch's own.
ACTIVATIONS: dict[str, Activation] = {
    "ReLU": nn.ReLU,
    "no activation": nn.Identity,
    "Tanh": nn.Tanh,
    "LeakyReLU": nn.LeakyReLU,
    "Sigmoid": nn.Sigmoid,
    "GELU": nn.GELU,
    "ELU": nn.ELU,
    "SiLU": nn.SiLU,
}
NOTHING = "no activation"
COMMON = ("ReLU", "Tanh")  # looked for before a head of several layers too


class Selection(nn.Module):
    """Takes some of the features, (B, N) -> (B, M): those that are in the file's network.

    Attributes:
        places: Which, int64, shape (M,).
    """

    places: Tensor

    def __init__(self, places: Sequence[int]) -> None:
        super().__init__()
        self.register_buffer("places", torch.tensor(places), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Take them."""
        return x.index_select(-1, self.places)


class HalvesSum(nn.Module):
    """Adds both directions, or averages them: (B, 2P) -> (B, P).

    Attributes:
        factor: Of the sum: 1, or 0.5 for the mean.
    """

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        """Add them."""
        one, other = x.chunk(2, dim=-1)
        return self.factor * (one + other)


@dataclass(frozen=True, eq=False)
class Head:
    """One possible head.

    Attributes:
        label: What was chosen for it, e.g. "ReLU between the head's layers"; "": nothing.
        module: From features to logits.
    """

    label: str
    module: nn.Module


def heads(orders: Sequence[Sequence[HeadLayer]], prelu: nn.Module | None = None) -> list[Head]:
    """Return what the head may be, the likeliest first; its layers are shared.

    Args:
        orders: The layers in the order in which they compute; several where that is not certain.
        prelu: The activation, if the file holds one.
    """
    found: list[Head] = []
    for layers in orders:
        norms = [layer for layer in layers if layer.is_norm]
        where = f"{norms[0]} as layer {layers.index(norms[0]) + 1} of the head" if norms else ""
        for label, module in _variants(layers, prelu):
            words = (label, where if len(orders) > 1 else "")
            found.append(Head(", ".join(filter(None, words)), module))
    return found if len(found) > 1 else [Head("", one.module) for one in found]


def _variants(
    layers: Sequence[HeadLayer], prelu: nn.Module | None
) -> Iterator[tuple[str, nn.Module]]:
    """Yield a label and a module for each way to put activations between layers."""
    between, start = _between(layers), _start(layers, with_any=prelu is not None)
    given = ACTIVATIONS if prelu is None else {"PReLU": lambda: prelu}
    names = list(given)
    if not between and prelu is None:  # before a single layer there is mostly none
        names = [NOTHING, *(name for name in names if name != NOTHING)] if start else [NOTHING]
    seen: set[frozenset[tuple[int, str]]] = set()
    for (first, words), name, before in itertools.product(
        [(None, ""), *start], names, (False, True)
    ):
        chosen = {slots[0 if before else -1]: name for slots in between}
        if first is not None:
            chosen[first] = name
        made = frozenset(chosen.items()) if name != NOTHING else frozenset()
        rare = bool(between) and first is not None and name not in COMMON
        if made in seen or rare or (prelu is not None and not made):
            continue
        seen.add(made)
        moved = before and name != NOTHING and any(len(slots) > 1 for slots in between)
        told = ["between the head's layers" + (", before the normalization" if moved else "")]
        told = (told if between else []) + ([words] if first is not None and made else [])
        yield (
            f"{name} {' and '.join(told) or 'in the head'}",
            _sequential(layers, {k: given[activation] for k, activation in made}),
        )


def _between(layers: Sequence[HeadLayer]) -> list[list[int]]:
    """Return the slots between each two linear layers in a row; slot k is before layer k."""
    linears = [k for k, layer in enumerate(layers) if layer.kind == "linear"]
    slots = [
        [k for k in range(a + 1, b + 1) if _may_hold(layers[k - 1], layers[k])]
        for a, b in itertools.pairwise(linears)
    ]
    return [free for free in slots if free]


def _start(layers: Sequence[HeadLayer], with_any: bool) -> list[tuple[int, str]]:
    """Return the slots before the first linear layer, in words too.

    A single linear layer is taken to read the recurrent layer as it is, unless its number in an
    nn.Sequential says that something is before it.
    """
    first = next(k for k, layer in enumerate(layers) if layer.kind == "linear")
    if len(layers) == 1 and not with_any and _index(layers[0]) in (None, 0):
        return []
    found = [(first, "before the head's first layer" if first == 0 else "after the normalization")]
    if first and not _may_hold(layers[first - 1], layers[first]):
        found = []
    return found + ([(0, "before the normalization")] if first else [])


def _may_hold(one: HeadLayer, other: HeadLayer) -> bool:
    """Whether something without weights may stand between two layers.

    Numbers in a row in an nn.Sequential leave no room at a normalization. Two linear layers with
    such numbers may be in an nn.ModuleList, and have a function between them.
    """
    a, b = _index(one), _index(other)
    same = one.name.rpartition(".")[0] == other.name.rpartition(".")[0]
    in_row = same and a is not None and b is not None and b - a == 1
    return not (in_row and (one.is_norm or other.is_norm))


def _index(layer: HeadLayer) -> int | None:
    """Return the layer's number in an nn.Sequential."""
    last = layer.name.rpartition(".")[2]
    return int(last) if last.isdigit() and len(last) < 6 else None


def _sequential(layers: Sequence[HeadLayer], chosen: dict[int, Activation]) -> nn.Module:
    parts: list[nn.Module] = []
    for k, layer in enumerate(layers):
        if k in chosen:
            parts.append(chosen[k]())
        parts.append(layer.module)
    return parts[0] if len(parts) == 1 else nn.Sequential(*parts)
