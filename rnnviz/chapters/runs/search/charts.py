"""Charts of a search: parallel coordinates of all trials, and fit against overfit."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import plotly.graph_objects as go

from rnnviz.chapters.runs.search.plan import Range, Space, Value
from rnnviz.chapters.runs.search.trial_table import FitPoint
from rnnviz.chapters.runs.search.trials import Trial
from rnnviz.ui.figures.palette import Palette

Name = Callable[[str], str]  # of a setting -> as a person reads it
Words = Callable[[str, Value], str]  # of a setting and its value -> as a person reads it

LOGARITHMIC = frozenset({"hidden_size", "lr", "batch_size", "digits", "epochs"})
HELD_OUT = "held out, %"
CHANCE = 0.1  # of ten digits, one is right by guessing
FAINT = 3  # steps of the sequential scale that are too near to the page to be seen as lines


def parallel(
    trials: Sequence[Trial], space: Space, name: Name, words: Words, palette: Palette
) -> go.Figure:
    """Draw each trial that was judged as a line through its settings to its accuracy.

    Args:
        trials: Of the search; those that were not judged are left out.
        space: What varies: an axis for each setting, in its order.
        name: Of a setting.
        words: Of a value.
        palette: Of the theme.
    """
    judged = [trial for trial in trials if trial.state == "done"]
    shares = [100 * (trial.accuracy or 0.0) for trial in judged]
    columns = {k: [trial.values[k] for trial in judged] for k in space.settings}
    axes = [_axis(k, columns[k], choices, name, words) for k, choices in space.settings.items()]
    low, high = (min(shares), max(shares)) if shares else (0.0, 100.0)
    low, high = (low, high) if high - low > 0.1 else (low - 0.05, high + 0.05)
    axes.append({"label": HELD_OUT, "values": shares, "range": [low, high]})
    lines = {
        "color": shares,
        "colorscale": _scale(palette),
        "cmin": low,
        "cmax": high,
    }
    font = {"color": palette.text, "size": 13}
    figure = go.Figure(
        go.Parcoords(
            dimensions=axes, line=lines, labelfont=font, tickfont=font, rangefont={"size": 1}
        )
    )
    figure.update_layout(height=360, margin={"l": 60, "r": 50, "t": 60, "b": 24})
    return figure


def fit_overfit(
    points: Sequence[FitPoint],
    number: str,
    other: str | None,
    name: Name,
    words: Words,
    palette: Palette,
) -> go.Figure:
    """Draw how well learnt and held-out digits are read against one setting.

    Args:
        points: What came of each value, see `trial_table.fit`.
        number: The setting.
        other: The setting that tells lines apart; None if there is none.
        name: Of a setting.
        words: Of a value.
        palette: Of the theme.
    """
    figure = go.Figure()
    for place, kind in enumerate(dict.fromkeys(point.kind for point in points)):
        some = [point for point in points if point.kind == kind]
        called = "" if other is None else f"{words(other, kind)}, "
        colours = (palette.accent, palette.diverging[8])
        if other is not None:
            colours = (palette.classes[place % len(palette.classes)],) * 2
        x = [point.value for point in some]
        train, held_out = [p.train for p in some], [p.held_out for p in some]
        figure.add_trace(_curve(x, train, f"{called}learnt", colours[0], "dot"))
        figure.add_trace(_curve(x, held_out, f"{called}held out", colours[1], "solid"))
    figure.add_hline(y=100 * CHANCE, line={"color": palette.text, "width": 1, "dash": "dash"})
    figure.add_annotation(
        text="guessing", x=1, xref="paper", xanchor="right", y=100 * CHANCE, yanchor="bottom",
        showarrow=False,
    )  # fmt: skip
    ticks = _few(sorted({point.value for point in points}))
    figure.update_xaxes(
        title=name(number),
        type="log" if number in LOGARITHMIC else "linear",
        tickvals=ticks,
        ticktext=[words(number, value) for value in ticks],
        showgrid=False,
    )
    figure.update_yaxes(title="read right, %", range=[0, 101.5], tickvals=[0, 25, 50, 75, 100])
    figure.update_layout(
        height=380,
        hovermode="x unified",
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
    )
    return figure


def _axis(
    key: str, column: Sequence[Value], choices: tuple[Value, ...] | Range, name: Name, words: Words
) -> dict[str, object]:
    """Return one axis: values at equal distances in their order, or a range by its factors."""
    if not isinstance(choices, Range):
        return {
            "label": name(key),
            "values": [choices.index(value) for value in column],
            "range": [-0.1, len(choices) - 0.9],
            "tickvals": list(range(len(choices))),
            "ticktext": [words(key, value) for value in choices],
        }
    ends = [math.log10(choices.low), math.log10(choices.high)]
    ticks = [ends[0] + (ends[1] - ends[0]) * k / 4 for k in range(5)]
    whole = key == "hidden_size"
    texts = [words(key, round(10**tick) if whole else float(f"{10**tick:.2g}")) for tick in ticks]
    return {
        "label": name(key),
        "values": [math.log10(float(value or 0)) for value in column],
        "range": ends,
        "tickvals": ticks,
        "ticktext": texts,
    }


def _scale(palette: Palette) -> list[tuple[float, str]]:
    seen = palette.sequential[FAINT:]
    return [(place / (len(seen) - 1), colour) for place, colour in enumerate(seen)]


def _curve(
    x: Sequence[float], folds: Sequence[tuple[float, ...]], called: str, colour: str, dash: str
) -> go.Scatter:
    """Return means as a line, with whiskers from the lowest to the highest of the folds."""
    means = [100 * math.fsum(shares) / len(shares) for shares in folds]
    return go.Scatter(
        x=x,
        y=means,
        name=called,
        mode="lines+markers",
        line={"color": colour, "dash": dash, "width": 2.2},
        marker={"size": 7},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [100 * max(s) - mean for s, mean in zip(folds, means, strict=True)],
            "arrayminus": [mean - 100 * min(s) for s, mean in zip(folds, means, strict=True)],
            "thickness": 1.2,
            "width": 3,
        },
        hovertemplate="%{y:.1f} %",
    )


def _few(values: Sequence[float]) -> list[float]:
    """Return at most a dozen of them, both ends among them: so many labels fit side by side."""
    if len(values) <= 12:
        return list(values)
    return [values[round(k * (len(values) - 1) / 5)] for k in range(6)]
