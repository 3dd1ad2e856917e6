"""Building blocks of self-contained SVG 1.1 figures: the sheet and its text."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from rnnviz.ui.figures.palette import LIGHT


def sheet(width: int, height: int, title: str, parts: Iterable[str]) -> str:
    """Lay parts on a ground of their own, so that they can be read on any page.

    Args:
        width: Of the figure, in its own units.
        height: The same.
        title: What it shows, for who cannot see it.
        parts: Elements, in order; empty ones are left out.
    """
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" font-family="sans-serif" font-size="12" '
        f'fill="{LIGHT.text}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="{LIGHT.background}"/>',
        *parts,
        "</svg>",
    ]
    return "\n".join(part for part in drawn if part) + "\n"


def words(x: float, y: float, said: str, anchor: str, more: str = "") -> str:
    """Write words as text that can be selected; none are no element.

    Args:
        x: Where.
        y: Of the base line.
        said: The words.
        anchor: "start", "middle" or "end".
        more: Further attributes.
    """
    if not said:
        return ""
    return f'<text x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}" {more}>{escape(said)}</text>'
