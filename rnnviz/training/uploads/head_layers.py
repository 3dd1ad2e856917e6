"""Layers of an uploaded head: what names and shapes tell of each, and of their order."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from rnnviz.training.uploads.recurrent_layers import Recurrent
from rnnviz.training.uploads.weight_mapping import OwnModelError, listed, short

Kind = Literal["linear", "batch norm", "layer norm", "prelu"]

_LOSS = re.compile(  # or of a metric, of which torchmetrics keeps counts
    r"loss|criterion|class_?weight|pos_?weight|metric|accuracy"
    r"|\.(tp|fp|tn|fn|correct|total|confmat|mean_value|sum_value)$",
    re.IGNORECASE,
)
MOST_ORDERS = 200  # of a head's layers that are looked through
MOST_LAYERS = 24
MOST_NORMALIZED = 200_000  # values; the widest layer's over all steps are 114,688


@dataclass(frozen=True, eq=False)
class HeadLayer:
    """One layer of the head.

    Attributes:
        name: Its path in the network, e.g. "fc" or "head.2".
        kind: What it is.
        reads: Values that it reads.
        makes: Values that it makes.
        module: The layer itself, on the file's own tensors.
        place: Of its first tensor among all of the file.
    """

    name: str
    kind: Kind
    reads: int
    makes: int
    module: nn.Module
    place: int

    @property
    def is_norm(self) -> bool:
        """Whether it normalizes: it makes as many values as it reads."""
        return self.kind in ("batch norm", "layer norm")

    def __str__(self) -> str:
        kind = type(self.module).__name__
        sizes = f"{self.reads}, {self.makes}" if self.kind == "linear" else f"{self.reads}"
        return f"{kind}({sizes})"


def head_layers(recurrent: Recurrent, num_classes: int) -> tuple[list[HeadLayer], tuple[str, ...]]:
    """Tell every layer that is no recurrent one, in the order of the file.

    Returns: The layers, and sentences of what is no layer and is ignored.

    Raises:
        OwnModelError: If there is a layer of another kind; names it.
    """
    groups: dict[str, dict[str, Tensor]] = {}
    ignored: list[str] = []
    for name, value in recurrent.rest.items():
        if _LOSS.search(name):
            ignored.append(f"{short(name)} is taken for a buffer of a loss or metric and ignored.")
            continue
        path, _, own = name.rpartition(".")
        groups.setdefault(path, {})[own] = value
    if len(groups) > MOST_LAYERS:
        raise OwnModelError(
            f"besides the network there are {len(groups)} layers, {listed([*groups])}; a head has "
            f"{MOST_LAYERS} at most; {recurrent.line}"
        )
    layers: list[HeadLayer] = []
    for path, values in groups.items():
        one = _layer(path, values, min(recurrent.places[_joined(path, own)] for own in values))
        if one is not None:
            layers.append(one)
        elif [*values] == ["weight"] and tuple(values["weight"].shape) == (num_classes,):
            weight = short(_joined(path, "weight"))
            ignored.append(f"{weight} is taken for the classes' weights in the loss and ignored.")
        else:
            shapes = [f"{short(_joined(path, n))} {tuple(v.shape)}" for n, v in values.items()]
            raise OwnModelError(
                f"besides network and head there is {', '.join(shapes[:3])}, of no layer that is "
                f"read here; {recurrent.line}"
            )
    return layers, tuple(ignored)


def in_order(
    layers: Sequence[HeadLayer], widths: Sequence[int], num_classes: int, recurrent: Recurrent
) -> tuple[int, list[list[HeadLayer]]]:
    """Order the layers so that each reads what the one before makes.

    Args:
        layers: All of the head, in the order of the file.
        widths: Numbers of features with which the head may start, the likeliest first.
        num_classes: K, with which it must end.
        recurrent: What is below.

    Returns: The width with which it starts, and the orders that fit, the likeliest first; there are
        several where a normalization fits at more than one place.

    Raises:
        OwnModelError: If none fits; names the layer.
    """
    linears = [layer for layer in layers if layer.kind == "linear"]
    norms = [layer for layer in layers if layer.is_norm]
    for width in widths:
        for chain in itertools.islice(_chains(linears, width, num_classes), 1):
            placed = [[*_places(norm, chain, width)] for norm in norms]
            for norm, gaps in zip(norms, placed, strict=True):
                if not gaps:
                    raise OwnModelError(
                        f"{short(norm.name)} normalizes {norm.reads} values, and the head has so "
                        f"many nowhere; {recurrent.line}"
                    )
            _check_between(norms, recurrent)
            choices = itertools.islice(itertools.product(*placed), 4)
            return width, [_merged(chain, norms, choice) for choice in choices]
    raise _misfit(linears, widths[0], num_classes, recurrent)


def _layer(path: str, values: dict[str, Tensor], place: int) -> HeadLayer | None:
    """Tell a layer by the names and shapes of its tensors; None: no layer that is known."""
    names, weight = frozenset(values), values.get("weight")
    if any(value.numel() == 0 for value in values.values()):
        return None
    if weight is not None and weight.dim() == 2 and names <= {"weight", "bias"}:
        made, read = weight.shape
        linear = nn.Linear(read, made, device="meta")
        bias = values.get("bias", weight.new_zeros(made))
        if tuple(bias.shape) != (made,):
            raise OwnModelError(
                f"{short(_joined(path, 'bias'))} must be ({made},), got {tuple(bias.shape)}"
            )
        linear.weight, linear.bias = _parameter(weight), _parameter(bias)
        return HeadLayer(path, "linear", read, made, linear, place)
    vectors = {tuple(value.shape) for value in values.values()}
    N = next(iter(vectors))[0] if len(vectors) == 1 and len(next(iter(vectors))) == 1 else 0
    N = 0 if N > MOST_NORMALIZED else N
    if N and {"running_mean", "running_var"} <= names:
        if names - {"running_mean", "running_var"} not in ({"weight", "bias"}, set()):
            return None
        batch = nn.BatchNorm1d(N, affine=weight is not None)
        batch.load_state_dict(
            {name: value.float() for name, value in values.items()}
            | {"num_batches_tracked": torch.tensor(0)}
        )
        return HeadLayer(path, "batch norm", N, N, batch.eval(), place)
    if N and names == {"weight", "bias"}:
        layer_norm = nn.LayerNorm(N, device="meta")
        layer_norm.weight = _parameter(values["weight"])
        layer_norm.bias = _parameter(values["bias"])
        return HeadLayer(path, "layer norm", N, N, layer_norm, place)
    if N == 1 and names == {"weight"} and path:
        prelu = nn.PReLU(device="meta")
        prelu.weight = _parameter(values["weight"])
        return HeadLayer(path, "prelu", 1, 1, prelu, place)
    return None


def _parameter(value: Tensor) -> nn.Parameter:
    return nn.Parameter(value.detach().float().contiguous())


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _chains(
    linears: Sequence[HeadLayer], width: int, num_classes: int
) -> Iterator[list[HeadLayer]]:
    """Yield the orders of all linear layers that lead from a width to the classes."""
    looked = 0

    def after(width: int, left: list[HeadLayer]) -> Iterator[list[HeadLayer]]:
        nonlocal looked
        looked += 1
        if not left:
            if width == num_classes and linears:
                yield []
            return
        for k, layer in enumerate(left):
            if layer.reads == width and looked < MOST_ORDERS:
                for rest in after(layer.makes, left[:k] + left[k + 1 :]):
                    yield [layer, *rest]

    return after(width, list(linears))


def _places(norm: HeadLayer, chain: Sequence[HeadLayer], width: int) -> Iterator[int]:
    """Yield after how many linear layers a normalization may stand, the likeliest first."""
    widths = [width, *(layer.makes for layer in chain)]
    fits = [gap for gap, found in enumerate(widths) if found == norm.reads]
    defined = sum(layer.place < norm.place for layer in chain)
    inner = [gap for gap in fits if gap < len(chain)] or fits
    yield from sorted(inner, key=lambda gap: (gap != defined, gap))


def _check_between(norms: Sequence[HeadLayer], recurrent: Recurrent) -> None:
    """Raise if a normalization was made between two recurrent modules: it is taken to act there."""
    first, last = recurrent.modules[0].place, recurrent.modules[-1].place
    for norm in norms:
        if first < norm.place < last:
            raise OwnModelError(
                f"{short(norm.name)} stands between two recurrent layers, where none is read; "
                f"{recurrent.line}"
            )


def _merged(
    chain: Sequence[HeadLayer], norms: Sequence[HeadLayer], gaps: Sequence[int]
) -> list[HeadLayer]:
    merged: list[HeadLayer] = []
    for gap in range(len(chain) + 1):
        merged += [norm for norm, place in zip(norms, gaps, strict=True) if place == gap]
        merged += chain[gap : gap + 1]
    return merged


def _misfit(
    linears: Sequence[HeadLayer], width: int, num_classes: int, recurrent: Recurrent
) -> OwnModelError:
    """Say which layer does not fit."""
    wanted = f"one nn.Linear({width}, {num_classes}) that reads the network is expected"
    if not linears:
        return OwnModelError(f"besides the network there is nothing; {wanted}; {recurrent.line}")
    if len(linears) == 1:
        one = linears[0]
        return OwnModelError(
            f"the head {short(_joined(one.name, 'weight'))} is {(one.makes, one.reads)}; {wanted}; "
            f"{recurrent.line}"
        )
    told = ", ".join(f"{short(one.name)} ({one.reads} to {one.makes})" for one in linears[:4])
    return OwnModelError(
        f"the linear layers {told} do not lead from the {width} values of the recurrent layer to "
        f"{num_classes} classes; {recurrent.line}"
    )
