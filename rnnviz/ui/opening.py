"""The way to the page that shows a run: Train, or that of the lesson it was trained in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from rnnviz.core.run_config import RunConfig
from rnnviz.core.tasks import AnyConfig
from rnnviz.ui import lesson_home, lessons, run_state

PAGES = Path(__file__).resolve().parents[2] / "pages"
LESSONS: Mapping[str, tuple[str, dict[str, str]]] = {  # page and view of each
    "delay": ("recurrence.py", {"view": "Memory span"}),
    "sine": ("sine.py", {}),
    "characters": ("characters.py", {"view": "hello"}),
    "pairs": ("characters.py", {"view": "My text"}),
    "language": ("characters.py", {"view": "Next character"}),
    "table": ("characters.py", {"view": "Table"}),
    "writer": ("characters.py", {"view": "Spelling and reversal"}),
}


def open_run(run_id: str, config: AnyConfig | None = None) -> None:
    """Go to the page that shows a run: the Train page, or that of its lesson.

    Args:
        run_id: Which.
        config: What it trains; None: digits.
    """
    if config is not None and (page := lesson(run_id, config)) is not None:
        st.switch_page(PAGES / page[0], query_params=page[1])
    run_state.show_run(run_id)
    st.switch_page(PAGES / "train.py", query_params=run_state.run_link(run_id))


def lesson(run_id: str, config: AnyConfig) -> tuple[str, dict[str, str]] | None:
    """Return the page and the link of the lesson in which a run was trained."""
    group = None if isinstance(config, RunConfig) else lessons.of_run(run_id)
    if group is None or group.kind not in LESSONS:
        return None
    page, view = LESSONS[group.kind]
    run_state.show_lesson(group.kind, group.id)
    return page, view | run_state.lesson_link(group.kind, group.id)


def link(run_id: str) -> str:
    """Return the address of the lesson in which a run was trained, or of this list."""
    group = lessons.of_run(run_id)
    if group is None or group.kind not in LESSONS:
        return lesson_home.page_link("runs")
    page, view = LESSONS[group.kind]
    asked = view | run_state.lesson_link(group.kind, group.id)
    return lesson_home.page_link(page.removesuffix(".py"), asked)
