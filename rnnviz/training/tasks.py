"""What a worker needs for each kind of task: its network, and its training ready to begin."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.core.delay_config import DelayConfig
from rnnviz.core.models import SequenceClassifier, SequenceTagger
from rnnviz.core.run_config import RunConfig
from rnnviz.core.sine_config import SineConfig
from rnnviz.core.tasks import AnyConfig
from rnnviz.core.text_config import TextConfig
from rnnviz.data.delay import Recalls, recalls
from rnnviz.data.folds import LoadDigits, split
from rnnviz.data.mnist import Digits
from rnnviz.data.sequences import sequences
from rnnviz.training.augmentation import renewer
from rnnviz.training.loop import Loop, LoopState, StepLog, seeded
from rnnviz.training.objectives import Recall
from rnnviz.training.segments import SegmentLoop
from rnnviz.training.text_tasks import TextModel, text_loop, text_network

Network = SequenceClassifier | SequenceTagger | TextModel
Weights = Mapping[str, Tensor | NDArray[np.float32]]

STRIDE = 16  # steps that a GPU makes before it is asked what they told
GLANCES = 20  # times in a run, at most, that the first held-out examples are read within an epoch
HELD_OUT = 500  # sequences of a lesson's task that judge a run
JUDGING_SEED = 2**40  # of those: no run can have it


class StepLoop(Protocol):
    """A training that goes on step by step, and can be written down between two of them.

    Attributes: as of a `Loop`.
    """

    limit: int
    pending: int

    @property
    def note(self) -> str:
        """Why steps are not as quick as they might be; "" if they are."""

    def __iter__(self) -> Iterator[StepLog]: ...

    def state(self) -> LoopState:
        """Return all that the next steps depend on, but for the weights."""


@dataclass(frozen=True, eq=False)
class Saved:
    """Where a training is to go on.

    Attributes:
        weights: By name.
        state: Of its loop.
    """

    weights: Mapping[str, Tensor]
    state: LoopState


def network(config: AnyConfig) -> Network:
    """Build what a run trains, with weights drawn from torch's own chance."""
    if isinstance(config, DelayConfig):
        return SequenceTagger(config.model, config.symbols)
    if isinstance(config, TextConfig):
        return text_network(config)
    if isinstance(config, SineConfig):
        return SequenceTagger(config.model, 1)
    return SequenceClassifier(config.model)


def network_of(config: AnyConfig, weights: Weights, device: torch.device | str = "cpu") -> Network:
    """Build what a run trains with the weights of one moment, in eval mode."""
    with torch.random.fork_rng(devices=[]):  # the first weights are drawn, and not needed
        model = network(config)
    # Copied: what is shared with a snapshot is read-only, and torch cannot know.
    model.load_state_dict({name: _copied(value) for name, value in weights.items()})
    return model.to(device).eval()


def prepare(
    config: AnyConfig, load: LoadDigits, device: torch.device, saved: Saved | None = None
) -> tuple[Network, StepLoop]:
    """Get a training ready for its first step, or the next.

    Args:
        config: What to train.
        load: Returns the training digits (True) or the test digits (False); other tasks draw what
            they learn.
        device: Where.
        saved: Where to go on; None is the beginning.

    Returns: The network, in place on the device, and the training of it.
    """
    seed, bias = config.training.seed, config.training.forget_bias
    model = seeded(partial(network, config), seed, bias).to(device)
    if saved is not None:
        model.load_state_dict(dict(saved.weights))
    state = saved.state if saved is not None else None
    loop = _loop(config, model, load, state)
    # Dropout draws from torch's own chance: a process that trained before must not be heard.
    torch.manual_seed(seed)
    return model, loop


def _loop(config: AnyConfig, model: Network, load: LoadDigits, state: LoopState | None) -> StepLoop:
    if isinstance(config, RunConfig):
        return _reading(config, model, load, state)
    if isinstance(config, TextConfig):
        return text_loop(config, cast(TextModel, model), state)
    if isinstance(config, SineConfig):
        tagger = cast(SequenceTagger, model)
        return SegmentLoop(tagger, config, glances=_glances(config.steps), state=state)
    return _recalling(config, model, state)


def _reading(
    config: RunConfig, model: Network, load: LoadDigits, state: LoopState | None
) -> Loop[Digits]:
    device = next(model.parameters()).device
    digits, test = (part.to(device) for part in split(config, load))
    return Loop(
        model,
        digits,
        config.training,
        held_out=test,
        renew=renewer(config.augmentation, digits),
        sequences=partial(sequences, time_step=config.time_step, chunk=config.chunk),
        glances=_glances(config.steps),
        stride=stride(device),
        state=state,
    )


def _recalling(config: DelayConfig, model: Network, state: LoopState | None) -> Loop[Recalls]:
    device = next(model.parameters()).device

    def renew(chance: torch.Generator) -> Recalls:
        return recalls(config.sequences, config.delay, config.symbols, chance).to(device)

    return Loop(
        model,
        renew(torch.Generator().manual_seed(0)),  # each epoch has its own
        config.training,
        held_out=held_out_recalls(config, config.delay).to(device),
        renew=renew,
        objective=Recall(config.symbols, config.training.label_smoothing),
        glances=_glances(config.steps),
        stride=stride(device),
        state=state,
    )


def held_out_recalls(config: DelayConfig, delay: int, count: int = HELD_OUT) -> Recalls:
    """Return the sequences that judge a run, those of any delay: the same for every network."""
    chance = torch.Generator().manual_seed(JUDGING_SEED)
    return recalls(count, delay, config.symbols, chance)


def stride(device: torch.device) -> int:
    """Return how many steps are made on a device before it is asked what they told."""
    return STRIDE if device.type == "cuda" else 1


def _glances(steps: int) -> frozenset[int]:
    """Return the steps after which held-out examples are read, closer together early on."""
    return frozenset(math.ceil(steps * (k / GLANCES) ** 1.5) for k in range(1, GLANCES))


def _copied(value: Tensor | NDArray[np.float32]) -> Tensor:
    return value.clone() if isinstance(value, Tensor) else torch.tensor(value)
