"""Embedded models and test digits, loaded once for all sessions and never changed."""

from __future__ import annotations

from functools import cache

import torch

from rnnviz.core import device as devices
from rnnviz.core.inspect.reading import read
from rnnviz.core.models import SequenceClassifier
from rnnviz.data import mnist
from rnnviz.training import device_choice
from rnnviz.training.store import checkpoint

TITLES = {
    "lstm-128": "LSTM, 128 units",
    "gru-128": "GRU, 128 units",
    "rnn-128": "plain RNN (tanh), 128 units",
    "bilstm-64": "LSTM in two directions, 2 × 64 units",
}


@cache
def device_chosen() -> device_choice.Choice:
    """Return the device on which the pages compute, and why it is not a better one."""
    return device_choice.choose("auto")


def device() -> torch.device:
    """Return the device on which the pages compute."""
    return device_chosen().device


@cache
def device_words() -> str:
    """Return what the pages compute on, e.g. "CPU, 2 threads"."""
    return devices.describe(device())


@cache
def embedded(name: str) -> SequenceClassifier:
    """Return one of the four networks that come with rnnviz, in eval mode; not to be changed."""
    return checkpoint.embedded(name)[0].to(device()).eval()


@cache
def test_digits() -> mnist.Digits:
    """Return MNIST's 10,000 test digits."""
    return mnist.load(train=False)


def next_of_class(digit: int, after: int) -> int:
    """Return the index of the next test digit of a class, or of its first after the last."""
    of_class = (test_digits().labels == digit).nonzero()[:, 0]
    later = of_class[of_class > after]
    return int(later[0] if len(later) else of_class[0])


def one_thread() -> None:
    """Let torch compute in this thread alone: one picture is too small to share between cores.

    Streamlit runs each answer in a new thread. There OpenMP starts a team of its own, and the
    answer takes 9 ms instead of 1.5, unless torch is told so again in that thread.
    """
    torch.set_num_threads(1)


def warm() -> None:
    """Choose the device and load what the first pen stroke needs."""
    one_thread()
    model = embedded(checkpoint.DEFAULT)
    read(model, torch.zeros(28, 1, 28, device=device()))
    test_digits()
