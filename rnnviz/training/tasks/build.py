"""Construction of a run's network, and of its training loop at its first or a later step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rnnviz.data.folds import LoadDigits
from rnnviz.training.loop.loop import LoopState, seeded
from rnnviz.training.tasks.registry import task_of
from rnnviz.training.tasks.spec import AnyConfig, StepLoop

Weights = Mapping[str, Tensor | NDArray[np.float32]]

STRIDE = 16  # steps that a GPU makes before it is asked what they told
GLANCES = 20  # partial evaluations within the epochs of a run, at most


@dataclass(frozen=True, eq=False)
class Saved:
    """Where a training is to go on.

    Attributes:
        weights: By name.
        state: State of its loop.
    """

    weights: Mapping[str, Tensor]
    state: LoopState


def network(config: AnyConfig) -> nn.Module:
    """Build the network of a config; its weights come from torch's global generator."""
    return task_of(config).network(config)


def network_of(
    config: AnyConfig, weights: Weights, device: torch.device | str = "cpu"
) -> nn.Module:
    """Build the network of a config with the weights of one checkpoint, in eval mode."""
    with torch.random.fork_rng(devices=[]):  # the first weights are drawn, and not needed
        model = network(config)
    # Copied: what is shared with a snapshot is read-only, and torch cannot know.
    model.load_state_dict({name: _copied(value) for name, value in weights.items()})
    return model.to(device).eval()


def prepare(
    config: AnyConfig, load: LoadDigits, device: torch.device, saved: Saved | None = None
) -> tuple[nn.Module, StepLoop]:
    """Get a training ready for its first step, or the next.

    Args:
        config: What to train.
        load: Returns the training digits (True) or the test digits (False); other tasks draw their
            own examples.
        device: Where.
        saved: Where to go on; None is the start.

    Returns: The network, in place on the device, and its training.
    """
    seed, bias = config.training.seed, config.training.forget_bias
    model = seeded(partial(network, config), seed, bias).to(device)
    if saved is not None:
        model.load_state_dict(dict(saved.weights))
    state = saved.state if saved is not None else None
    loop = task_of(config).loop(config, model, load, state)
    # Dropout draws from torch's global generator, which an earlier training of this process moved.
    torch.manual_seed(seed)
    return model, loop


def stride(device: torch.device) -> int:
    """Return how many steps are made on a device before it is asked what they told."""
    return STRIDE if device.type == "cuda" else 1


def glances(steps: int) -> frozenset[int]:
    """Return the steps with a partial evaluation, closer together early on."""
    return frozenset(math.ceil(steps * (k / GLANCES) ** 1.5) for k in range(1, GLANCES))


def _copied(value: Tensor | NDArray[np.float32]) -> Tensor:
    return value.clone() if isinstance(value, Tensor) else torch.tensor(value)
