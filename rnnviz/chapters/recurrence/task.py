"""The delay task: a tagger whose target is the first symbol at every step."""

from __future__ import annotations

from functools import partial
from typing import cast

import torch
from torch import nn

from rnnviz.chapters.recurrence.recall_config import DelayConfig
from rnnviz.chapters.recurrence.recall_objective import Recall
from rnnviz.chapters.recurrence.recall_sequences import Recalls, recalls
from rnnviz.core.models import SequenceTagger
from rnnviz.data.folds import LoadDigits
from rnnviz.training.export import task_script
from rnnviz.training.loop.loop import Loop, LoopState
from rnnviz.training.tasks.build import glances, stride
from rnnviz.training.tasks.spec import PageLink, ResultLabels, TaskSpec

HELD_OUT = 500  # sequences that evaluate a run
HELD_OUT_SEED = 2**40  # seed of those: no run can have it


def _network(config: DelayConfig) -> SequenceTagger:
    return SequenceTagger(config.model, config.symbols)


def _loop(
    config: DelayConfig, model: nn.Module, load: LoadDigits, state: LoopState | None
) -> Loop[Recalls]:
    device = next(model.parameters()).device

    def renew(rng: torch.Generator) -> Recalls:
        return recalls(config.sequences, config.delay, config.symbols, rng).to(device)

    return Loop(
        cast(SequenceTagger, model),
        renew(torch.Generator().manual_seed(0)),  # each epoch has its own
        config.training,
        held_out=held_out_recalls(config, config.delay).to(device),
        renew=renew,
        objective=Recall(config.symbols, config.training.label_smoothing),
        glances=glances(config.steps),
        stride=stride(device),
        state=state,
    )


def held_out_recalls(config: DelayConfig, delay: int, count: int = HELD_OUT) -> Recalls:
    """Return the sequences that evaluate a run, for any delay: the same for every network."""
    rng = torch.Generator().manual_seed(HELD_OUT_SEED)
    return recalls(count, delay, config.symbols, rng)


def _title(config: DelayConfig) -> str:
    return f"recall after {config.delay}"


def _trained_on(config: DelayConfig) -> str:
    training = config.training
    what = f"{config.sequences:,} sequences of {config.length} steps"
    return f"{what} × {training.epochs}, in {training.batch_size}s"


def _labels(config: DelayConfig) -> ResultLabels:
    return ResultLabels("sequences", "right, %", "not learnt, after the delay")


SPEC = TaskSpec(
    name="delay",
    config=DelayConfig,
    network=_network,
    loop=_loop,
    title=_title,
    trained_on=_trained_on,
    labels=_labels,
    script=partial(task_script.script, template="rnnviz.chapters.recurrence.script_template"),
    script_name=task_script.NAME,
    no_script=task_script.no_script,
    pages={"delay": PageLink("recurrence", {"view": "Memory span"})},
)
