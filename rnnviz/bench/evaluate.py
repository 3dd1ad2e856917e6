"""Benchmark of the evaluation on 10,000 digits, beside one call of the bare module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import torch

from rnnviz.bench.paired_timing import machine, ratio, spread, time_in_turns
from rnnviz.core import device as devices
from rnnviz.core.config import ModelConfig
from rnnviz.core.models import SequenceClassifier
from rnnviz.data import mnist
from rnnviz.data.mnist import Digits, rows
from rnnviz.training.loop.evaluate import BATCH, accuracy
from rnnviz.training.loop.loop import seeded_model
from rnnviz.training.store import checkpoint

BATCHES = (250, 500, 1000, 2000, 5000, 10_000)
THREADS = (1, 2)
ROUNDS, GLANCE = 7, 100  # digits where fewer than 3 rounds are asked for
AIM = 1.2

Row = dict[str, Any]


def measure(
    device: str = "cpu", repeats: int = ROUNDS, batches: Sequence[int] = BATCHES
) -> dict[str, Any]:
    """Time the accuracy of two LSTMs on the test digits, and their bare modules, turn about.

    Args:
        device: Where to run, as `core.device.pick` takes it.
        repeats: Rounds; fewer than 3 are a glance at few digits.
        batches: Batch sizes to try; the default, `loop.evaluate.BATCH`, is always among them.

    Returns: What ran where, and `rows`, one for each network and number of threads (the embedded
        network needs safetensors): `module`, the
        bare `nn.LSTM` in one call over sequences made before, in ms; `by_batch`, the app's way for
        each batch size, from bytes to a share of right answers, in ms and as a `ratio` to it;
        `ratio` that of the default; `best`, the batch size with the least median. Every `median`
        has its `quartiles`. `told` says it in a sentence for each row.
    """
    where, threads = devices.pick(device), torch.get_num_threads()
    test = mnist.load(train=False).to(where)
    if repeats < 3:
        test = test[:GLANCE]
    networks = {}
    with suppress(ImportError):  # a machine without safetensors
        networks["LSTM 128, embedded"] = checkpoint.embedded("lstm-128")[0]
    networks["LSTM 64, fresh"] = seeded_model(ModelConfig(hidden_size=64), 0)
    counts = THREADS if where.type == "cpu" else (threads,)
    found = []
    try:
        for name, model in networks.items():
            for count in counts:
                torch.set_num_threads(count)
                sizes = sorted({*batches, BATCH})
                row = _compare(model.to(where).eval(), test, repeats, sizes)
                found.append({"network": name, "threads": count, **row})
    finally:
        torch.set_num_threads(threads)
    return {
        "device": devices.describe(where),
        "machine": machine(),
        "digits": len(test),
        "rounds": repeats,
        "default_batch": BATCH,
        "aim": AIM,
        "rows": found,
        "told": [_told(row) for row in found],
    }


def _compare(model: SequenceClassifier, test: Digits, rounds: int, batches: Sequence[int]) -> Row:
    x = rows(test.images)

    def module() -> object:
        with torch.inference_mode():
            return model.rnn(x)

    things: dict[str, Callable[[], object]] = {"module": module}
    for batch in batches:
        things[str(batch)] = partial(accuracy, model, test, batch_size=batch)
    times = time_in_turns(things, rounds, test.images.device)
    floor = times.pop("module")
    by_batch = {name: spread(ms) | {"ratio": ratio(ms, floor)} for name, ms in times.items()}
    return {
        "module": spread(floor),
        "by_batch": by_batch,
        "ratio": by_batch[str(BATCH)]["ratio"],
        "best": min(batches, key=lambda batch: by_batch[str(batch)]["median"]),
    }


def _told(row: Row) -> str:
    found = row["ratio"]["median"]
    return (
        f"{row['network']}, {row['threads']} thread{'s' * (row['threads'] > 1)}: "
        f"{found:.2f} times a single call of the bare module, "
        f"{'within' if found <= AIM else 'above'} the aim of {AIM:g}; "
        f"fastest in batches of {row['best']:,}"
    )
