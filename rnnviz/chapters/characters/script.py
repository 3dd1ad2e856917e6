"""Exported script of a run on text: one file that trains the network with torch alone."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rnnviz.chapters.characters import row_script
from rnnviz.chapters.characters import script_networks as networks
from rnnviz.chapters.characters import script_template as pieces
from rnnviz.chapters.characters.config import HELD_OUT, MOST_HELD_OUT, TextConfig, TextNetwork
from rnnviz.chapters.characters.graphemes import graphemes
from rnnviz.chapters.characters.vocabulary import Line
from rnnviz.training.export import task_script
from rnnviz.training.export.script_parts import (
    fill,
    module_arguments,
    symbols_literal,
    text_literal,
)
from rnnviz.training.tasks.spec import ScriptOrigin

LINES = "to answer each symbol of a line"
TASKS: Mapping[TextNetwork, str] = MappingProxyType(
    {
        "cell": LINES,
        "rnn": LINES,
        "embedding": LINES,
        "language": "to foretell the next symbol of a text",
        "classifier": "to tell the class of a row of words",
        "writer": "to write a text for each text",
    }
)
TOLD: Mapping[TextNetwork, str] = MappingProxyType({"language": "text", "writer": "writing"})


def script(config: TextConfig, origin: ScriptOrigin) -> str:
    """Return the script of a run; its texts stand in it as literals, see `task_script.script`."""
    told = pieces.TOLD[TOLD.get(config.network, "lines")]
    if config.network == "classifier":
        told = row_script.told(config)
    return task_script.script(
        config, origin, task=TASKS[config.network], body=_body(config), told=told
    )


def _body(config: TextConfig) -> tuple[str, ...]:
    if config.network == "language":
        codes = pieces.CODES if config.symbols <= row_script.MOST_LISTED else pieces.PLACED_CODES
        windowed = fill(pieces.WINDOWED, codes=codes)
        return _text(config), _network(config), windowed, pieces.COSTS["mean"]
    if config.network == "classifier":
        return row_script.body(config)
    lines = fill(pieces.LINES, pairs="".join(_pair(line) for line in config.pairs))
    encode = fill(pieces.ENCODE, symbols="SYMBOLS")
    if config.network == "writer":
        cost = pieces.COSTS["with a teacher" if config.teacher_forcing else "alone"]
        return lines, _network(config), encode, pieces.WRITTEN, cost
    return lines, _network(config), encode, pieces.ALIGNED, pieces.COSTS["summed"]


def _pair(line: Line) -> str:
    source, target = (symbols_literal(graphemes(part)) for part in line)
    return f"    ({source}, {target}),\n"


def _text(config: TextConfig) -> str:
    symbols = graphemes(config.text)
    held_out = f"max(int(len(TEXT) * {HELD_OUT}), 2)"
    if int(len(symbols) * HELD_OUT) > MOST_HELD_OUT:
        held_out = str(MOST_HELD_OUT)
    return fill(
        pieces.TEXT,
        window=config.window,
        windows=config.sequences,
        text=text_literal(symbols),
        held_out=held_out,
    )


def _network(config: TextConfig) -> str:
    if config.network in ("cell", "rnn"):
        return networks.CELL if config.network == "cell" else networks.RNN
    model = config.model
    names = {} if config.network == "writer" else {"symbols": "SYMBOLS", "answers": "SYMBOLS"}
    return fill(
        networks.WRITER if config.network == "writer" else networks.EMBEDDING,
        **names,
        width=model.input_size,
        hidden=model.hidden_size,
        rnn=f"nn.{model.cell.upper()}({', '.join(module_arguments(model))})",
    )
