"""Characters as charts and words: options for ECharts, sentences, from numbers that are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.plots.palette import Palette

Floats = NDArray[np.float32] | NDArray[np.float64]

NAMES = {"cell": "nn.RNNCell", "rnn": "nn.RNN", "embedding": "nn.Embedding"}


def visible(symbol: str) -> str:
    """Return a symbol as something that can be seen, also a space."""
    return {" ": "␣", "\n": "↵", "\r\n": "↵", "\t": "⇥"}.get(symbol, symbol)


def print_out(said: Sequence[str], losses: Sequence[float]) -> str:
    """Return what a notebook prints, epoch by epoch.

    Args:
        said: The predicted string before each epoch's step.
        losses: The loss of each, summed over the steps.
    """
    return "\n".join(
        f"Epoch {epoch:2}: Predict string = {word}, loss = {loss:.3f}"
        for epoch, (word, loss) in enumerate(zip(said, losses, strict=True), start=1)
    )


def sentence(said: Mapping[str, Sequence[str]], target: str, epochs: int, *, done: bool) -> str:
    """Say which networks say what is wanted, and since when.

    Args:
        said: By network, what each epoch's print-out says, and what is said after the last.
        target: What is wanted.
        epochs: Of the whole training.
        done: Whether it is over.
    """
    if not said:
        return f"Three networks, one line: press Start, and see who says “{target}” first."
    told = []
    for network, words in said.items():
        name = NAMES[network]
        if target in words:
            told.append(f"{name} since epoch {words.index(target) + 1}")
        else:
            told.append(f"{name} not, it says “{words[-1]}”")
    reached = min(len(words) for words in said.values()) - 1
    when = f"After {epochs} epochs" if done else f"After {reached} of {epochs} epochs"
    return f"{when}, who has said “{target}”: {'; '.join(told)}."


def rates(shares: Mapping[str, float], seeds: int, epochs: int, target: str) -> str:
    """Say how often each network said it over many seeds."""
    told = ", ".join(f"{NAMES[name]} {share:.1%}" for name, share in shares.items())
    return f"Over {seeds} seeds, “{target}” is said within {epochs} epochs by: {told}."


def floor(symbols: int, steps: int) -> str:
    """Say how low the loss can get where h itself, in [−1, 1], is the answer."""
    best = float(np.log1p((symbols - 1) * np.exp(-2.0)))
    return (
        f"Without a head h is the answer, and h lies in [−1, 1]: with {symbols} symbols no "
        f"probability gets above {np.exp(-best):.0%}, no loss below {steps * best:.2f} "
        f"({steps} × {best:.2f})."
    )


def held(distances: Mapping[str, Floats], symbol: str, other: str) -> str:
    """Say whether later states still hold the first character."""
    told = ", ".join(f"{NAMES[name]} {values[1]:.2g}" for name, values in distances.items())
    kept = all(values[1] > 1e-6 for values in distances.values())
    verdict = (
        "the second state still holds which character came first"
        if kept
        else "for some the second state no longer tells them apart"
    )
    return (
        f"With “{visible(other)}” instead of “{visible(symbol)}” first, h₂ moves by {told}: "
        f"{verdict}."
    )


def fitted(shares: Mapping[str, float], said: Mapping[str, str], lines: int) -> str:
    """Say how much of all lines each network has right, and what it says of the one looked at."""
    if not shares:
        return "Source and target, character by character: press Start, and see who learns them."
    told = [
        f"{NAMES[name]} {share:.0%}" + (f" (“{shorter(said[name])}”)" if name in said else "")
        for name, share in shares.items()
    ]
    return f"Right of all characters of {_lines(lines)}: {', '.join(told)}."


def shorter(text: str, most: int = 40) -> str:
    """Return a text, or its beginning."""
    return text if len(text) <= most else f"{text[:most]}…"


def _lines(count: int) -> str:
    return "the line" if count == 1 else f"{count} lines"


def losses(
    curves: Mapping[str, tuple[Floats, Floats]], palette: Palette, steps: int
) -> dict[str, Any]:
    """Draw each network's loss over the training.

    Args:
        curves: Steps and losses of each.
        palette: Of the theme.
        steps: The right end.
    """
    names = {name: NAMES.get(name, name) for name in curves}
    option = _sheet("Loss", palette)
    option["legend"]["data"] = list(names.values())
    option["xAxis"] |= {"type": "value", "min": 0, "max": max(steps, 1), "name": "step"}
    option["xAxis"] |= {"nameLocation": "middle", "nameGap": 24}
    option["yAxis"] |= {"type": "value", "min": 0}
    option["grid"]["bottom"] = 30
    series = [
        {
            "type": "line",
            "name": names[name],
            "showSymbol": False,
            "itemStyle": {"color": palette.runs[n]},
            "lineStyle": {"width": 2, "type": "dashed" if n == 1 else "solid"},
            "data": [[float(x), round(float(y), 4)] for x, y in zip(*curve, strict=True)],
        }
        for n, (name, curve) in enumerate(curves.items())
    ]
    return option | {"series": series}


def foretold(bits: float | None, counted: float, symbols: int, judged: int) -> str:
    """Say what a character of the text's end costs a language model, beside who knows less.

    Args:
        bits: Per character; None before the training.
        counted: By counting alone.
        symbols: K.
        judged: Characters of the end.
    """
    blind = float(np.log2(symbols))
    beside = (
        f"who knows nothing of the {symbols} symbols pays {blind:.2f}, "
        f"who counts them {counted:.2f}"
    )
    if bits is None:
        return f"What comes next? In bits per character, {beside}. Press Start."
    return (
        f"A character of the {judged:,} that it never learnt costs it {bits:.2f} bits; {beside}: "
        f"as sure as among {2**bits:.3g} equal ones."
    )


def bits(
    learnt: tuple[Floats, Floats],
    judged: Sequence[tuple[int, float]],
    counted: float,
    palette: Palette,
    steps: int,
) -> dict[str, Any]:
    """Draw bits per character over the training.

    Args:
        learnt: Steps, and bits of the windows that were learnt.
        judged: Step and bits of the text's end.
        counted: Bits of the end by counting alone.
        palette: Of the theme.
        steps: The right end.
    """
    option = losses({"learnt": learnt}, palette, steps)
    option["title"]["text"] = "Bits per character"
    option["legend"]["data"] = ["learnt", "the end, not learnt"]
    option["series"].append(
        {
            "type": "line",
            "name": "the end, not learnt",
            "symbolSize": 4,
            "itemStyle": {"color": palette.runs[1]},
            "lineStyle": {"width": 2},
            "data": [[step, round(value, 4)] for step, value in judged],
            "markLine": {
                "symbol": "none",
                "silent": True,
                "lineStyle": {"color": palette.text, "opacity": 0.6, "type": "dotted"},
                "label": {
                    "formatter": "by counting",
                    "position": "insideEndTop",
                    "color": palette.text,
                },
                "data": [{"yAxis": round(counted, 4)}],
            },
        }
    )
    return option


def written_right(shares: Mapping[str, float], lines: int) -> str:
    """Say how many texts each network writes wholly right by itself."""
    if not shares:
        return "Press Start: two networks learn to write, one with a teacher, one without."
    told = ", ".join(f"{name} {round(share * lines)}" for name, share in shares.items())
    return f"Wholly right by themselves, of {lines} lines: {told}."


def sorted_right(right: int | None, rows: int) -> str:
    """Say how many rows a network sorts right."""
    if right is None:
        return f"Press Start: a network learns {rows} rows, and says what each of them means."
    return f"{right} of {rows} rows right{': it fits.' if right == rows else ' so far.'}"


def apart(
    distances: Mapping[str, Floats], source: Sequence[str], palette: Palette
) -> dict[str, Any]:
    """Draw how far each state moves when the first character is another, for each network."""
    names = [f"{t + 1} {visible(symbol)}" for t, symbol in enumerate(source)]
    series = [
        {
            "type": "line",
            "name": NAMES[name],
            "data": [round(float(value), 5) for value in values],
            "itemStyle": {"color": palette.runs[n]},
            "lineStyle": {"width": 2, "type": "dashed" if n == 1 else "solid"},
        }
        for n, (name, values) in enumerate(distances.items())
    ]
    option = _sheet("How far each state moves: ‖h − h′‖", palette)
    option["legend"]["data"] = [one["name"] for one in series]
    option["xAxis"] |= {"type": "category", "data": names}
    option["yAxis"] |= {"type": "value", "min": 0}
    return option | {"series": series}


def embedding_map(paths: Floats, symbols: Sequence[str], palette: Palette) -> dict[str, Any]:
    """Draw where each symbol's vector goes while it is learnt.

    Args:
        paths: On two axes fitted once to all of them, shape (F, K, 2).
        symbols: K.
        palette: Of the theme.
    """
    series: list[dict[str, Any]] = []
    for k, symbol in enumerate(symbols):
        colour = palette.classes[k % len(palette.classes)]
        points = [[round(float(x), 4), round(float(y), 4)] for x, y in paths[:, k]]
        series.append(
            {
                "type": "line",
                "data": points,
                "symbol": "circle",
                "symbolSize": 4,
                "itemStyle": {"color": colour},
                "lineStyle": {"color": colour, "width": 1.5, "opacity": 0.6},
            }
        )
        series.append(
            {
                "type": "scatter",
                "data": points[-1:],
                "symbolSize": 14,
                "itemStyle": {"color": colour},
                "label": {
                    "show": True,
                    "formatter": visible(symbol),
                    "position": "right",
                    "color": palette.text,
                    "fontSize": 14,
                },
            }
        )
    option = _sheet("The embedding, from its first vectors on (principal axes)", palette)
    return option | {"series": series}


def matrix(
    title: str, rows: Floats, symbols: Sequence[str], palette: Palette, bound: float
) -> dict[str, Any]:
    """Draw one vector for each symbol as a row of colours.

    Args:
        title: What it is.
        rows: Shape (K, E).
        symbols: K.
        palette: Of the theme.
        bound: Of the colours, which are centred on 0.
    """
    K, E = rows.shape
    option = _sheet(title, palette)
    option["xAxis"] |= {"type": "category", "data": [str(e + 1) for e in range(E)]}
    option["yAxis"] |= {"type": "category", "data": [visible(s) for s in symbols], "inverse": True}
    option["visualMap"] = {
        "show": False,
        "min": -bound,
        "max": bound,
        "inRange": {"color": list(palette.diverging)},
    }
    cells = [[e, k, round(float(rows[k, e]), 4)] for k in range(K) for e in range(E)]
    return option | {"series": [{"type": "heatmap", "data": cells}]}


def _sheet(name: str, palette: Palette) -> dict[str, Any]:
    faint = {"lineStyle": {"color": palette.text, "opacity": 0.12}}
    return {
        "animation": False,
        "title": {"left": 0, "text": name, "textStyle": {"fontSize": 14, "color": palette.text}},
        "legend": {"top": 26, "left": 0, "textStyle": {"color": palette.text}, "data": []},
        "grid": {"left": 8, "right": 24, "top": 60, "bottom": 8, "containLabel": True},
        "tooltip": {},
        "xAxis": {"splitLine": {"show": False}},
        "yAxis": {"splitLine": faint},
    }
