"""View "Table": an editable table of three words and a class, and a network trained on its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import streamlit as st
import torch
from torch import nn

from rnnviz.chapters.characters import backward_in_loop, text_training
from rnnviz.chapters.characters import text as characters_text
from rnnviz.chapters.characters.config import TextConfig
from rnnviz.chapters.characters.models import WordClassifier
from rnnviz.chapters.characters.ui import keys, row_list_view, run_panel
from rnnviz.chapters.characters.vocabulary import Line
from rnnviz.training.jobs.side_by_side import Standing
from rnnviz.ui.widgets import controls, group_networks, setting_controls
from rnnviz.ui.widgets.setting_kinds import Choice, Number, Value
from rnnviz.ui.widgets.training_settings import CELLS

KIND = "table"
MORE = (
    Choice("table_cell", "Cell", "RNN", tuple(CELLS), "What reads the three words."),
    Choice("table_hidden", "Hidden size", "5", ("2", "3", "5", "8", "16"), "Units."),
    Number("table_epochs", "Epochs", 60, 1, 500, "Each is one step on all rows."),
    Choice("table_lr", "Learning rate", "0.03", run_panel.RATES, "Of Adam."),
    Number("table_seed", "Seed", 0, 0, 999, "Of the first weights."),
)
COLUMNS = ("x1", "x2", "x3", "y")
ROWS = (
    ("i", "love", "you", "1"),
    ("he", "loves", "me", "1"),
    ("she", "likes", "baseball", "1"),
    ("i", "hate", "you", "0"),
    ("sorry", "for", "that", "0"),
    ("this", "is", "awful", "0"),
)
MOST_ROWS = 100
THREE_WORDS, TWO_COLUMNS = "Three words", "List of any lengths"


def show() -> None:
    """Show the lesson of three words or of a list, with all its controls."""
    if controls.view((THREE_WORDS, TWO_COLUMNS), keys.ROW_SOURCE) == TWO_COLUMNS:
        row_list_view.show()
    else:
        _show_three_words()


def _show_three_words() -> None:
    left, right = st.columns([3, 2], gap="medium")
    with left:
        table = _table()
    with right:
        values = setting_controls.more(MORE)
        st.caption(
            "Three words a row, x1, x2, x3, and what they mean, y. Change, add or delete rows."
        )
    planned = setting_controls.planned(lambda: [plan(lines_of(table), values)])
    run_panel.live(KIND, planned, "one network", lambda found: _picture(planned, found), "rows")
    with st.expander("The lines that run"):
        st.code(backward_in_loop.shown(WordClassifier))
    with st.expander("Why? What is learnt here"):
        st.markdown(MEANING)


def _table() -> Mapping[str, Sequence[Any]]:
    """Let the person edit the table, kept in the link if it is whole and the link carries it."""
    rows = keys.first_table(ROWS, rows_of)
    table: Mapping[str, Sequence[Any]] = st.data_editor(
        {name: [row[n] for row in rows] for n, name in enumerate(COLUMNS)},
        num_rows="dynamic",
        hide_index=True,
        key=keys.TABLE,
        height=250,
    )
    columns = {name: [text_of(cell) for cell in table[name]] for name in COLUMNS}
    keys.keep_table(tuple(zip(*columns.values(), strict=True)))
    with suppress(ValueError):
        told = _written(lines_of(columns))
        default = "\n".join(map(" ".join, ROWS))
        if not keys.link_text(keys.TABLE_LINK, told, default):
            run_panel.too_long(len(told))
    return columns


def text_of(cell: object) -> str | None:
    """Return a cell as text; half a character, which JSON can hold and no table, becomes "?"."""
    return None if cell is None else str(cell).encode(errors="replace").decode()


def _written(lines: Sequence[Line]) -> str:
    """Return a table as the link has it, a line for each row: x1 x2 x3 y."""
    return "\n".join(f"{words} {name}" for words, name in lines)


def rows_of(text: str) -> keys.Rows:
    """Read a table as the link has it.

    Raises:
        ValueError: If a row has not its three words and y, or there are too many.
    """
    rows = [tuple(line.split(None, 3)) for line in text.strip().split("\n")]
    if len(rows) > MOST_ROWS:
        raise ValueError(f"it has {len(rows):,} rows, at most {MOST_ROWS} are learnt")
    for number, row in enumerate(rows, start=1):
        if len(row) < len(COLUMNS):
            raise ValueError(f"row {number} has {len(row)} words, it needs x1, x2, x3 and y")
    return tuple(rows)


def lines_of(table: Mapping[str, Sequence[Any]]) -> tuple[Line, ...]:
    """Turn the table's columns into lines of three words with their class.

    Raises:
        ValueError: If a row is not whole, or there are none, or too many.
    """
    rows = list(zip(*(list(table[name]) for name in COLUMNS), strict=True))
    if not 2 <= len(rows) <= MOST_ROWS:
        raise ValueError(f"the table needs 2 to {MOST_ROWS} rows, got {len(rows)}")
    lines = []
    for number, row in enumerate(rows, start=1):
        words = ["" if cell is None else " ".join(str(cell).split()) for cell in row]
        for name, word in zip(COLUMNS, words, strict=True):
            if not word:
                raise ValueError(f"row {number} has no {name}")
            if name != "y" and len(word.split()) > 1:
                raise ValueError(f"{name} of row {number} must be one word, got {word[:40]!r}")
        lines.append((" ".join(words[:3]), words[3]))
    if len({target for _, target in lines}) < 2:
        raise ValueError(f"all rows have y = {lines[0][1]}: nothing is left to be told apart")
    return tuple(lines)


def plan(lines: tuple[Line, ...], values: Mapping[str, Value]) -> TextConfig:
    """Return the network that a table and settings ask for."""
    return text_training.config_of(
        "classifier",
        lines,
        cell=CELLS[str(values["table_cell"])],
        embedding_size=4,
        hidden_size=int(values["table_hidden"]),
        epochs=int(values["table_epochs"]),
        batch_size=len(lines),
        lr=float(values["table_lr"]),
        seed=int(values["table_seed"]),
    )


def _picture(planned: Sequence[TextConfig], found: Standing | None) -> None:
    part, config = run_panel.first_of(found, planned)
    if config is None:
        return
    newest = group_networks.newest(part)
    shares = None if newest is None else _shares(config, newest[1])
    names = text_training.classes(config)
    right = None
    if shares is not None:
        guesses = [names[k] for k in shares.argmax(1).tolist()]
        right = sum(g == y for g, (_, y) in zip(guesses, config.pairs, strict=True))
    st.markdown(f"**{characters_text.sorted_right(right, len(config.pairs))}**")
    left, right_side = st.columns([3, 2], gap="medium")
    with left:
        columns: dict[str, Any] = {
            "words": [source for source, _ in config.pairs],
            "y": [target for _, target in config.pairs],
        }
        if shares is not None:
            columns["says"] = guesses
            columns |= {f"p({name})": shares[:, k].tolist() for k, name in enumerate(names)}
        bar = st.column_config.ProgressColumn(format="%.2f", min_value=0, max_value=1)
        st.dataframe(
            columns,
            hide_index=True,
            height=300,
            column_config={f"p({name})": bar for name in names},
            alt="What the network says of each row",
        )
    with right_side:
        run_panel.loss_chart({"mean loss": part}, config.steps, keys.TABLE_LOSS)


def _shares(config: TextConfig, model: nn.Module) -> torch.Tensor:
    rows = text_training.examples(config, text_training.alphabet(config))
    with torch.no_grad():
        shares: torch.Tensor = model(rows.codes.t()).logits[-1].softmax(1)
    return shares


MEANING = """
- **Many to one**: the network reads three words and answers after the last. Words are the symbols
  here; an embedding of 4 numbers stands for each.
- Six rows are learnt by heart in no time: that the table fits says nothing of a seventh row. All
  rows are learnt, none is held out.
- “i love you” and “i hate you” differ in the middle word alone: h must carry it past “you”.
"""
