"""Progress of a run as text: its title, duration, accuracy, and a notebook's printout."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import Literal

import numpy as np

from rnnviz.core.config import ModelConfig
from rnnviz.training.jobs.protocol import Snapshot
from rnnviz.training.store.run_record import Record
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.training.tasks.registry import task_of
from rnnviz.training.tasks.spec import AnyConfig
from rnnviz.ui.figures.numbers import counted, duration, percent

CELLS = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}
ORDINALS = {1: "next", 2: "second", 3: "third"}


def network(model: ModelConfig) -> str:
    """Return a network in a few words, e.g. "LSTM 28 → 2 × 64, 2 layers, two directions"."""
    width = f"2 × {model.hidden_size}" if model.bidirectional else str(model.hidden_size)
    words = [f"{CELLS[model.cell]} {model.input_size} → {width}"]
    if model.num_layers > 1:
        words.append(f"{model.num_layers} layers")
    if model.bidirectional:
        words.append("two directions")
    return ", ".join(words)


def run_title(record: Record, now: datetime) -> str:
    """Return what a run is called: its name, else e.g. "LSTM 64, 98.1 %, today 14:20".

    Args:
        record: The run.
        now: With its time zone, in which the run's birth is told.
    """
    if record.name is not None:
        return record.name
    config, shares = record.config, record.held_out.accuracy
    model = config.model
    kind = f"{'Bi' if model.bidirectional else ''}{CELLS[model.cell]} {model.hidden_size}"
    layers = f"{model.num_layers} layers" if model.num_layers > 1 else ""
    trained = task_of(config).title(config)
    learnt = percent(shares[-1]) if len(shares) else f"step {record.step:,}"
    return ", ".join(filter(None, (kind, layers, trained, learnt, _birth(record.created, now))))


def trained_on(config: AnyConfig) -> str:
    """Return what a run is trained on, e.g. "60,000 digits × 3, in 64s"."""
    return task_of(config).trained_on(config)


def _birth(created: float, now: datetime) -> str:
    if not created:
        return ""  # not kept
    born = datetime.fromtimestamp(created, now.tzinfo)
    clock = f"{born:%H:%M}"
    if born.date() == now.date():
        return f"today {clock}"
    if born.date() == now.date() - timedelta(days=1):
        return f"yesterday {clock}"
    day = f"{born.day} {born:%b}"
    return f"{day} {clock}" if born.year == now.year else f"{day} {born.year}"


def words(snapshot: Snapshot, unit: str = "digits") -> str:
    """Return the line under the progress bar.

    Args:
        snapshot: How a run stands.
        unit: What it learns.
    """
    if snapshot.state == "queued":
        place = ORDINALS.get(snapshot.place, f"number {snapshot.place}")
        return f"waiting for a free place: {place} in the queue"
    if snapshot.state == "starting":
        return snapshot.note or "starting: the worker gets ready"
    parts = [
        {"running": "", "paused": "paused", "done": "done"}.get(snapshot.state, "stopped"),
        f"epoch {max(snapshot.epoch, 1)}/{snapshot.epochs}",
        f"step {snapshot.step:,} of {snapshot.steps:,}",
        f"{snapshot.digits_per_s:,.0f} {unit}/s" if snapshot.digits_per_s else "",
        _time(snapshot),
        snapshot.device,
        snapshot.note,
    ]
    return " · ".join(part for part in parts if part)


def _time(snapshot: Snapshot) -> str:
    if snapshot.over:
        return f"took {duration(snapshot.wall_s)}"
    return "" if snapshot.left_s is None else f"{duration(snapshot.left_s)} left"


def judge(config: RunConfig | None) -> Literal["test", "held out"]:
    """Return what the digits are called that judge a run."""
    return "test" if config is None or config.fold is None else "held out"


def sentence(snapshot: Snapshot | None, config: RunConfig | None = None) -> str:
    """Say in one sentence what a training has come to so far.

    Args:
        snapshot: How it stands; None before the first.
        config: What it trains; None is one that the test digits judge.
    """
    if snapshot is None:
        return "Nothing is trained yet: the views below fill as soon as it begins."
    tests, losses = snapshot.held_out, snapshot.history.loss
    if not len(tests.accuracy):
        if not len(losses):
            return "Nothing is learnt yet."
        done, loss = counted(snapshot.step, "step"), float(losses[-1])
        if not isfinite(loss):
            return f"After {done} the loss is no longer a number: nothing more will be learnt."
        return f"After {done} the loss is {loss:.2f}."
    read = int(tests.read[-1])
    every = (config or RunConfig()).judging
    whole = f"the {every:,}" if read >= every else f"the first {read:,}"
    digits = f"{whole} test digits" if judge(config) == "test" else f"{whole} digits held out"
    share = percent(tests.accuracy[-1])
    return f"After {counted(int(tests.step[-1]), 'step')} it reads {share} of {digits} right."


def printout(
    config: RunConfig, snapshot: Snapshot, ten: Sequence[int], labels: Sequence[int]
) -> str:
    """Return what a notebook would have printed so far.

    Args:
        config: Of the run.
        snapshot: How it stands.
        ten: What the first ten test digits are taken for.
        labels: What they are.
    """
    history, tests = snapshot.history, snapshot.held_out
    lines = []
    per_epoch = config.steps // config.training.epochs
    for step, accuracy in zip(tests.step.astype(int), tests.accuracy, strict=True):
        at = min(int(np.searchsorted(history.step, step)), len(history.step) - 1)
        epoch = (step - 1) // per_epoch
        lines.append(
            f"Epoch:  {epoch} | step: {step:>6} | train loss: {history.loss[at]:.4f} | "
            f"{judge(config).replace(' ', '-')} accuracy: {accuracy:.4f}"
        )
    lines += [f"[{' '.join(map(str, ten))}] prediction number"]
    lines += [f"[{' '.join(map(str, labels))}] real number"]
    return "\n".join(lines)
