"""Self-contained HTML of a reading: the Watch view's own files and its numbers, in one document."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rnnviz.data.atomic_write import write_whole
from rnnviz.ui.components.component_sources import WATCH, WATCH_STYLES, bundle, source
from rnnviz.ui.figures.palette import DARK, LIGHT, Palette
from rnnviz.ui.html_views.packed_places import PackedPlace

FRAME_HEIGHT = 1000  # pixels, until the script knows how tall the view is
# Nothing may be fetched: what is shown is in the file.
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif'


@dataclass(frozen=True)
class Document:
    """A view as one HTML document that needs no server and no network.

    A notebook shows it where it is the last value of a cell.

    Attributes:
        title: What is shown.
        html: The whole document.
    """

    title: str
    html: str

    def save(self, path: str | Path) -> None:
        """Write the document to a file that any browser opens.

        Args:
            path: Where to, ending in .html; in a folder that is there.

        Raises:
            ValueError: If the name ends otherwise.
            OSError: If the file cannot be written.
        """
        if Path(path).suffix not in (".html", ".htm"):
            raise ValueError(f"the name must end in .html, got {Path(path).name}")
        write_whole(Path(path), self.html.encode())

    def _repr_html_(self) -> str:
        """Return a frame that holds the document: its scripts run, its styles stay inside."""
        return (
            f'<iframe title="{html.escape(self.title)}" srcdoc="{html.escape(self.html)}" '
            f'style="width: 100%; height: {FRAME_HEIGHT}px; border: 0; display: block"></iframe>'
        )

    def __repr__(self) -> str:
        return f'<{self.title}: show it in a notebook, or .save("reading.html")>'


def document(title: str, places: Sequence[PackedPlace], note: str = "") -> Document:
    """Put a document together.

    Args:
        title: What is shown, in one line.
        places: Layers and directions, those without data too.
        note: What is not in the document, or "".
    """
    content = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{html.escape(title)}</title>
<style>
{_theme(LIGHT, "light")}
{_theme(DARK, "dark")}
{source("ui/html_views/page.css")}
</style>
</head>
<body>
<h1>{html.escape(title)}</h1>
<p id="note">{html.escape(note)}</p>
<div id="places"></div>
<div id="view"></div>
<template id="inside"><style>
{source(*WATCH_STYLES)}
</style>
{source(WATCH)}
</template>
<script type="application/json" id="readings">{json.dumps([asdict(one) for one in places])}</script>
<script type="module">
{bundle("ui/html_views/page.js")}
</script>
</body>
</html>
"""
    return Document(title, content)


def _theme(palette: Palette, name: str) -> str:
    """Return the properties that Streamlit gives to a component, as CSS."""
    properties = {
        "text-color": palette.text,
        "background-color": palette.background,
        "secondary-background-color": palette.panel,
        "border-color": _blend(palette.background, palette.text, 0.2),
        "primary-color": palette.accent,
        "font": FONT,
        "button-radius": "10px",
        "chart-sequential-colors": ", ".join(palette.sequential),
        "chart-diverging-colors": ", ".join(palette.diverging),
        "chart-categorical-colors": ", ".join(palette.classes),
    }
    lines = (f"  --st-{key}: {value};" for key, value in properties.items())
    return f':root[data-theme="{name}"] {{\n  color-scheme: {name};\n' + "\n".join(lines) + "\n}"


def _blend(color: str, other: str, share: float) -> str:
    """Mix two colours, #rrggbb: of the other so much."""
    pairs = zip(bytes.fromhex(color[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + "".join(f"{round(a + share * (b - a)):02x}" for a, b in pairs)
