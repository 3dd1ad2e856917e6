"""Row-order experiment: networks trained on rows in order and shuffled, and their accuracies."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn

from rnnviz.chapters.recurrence.feed_forward import WholeSequence
from rnnviz.chapters.recurrence.row_permutations import ROW_ORDERS, RowOrder, in_row_order
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data import mnist
from rnnviz.data.atomic_write import write_whole
from rnnviz.data.mnist import Digits
from rnnviz.data.sequences import SIDE
from rnnviz.training.loop.evaluate import accuracy
from rnnviz.training.loop.loop import StepLog, seeded_model, train
from rnnviz.training.store.checkpoint import CheckpointError, load_weights
from rnnviz.training.store.os_error_text import unnamed

Kind = Literal["lstm", "rnn", "feed-forward"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LEARNT: tuple[RowOrder, ...] = ("in order", "shuffled")
UNITS: Mapping[Kind, int] = MappingProxyType({"lstm": 59, "rnn": 128, "feed-forward": 27})
TRAINING = TrainConfig(epochs=3, batch_size=64, lr=3e-3)

NAME = "order"
ASSET = Path(__file__).resolve().parents[2] / "assets" / "order" / f"{NAME}.safetensors"
COMMAND = f"python -m rnnviz train --recipe {NAME}"

Accuracies = Mapping[tuple[Kind, RowOrder, RowOrder], float]


@dataclass(frozen=True, eq=False)
class OrderNets:
    """The networks that come with rnnviz, and what they read of the 10,000 test digits.

    Attributes:
        networks: By kind and the order that it learnt; in eval mode, from (T, B, I) to (B, K).
        accuracies: By kind, the order it learnt and the order that it is given to read.
        settings: The JSON beside the weights.
    """

    networks: Mapping[tuple[Kind, RowOrder], nn.Module]
    accuracies: Accuracies
    settings: Mapping[str, Any]


def fresh(kind: Kind, seed: int) -> nn.Module:
    """Build a network that has learnt nothing; torch's own chance is left alone.

    Raises:
        ValueError: If kind is another word.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    if kind != "feed-forward":
        return seeded_model(ModelConfig(cell=kind, hidden_size=UNITS[kind]), seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return WholeSequence(SIDE, SIDE, UNITS[kind])


def learn(
    kind: Kind, order: RowOrder, digits: Digits, config: TrainConfig
) -> tuple[nn.Module, Iterator[StepLog]]:
    """Return a fresh network and its training, which goes on as its logs are asked for."""
    model = fresh(kind, config.seed)
    return model, train(model, digits, config, sequences=partial(in_row_order, order=order))


def readings(model: nn.Module, digits: Digits) -> dict[RowOrder, float]:
    """Return the share of digits that a network reads right, their rows in each order."""
    return {
        order: accuracy(model, digits, sequences=partial(in_row_order, order=order))
        for order in ROW_ORDERS
    }


def make(
    out: Path | None = None,
    config: TrainConfig = TRAINING,
    *,
    digits: Digits | None = None,
    test: Digits | None = None,
) -> Iterator[StepLog]:
    """Train all of them and write them with what they read of the test digits.

    Args:
        out: The .safetensors file; a JSON of the same name is written beside it. None is
            order.safetensors in the current folder.
        config: How each is trained.
        digits: What they learn; None is all 60,000 training digits.
        test: What they are measured on; None is all 10,000 test digits.

    Yields: The logs of one training after the other. The files are written after the last one.

    Raises:
        ValueError: If `out` does not end in .safetensors.
    """
    path = out or Path(f"{NAME}.safetensors")
    if path.suffix != ".safetensors":
        raise ValueError(f"out must end in .safetensors, got {path.name}")
    return _make(path, config, digits or mnist.load(train=True), test or mnist.load(train=False))


def _make(path: Path, config: TrainConfig, digits: Digits, test: Digits) -> Iterator[StepLog]:
    from safetensors.torch import save

    started = time.perf_counter()
    weights: dict[str, Tensor] = {}
    measured: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        for order in LEARNT:
            model, logs = learn(kind, order, digits, config)
            yield from logs
            model.eval()
            weights |= {f"{_key(kind, order)}/{n}": p.detach() for n, p in model.named_parameters()}
            found = readings(model, test)
            measured[_key(kind, order)] = {each: round(found[each], 4) for each in found}
    wall_s = round(time.perf_counter() - started, 1)
    meta = _meta(config, len(digits)) | {"measured": measured, "wall_s": wall_s}
    write_whole(path, save(weights))
    text = json.dumps(meta, indent=2, ensure_ascii=False) + "\n"
    write_whole(path.with_suffix(".json"), text.encode())


def _meta(config: TrainConfig, digits: int) -> dict[str, Any]:
    parameters = {kind: sum(p.numel() for p in fresh(kind, 0).parameters()) for kind in KINDS}
    return {
        "units": dict(UNITS),
        "parameters": parameters,
        "training": config.to_dict(),
        "digits": digits,
        "row_orders": {order: list(rows) for order, rows in ROW_ORDERS.items()},
        "command": COMMAND,
        "data_md5": mnist.MD5,
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
    }


def load(path: Path = ASSET) -> OrderNets:
    """Load the networks and what is known of them.

    Raises:
        CheckpointError: If a file is missing or is not what it should be.
    """
    weights = load_weights(path)
    try:
        meta = json.loads(path.with_suffix(".json").read_bytes())
        networks = {(k, o): _filled(k, _key(k, o), weights) for k in KINDS for o in LEARNT}
        accuracies = {
            (kind, learnt, order): float(meta["measured"][_key(kind, learnt)][order])
            for kind, learnt in networks
            for order in ROW_ORDERS
        }
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        why = unnamed(error)
        raise CheckpointError(f"{path.name} or its JSON is not what it should be: {why}") from error
    return OrderNets(networks, accuracies, meta)


def _filled(kind: Kind, key: str, weights: Mapping[str, Tensor]) -> nn.Module:
    model = fresh(kind, 0)
    own = {name: weights[f"{key}/{name}"] for name, _ in model.named_parameters()}
    model.load_state_dict(own)
    return model.eval()


def _key(kind: Kind, order: RowOrder) -> str:
    return f"{kind}/{order}"
