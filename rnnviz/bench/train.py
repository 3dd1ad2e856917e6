"""Benchmark of the training loop, beside a notebook's loop and beside itself while watched.

All of them train the same network on the same digits, in turns, in one process.
"""

from __future__ import annotations

import gc
import math
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import Pipe
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn

from rnnviz.bench import jax_loop
from rnnviz.bench.drain import drain
from rnnviz.bench.paired_timing import machine, ratio, spread, wait_for
from rnnviz.bench.step_profile import step_profile
from rnnviz.core import device as devices
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data import mnist
from rnnviz.data.cache_dir import home
from rnnviz.training.jobs.connection import Channel
from rnnviz.training.jobs.protocol import NO_END, Start
from rnnviz.training.jobs.round_robin import Crew
from rnnviz.training.jobs.worker import THREADS
from rnnviz.training.loop.loop import Loop, seeded_model, train
from rnnviz.training.loop.stacked_training import Joint
from rnnviz.training.tasks import build as task_build
from rnnviz.training.tasks.digits import RunConfig

STEPS = 100  # of each in a round
WARM = 30
SEEDS = 8  # networks trained as one
EPOCHS = 100  # more than any round needs
MODEL = ModelConfig(hidden_size=64)
TRAINING = TrainConfig(
    epochs=EPOCHS, batch_size=64, lr=0.01, optimizer="adam", schedule="constant", clip_norm=0.0
)


def measure(device: str = "cpu", repeats: int = 9) -> dict[str, Any]:
    """Time the loops, turn about.

    Args:
        device: Where to run, as `core.device.pick` takes it.
        repeats: Rounds of `STEPS` steps of each.

    Returns: What ran where, and steps_per_s, medians over the rounds, of "notebook" (torchvision's
        dataset with ToTensor, a DataLoader, plain Adam), "tensors" (the same `nn.LSTM` and Adam
        over tensors on the device), "jax" where it is installed, "loop" (ours), "bfloat16" (ours,
        computing so, which pays on a CPU with AMX and on a GPU) and "joint" (ours, of `SEEDS`
        networks as one; a step of one network counts) with all of torch's threads, and
        of "alone" and "watched" with a worker's one: ours, and ours as a page sees it, with
        reports, copies of the weights and checkpoints; `quartiles` of each. `ratios`, medians and
        quartiles over rounds: of the loop to "notebook", "tensors" and "jax"; of "bfloat16" to the
        notebook and to the loop, of "joint" to the loop. `epoch_s` is what the loop takes for an
        epoch; `view_cost` the share of its time that being watched takes. `left_out` says what is
        not there. `profile`, on a CPU, is where a step's time goes, as `step_profile` says, with a
        worker's one thread.
    """
    where, threads = devices.pick(device), torch.get_num_threads()
    loops = {
        "notebook": (notebook_loop(where), threads),
        "tensors": (tensor_loop(where), threads),
        **({"jax": (jax_loop.loop(EPOCHS), threads)} if jax_loop.installed() else {}),
        "loop": (digits_loop(where), threads),
        "bfloat16": (digits_loop(where, replace(TRAINING, precision="bfloat16")), threads),
        "joint": (joint_loop(where), threads),
        "alone": (digits_loop(where), THREADS),
        "watched": (_watched(device), THREADS),
    }
    for steps, _ in loops.values():
        time_steps(steps, WARM, where)
    gc.collect()
    gc.freeze()  # as a worker does; the notebook's loop has the same of it
    rates: dict[str, list[float]] = {name: [] for name in loops}
    try:
        for turn in range(repeats):
            for name in list(loops) if turn % 2 else list(reversed(loops)):
                steps, count = loops[name]
                torch.set_num_threads(count)
                rates[name].append(STEPS / time_steps(steps, STEPS, where))
        torch.set_num_threads(THREADS)
        profile = step_profile(digits_loop(where)) if where.type == "cpu" else None
    finally:
        torch.set_num_threads(threads)
        gc.unfreeze()
    return {
        "device": devices.describe(where),
        "machine": machine(),
        "torch": str(torch.__version__),
        "threads": threads,
        "model": "LSTM 28 → 64, Linear 64 → 10",
        "batch_size": TRAINING.batch_size,
        "rounds": repeats,
        "steps_per_s": {name: round(median(values), 1) for name, values in rates.items()},
        "quartiles": {name: spread(values, 1)["quartiles"] for name, values in rates.items()},
        "ratios": {
            **{
                name: ratio(rates["loop"], rates[name])
                for name in ("notebook", "tensors", "jax")
                if name in rates
            },
            "bfloat16": ratio(rates["bfloat16"], rates["notebook"]),
            "bfloat16_to_loop": ratio(rates["bfloat16"], rates["loop"]),
            "joint_to_loop": ratio(rates["joint"], rates["loop"]),
        },
        "epoch_s": round(math.ceil(60_000 / TRAINING.batch_size) / median(rates["loop"]), 2),
        "view_cost": round(1 - ratio(rates["watched"], rates["alone"])["median"], 3),
        "left_out": {} if jax_loop.installed() else {"jax": "JAX is not installed"},
        "profile": profile,
    }


def time_steps(steps: Iterator[object], count: int, device: torch.device) -> float:
    """Take so many steps of a loop; return the seconds that they take, the device's included."""
    start = time.perf_counter()
    for _ in range(count):
        next(steps)
    wait_for(device)
    return time.perf_counter() - start


class _NotebookRNN(nn.Module):
    """The network of the notebooks, batch first."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(input_size=28, hidden_size=64, num_layers=1, batch_first=True)
        self.out = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        r_out, _ = self.rnn(x, None)
        logits: Tensor = self.out(r_out[:, -1, :])
        return logits


def notebook_loop(device: torch.device) -> Iterator[float]:
    """Train as the notebooks do; yield each step's loss, which they print or plot."""
    from torchvision.transforms import ToTensor

    from rnnviz.data.torchvision_mnist import EmbeddedMNIST

    data = EmbeddedMNIST(home(), train=True, transform=ToTensor(), download=True)
    loader: Any = torch.utils.data.DataLoader(data, batch_size=64, shuffle=True)
    rnn = _NotebookRNN().to(device)
    optimizer = torch.optim.Adam(rnn.parameters(), lr=0.01)
    loss_func = nn.CrossEntropyLoss()
    for _ in range(EPOCHS):
        for b_x, b_y in loader:
            output = rnn(b_x.view(-1, 28, 28).to(device))
            loss = loss_func(output, b_y.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss.item()


def tensor_loop(device: torch.device) -> Iterator[float]:
    """Train as one does who puts all digits on the device first; yield each step's loss."""
    digits = mnist.load(train=True).to(device)
    x, y = digits.images.float() / 255, digits.labels  # (N, T, I)
    rnn = _NotebookRNN().to(device)
    optimizer = torch.optim.Adam(rnn.parameters(), lr=0.01)
    loss_func = nn.CrossEntropyLoss()
    for _ in range(EPOCHS):
        for picked in torch.split(torch.randperm(len(y), device=device), 64):
            loss = loss_func(rnn(x[picked]), y[picked])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss.item()


def digits_loop(
    device: torch.device, training: TrainConfig = TRAINING, stride: int | None = None
) -> Iterator[object]:
    """Train with our loop, with a stride of its own or as the device has it."""
    digits = mnist.load(train=True).to(device)
    steps = task_build.stride(device) if stride is None else stride
    return train(seeded_model(MODEL, 0).to(device), digits, training, stride=steps)


def joint_loop(device: torch.device) -> Iterator[object]:
    """Train `SEEDS` networks as one; yield their logs in turn."""
    digits = mnist.load(train=True).to(device)
    joint = Joint(
        [
            Loop(
                seeded_model(MODEL, seed).to(device),
                digits,
                replace(TRAINING, seed=seed),
                stride=task_build.stride(device),
            )
            for seed in range(SEEDS)
        ]
    )
    for logs in zip(*(joint.of(place) for place in range(SEEDS)), strict=True):
        yield from logs


def _watched(device: str) -> Iterator[object]:
    """Train as a worker does, its pipe drained as the job manager drains it."""
    ours, theirs = Pipe()
    context = multiprocessing.get_context("spawn")
    reader = context.Process(target=drain, args=(ours,), daemon=True)
    reader.start()
    ours.close()
    with tempfile.TemporaryDirectory() as folder:
        start = Start("bench", RunConfig(MODEL, TRAINING, device=device), True, NO_END, folder)
        crew = Crew(Channel(theirs), (start,))
        yield from crew.steps(lambda train: mnist.load(train=train))
    reader.kill()  # the channel's thread ends with it
