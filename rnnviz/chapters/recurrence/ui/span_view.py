"""View "Memory span": four networks trained on a delay, and their accuracy after each delay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median
from typing import Any

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray
from torch import nn

from rnnviz.chapters.recurrence import span_charts, span_results, span_text
from rnnviz.chapters.recurrence.recall_config import DELAY_LIMITS, DelayConfig
from rnnviz.chapters.recurrence.recall_objective import recalled
from rnnviz.chapters.recurrence.recall_sequences import recalls
from rnnviz.chapters.recurrence.task import HELD_OUT_SEED
from rnnviz.chapters.recurrence.ui import keys
from rnnviz.core.config import Cell, ModelConfig, TrainConfig
from rnnviz.training.jobs.side_by_side import Part, Standing
from rnnviz.training.tasks.spec import AnyConfig
from rnnviz.ui.figures import palette
from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets import (
    group_networks,
    run_downloads,
    run_group,
    setting_controls,
)
from rnnviz.ui.widgets.fragment import fragment
from rnnviz.ui.widgets.setting_kinds import Choice, Number, Value

LONGEST = DELAY_LIMITS["delay"]
ASKED = 300  # sequences that tell how often a network is right
KEPT = 64

DELAY = Number(
    "delay",
    "Delay: distractors after the symbol",
    100,
    1,
    LONGEST,
    "The network sees one symbol, then so many others, and is asked after each of them which came "
    "first. The longer, the further back the loss must reach.",
)
MORE = (
    Number("span_epochs", "Training, × 50 steps", 6, 1, 40, "Steps of 32 new sequences each."),
    Choice(
        "span_hidden", "Hidden size", "32", ("8", "16", "32", "64", "128"), "Units of each network."
    ),
    Choice("span_symbols", "Symbols", "8", ("2", "4", "8", "16"), "Chance is one in so many."),
    Choice(
        "span_lr",
        "Learning rate",
        "0.005",
        ("0.0005", "0.001", "0.002", "0.005", "0.01", "0.02"),
        "Of Adam.",
    ),
    Choice(
        "span_bias",
        "The second LSTM's forget-gate bias",
        "1",
        ("-2", "-1", "0.5", "1", "2", "3"),
        "What b_ih + b_hh of its forget gates sum to at the start; the first LSTM has 0. At 0 a "
        "gate stands at 0.5 and c halves at each step; at 1 it stands at 0.73.",
    ),
    Number("span_seed", "Seed", 0, 0, 999, "Of the weights and the sequences."),
)


DEFAULTS: Mapping[str, Value] = {setting.key: setting.default for setting in (DELAY, *MORE)}


def show() -> None:
    """Show the experiment with all its controls, and again while it trains."""
    planned = _choose()
    found = run_group.standing("delay")
    tick_s = run_group.tick_s(found)

    @fragment(key=keys.LIVE_SPAN, run_every=tick_s)
    def live() -> None:
        embedded_models.one_thread()
        found = run_group.standing("delay")
        run_group.buttons("delay", planned, found, what="four networks")
        run_group.endings(found)
        _picture(planned, found)
        if run_group.tick_s(found) != tick_s:
            st.rerun()

    live()
    run_downloads.show_group("delay", "recurrence", name)


def plan(values: Mapping[str, Value]) -> list[DelayConfig]:
    """Return the networks that settings ask for: RNN, GRU, and two LSTMs.

    Raises:
        ValueError: If they cannot be trained here.
    """
    symbols = int(values["span_symbols"])
    wanted: list[tuple[Cell, float | None]] = [
        ("rnn", None),
        ("gru", None),
        ("lstm", 0.0),
        ("lstm", float(values["span_bias"])),
    ]
    return [
        DelayConfig(
            ModelConfig(cell, 2 * symbols, int(values["span_hidden"])),
            TrainConfig(
                epochs=int(values["span_epochs"]),
                batch_size=32,
                lr=float(values["span_lr"]),
                optimizer="adam",
                schedule="constant",
                forget_bias=bias,
                seed=int(values["span_seed"]),
            ),
            delay=int(values["delay"]),
            symbols=symbols,
        )
        for cell, bias in wanted
    ]


def _choose() -> Sequence[DelayConfig]:
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        with st.container(width=420):
            delay = setting_controls.show(DELAY)
        values = {DELAY.key: delay, **setting_controls.more(MORE)}
    return setting_controls.planned(lambda: plan(values))


def _picture(planned: Sequence[DelayConfig], found: Standing | None) -> None:
    share, words = run_group.words(found)
    st.progress(share, words)
    shown = _shown(planned, found)
    if not shown:
        return
    first = shown[0].config
    step = 0 if found is None else found.step
    told = [span_text.Recalled(one.name, one.shares) for one in shown if one.shares is not None]
    said = span_text.sentence(
        told, trained=first.delay, chance=first.chance, step=step, steps=first.steps
    )
    st.markdown(f"**{said}**")
    theme = palette.DARK if st.context.theme.type == "dark" else palette.LIGHT
    delays = np.arange(1, LONGEST + 1, dtype=np.float32)
    left, right = st.columns(2, gap="medium")
    with left:
        lines = [_line(one, delays, one.shares) for one in shown]
        chart = span_charts.recall(
            lines, theme, chance=first.chance, trained=first.delay, longest=LONGEST
        )
        st.echarts_chart(chart, key=keys.SPAN, height=360, alt="Share right after each delay")
    with right:
        losses = [_line(one, one.steps, one.losses) for one in shown]
        chart = span_charts.learning(losses, theme, steps=first.steps)
        st.echarts_chart(chart, key=keys.SPAN_LOSS, height=360, alt="Loss over the training")
    _table(shown, first)
    _against(shown, theme, done=found is not None and found.over and not found.can_go_on)


def _against(shown: Sequence[_Shown], theme: palette.Palette, *, done: bool) -> None:
    """Show what was measured for other delays, and what was trained here among it."""
    known = span_results.remembered()
    points = {
        name: [
            (delay, median(each), min(each), max(each))
            for delay, each in zip(known.delays, shares, strict=True)
        ]
        for name, shares in known.right.items()
    }
    own = [
        (one.name, one.config.delay, float(one.shares[one.config.delay - 1]))
        for one in shown
        if done and one.shares is not None
    ]
    cells: dict[str, tuple[Cell, bool]] = {
        name(config): (config.model.cell, config.training.forget_bias == 0)
        for config in [*plan(DEFAULTS), *(one.config for one in shown)]
    }
    chance = 1 / known.symbols
    st.markdown(span_text.measured(known.right, known.delays, chance))
    chart = span_charts.against(points, cells, own, theme, chance=chance)
    st.echarts_chart(chart, key=keys.SPAN_AGAINST, height=360, alt="Share right by the delay")
    st.caption(
        f"Lines: medians of {known.seeds} seeds, bars: from the worst to the best; "
        f"{known.hidden_size} units, {known.steps} steps. Points: what was trained here. "
        "Made by `python -m rnnviz bench span`."
    )


@dataclass(frozen=True, eq=False)
class _Shown:
    name: str
    config: DelayConfig
    shares: NDArray[np.float64] | None
    steps: NDArray[np.float32]
    losses: NDArray[np.float32]


def _shown(planned: Sequence[DelayConfig], found: Standing | None) -> list[_Shown]:
    none = np.empty(0, np.float32)
    if found is None:
        return [_Shown(name(config), config, None, none, none) for config in planned]
    shown = []
    for part in found.parts:
        if isinstance(part.config, DelayConfig) and (snapshot := part.snapshot) is not None:
            steps, losses = snapshot.history.step, snapshot.history.loss
            shares = _shares(part, part.config.symbols)
            shown.append(_Shown(name(part.config), part.config, shares, steps, losses))
    return shown


def name(config: AnyConfig) -> str:
    """Return what tells a network from those beside it, e.g. "LSTM, b_f = 1"."""
    cell = config.model.cell.upper()
    bias = config.training.forget_bias
    return cell if bias is None else f"{cell}, b_f = {bias:g}".replace("-", "−")


def _line(one: _Shown, x: NDArray[Any], y: NDArray[Any] | None) -> span_charts.Line:
    dashed = one.config.training.forget_bias == 0
    none = np.empty(0, np.float32)
    x, y = (none, none) if y is None else (x, y)
    return span_charts.Line(one.name, one.config.model.cell, dashed, x, y)


def _shares(part: Part, symbols: int) -> NDArray[np.float64] | None:
    """Return the accuracy after each delay, shape (LONGEST,); None before there are weights."""
    newest = group_networks.newest(part, embedded_models.device())
    return None if newest is None else _shares_of(newest[1], symbols)


@lru_cache(maxsize=KEPT)
def _shares_of(network: nn.Module, symbols: int) -> NDArray[np.float64]:
    chance = torch.Generator().manual_seed(HELD_OUT_SEED)
    asked = recalls(ASKED, LONGEST, symbols, chance).to(embedded_models.device())
    found: NDArray[np.float64] = recalled(network, asked, symbols).numpy()
    return found


def _table(shown: Sequence[_Shown], first: DelayConfig) -> None:
    with st.expander("The numbers behind it"):
        st.caption(
            f"{first.model.hidden_size} units each; sizes differ by the gates: "
            + ", ".join(f"{one.name} {one.config.parameters:,} parameters" for one in shown)
            + "."
        )
        rows = sorted({1, 2, 5, 10, 20, 50, 100, 150, LONGEST, first.delay})
        columns: dict[str, Any] = {"distractors": rows}
        for one in shown:
            columns[one.name] = [
                None if one.shares is None else f"{one.shares[k - 1]:.1%}" for k in rows
            ]
        st.dataframe(columns, hide_index=True)


MEANING = f"""
- **The task**: one symbol out of a few, then distractors out of as many others, drawn by chance.
  After each distractor the network is asked which symbol came first; the loss is the mean over
  all questions. Every batch is new, so nothing can be learnt by heart.
- **Right after k distractors** is counted on {ASKED} sequences that were not learnt, the same for
  all networks, up to {LONGEST} distractors: right of the dotted line is longer than what was
  trained. **Chance** is what guessing gives.
- **b_f** is what the two biases of an LSTM's forget gate sum to at the start. With 0 the gate is
  at σ(0) = 0.5 and c halves at each step; with 1 it is at 0.73 (Jozefowicz et al. 2015).
- A plain RNN passes everything through W_hh and tanh at each step, where distractors overwrite
  it; a gate can close and keep what it has.
- The four networks take turns, a step of each, with the same sequences. In the link are all
  settings and the runs; they are kept on the Runs page.
"""
