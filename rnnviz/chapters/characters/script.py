"""Exported script of a run on text: one file that trains the network with torch alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rnnviz.chapters.characters.config import TextConfig, TextNetwork
from rnnviz.chapters.characters.graphemes import graphemes
from rnnviz.chapters.characters.text_training import border, rows
from rnnviz.chapters.characters.vocabulary import Line, symbols_of
from rnnviz.training.export import task_script
from rnnviz.training.tasks.spec import ScriptOrigin

TEMPLATE = "rnnviz.chapters.characters.script_template"
TASKS: Mapping[TextNetwork, str] = MappingProxyType(
    {
        "language": "to predict the next symbol of a text",
        "classifier": "to predict the class of a row of words",
        "writer": "to write a text for each text",
    }
)


def script(config: TextConfig, origin: ScriptOrigin) -> str:
    """Return the script of a run, with its texts as literals; see `task_script.script`."""
    network, symbols = config.network, graphemes(config.text)
    trained, held_out = rows(config) if network == "classifier" else ((), ())
    values = {
        "PACKED": network == "classifier" and len(config.lengths) > 1,
        "WINDOWS": config.sequences,
        "TRAINED": border(len(symbols)),
        "TEXT": _iterable(symbols),
        "PAIRS": [tuple(_iterable(graphemes(part)) for part in pair) for pair in config.pairs],
        "ROWS": [_row(line, config) for line in trained],
        "HELD_OUT": [_row(line, config) for line in held_out],
    }
    words = {"task": TASKS.get(network, "to predict a symbol for each symbol of a line")}
    return task_script.script(config, origin, template=TEMPLATE, values=values, words=words)


def _iterable(symbols: Sequence[str]) -> str | list[str]:
    """Return what iterates over symbols: a text if each is one code point."""
    return "".join(symbols) if all(len(symbol) == 1 for symbol in symbols) else [*symbols]


def _row(line: Line, config: TextConfig) -> tuple[list[str], str]:
    return symbols_of(line[0], config.unit), line[1]
