"""Networks of a group's runs at a step, shared by all sessions and never changed."""

from __future__ import annotations

from functools import cache

import torch
from torch import nn

from rnnviz.training.jobs.side_by_side import Part
from rnnviz.training.tasks import build
from rnnviz.training.tasks.build import Weights
from rnnviz.training.tasks.spec import AnyConfig
from rnnviz.ui.server import run_manager
from rnnviz.ui.server.bounded_cache import BoundedCache
from rnnviz.ui.widgets import run_group

KEPT = 32  # networks, of 4 MB at most


def network_at(
    run_id: str,
    step: int,
    config: AnyConfig,
    weights: Weights | None = None,
    device: torch.device | str = "cpu",
) -> nn.Module:
    """Return a run's network as it was after a step, in eval mode.

    Args:
        run_id: Of the run.
        step: After which its weights are those of the network.
        config: What the run trains.
        weights: The weights, if they are at hand; None: those of its checkpoint.
        device: Where the network computes.

    Raises:
        CheckpointError: If the weights of the checkpoint are gone or damaged.
    """
    return _networks().get(
        (run_id, step, str(device)),
        lambda: build.network_of(
            config, run_manager.weights_at(run_id, step) if weights is None else weights, device
        ),
    )


def newest(part: Part | None, device: torch.device | str = "cpu") -> tuple[int, nn.Module] | None:
    """Return the step of a run's newest weights, and its network with them; None before them."""
    found = None if part is None else run_group.weights_of(part)
    if part is None or part.config is None or found is None:
        return None
    step, weights = found
    return step, network_at(part.run_id, step, part.config, weights, device)


@cache
def _networks() -> BoundedCache[tuple[str, int, str], nn.Module]:
    return BoundedCache(KEPT)
