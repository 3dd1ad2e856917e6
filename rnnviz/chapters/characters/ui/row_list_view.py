"""View of a classifier of rows of any length, from a list of two columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
import torch
from torch import nn

from rnnviz.chapters.characters import row_list, text_training
from rnnviz.chapters.characters import text as characters_text
from rnnviz.chapters.characters.config import TextConfig
from rnnviz.chapters.characters.held_out_rows import (
    ENOUGH_ROWS,
    HELD_OUT,
    MOST_HELD_OUT,
    count_held_out,
)
from rnnviz.chapters.characters.objectives import Sorting
from rnnviz.chapters.characters.row_list import RowList
from rnnviz.chapters.characters.ui import keys, run_panel, text_file
from rnnviz.training.jobs.side_by_side import Standing
from rnnviz.ui.session.markdown_escape import plain
from rnnviz.ui.widgets import group_networks, setting_controls
from rnnviz.ui.widgets.setting_kinds import Choice, Number, Value
from rnnviz.ui.widgets.training_settings import CELLS

KIND = "rows"
SURNAMES = Path(__file__).resolve().parents[3] / "assets" / "texts" / "surnames.tsv"
MORE = (
    Choice("rows_cell", "Cell", "GRU", tuple(CELLS), "What reads a row, symbol by symbol."),
    Choice("rows_hidden", "Hidden size", "32", ("8", "16", "32", "64", "128"), "Units."),
    Number("rows_epochs", "Epochs", 20, 1, 200, "In each, every row that is trained on is read."),
    Choice("rows_lr", "Learning rate", "0.01", run_panel.RATES, "Of Adam."),
    Number("rows_seed", "Seed", 0, 0, 999, "Of the weights, and of which rows are held out."),
)
BATCH_SIZE = 32
MOST_SHOWN = 200  # rows that the table shows
MOST_JUDGED = 1_000  # trained rows whose accuracy is measured
MOST_BARS = 6  # classes with a column of probabilities each


def show() -> None:
    """Show the lesson with all its controls, and again while it trains."""
    pasted = run_panel.area(
        keys.ROWS_TEXT,
        "Rows of two columns: a text and its class",
        "",
        "Rossi → Italian  (160 surnames and their nationalities, unless you paste your own)",
    )
    uploaded = text_file.show(keys.ROWS_FILE, "Upload a list", ("txt", "csv", "tsv"))
    values = setting_controls.more(MORE)
    text = uploaded or pasted or SURNAMES.read_text(encoding="utf-8")
    planned = setting_controls.planned(partial(_plan_told, text, values))
    run_panel.live(KIND, planned, "one network", lambda found: _picture(planned, found), "rows")
    with st.expander("Why? What is learned here"):
        st.markdown(MEANING)


def _plan_told(text: str, values: Mapping[str, Value]) -> list[TextConfig]:
    found = row_list.parse(text)
    config = plan(found, values)
    st.caption(plain(characters_text.rows_read(found, config.held_out, config.classes)))
    return [config]


def plan(found: RowList, values: Mapping[str, Value]) -> TextConfig:
    """Return the network that a list and settings ask for.

    Raises:
        ValueError: If that cannot be trained, in words.
    """
    return text_training.config_of(
        "classifier",
        found.lines,
        cell=CELLS[str(values["rows_cell"])],
        embedding_size=16,
        hidden_size=int(values["rows_hidden"]),
        epochs=int(values["rows_epochs"]),
        batch_size=BATCH_SIZE,
        lr=float(values["rows_lr"]),
        clip_norm=1.0,
        seed=int(values["rows_seed"]),
        unit=found.unit,
        held_out=count_held_out(found.lines),
    )


def _picture(planned: Sequence[TextConfig], found: Standing | None) -> None:
    part, config = run_panel.first_of(found, planned)
    if config is None:
        return
    trained, held_out = text_training.rows(config)
    if (newest := group_networks.newest(part)) is None:
        st.markdown(f"**{characters_text.rows_right(None, None, len(trained), 0.0)}**")
        return
    judged = trained[:MOST_JUDGED]
    shares = _shares(config, newest[1], (*held_out, *judged))
    names = text_training.classes(config)
    right = [
        names[k] == target
        for k, (_, target) in zip(shares.argmax(1).tolist(), (*held_out, *judged), strict=True)
    ]
    held = (sum(right[: len(held_out)]), len(held_out)) if held_out else None
    told = characters_text.rows_right(
        held,
        (sum(right[len(held_out) :]), len(judged)),
        len(trained),
        characters_text.most_frequent([target for _, target in held_out or judged]),
    )
    st.markdown(f"**{told}**")
    left, right_side = st.columns([3, 2], gap="medium")
    with left:
        _table((*held_out, *judged)[:MOST_SHOWN], len(held_out), shares, names)
    with right_side:
        run_panel.loss_chart({"mean loss": part}, config.steps, keys.ROWS_LOSS)


def _table(
    lines: Sequence[tuple[str, str]], held_out: int, shares: torch.Tensor, names: Sequence[str]
) -> None:
    """Show the first rows, those that are held out before the others, with the predictions."""
    shown = shares[: len(lines)]
    best = shown.max(1)
    columns: dict[str, Any] = {
        "text": [characters_text.shorter(source, 200) for source, _ in lines],
        "class": [target for _, target in lines],
        "predicted": [names[k] for k in best.indices.tolist()],
        "probability": best.values.tolist(),
        "trained on": ["yes" if n >= held_out else "no" for n in range(len(lines))],
    }
    bars = ["probability"]
    if len(names) <= MOST_BARS:
        columns |= {f"p({name})": shown[:, k].tolist() for k, name in enumerate(names)}
        bars += [f"p({name})" for name in names]
    bar = st.column_config.ProgressColumn(format="%.2f", min_value=0, max_value=1)
    st.dataframe(
        columns,
        hide_index=True,
        height=300,
        column_config=dict.fromkeys(bars, bar),
        alt="Rows, their classes and the network's predictions",
    )


def _shares(config: TextConfig, model: nn.Module, lines: Sequence[tuple[str, str]]) -> torch.Tensor:
    """Return the probabilities of the classes of each row, shape (N, C)."""
    batch = text_training.batch_of(config, lines)
    with torch.no_grad():
        return Sorting(packed=True).last_logits(model, batch).softmax(1)


MEANING = f"""
- **Many to one**: the network reads a row symbol by symbol and predicts its class after the last.
  A symbol is a word where most texts have several, else a character.
- **Rows of different lengths** in one batch are padded to the longest with `pad_sequence` and
  packed with `pack_padded_sequence`: the network stops at each row's own end, and no gradient
  comes from the padding.
- From {ENOUGH_ROWS} rows on, {HELD_OUT:.0%} of them are **held out**, {MOST_HELD_OUT:,} at most:
  their accuracy is that of rows which the network was never trained on.
- Columns are separated by tabs, commas, semicolons or →; a comma within a text needs double quotes,
  as in CSV. A header row is found by itself. A list has at most {row_list.MOST_ROWS:,} rows of
  {row_list.LONGEST_ROW} symbols, and {row_list.MOST_CLASSES} classes.
"""
