"""Uploaded weights: a network inferred from the names and shapes in a safetensors or .pt file.

Everything that a page needs is inferred from names and shapes. Where these leave a choice, e.g. the
activation between two layers of the head, there is a candidate for each. Nothing in a file can run,
and nothing large is made before its size is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from torch import Tensor, nn

from rnnviz.core.config import ModelConfig, Nonlinearity, Pooling
from rnnviz.core.models import RNNModule, SequenceClassifier, build_rnn
from rnnviz.data.sequences import SIDE
from rnnviz.training.safe_unpickle import PickleError, tensors
from rnnviz.training.uploads.head_candidates import HalvesSum, Head, Selection, heads
from rnnviz.training.uploads.head_layers import HeadLayer, head_layers, in_order
from rnnviz.training.uploads.recurrent_layers import (
    TITLES,
    Recurrent,
    check_count,
    read_recurrent,
)
from rnnviz.training.uploads.weight_mapping import OwnModelError, find_weights, short

__all__ = [
    "MOST_BYTES",
    "Candidate",
    "OwnModelError",
    "UploadedNetwork",
    "read_network",
]

# Two layers of an LSTM with 2,048 units have 202 MB in float32. While it is read, a file and what
# is made of it are in memory, twice that.
MOST_BYTES = 210_000_000
MOST_CANDIDATES = 48  # heads; an RNN has each with tanh and with relu


@dataclass(frozen=True, eq=False)
class Candidate:
    """One network that a file may be of.

    Attributes:
        label: What was chosen for it, e.g. "ReLU between the head's layers"; "" if nothing was.
        model: In eval mode, float32, on the CPU; it shares its tensors with the other candidates.
    """

    label: str
    model: SequenceClassifier


@dataclass(frozen=True, eq=False)
class UploadedNetwork:
    """A network that somebody has trained elsewhere, as far as its weights tell.

    Attributes:
        candidates: At least one, the likeliest first. Each reads the last state of each direction,
            or all steps where the head is so wide.
        found: What its names and shapes tell, e.g. "an LSTM that reads 28 values at each step, …".
        ignored: What else the file holds, each a sentence.
        assumed: What is assumed of all candidates, each a sentence.
    """

    candidates: tuple[Candidate, ...]
    found: str
    ignored: tuple[str, ...]
    assumed: tuple[str, ...]


def read_network(
    content: bytes, *, input_size: int | None = SIDE, num_classes: int = 10
) -> UploadedNetwork:
    """Read a network from a file of weights.

    Args:
        content: Of a safetensors file, or of a .pt that torch.save wrote; `MOST_BYTES` at most.
        input_size: I that the network must have; a row of a digit. None: any that divides a digit's
            784 pixels.
        num_classes: K that the head must have.

    Returns: The candidates and what was inferred.

    Raises:
        OwnModelError: If the file holds anything else, or more than `recurrent_layers.LIMITS`.
    """
    held, ordered = _content(content)
    weights = find_weights(held, ordered=ordered)
    check_count(sum(value.numel() for value in weights.values.values()), "")
    recurrent = read_recurrent(weights.values, input_size)
    if SIDE * SIDE % recurrent.config.input_size:
        raise OwnModelError(
            f"the network reads {recurrent.config.input_size} values at each step, which do not "
            f"divide the {SIDE * SIDE} pixels of a digit; {recurrent.line}"
        )
    layers, loss = head_layers(recurrent, num_classes)
    num_steps = SIDE * SIDE // recurrent.config.input_size
    widths = _widths(recurrent, num_steps)
    linear = [layer for layer in layers if layer.kind != "prelu"]
    width, orders = in_order(linear, [*widths], num_classes, recurrent)
    _check_numbers(recurrent, layers)
    prelu = next((layer.module for layer in layers if layer.kind == "prelu"), None)
    found_heads = [
        Head(", ".join(filter(None, (words, head.label))), _after(front, head.module))
        for words, front in _fronts(recurrent, widths[width], num_steps)
        for head in heads(orders, prelu)
    ]
    del found_heads[MOST_CANDIDATES:]
    pooling: Pooling = "all" if widths[width] == "all" else "last"
    return UploadedNetwork(
        tuple(_candidates(recurrent, found_heads, pooling, num_classes, num_steps)),
        _found(recurrent, orders[0], num_classes),
        weights.ignored + loss,
        (*recurrent.notes, *_assumed(recurrent, layers, pooling, num_steps)),
    )


def _content(content: bytes) -> tuple[object, bool]:
    """Return what a file holds, and whether it has the order in which the modules were made."""
    if len(content) > MOST_BYTES:
        raise OwnModelError(
            f"the file has {len(content) / 1e6:.0f} MB; at most {MOST_BYTES / 1e6:.0f} are read"
        )
    if content[:2] != b"PK" and content[:1] != b"\x80":
        return _from_safetensors(content), False
    try:
        return tensors(content, MOST_BYTES), True
    except PickleError as error:
        raise OwnModelError(str(error)) from error


def _from_safetensors(content: bytes) -> object:
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        return load(content)
    except (SafetensorError, ValueError, KeyError, AttributeError, RuntimeError) as error:
        raise OwnModelError(
            "the file is neither a whole safetensors file nor a .pt that torch.save wrote"
        ) from error


def _widths(recurrent: Recurrent, num_steps: int) -> dict[int, str]:
    """Return the widths that a head may start with, and what it then reads."""
    widths = {recurrent.width: "both", num_steps * recurrent.width: "all"}
    top = recurrent.modules[-1].config
    if top.bidirectional:
        widths.setdefault(top.output_size, "half")
    return widths


def _fronts(
    recurrent: Recurrent, reads: str, num_steps: int
) -> Iterator[tuple[str, list[nn.Module]]]:
    """Yield what stands before the head: the features of the file's network among those pooled."""
    kept, top, config = recurrent.kept, recurrent.modules[-1].config, recurrent.config
    wide = config.num_directions * config.output_size
    if kept is not None and reads == "all":
        kept = tuple(t * wide + k for t in range(num_steps) for k in kept)
    front: list[nn.Module] = [] if kept is None else [Selection(kept)]
    if reads != "half":
        yield "", front
        return
    P = top.output_size
    yield "the head reads the reverse direction", [*front, Selection(range(P, 2 * P))]
    yield "the head reads the forward direction", [*front, Selection(range(P))]
    yield "the head reads the sum of both directions", [*front, HalvesSum(1.0)]
    yield "the head reads the mean of both directions", [*front, HalvesSum(0.5)]


def _after(front: Sequence[nn.Module], head: nn.Module) -> nn.Module:
    if not front:
        return head
    return nn.Sequential(*front, *(head if isinstance(head, nn.Sequential) else [head]))


def _candidates(
    recurrent: Recurrent,
    found: Sequence[Head],
    pooling: Pooling,
    num_classes: int,
    num_steps: int,
) -> Iterator[Candidate]:
    """Put each head on the recurrent layers; an RNN once with tanh and once with relu."""
    plain = {name: value.detach().float().contiguous() for name, value in recurrent.weights.items()}
    kinds: tuple[Nonlinearity, ...] = ("tanh", "relu")
    for nonlinearity in kinds if recurrent.config.cell == "rnn" else kinds[:1]:
        config = replace(recurrent.config, pooling=pooling, nonlinearity=nonlinearity)
        rnn = _assembled(config, plain)
        kind = f"{nonlinearity} in the RNN" if config.cell == "rnn" else ""
        for head in found:
            model = SequenceClassifier(
                config, num_classes, rnn=rnn, head=head.module, num_steps=num_steps
            )
            yield Candidate(", ".join(filter(None, (kind, head.label))), model.eval())


def _assembled(config: ModelConfig, weights: dict[str, Tensor]) -> RNNModule:
    """Build the recurrent module on weights that exist."""
    import torch

    with torch.device("meta"):
        rnn = build_rnn(config)
    rnn.load_state_dict(weights, assign=True)
    rnn.flatten_parameters()
    return rnn


def _check_numbers(recurrent: Recurrent, layers: Sequence[HeadLayer]) -> None:
    named = {f"rnn.{name}": value for name, value in recurrent.weights.items()}
    for layer in layers:
        name = "head" if len(layers) == 1 else short(layer.name)
        named |= {f"{name}.{key}": value for key, value in layer.module.state_dict().items()}
    for name, value in named.items():
        if not value.isfinite().all():
            raise OwnModelError(f"{name} has values that are no finite numbers")


def _found(recurrent: Recurrent, layers: Sequence[HeadLayer], num_classes: int) -> str:
    config = recurrent.config
    cell = TITLES[config.cell]
    count = "one layer" if config.num_layers == 1 else f"{config.num_layers} layers"
    sizes = list(dict.fromkeys(module.config.hidden_size for module in recurrent.modules))
    parts = [
        f"{'a' if config.cell == 'gru' else 'an'} {cell} that reads {config.input_size} values at "
        f"each step",
        f"{' and '.join(map(str, sizes))} units",
        count,
        "two directions" if config.bidirectional else "one direction",
    ]
    if config.proj_size:
        parts.append(f"projected to {config.proj_size}")
    if not config.bias:
        parts.append("without biases")
    if len(layers) == 1:
        return f"{', '.join(parts)}, and a linear head with {num_classes} answers"
    return f"{', '.join(parts)}, and a head of {', '.join(map(str, layers))}"


def _assumed(
    recurrent: Recurrent, layers: Sequence[HeadLayer], pooling: Pooling, num_steps: int
) -> Iterator[str]:
    if pooling == "all":
        yield (
            f"The head reads the hidden states of all {num_steps} steps; in a prediction after "
            "fewer, those of the steps not yet read count as 0."
        )
    linears = [layer for layer in layers if layer.kind == "linear"]
    without = [one for one in linears if f"{one.name}.bias".lstrip(".") not in recurrent.rest]
    if len(linears) == len(without) == 1:
        yield "The head has no bias."
    elif without:
        yield f"{', '.join(short(layer.name) for layer in without)} of the head has no bias."
