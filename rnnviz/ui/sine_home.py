"""What a person takes home of the sine's lab: a script, tables, the link."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from rnnviz.core.sine_config import SineConfig
from rnnviz.training import export, sine_script
from rnnviz.training import lessons as training_lessons
from rnnviz.training.groups import load_group
from rnnviz.training.lessons import Standing
from rnnviz.ui import files as files_
from rnnviz.ui import lesson_home, lessons, runs, sine_networks, state
from rnnviz.ui.files import File

PAGE = "sine"


def show(planned: Sequence[SineConfig]) -> None:
    """Show a folded panel with all that can be taken home."""
    if planned or lessons.standing("sine") is not None:
        files_.folded(state.TAKE_HOME, partial(_content, tuple(planned)))


def _content(planned: tuple[SineConfig, ...]) -> None:
    found = lessons.standing("sine")
    link = lesson_home.page_link(PAGE)
    with st.container(horizontal=True, gap="small"):
        files_.offer(files(planned, None if found is None else found.id, link), "sine-take")
        if found is not None and not found.over:
            files_.renew("sine-take")
    st.caption(
        "The script takes `--carry detach`, `reset` or `full`. In the histories accuracy is "
        "the share explained: 1 − squared error / mean square of what is asked for."
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
        File(
            sine_script.NAME,
            "text/x-python",
            "code",
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
            name = sine_networks.name_of(part.config)
            if part.snapshot.checkpoints:
                offered.append(lesson_home.weights_file(part.run_id, f"weights-{name}"))
            offered.append(lesson_home.curves_file(part.run_id, f"curves-{name}"))
    return offered


def script_of(planned: tuple[SineConfig, ...], group_id: str | None, link: str) -> str:
    """Return the script of the runs that are shown, else of those that Start would begin."""
    shown = sine_networks.shown(planned, _standing(group_id))
    return sine_script.script(shown[0].config if shown else planned[0], link=link)


def history_of(group_id: str | None, name: str) -> str:
    """Return how one of the trainings went, as a table; its head alone before the first."""
    found = _standing(group_id)
    for part in () if found is None else found.parts:
        config = part.config
        if part.snapshot is None or not isinstance(config, SineConfig):
            continue
        if sine_networks.name_of(config) == name:
            told = lesson_home.words(config)
            return export.history_csv(part.snapshot, told.judges, told.unit)
    return ",".join((*export.COLUMNS[:-1], "segments_read")) + "\n"


def answers_of(planned: tuple[SineConfig, ...], group_id: str | None) -> str:
    """Return what both answer at the steps that are shown."""
    shown = sine_networks.shown(planned, _standing(group_id))
    first = max(one.window[0] for one in shown)
    return sine_script.table(
        {one.name: sine_networks.read(one) for one in shown if one.window[0] == first}
    )


def _standing(group_id: str | None) -> Standing | None:
    if group_id is None:
        return None
    return training_lessons.standing(runs.find_any, load_group(runs.store(), group_id))
