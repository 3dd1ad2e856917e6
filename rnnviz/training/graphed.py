"""A step of training on a GPU that is captured once, and launched as a whole from then on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Generic, TypeVar, cast

import torch
from torch import Tensor, nn

from rnnviz.core.config import TrainConfig
from rnnviz.data.examples import Examples

E = TypeVar("E", bound=Examples)
Learn = Callable[[E], Tensor]

WARM = 3  # steps before the capture, for what libraries and optimizer do at their first


def left_out(model: nn.Module, config: TrainConfig) -> str:
    """Say why the steps of a training cannot be captured; "" if they can."""
    device = next(model.parameters()).device
    if device.type != "cuda":
        return f"there are no CUDA graphs on {device.type}"
    if config.optimizer not in ("adam", "adamw"):
        return f"{config.optimizer} asks the CPU for its rate at each step"
    if any(isinstance(m, nn.RNNBase) and m.dropout for m in model.modules()):
        return "cuDNN's dropout keeps a state of its own"
    return ""


class GraphedStep(Generic[E]):
    """Steps of one training: the first ones as they are, the others as one launch each.

    A CUDA graph repeats the same kernels on the same memory. So batches are copied to one place,
    the rate is a number on the GPU, and a batch of another size, the last of an epoch, takes the
    plain way. Nothing waits for the GPU.

    Args:
        learn: Does a step on the GPU, without waiting for it; returns what it tells.
        rate: The learning rate that it reads, on the GPU, shape (), or (S,) of S networks.

    Attributes:
        note: Why there is no graph after all; "" while there may be or is one.

    Source: https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs
    """

    def __init__(self, learn: Learn[E], rate: Tensor) -> None:
        self._learn, self._rate = learn, rate
        self._side = torch.cuda.Stream(rate.device)  # type: ignore[no-untyped-call]
        self._done = 0
        self._batch: E | None = None
        self._graph: torch.cuda.CUDAGraph | None = None
        self._told = torch.empty(0)
        self.note = ""

    def __call__(self, batch: E, lr: float | Sequence[float]) -> Tensor:
        """Do a step; return what it tells, a tensor of its own on the GPU.

        Args:
            batch: What to learn from.
            lr: Learning rate, one for each of S networks.
        """
        set_rate(self._rate, lr)
        if self._batch is None:
            self._batch = like(batch)
        if self.note or not alike(batch, self._batch):
            return self._learn(batch)
        if self._done < WARM:
            self._done += 1
            return self._beside(batch)
        if self._graph is None and not self._capture():
            return self._learn(batch)
        fill(self._batch, batch)
        cast(torch.cuda.CUDAGraph, self._graph).replay()
        return self._told.clone()

    def _beside(self, batch: E) -> Tensor:
        """Do a step on another stream, as a capture wants it before."""
        self._side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._side):
            told = self._learn(batch)
        torch.cuda.current_stream().wait_stream(self._side)
        return told

    def _capture(self) -> bool:
        """Write the kernels of a step down, which does none of it; whether that went well."""
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph):
                self._told = self._learn(cast(E, self._batch))
        except RuntimeError as error:
            self.note = " ".join(str(error).split())[:200]
            return False
        self._graph = graph
        return True


def set_rate(rate: Tensor, lr: float | Sequence[float]) -> None:
    """Write learning rates where they are read, without waiting for a GPU."""
    if isinstance(lr, float):
        rate.fill_(lr)
    else:
        rate.copy_(torch.tensor(lr, dtype=rate.dtype), non_blocking=True)


def alike(batch: E, other: E) -> bool:
    """Whether all tensors of two batches have the same shapes."""
    ours, theirs = _tensors(batch), _tensors(other)
    return all(value.shape == theirs[name].shape for name, value in ours.items())


def like(batch: E) -> E:
    """Return examples of the same kinds and sizes, whose numbers are yet to come."""
    parts = {name: torch.empty_like(value) for name, value in _tensors(batch).items()}
    return type(batch)(**parts)


def fill(place: E, batch: E) -> None:
    """Copy a batch into examples that lie at one place."""
    for name, value in _tensors(batch).items():
        getattr(place, name).copy_(value)


def _tensors(batch: Examples) -> dict[str, Tensor]:
    return {field.name: getattr(batch, field.name) for field in fields(batch)}  # type: ignore[arg-type]
