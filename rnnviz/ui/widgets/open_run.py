"""Navigation to the page that shows a run: Train, or the page of its task."""

from __future__ import annotations

import streamlit as st

from rnnviz.training.store.group_record import Group
from rnnviz.training.tasks.registry import task_of, task_of_kind
from rnnviz.training.tasks.spec import AnyConfig, PageLink
from rnnviz.ui.app.app_files import PAGES
from rnnviz.ui.session import selected_runs
from rnnviz.ui.widgets import download_panel, run_group


def open_run(run_id: str, config: AnyConfig | None = None) -> None:
    """Go to the page that shows a run: the Train page, or that of its lesson.

    Args:
        run_id: Which.
        config: What it trains; None: digits.
    """
    if config is not None and (page := lesson(run_id, config)) is not None:
        st.switch_page(PAGES / f"{page[0]}.py", query_params=page[1])
    selected_runs.show_run(run_id)
    st.switch_page(PAGES / "train.py", query_params=selected_runs.run_link(run_id))


def lesson(run_id: str, config: AnyConfig) -> tuple[str, dict[str, str]] | None:
    """Return the page and the query of the group that a run was trained in; None on Train."""
    group = None if not task_of(config).pages else run_group.of_run(run_id)
    page = None if group is None else _page(group)
    if group is None or page is None:
        return None
    selected_runs.show_group(group.kind, group.id)
    return page.page, {**page.query, **selected_runs.group_link(group.kind, group.id)}


def link(run_id: str) -> str:
    """Return the address of the group that a run was trained in, or of the list of runs."""
    group = run_group.of_run(run_id)
    page = None if group is None else _page(group)
    if group is None or page is None:
        return download_panel.page_link("runs")
    query = {**page.query, **selected_runs.group_link(group.kind, group.id)}
    return download_panel.page_link(page.page, query)


def _page(group: Group) -> PageLink | None:
    spec = task_of_kind(group.kind)
    return None if spec is None else spec.pages[group.kind]
