"""The characters task: six networks that read or generate text."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from torch import nn

from rnnviz.chapters.characters import script
from rnnviz.chapters.characters.config import TextConfig, TextNetwork
from rnnviz.chapters.characters.text_batches import Passages
from rnnviz.chapters.characters.text_training import TextModel, text_loop, text_network
from rnnviz.data.folds import LoadDigits
from rnnviz.training.export import task_script
from rnnviz.training.loop.loop import Loop, LoopState
from rnnviz.training.tasks.spec import PageLink, ResultLabels, TaskSpec

TITLES: Mapping[TextNetwork, str] = MappingProxyType(
    {
        "cell": "a cell on text",
        "rnn": "on text",
        "embedding": "embedded text",
        "language": "the next character",
        "classifier": "words to a class",
        "writer": "text to text",
    }
)
LINES = ResultLabels("lines", "characters right, %", "all lines")
LABELS: Mapping[TextNetwork, ResultLabels] = MappingProxyType(
    {
        "language": ResultLabels("windows", "characters right, %", "not learnt"),
        "classifier": ResultLabels("rows", "rows right, %", "all rows"),
        "writer": ResultLabels("lines", "right, %", "whole lines, by itself"),
    }
)


def _loop(
    config: TextConfig, model: nn.Module, load: LoadDigits, state: LoopState | None
) -> Loop[Passages]:
    return text_loop(config, cast(TextModel, model), state)


def _title(config: TextConfig) -> str:
    return TITLES[config.network]


def _trained_on(config: TextConfig) -> str:
    return f"{_texts(config)} × {config.training.epochs}"


def _texts(config: TextConfig) -> str:
    if config.network == "language":
        return f"a text, {config.sequences:,} windows of {config.window}"
    lines = len(config.pairs)
    return f"{lines} line{'s' if lines > 1 else ''} of text"


def _labels(config: TextConfig) -> ResultLabels:
    return LABELS.get(config.network, LINES)


SPEC = TaskSpec(
    name="characters",
    config=TextConfig,
    network=text_network,
    loop=_loop,
    title=_title,
    trained_on=_trained_on,
    labels=_labels,
    script=script.script,
    script_name=task_script.NAME,
    no_script=task_script.no_script,
    pages={
        "characters": PageLink("characters", {"view": "hello"}),
        "pairs": PageLink("characters", {"view": "My text"}),
        "language": PageLink("characters", {"view": "Next character"}),
        "table": PageLink("characters", {"view": "Table"}),
        "rows": PageLink("characters", {"view": "Table", "table_rows": "List of any lengths"}),
        "writer": PageLink("characters", {"view": "Spelling and reversal"}),
    },
)
