"""Sources of the components: their files joined to one text, without Streamlit."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parents[1]  # rnnviz/

# The Watch view, which the app shows and an HTML file holds.
WATCH = "ui/components/watch/watch.html"
WATCH_STYLES = (
    "component_view.css",
    "axes.css",
    "stage.css",
    "ui/components/watch/watch.css",
    "ui/components/watch/equation.css",
)
WATCH_SCRIPTS = (
    "component_view.js",
    "rows.js",
    "digits.js",
    "axes.js",
    "debounce.js",
    "ui/components/watch/panels.js",
    "ui/components/watch/text.js",
    "ui/components/watch/equation.js",
    "ui/components/watch/derive.js",
    "ui/components/watch/watch.js",
)


def source(*names: str) -> str:
    """Join files of components.

    Args:
        names: A bare name is a file of this folder, one with a slash lies below the package.
    """
    paths = ((PACKAGE if "/" in name else HERE) / name for name in names)
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)
