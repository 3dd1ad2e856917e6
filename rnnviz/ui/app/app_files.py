"""Paths of the app's own files: beside the package in a checkout, inside it where it is installed.

A wheel carries `app.py`, `pages/` and `.streamlit/` in `rnnviz/_app/`, see pyproject.toml.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]  # rnnviz/
_INSTALLED = PACKAGE / "_app"

FOLDER = _INSTALLED if _INSTALLED.is_dir() else PACKAGE.parent
APP = FOLDER / "app.py"
PAGES = FOLDER / "pages"
ROUTER = PACKAGE / "ui" / "router.py"
ICON = PACKAGE / "assets" / "icon.png"
