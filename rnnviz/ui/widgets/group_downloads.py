"""Downloads of a run in a group: script, weights, history, curves, and the link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import urlencode, urljoin

import streamlit as st
import torch

from rnnviz.training.export import history_csv
from rnnviz.training.jobs.protocol import Snapshot
from rnnviz.training.store import checkpoint
from rnnviz.training.store.checkpoint import CheckpointError
from rnnviz.training.store.run_record import StoreError
from rnnviz.training.tasks.registry import task_of
from rnnviz.training.tasks.spec import AnyConfig, ScriptOrigin
from rnnviz.ui.figures import progress_text
from rnnviz.ui.figures.curves_svg import curves_svg
from rnnviz.ui.figures.numbers import counted
from rnnviz.ui.server import run_manager
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import selected_runs
from rnnviz.ui.session.markdown_escape import plain
from rnnviz.ui.widgets import download_panel as files_
from rnnviz.ui.widgets import run_group
from rnnviz.ui.widgets.download_panel import File


def show(kind: str, page: str, name: Callable[[AnyConfig], str]) -> None:
    """Show a folded panel with all that can be taken home of a lesson's runs.

    Args:
        kind: Of the lesson.
        page: On which it stands, for the link.
        name: Tells its networks apart.
    """
    if run_group.standing(kind) is not None:
        files_.folded(session_keys.TAKE_HOME, partial(_of_lesson, kind, page, name))


def _of_lesson(kind: str, page: str, name: Callable[[AnyConfig], str]) -> None:
    found = run_group.standing(kind)
    named = {
        part.run_id: name(part.config)
        for part in (found.parts if found else ())
        if part.snapshot is not None and part.config is not None
    }
    if not named:
        return
    chosen = next(iter(named))
    if len(named) > 1:
        asked = st.segmented_control(
            "Which network",
            list(named),
            default=chosen,
            key=f"take-which-{found.id if found else kind}",
            format_func=lambda run_id: named.get(run_id, run_id),
            required=True,
        )
        chosen = asked if asked in named else chosen
    _content(chosen, page_link(page))


def show_run(run_id: str, link: str) -> None:
    """Show the same panel of a single run, wherever it was trained."""
    files_.folded(session_keys.TAKE_HOME, partial(_content, run_id, link))


def page_link(page: str, values: Mapping[str, str] | None = None) -> str:
    """Return the address of a page, as far as the browser tells it.

    Args:
        page: Its name.
        values: What stands in the link; None: what does so now.
    """
    address = urljoin(st.context.url or "/", page)
    asked = urlencode(selected_runs.link_values() if values is None else values)
    return f"{address}?{asked}" if asked else address


def _content(run_id: str, link: str) -> None:
    key = f"take-{run_id}"
    try:
        snapshot, config = run_manager.find_any(run_id)
        with st.container(horizontal=True, gap="small"):
            files_.offer(files(run_id, config, link, bool(snapshot.checkpoints)), key)
            if not snapshot.over:
                files_.renew(key)
    except (StoreError, CheckpointError) as error:
        told = plain(str(error))
        st.info(f"{told[0].upper()}{told[1:]}.", icon=":material/info:")
        return
    if why := task_of(config).no_script(config):
        st.caption(f"There is no script of this run: {why}.")
    files_.weights_caption(snapshot, max(snapshot.checkpoints, default=None))
    st.markdown("The link to these settings and runs")
    st.code(link, language=None, wrap_lines=True)
    if snapshot.checkpoints and not why:
        script = task_of(config).script_name
        st.markdown(f"To load the weights, beside {script}:")
        st.code(files_.LOADING.replace("train", script.removesuffix(".py"), 1))


def files(run_id: str, config: AnyConfig, link: str, weights: bool) -> tuple[File, ...]:
    """Return what there is to download of a run.

    Args:
        run_id: Of the run.
        config: What it trains.
        link: Where it can be seen.
        weights: Whether it has any.
    """
    script = files_.script_files(
        task_of(config).script_name,
        "One file of PyTorch that trains this very network on the same data; needs torch only",
        partial(script_of, run_id, link),
    )
    return (
        *([] if task_of(config).no_script(config) else script),
        *([weights_file(run_id)] if weights else []),
        File(
            "history.csv",
            "text/csv",
            "table",
            "Loss, accuracy and gradients on the way, a row for each point of the curves",
            partial(history_of, run_id),
        ),
        curves_file(run_id),
    )


def weights_file(run_id: str, name: str = "weights") -> File:
    """Return what a run has learnt as a file."""
    return File(
        f"{name}.safetensors",
        "application/octet-stream",
        "weight",
        "What the network has learnt, as its last checkpoint left it",
        partial(weights_of, run_id),
    )


def curves_file(run_id: str, name: str = "curves") -> File:
    """Return a run's curves as a file."""
    return File(
        f"{name}.svg",
        "image/svg+xml",
        "show_chart",
        "Loss and accuracy over the steps, as a figure",
        partial(curves_of, run_id),
    )


def script_of(run_id: str, link: str) -> str:
    """Return the script that trains a run again."""
    snapshot, config = run_manager.find_any(run_id)
    on_cpu = not snapshot.device or snapshot.device.startswith("CPU")
    origin = ScriptOrigin(link, on_cpu, snapshot.torch_version or torch.__version__)
    return task_of(config).script(config, origin)


def weights_of(run_id: str) -> bytes:
    """Return the last checkpoint as a safetensors file."""
    snapshot, _ = run_manager.find_any(run_id)
    return checkpoint.weights_to_bytes(
        run_manager.weights_at(run_id, max(snapshot.checkpoints)), None
    )


def history_of(run_id: str) -> str:
    """Return the curves as a table."""
    snapshot, config = run_manager.find_any(run_id)
    labels = task_of(config).labels(config)
    return history_csv.history_csv(snapshot, labels.judges, labels.unit)


def curves_of(run_id: str) -> str:
    """Return the curves as a figure."""
    snapshot, config = run_manager.find_any(run_id)
    labels = task_of(config).labels(config)
    return curves_svg(
        snapshot,
        title=_title(snapshot, config),
        judges=labels.judges,
        learnt="learnt",
        shares=labels.shares,
    )


def _title(snapshot: Snapshot, config: AnyConfig) -> str:
    return f"{progress_text.network(config.model)}, after {counted(snapshot.step, 'step')}"
