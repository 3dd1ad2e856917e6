"""Part of the exported script that a classifier of rows needs: rows, network, examples, loss."""

from __future__ import annotations

from collections.abc import Sequence

from rnnviz.chapters.characters import row_script_template as pieces
from rnnviz.chapters.characters import script_template
from rnnviz.chapters.characters.config import TextConfig
from rnnviz.chapters.characters.script_networks import EMBEDDING
from rnnviz.chapters.characters.text_training import rows as split
from rnnviz.chapters.characters.vocabulary import Line, symbols_of
from rnnviz.training.export.script_parts import WIDE, fill, module_arguments, quoted

MOST_LISTED = 200  # symbols that a script looks up in a list


def body(config: TextConfig) -> tuple[str, ...]:
    """Return what stands before the training: rows, network, examples, loss."""
    trained, held_out = (_listed(config, part) for part in split(config))
    encode = fill(script_template.ENCODE, symbols="WORDS")
    if not _is_extended(config):
        rows = fill(script_template.ROWS, pairs=trained)
        cost = script_template.COSTS["last"]
        return rows, _network(config, EMBEDDING), encode, script_template.SORTED, cost
    if config.symbols > MOST_LISTED:
        encode = f"{pieces.PLACES}{encode.replace('WORDS.index(symbol)', 'PLACES[symbol]')}"
    rows = fill(pieces.ROWS, pairs=trained, held_out=held_out)
    packed = len(config.lengths) > 1
    network = _network(config, pieces.PACKED if packed else EMBEDDING)
    last = fill(pieces.LAST, arguments="codes.T, lengths" if packed else "codes.T")
    return rows, network, encode, pieces.BATCH, last


def told(config: TextConfig) -> str:
    """Return the lines that print what was learned."""
    if not _is_extended(config):
        return script_template.TOLD["rows"]
    return pieces.TOLD_HELD_OUT if config.held_out else pieces.TOLD


def _is_extended(config: TextConfig) -> bool:
    """Whether rows have different lengths, or some are held out."""
    return bool(config.held_out) or len(config.lengths) > 1


def _network(config: TextConfig, template: str) -> str:
    model = config.model
    return fill(
        template,
        symbols="WORDS",
        answers="CLASSES",
        width=model.input_size,
        hidden=model.hidden_size,
        rnn=f"nn.{model.cell.upper()}({', '.join(module_arguments(model))})",
    )


def _listed(config: TextConfig, lines: Sequence[Line]) -> str:
    return "".join(_row(symbols_of(line[0], config.unit), line[1]) for line in lines)


def _row(symbols: Sequence[str], name: str) -> str:
    """Return a row as a literal, in one line if that is wide enough."""
    literals = [*map(quoted, symbols)]
    line = f"    ([{', '.join(literals)}], {quoted(name)}),\n"
    if len(line) <= WIDE + 1:
        return line
    lines = [""]
    for literal in literals:
        if lines[-1] and len(lines[-1]) + len(literal) + 2 > WIDE - 12:
            lines.append("")
        lines[-1] += f" {literal}," if lines[-1] else f"{literal},"
    inner = "".join(f"            {part}\n" for part in lines)
    return f"    (\n        [\n{inner}        ],\n        {quoted(name)},\n    ),\n"
