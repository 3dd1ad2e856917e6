"""Passing the state without `detach`: torch's error message, and the cost of the full graph."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.segment_loop import seeded_tagger
from rnnviz.chapters.sine.segmented_forward import State, in_segments
from rnnviz.chapters.sine.signals import Source
from rnnviz.core.models import SequenceTagger
from rnnviz.training.loop.optimizers import build_optimizer

COUNTS = (1, 2, 5, 10, 20, 50, 100)
REPEATS = 3
MOST = 10  # segments until torch must have refused


@dataclass(frozen=True)
class Refusal:
    """What torch said.

    Attributes:
        segment: At whose step, from 1; 0 if it never refused.
        text: Its very words; "" if it never refused.
        cause: Why, a sentence or two.
        cure: What to do.
    """

    segment: int
    text: str
    cause: str
    cure: str


@dataclass(frozen=True)
class Growth:
    """What one graph through some segments costs.

    Attributes:
        segments: So many.
        time_steps: Through which the graph reaches.
        nodes: Of the graph: operations that are to be gone back through.
        kept_bytes: Of the tensors that the graph keeps for its way back, weights left out.
        step_s: Seconds of one step, forward and back; the median of `REPEATS`.
    """

    segments: int
    time_steps: int
    nodes: int
    kept_bytes: int
    step_s: float


def refusal(config: SineConfig, *, retain_graph: bool) -> Refusal:
    """Carry the state on without `detach`, with an optimizer step per segment, until torch refuses.

    Args:
        config: What is trained; its `carry` is not asked.
        retain_graph: Whether `backward` is told to keep each graph.
    """
    model = seeded_tagger(config)
    # Unfused, as a notebook has it; either changes the weights in place.
    optimizer = torch.optim.SGD(model.parameters(), lr=config.training.lr)
    source, length = Source.of(config), config.segment_length
    h_state: State | None = None
    for segment in range(MOST):
        wave = source.take(segment * length, length)
        try:
            r_out, h_state = model.rnn(wave.x, h_state)
            loss = (model.head(r_out) - wave.y).square().mean()
            optimizer.zero_grad()
            loss.backward(retain_graph=retain_graph)
            optimizer.step()
        except RuntimeError as error:
            return Refusal(segment + 1, str(error), *_explained(retain_graph))
    return Refusal(0, "", *_explained(retain_graph))


def growth(config: SineConfig, counts: Sequence[int] = COUNTS) -> Iterator[Growth]:
    """Measure full back-propagation through more and more segments, on the CPU.

    Args:
        config: What is trained.
        counts: Segments of one graph, one after the other.

    Raises:
        ValueError: If a graph would be longer than SINE_LIMITS allow; before any is built.
    """
    planned = [replace(config, carry="full", segments=count) for count in counts]
    model = seeded_tagger(config)
    optimizer = build_optimizer(model, config.training)
    for one in planned:
        timed = []
        nodes = kept = 0
        for repeat in range(REPEATS + 1):
            start = time.perf_counter()
            if repeat:
                loss = _loss(model, one)
            else:  # counted, not timed
                loss, kept = _kept(model, one)
                nodes = _nodes(loss)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            timed.append(time.perf_counter() - start)
        yield Growth(one.segments, one.graph_steps, nodes, kept, statistics.median(timed[1:]))


def _loss(model: SequenceTagger, config: SineConfig) -> Tensor:
    wave = Source.of(config).take(0, config.graph_steps)
    found = in_segments(model, wave.x, config.segment_length, "full")
    return (found.outputs - wave.y).square().mean()


def _kept(model: SequenceTagger, config: SineConfig) -> tuple[Tensor, int]:
    """Return the loss, and the bytes that its graph keeps, each storage once."""
    storages = {p.untyped_storage().data_ptr(): 0 for p in model.parameters()}
    alive: list[Tensor] = []  # else an address could be another tensor's by then

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        storages.setdefault(storage.data_ptr(), storage.nbytes())
        alive.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        loss = _loss(model, config)
    return loss, sum(storages.values())


def _nodes(loss: Tensor) -> int:
    seen: set[Any] = set()
    waiting: list[Any] = [loss.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting.extend(parent for parent, _ in node.next_functions)
    return len(seen)


def _explained(retain_graph: bool) -> tuple[str, str]:
    if retain_graph:
        return (
            "The graph of the first segment was kept, and the way back through h_state goes "
            "through it, to the weights as they were then. The optimizer has changed them in place "
            "since: the gradient would be that of weights that are no more, so torch refuses.",
            "Keep no graph and cut it at the border, h_state = h_state.detach(), or let the "
            "optimizer step once, after all segments.",
        )
    return (
        "h_state still hangs on the graph of the first segment, so the second backward() wants to "
        "go back through that too; but the first backward() has freed it as it went.",
        "Cut it at the border: h_state = h_state.detach() (of an LSTM, both h and c). The numbers "
        "go on, the gradient ends there: truncated back-propagation through time.",
    )
