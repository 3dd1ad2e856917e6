"""Downloads of the Sine page: a script, tables, the link."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from rnnviz.chapters.sine import script
from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.task import SPEC
from rnnviz.chapters.sine.ui import sine_checkpoint_cache
from rnnviz.training.export import history_csv
from rnnviz.training.jobs import side_by_side
from rnnviz.training.jobs.side_by_side import Standing
from rnnviz.training.store.group_record import load_group
from rnnviz.ui.server import run_manager
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import download_panel as files_
from rnnviz.ui.widgets import group_downloads, run_group
from rnnviz.ui.widgets.download_panel import File

PAGE = "sine"


def show(planned: Sequence[SineConfig]) -> None:
    """Show a folded panel with all that can be taken home."""
    if planned or run_group.standing("sine") is not None:
        files_.folded(session_keys.TAKE_HOME, partial(_content, tuple(planned)))


def _content(planned: tuple[SineConfig, ...]) -> None:
    found = run_group.standing("sine")
    link = group_downloads.page_link(PAGE)
    with st.container(horizontal=True, gap="small"):
        files_.offer(files(planned, None if found is None else found.id, link), "sine-take")
        if found is not None and not found.over:
            files_.renew("sine-take")
    st.caption(
        "The script takes `--carry detach`, `reset` or `full`; the notebook has `carry` among its "
        "options. In the histories accuracy is the share explained: 1 − squared error / mean "
        "square of what is asked for."
    )
    st.markdown("The link to these settings and runs")
    st.code(link, language=None, wrap_lines=True)


def files(planned: tuple[SineConfig, ...], group_id: str | None, link: str) -> tuple[File, ...]:
    """Return what there is to download; each is made when it is asked for, from any thread.

    Args:
        planned: What Start would train.
        group_id: Of the runs that are shown; None before the first.
        link: Where all of it can be seen.
    """
    return (
        *files_.script_files(
            script.NAME,
            "One file of PyTorch that trains these networks; needs torch only",
            partial(script_of, planned, group_id, link),
        ),
        *(
            File(
                f"history-{name}.csv",
                "text/csv",
                "table",
                "Loss, share explained and gradients on the way",
                partial(history_of, group_id, name),
            )
            for name in ("carried", "reset")
        ),
        *_learnt(group_id),
        File(
            "answers.csv",
            "text/csv",
            "table",
            "Input, target and both answers at each of the steps shown",
            partial(answers_of, planned, group_id),
        ),
    )


def _learnt(group_id: str | None) -> list[File]:
    """Return weights and curves of the runs that are shown."""
    found = _standing(group_id)
    offered = []
    for part in () if found is None else found.parts:
        if part.snapshot is not None and isinstance(part.config, SineConfig):
            name = sine_checkpoint_cache.name_of(part.config)
            if part.snapshot.checkpoints:
                offered.append(group_downloads.weights_file(part.run_id, f"weights-{name}"))
            offered.append(group_downloads.curves_file(part.run_id, f"curves-{name}"))
    return offered


def script_of(planned: tuple[SineConfig, ...], group_id: str | None, link: str) -> str:
    """Return the script of the runs that are shown, else of those that Start would begin."""
    shown = sine_checkpoint_cache.shown(planned, _standing(group_id))
    return script.script(shown[0].config if shown else planned[0], link=link)


def history_of(group_id: str | None, name: str) -> str:
    """Return how one of the trainings went, as a table; its head alone before the first."""
    found = _standing(group_id)
    for part in () if found is None else found.parts:
        config = part.config
        if part.snapshot is None or not isinstance(config, SineConfig):
            continue
        if sine_checkpoint_cache.name_of(config) == name:
            labels = SPEC.labels(config)
            return history_csv.history_csv(part.snapshot, labels.judges, labels.unit)
    return ",".join((*history_csv.COLUMNS[:-1], "segments_read")) + "\n"


def answers_of(planned: tuple[SineConfig, ...], group_id: str | None) -> str:
    """Return what both answer at the steps that are shown."""
    shown = sine_checkpoint_cache.shown(planned, _standing(group_id))
    first = max(one.window[0] for one in shown)
    return script.table(
        {one.name: sine_checkpoint_cache.read(one) for one in shown if one.window[0] == first}
    )


def _standing(group_id: str | None) -> Standing | None:
    if group_id is None:
        return None
    return side_by_side.standing(run_manager.find_any, load_group(run_manager.store(), group_id))
