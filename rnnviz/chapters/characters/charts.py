"""Charts of the Characters page as ECharts options: losses, bits, state distances, embeddings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rnnviz.chapters.characters.text import NAMES, Floats, visible
from rnnviz.ui.figures.palette import Palette

MOST_PATHS = 40  # symbols whose ways are drawn


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
    if len(symbols) > MOST_PATHS:
        return _points(paths[-1], symbols, palette)
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


def _points(places: Floats, symbols: Sequence[str], palette: Palette) -> dict[str, Any]:
    """Draw where many symbols' vectors are, named where there is room."""
    classes = palette.classes
    points = [
        {
            "name": visible(symbol),
            "value": [round(float(x), 4), round(float(y), 4)],
            "itemStyle": {"color": classes[k % len(classes)]},
        }
        for k, (symbol, (x, y)) in enumerate(zip(symbols, places, strict=True))
    ]
    label = {"show": True, "formatter": "{b}", "position": "right", "color": palette.text}
    one = {"type": "scatter", "data": points, "symbolSize": 7, "label": label}
    option = _sheet("The embedding (principal axes)", palette)
    return option | {"series": [one | {"labelLayout": {"hideOverlap": True}}]}


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
