"""A network's reading of one digit as a self-contained SVG figure."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rnnviz.ui.figures.numbers import true_minus
from rnnviz.ui.figures.palette import LIGHT
from rnnviz.ui.figures.reading_text import verdict
from rnnviz.ui.figures.svg import sheet, words

WIDTH, HEIGHT = 880, 430
LEFT, SIDE = 24, 160  # of the digit
PLOT, ACROSS = 246, 610  # of what happens step by step: its left edge, its width
RIBBONS, HEAT = (96, 226), (260, 390)  # top and bottom
NAMED = 15  # a ribbon at least so tall has its digit written on it

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


def reading_svg(
    picture: Bytes,
    belief: Floats,
    h: Floats,
    decided: int,
    *,
    title: str = "",
    caption: str = "",
    word: str = "row",
    reach: float = 1.0,
) -> str:
    """Draw a digit, what was believed of it after each time step, and the hidden state, as SVG 1.1.

    Words are text; the digit and the hidden state are pictures inside the file, a pixel a value.

    Args:
        picture: What was read, uint8, shape (28, 28).
        belief: Probabilities after each step, shape (T, 10).
        h: Hidden state after each step, shape (T, U).
        decided: The step of the decision, from 1.
        title: Above it all.
        caption: What the digit is, under it.
        word: What one time step is.
        reach: The value of h at the ends of the colour scale.

    Raises:
        ValueError: If the belief is no number, as with a network whose training was lost.
    """
    T = len(belief)
    if not np.isfinite(belief).all():
        raise ValueError("the network's answer is no number: there is nothing to draw")
    grey = np.repeat(picture[..., None], 3, axis=2)
    above, below = RIBBONS[0] - 8, HEAT[0] - 8
    parts = [
        words(LEFT, 28, title, "start", "font-size='15' font-weight='bold'"),
        words(LEFT, 52, verdict(belief, decided, word), "start", "font-size='13'"),
        _image(grey, LEFT, RIBBONS[0], SIDE, SIDE),
        words(LEFT, RIBBONS[0] + SIDE + 18, caption, "start"),
        *_scale(reach),
        words(PLOT, above, f"belief after each {word}", "start"),
        *_ribbons(belief),
        words(PLOT, below, f"hidden state h, {h.shape[1]} units", "start"),
        _image(_coloured(h.T, reach, LIGHT.diverging), PLOT, HEAT[0], ACROSS, HEAT[1] - HEAT[0]),
        *_axis(T, word),
        *_decided(decided, T, word),
    ]
    return sheet(WIDTH, HEIGHT, title or "A reading", parts)


def _place(step: float, T: int) -> float:
    """Return how far right it is at the end of so many steps."""
    return PLOT + ACROSS * step / T


def _ribbons(belief: Floats) -> list[str]:
    """Stack the ten shares; each is named where it is widest."""
    T, count = belief.shape
    height = RIBBONS[1] - RIBBONS[0]
    tops = np.cumsum(belief, axis=1).clip(0, 1)
    edges = RIBBONS[1] - height * np.c_[np.zeros(T), tops]  # (T, 11)
    middles = [_place(t + 0.5, T) for t in range(T)]
    xs = [_place(0, T), *middles, _place(T, T)]
    parts, names = [], []
    for k in range(count):
        upper, lower = (np.pad(edges[:, n], 1, "edge") for n in (k + 1, k))
        there = [f"{x:.1f},{y:.2f}" for x, y in zip(xs, upper, strict=True)]
        back = [f"{x:.1f},{y:.2f}" for x, y in zip(xs, lower, strict=True)][::-1]
        colour = LIGHT.classes[k]
        parts.append(f'<polygon points="{" ".join(there + back)}" fill={quoteattr(colour)}/>')
        widest = int(belief[:, k].argmax())
        if height * belief[widest, k] > NAMED:
            y = (edges[widest, k] + edges[widest, k + 1]) / 2 + 5
            ink = f'font-weight="bold" fill={quoteattr(_ink_on(colour))}'
            x = min(max(middles[widest], PLOT + 8), PLOT + ACROSS - 8)
            names.append(words(x, y, str(k), "middle", ink))
    return [*parts, *names]


def _ink_on(colour: str) -> str:
    """Return what is read better on a colour, black or white."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#000000" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#ffffff"


def _coloured(values: Floats, reach: float, scale: Sequence[str]) -> Bytes:
    """Colour values from -reach to reach; what is no number lies in the middle."""
    steps = np.array([[int(c[at : at + 2], 16) for at in (1, 3, 5)] for c in scale], float)
    finite = np.nan_to_num(values, nan=0.0, posinf=reach, neginf=-reach)
    place = (finite.clip(-reach, reach) / reach + 1) / 2 * (len(scale) - 1)
    parts = [np.interp(place, np.arange(len(scale)), steps[:, part]) for part in range(3)]
    pixels: Bytes = np.rint(np.stack(parts, axis=-1)).astype(np.uint8)
    return pixels


def _image(pixels: Bytes, x: float, y: float, width: float, height: float) -> str:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    place = f'x="{x}" y="{y}" width="{width}" height="{height}"'
    look = 'preserveAspectRatio="none" style="image-rendering:pixelated"'
    content = base64.b64encode(file.getvalue()).decode()
    return f'<image {place} {look} href="data:image/png;base64,{content}"/>'


def _scale(reach: float) -> list[str]:
    """Draw what the colours of h mean."""
    ramp = np.linspace(-reach, reach, 160, dtype=np.float32)[None]
    y = HEAT[1] - 34
    ends = ((LEFT, -reach, "start"), (LEFT + SIDE / 2, 0.0, "middle"), (LEFT + SIDE, reach, "end"))
    return [
        words(LEFT, y - 6, "h", "start"),
        _image(_coloured(ramp, reach, LIGHT.diverging), LEFT, y, SIDE, 12),
        *(words(x, y + 27, true_minus(f"{v:.3g}"), anchor) for x, v, anchor in ends),
    ]


def _axis(T: int, word: str) -> list[str]:
    steps = sorted({1, *(round(T * part) for part in (0.25, 0.5, 0.75, 1))} - {0})
    names = [f"{word} {step}" if step == 1 else str(step) for step in steps]
    return [
        words(_place(step - 0.5, T), HEAT[1] + 18, name, "middle", 'class="x"')
        for step, name in zip(steps, names, strict=True)
    ]


def _decided(decided: int, T: int, word: str) -> list[str]:
    x = _place(decided - 1, T)
    look = f'stroke="{LIGHT.text}" stroke-width="1.5" stroke-dasharray="4 3"'
    lines = [
        f'<line x1="{x:.2f}" x2="{x:.2f}" y1="{a}" y2="{b}" {look}/>' for a, b in (RIBBONS, HEAT)
    ]
    said = f"decided at {word} {decided}"
    return [*lines, words(PLOT + ACROSS, RIBBONS[0] - 8, said, "end")]
