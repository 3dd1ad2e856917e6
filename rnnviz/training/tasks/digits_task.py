"""The digits task of the Train page: MNIST's digits, classified after the last time step."""

from __future__ import annotations

from functools import partial
from typing import cast

from torch import nn

from rnnviz.core.models import SequenceClassifier
from rnnviz.data.folds import LoadDigits, split
from rnnviz.data.mnist import Digits
from rnnviz.data.mnist_sizes import TimeStep
from rnnviz.data.sequences import sequences
from rnnviz.training.export import digits_script, task_script
from rnnviz.training.loop.loop import Loop, LoopState
from rnnviz.training.tasks.augmentation import PREPARING, renewer
from rnnviz.training.tasks.build import glances, stride
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.training.tasks.spec import ResultLabels, TaskSpec

TIME_STEPS: dict[TimeStep, str] = {
    "rows": "",
    "columns": "by columns",
    "permuted": "rows shuffled",
    "pixels": "{} a step",
}


def _network(config: RunConfig) -> SequenceClassifier:
    return SequenceClassifier(config.model)


def _loop(
    config: RunConfig, model: nn.Module, load: LoadDigits, state: LoopState | None
) -> Loop[Digits]:
    device = next(model.parameters()).device
    parts = split(load, config.digits, config.fold)
    digits, held_out = (part.to(device) for part in parts)
    return Loop(
        cast(SequenceClassifier, model),
        digits,
        config.training,
        held_out=held_out,
        renew=renewer(config.augmentation, digits),
        sequences=partial(sequences, time_step=config.time_step, chunk=config.chunk),
        glances=glances(config.steps),
        stride=stride(device),
        state=state,
    )


def _title(config: RunConfig) -> str:
    count = "a pixel" if config.chunk == 1 else f"{config.chunk} pixels"
    return TIME_STEPS[config.time_step].format(count)


def _trained_on(config: RunConfig) -> str:
    training = config.training
    return f"{config.digits:,} digits × {training.epochs}, in {training.batch_size}s"


def _labels(config: RunConfig) -> ResultLabels:
    judges = "test" if config.fold is None else "held out"
    return ResultLabels("digits", "read right, %", judges)


def _preparing(config: RunConfig) -> str:
    return PREPARING.get(config.augmentation, "").format(digits=config.digits)


SPEC = TaskSpec(
    name="digits",
    config=RunConfig,
    network=_network,
    loop=_loop,
    title=_title,
    trained_on=_trained_on,
    labels=_labels,
    script=digits_script.script,
    script_name=task_script.NAME,
    no_script=digits_script.no_script,
    preparing=_preparing,
)
