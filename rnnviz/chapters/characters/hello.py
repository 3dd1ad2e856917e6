"""The "hello" task: configs of its three networks, and their predictions after each epoch."""

from __future__ import annotations

import torch

from rnnviz.chapters.characters import text_training
from rnnviz.chapters.characters.config import TextConfig, TextNetwork
from rnnviz.chapters.characters.spelling import say
from rnnviz.data.mnist import Digits
from rnnviz.training.tasks import build as task_build

EPOCHS = 15
SOURCE, TARGET = "hello", "ohlol"
NETWORKS: tuple[TextNetwork, ...] = ("cell", "rnn", "embedding")


def default(network: TextNetwork, seed: int = 0, epochs: int = EPOCHS) -> TextConfig:
    """Return the training that the lesson begins with."""
    layers = 2 if network == "embedding" else 1
    return text_training.config_of(
        network, ((SOURCE, TARGET),), num_layers=layers, epochs=epochs, batch_size=1, seed=seed
    )


def printed(config: TextConfig) -> list[str]:
    """Return what each epoch's print-out says, before its step, and what is said after the last."""
    vocabulary = text_training.alphabet(config)
    [(source, target)] = config.pairs
    with torch.random.fork_rng(devices=[]):
        model, loop = task_build.prepare(config, _no_digits, torch.device("cpu"))
        said = [say(model, vocabulary, source, target).said]
        said += [say(model, vocabulary, source, target).said for _ in loop]
    return said


def _no_digits(train: bool) -> Digits:
    raise LookupError("texts need no digits")
