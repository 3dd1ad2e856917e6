"""The sine task: a tagger that reads a signal in segments."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import cast

from torch import nn

from rnnviz.chapters.sine.config import Carry, SineConfig
from rnnviz.chapters.sine.segment_loop import SegmentLoop
from rnnviz.core.models import SequenceTagger
from rnnviz.data.folds import LoadDigits
from rnnviz.training.export import task_script
from rnnviz.training.loop.loop import LoopState
from rnnviz.training.tasks.build import glances
from rnnviz.training.tasks.spec import PageLink, ResultLabels, TaskSpec

CARRIES: Mapping[Carry, str] = MappingProxyType(
    {"detach": "state carried", "reset": "state reset", "full": "state carried in one graph"}
)


def _network(config: SineConfig) -> SequenceTagger:
    return SequenceTagger(config.model, 1)


def _loop(
    config: SineConfig, model: nn.Module, load: LoadDigits, state: LoopState | None
) -> SegmentLoop:
    tagger = cast(SequenceTagger, model)
    return SegmentLoop(tagger, config, glances=glances(config.steps), state=state)


def _title(config: SineConfig) -> str:
    return f"segments of {config.segment_length}, {CARRIES[config.carry]}"


def _trained_on(config: SineConfig) -> str:
    what = f"{config.segments:,} segments of {config.segment_length} steps"
    return f"{what} × {config.training.epochs}, {CARRIES[config.carry]}"


def _labels(config: SineConfig) -> ResultLabels:
    return ResultLabels("segments", "share explained, %", "the next segments")


SPEC = TaskSpec(
    name="sine",
    config=SineConfig,
    network=_network,
    loop=_loop,
    title=_title,
    trained_on=_trained_on,
    labels=_labels,
    script=partial(task_script.script, template="rnnviz.chapters.sine.script_template"),
    script_name="sine.py",
    no_script=task_script.no_script,
    pages={"sine": PageLink("sine")},
)
