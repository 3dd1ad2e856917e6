"""Classifier file: a network from any file that States takes, and the time steps that it reads."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

from rnnviz.core.models import SequenceClassifier
from rnnviz.data import mnist
from rnnviz.data.mnist_sizes import TimeStep
from rnnviz.data.sequences import SIDE
from rnnviz.training import recording
from rnnviz.training.reading_measurement import held_out, measure
from rnnviz.training.store import checkpoint
from rnnviz.training.store.checkpoint import CheckpointError
from rnnviz.training.uploaded_readings import CLASSIFIES, best_reading, network
from rnnviz.training.uploaded_weights import MOST_BYTES, OwnModelError, read_network


@dataclass(frozen=True, eq=False)
class Classifier:
    """A network that reads digits.

    Attributes:
        model: In eval mode, on the CPU.
        time_step: What it reads at each step, as `data.sequences` names it.
        chunk: Pixels of a time step.
        told: What was inferred and assumed of it, each a sentence; empty if its file says all.
    """

    model: SequenceClassifier
    time_step: TimeStep = "rows"
    chunk: int = SIDE
    told: tuple[str, ...] = ()


def load_classifier(path: Path) -> Classifier:
    """Read a classifier from a file: one that says what it is, or any that States takes.

    Args:
        path: A .safetensors file of ours, with or without its JSON; what an exported script saves;
            or somebody's own weights. The name's ending does not matter.

    Raises:
        ValueError: If it is none of them; says why, in one sentence.
    """
    try:
        model, meta = checkpoint.load(path)
    except CheckpointError as error:
        content = _content(path)
        if content is None or checkpoint.told_config(content) is not None:
            raise
        try:
            return classify_model(content)
        except OwnModelError as other:
            raise ValueError(str(other)) from error
    return Classifier(model, meta.get("time_step", "rows"), meta.get("chunk", SIDE))


def classify_model(content: bytes) -> Classifier:
    """Read a classifier from the content of a file that does not say what it is.

    A network that reads 28 values at each step is read in the way that is most accurate on held-out
    training digits (`reading_measurement`); another one reads its pixels in reading order.

    Raises:
        OwnModelError: If no network is in it.
    """
    if recording.KEY.encode() in content[8 : 8 + int.from_bytes(content[:8], "little")]:
        raise OwnModelError("the file is a recording, which holds states and no weights")
    uploaded = read_network(content, input_size=None)
    first, told = uploaded.candidates[0], [f"It is {uploaded.found}."]
    config = first.model.config
    if config.input_size != SIDE:
        told.append("It is taken to read its pixels in reading order.")
        if first.label:
            told.append(f"Assumed: {first.label}.")
        told += [*uploaded.assumed, *uploaded.ignored]
        return Classifier(first.model, "pixels", config.input_size, tuple(told))
    candidates = [(one.label, one.model) for one in uploaded.candidates]
    *_, last = measure(candidates, held_out(lambda train: mnist.load(train=train)))
    reading = best_reading(last.readings)
    told.append(
        f"Its accuracy on {reading.digits:,} held-out training digits is {reading.accuracy:.1%}, "
        f"read so: {reading.words}."
    )
    if reading.accuracy <= CLASSIFIES:
        told.append("It may not be a classifier of digits, or it was trained on something else.")
    told += [*uploaded.assumed, *uploaded.ignored]
    return Classifier(network(candidates, reading), reading.time_step, SIDE, tuple(told))


def _content(path: Path) -> bytes | None:
    """Return a file's content, unless there is none or it is too large."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_BYTES:
            return None
        return path.read_bytes()
    except OSError:
        return None
