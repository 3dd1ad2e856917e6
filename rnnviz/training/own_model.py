"""Somebody's own network, read from the bytes of a file of weights.

Everything that a page needs is inferred from names and shapes; what these cannot tell is assumed,
and said. Nothing in a file can run, and nothing large is made before its size is known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from rnnviz.core.config import Cell, ModelConfig, Nonlinearity, Pooling
from rnnviz.core.models import SequenceClassifier
from rnnviz.core.run_config import RUN_LIMITS
from rnnviz.training.own_pickle import PickleError, tensors

MOST_BYTES = 50_000_000
CELLS: Mapping[int, Cell] = {1: "rnn", 3: "gru", 4: "lstm"}  # by rows of weight_hh_l0 for each unit
TITLES: Mapping[Cell, str] = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}
WRAPPERS = ("state_dict", "model_state_dict", "model")  # what people call it in a larger checkpoint
EXPECTED = "the state_dict of one nn.RNN, nn.GRU or nn.LSTM and one nn.Linear is expected"

_RECURRENT = re.compile(
    r"(.*?)((?:weight_ih|weight_hh|bias_ih|bias_hh|weight_hr)_l\d+(?:_reverse)?)"
)
_Shapes = dict[str, tuple[int, ...]]


class OwnModelError(ValueError):
    """A file that cannot be shown; one sentence of what was found and what was expected."""


@dataclass(frozen=True, eq=False)
class OwnModel:
    """A network that somebody has trained elsewhere.

    Attributes:
        model: In eval mode, float32, on the CPU.
        found: What its names and shapes tell, e.g. "an LSTM that reads 28 values at each step, …".
        assumed: What they cannot tell, each a sentence.
    """

    model: SequenceClassifier
    found: str
    assumed: tuple[str, ...]


def read_own_model(
    content: bytes,
    *,
    nonlinearity: Nonlinearity = "tanh",
    pooling: Pooling = "last",
    input_size: int = 28,
    num_classes: int = 10,
) -> OwnModel:
    """Read a network from a file of weights.

    Args:
        content: Of a safetensors file, or of a .pt that torch.save wrote; `MOST_BYTES` at most.
        nonlinearity: Of a plain RNN; its weights do not tell.
        pooling: What the head reads; the weights do not tell that either.
        input_size: I that the network must have; a row of a digit.
        num_classes: K that the head must have.

    Returns: The network and what was inferred.

    Raises:
        OwnModelError: If the file holds anything else, or more than `RUN_LIMITS` allow.
    """
    weights = _tensors(content)
    recurrent, rest = _parted(weights)
    config = _config(recurrent, nonlinearity, pooling)
    if config.input_size != input_size:
        raise OwnModelError(
            f"the network reads {config.input_size} values at each step; the rows of a digit have "
            f"{input_size}"
        )
    head, bias = _head(rest, config, num_classes)
    with torch.device("meta"):
        model = SequenceClassifier(config, num_classes)
    _check_shapes(model, recurrent)
    named = {f"rnn.{name}": value for name, value in recurrent.items()}
    named |= {"head.weight": head, "head.bias": bias}
    plain = {name: value.detach().float().contiguous().clone() for name, value in named.items()}
    for name, value in plain.items():
        if not value.isfinite().all():
            raise OwnModelError(f"{name} has values that are no finite numbers")
    model.load_state_dict(plain, assign=True)
    model.rnn.flatten_parameters()
    return OwnModel(model.eval(), _found(config, num_classes), _assumed(config, rest))


def _tensors(content: bytes) -> dict[str, Tensor]:
    """Read all tensors by name; nothing of them is copied yet."""
    if len(content) > MOST_BYTES:
        raise OwnModelError(
            f"the file has {len(content) / 1e6:.0f} MB; at most {MOST_BYTES / 1e6:.0f} are read"
        )
    pickled = content[:2] == b"PK" or content[:1] == b"\x80"
    try:
        values = tensors(content, MOST_BYTES) if pickled else _from_safetensors(content)
    except PickleError as error:
        raise OwnModelError(str(error)) from error
    for name in WRAPPERS:
        if isinstance(values, Mapping) and isinstance(values.get(name), Mapping):
            values = values[name]
    if not isinstance(values, Mapping) or not values:
        found = (
            "nothing"
            if isinstance(values, Mapping)
            else f"an object of type {type(values).__name__}"
        )
        raise OwnModelError(f"the file holds {found}; {EXPECTED}")
    for name, value in values.items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            what = f"{_short(name)} of type {type(value).__name__}"
            raise OwnModelError(f"the file holds {what}; {EXPECTED}")
        if not _is_plain(value):
            raise OwnModelError(f"{_short(name)} is no plain tensor of floating-point numbers")
    if sum(value.numel() for value in values.values()) > RUN_LIMITS["parameters"]:
        count = sum(value.numel() for value in values.values())
        raise OwnModelError(
            f"the network has {count:,} parameters; at most {RUN_LIMITS['parameters']:,} are read"
        )
    return dict(values)


def _from_safetensors(content: bytes) -> object:
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        return load(content)
    except (SafetensorError, ValueError, KeyError, AttributeError, RuntimeError) as error:
        raise OwnModelError(
            "the file is neither a whole safetensors file nor a .pt that torch.save wrote"
        ) from error


def _is_plain(value: Tensor) -> bool:
    return (
        value.is_floating_point()
        and value.layout == torch.strided
        and not value.is_nested
        and value.device.type == "cpu"
    )


def _parted(weights: dict[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Part the recurrent network's weights, without their prefix, from the rest."""
    matches = {name: _RECURRENT.fullmatch(name) for name in weights}
    prefixes = sorted({match[1] for match in matches.values() if match})
    if not prefixes:
        raise OwnModelError(f"no recurrent weights were found among {_listed(weights)}; {EXPECTED}")
    if len(prefixes) > 1:
        found = ", ".join(_short(prefix.rstrip(".") or "(no prefix)") for prefix in prefixes[:4])
        raise OwnModelError(f"{len(prefixes)} recurrent networks were found, {found}; {EXPECTED}")
    recurrent = {match[2]: weights[name] for name, match in matches.items() if match}
    return recurrent, {name: weights[name] for name, match in matches.items() if not match}


def _config(
    weights: dict[str, Tensor], nonlinearity: Nonlinearity, pooling: Pooling
) -> ModelConfig:
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
    for name, value in (("hidden_size", H), ("num_layers", layers)):
        if value > RUN_LIMITS[name]:
            raise OwnModelError(f"its {name} is {value:,}; at most {RUN_LIMITS[name]:,} is read")
    try:
        return ModelConfig(
            cell=CELLS[gates],
            input_size=into[1],
            hidden_size=H,
            num_layers=layers,
            bidirectional=any(name.endswith("_reverse") for name in shapes),
            bias="bias_ih_l0" in shapes,
            proj_size=projection[0] if projection else 0,
            nonlinearity=nonlinearity,
            pooling=pooling,
        )
    except ValueError as error:
        raise OwnModelError(f"the shapes are those of no network: {error}") from error


def _check_shapes(model: SequenceClassifier, weights: dict[str, Tensor]) -> None:
    expected = {name: tuple(value.shape) for name, value in model.rnn.named_parameters()}
    for name, shape in expected.items():
        if name not in weights:
            raise OwnModelError(f"{name} is missing; it must be {shape}")
        if (found := tuple(weights[name].shape)) != shape:
            raise OwnModelError(f"{name} must be {shape}, got {found}")
    if unknown := sorted(set(weights) - set(expected)):
        raise OwnModelError(f"{_short(unknown[0])} belongs to no weight of such a network")


def _head(rest: dict[str, Tensor], config: ModelConfig, num_classes: int) -> tuple[Tensor, Tensor]:
    """Take the linear layer's weight and bias, which must be all that is left."""
    width = config.num_directions * config.output_size
    wanted = f"one nn.Linear({width}, {num_classes}) that reads the network is expected"
    weights = [name for name, value in rest.items() if name.split(".")[-1] == "weight"]
    if len(weights) != 1 or rest[weights[0]].dim() != 2:
        raise OwnModelError(f"besides the network there is {_listed(rest)}; {wanted}")
    name = weights[0]
    bias_name = name.removesuffix("weight") + "bias"
    if others := {key: value for key, value in rest.items() if key not in (name, bias_name)}:
        raise OwnModelError(f"besides network and head there is {_listed(others)}; {wanted}")
    weight = rest[name]
    if tuple(weight.shape) != (num_classes, width):
        raise OwnModelError(f"the head {_short(name)} is {tuple(weight.shape)}; {wanted}")
    bias = rest.get(bias_name, torch.zeros(num_classes))
    if tuple(bias.shape) != (num_classes,):
        raise OwnModelError(
            f"{_short(bias_name)} must be ({num_classes},), got {tuple(bias.shape)}"
        )
    return weight, bias


def _found(config: ModelConfig, num_classes: int) -> str:
    cell = TITLES[config.cell]
    layers = "one layer" if config.num_layers == 1 else f"{config.num_layers} layers"
    parts = [
        f"{'a' if config.cell == 'gru' else 'an'} {cell} that reads {config.input_size} values at "
        f"each step",
        f"{config.hidden_size} units",
        layers,
        "two directions" if config.bidirectional else "one direction",
    ]
    if config.proj_size:
        parts.append(f"projected to {config.proj_size}")
    if not config.bias:
        parts.append("without biases")
    return f"{', '.join(parts)}, and a linear head with {num_classes} answers"


def _assumed(config: ModelConfig, rest: dict[str, Tensor]) -> tuple[str, ...]:
    reads = {
        "last": "what each direction holds when it has read everything",
        "mean": "the mean over all steps",
        "max": "each unit's maximum over all steps",
    }
    said = [f"The head is taken to read {reads[config.pooling]}; the weights do not tell."]
    if config.cell == "rnn":
        said.append(
            f"The nonlinearity is taken for {config.nonlinearity}; the weights do not tell."
        )
    if len(rest) == 1:
        said.append("The head has no bias.")
    return tuple(said)


def _listed(weights: Mapping[str, Tensor]) -> str:
    """Return the first few names with their shapes."""
    names = [f"{_short(name)} {tuple(value.shape)}" for name, value in list(weights.items())[:3]]
    more = f" and {len(weights) - 3} more" if len(weights) > 3 else ""
    return ", ".join(names) + more if names else "nothing"


def _short(name: object) -> str:
    text = str(name) if isinstance(name, str | int | float) else type(name).__name__
    return text if len(text) <= 60 else f"{text[:57]}…"
