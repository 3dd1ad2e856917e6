"""Training steps captured in a CUDA graph and replayed, many steps in one launch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Generic, TypeVar, cast

import torch
from torch import Tensor, nn

from rnnviz.core.config import TrainConfig
from rnnviz.data.dataset_protocol import Examples

E = TypeVar("E", bound=Examples)
Learn = Callable[[E, Tensor], Tensor]
Lr = float | Sequence[float]

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


class GraphedSteps(Generic[E]):
    """Steps of one training: the first ones one by one, then as many as a stride has in one launch.

    A CUDA graph repeats the same kernels on the same memory. So batches are copied to their places,
    rates are numbers on the GPU, and a stride that is cut short or ends with a batch of another
    size takes the plain way. Nothing waits for the GPU.

    Args:
        learn: Does a step on the GPU, from a batch and its rate there, without waiting for it;
            returns what it tells.
        rates: Place for the learning rates of a stride, on the GPU, shape (K,), or (K, S) of S
            networks.

    Attributes:
        note: Why there is no graph after all; "" while there may be or is one.

    Source: https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs
    """

    def __init__(self, learn: Learn[E], rates: Tensor) -> None:
        self._learn, self._rates = learn, rates
        self._side = torch.cuda.Stream(rates.device)  # type: ignore[no-untyped-call]
        self._done = 0
        self._places: list[E] = []
        self._graph: torch.cuda.CUDAGraph | None = None
        self._told = torch.empty(0)
        self.note = ""

    def __call__(self, batches: Sequence[E], lrs: Sequence[Lr]) -> Tensor:
        """Do at most K steps; return what each tells, shape (N, …), in memory of its own.

        Args:
            batches: What to learn from.
            lrs: Learning rate of each, one for each of S networks.
        """
        rates = torch.tensor(lrs, dtype=self._rates.dtype)
        self._rates[: len(lrs)].copy_(rates, non_blocking=True)
        if not self._fits(batches):
            return self._one_by_one(batches)
        if self._graph is None and not self._capture(batches):
            return self._one_by_one(batches)
        for place, batch in zip(self._places, batches, strict=True):
            fill(place, batch)
        cast(torch.cuda.CUDAGraph, self._graph).replay()
        return self._told.clone()

    def _fits(self, batches: Sequence[E]) -> bool:
        if self.note or self._done < WARM or len(batches) != len(self._rates):
            return False
        first = self._places[0] if self._places else batches[0]
        return all(alike(batch, first) for batch in batches)

    def _one_by_one(self, batches: Sequence[E]) -> Tensor:
        """Do steps on another stream, as a capture wants it before."""
        self._done += len(batches)
        self._side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._side):
            told = [self._learn(batch, self._rates[k]) for k, batch in enumerate(batches)]
            together = torch.stack(told)
        torch.cuda.current_stream().wait_stream(self._side)
        return together

    def _capture(self, batches: Sequence[E]) -> bool:
        """Write the kernels of a stride down, which does none of it; whether that went well."""
        self._places = [like(batch) for batch in batches]
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph):
                places = enumerate(self._places)
                self._told = torch.stack([self._learn(one, self._rates[k]) for k, one in places])
        except RuntimeError as error:
            self.note = " ".join(str(error).split())[:200]
            return False
        self._graph = graph
        return True


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
