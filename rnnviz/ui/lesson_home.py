"""What a person takes home of a lesson's run: a script, weights, numbers, a figure, the link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode, urljoin

import streamlit as st
import torch

from rnnviz.core.delay_config import DelayConfig
from rnnviz.core.run_config import RunConfig
from rnnviz.core.sine_config import SineConfig
from rnnviz.core.tasks import AnyConfig
from rnnviz.core.text_config import TextConfig
from rnnviz.plots import progress
from rnnviz.plots.curves_svg import curves_svg
from rnnviz.training import checkpoint, export, lesson_script, sine_script
from rnnviz.training.checkpoint import CheckpointError
from rnnviz.training.groups import Kind
from rnnviz.training.messages import Snapshot
from rnnviz.training.run_files import StoreError
from rnnviz.ui import files as files_
from rnnviz.ui import lessons, run_state, runs, state, take_home
from rnnviz.ui.files import File
from rnnviz.ui.plain_words import plain


@dataclass(frozen=True)
class Words:
    """What the numbers of a task's runs are of.

    Attributes:
        unit: What is learnt and read, e.g. "lines".
        shares: What accuracy counts.
        judges: What the run is judged by.
    """

    unit: str
    shares: str
    judges: str


LINES = Words("lines", "characters right, %", "all lines")
WORDS = {
    "language": Words("windows", "characters right, %", "not learnt"),
    "classifier": Words("rows", "rows right, %", "all rows"),
    "writer": Words("lines", "right, %", "whole lines, by itself"),
    "delay": Words("sequences", "right, %", "not learnt, after the delay"),
    "sine": Words("segments", "share explained, %", "the next segments"),
}


def show(kind: Kind, page: str, name: Callable[[AnyConfig], str]) -> None:
    """Show a folded panel with all that can be taken home of a lesson's runs.

    Args:
        kind: Of the lesson.
        page: On which it stands, for the link.
        name: Tells its networks apart.
    """
    if lessons.standing(kind) is not None:
        files_.folded(state.TAKE_HOME, partial(_of_lesson, kind, page, name))


def _of_lesson(kind: Kind, page: str, name: Callable[[AnyConfig], str]) -> None:
    found = lessons.standing(kind)
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
    files_.folded(state.TAKE_HOME, partial(_content, run_id, link))


def page_link(page: str, values: Mapping[str, str] | None = None) -> str:
    """Return the address of a page, as far as the browser tells it.

    Args:
        page: Its name.
        values: What stands in the link; None: what does so now.
    """
    address = urljoin(st.context.url or "/", page)
    asked = urlencode(run_state.link_values() if values is None else values)
    return f"{address}?{asked}" if asked else address


def _content(run_id: str, link: str) -> None:
    key = f"take-{run_id}"
    try:
        snapshot, config = runs.find_any(run_id)
        with st.container(horizontal=True, gap="small"):
            files_.offer(files(run_id, config, link, bool(snapshot.checkpoints)), key)
            if not snapshot.over:
                files_.renew(key)
    except (StoreError, CheckpointError) as error:
        told = plain(str(error))
        st.info(f"{told[0].upper()}{told[1:]}.", icon=":material/info:")
        return
    if why := _untold(config):
        st.caption(f"There is no script of this run: {why}.")
    if not snapshot.checkpoints:
        st.caption(take_home.WEIGHTLESS)
    elif not snapshot.over:
        step = progress.steps(max(snapshot.checkpoints))
        st.caption(f"The run goes on: these are its weights after {step}. Newest makes all anew.")
    st.markdown("The link to these settings and runs")
    st.code(link, language=None, wrap_lines=True)
    if snapshot.checkpoints and not why:
        script = script_name(config)
        st.markdown(f"To load the weights, beside {script}:")
        st.code(take_home.LOADING.replace("train", script.removesuffix(".py"), 1))


def files(run_id: str, config: AnyConfig, link: str, weights: bool) -> tuple[File, ...]:
    """Return what there is to download of a run.

    Args:
        run_id: Of the run.
        config: What it trains.
        link: Where it can be seen.
        weights: Whether it has any.
    """
    script = File(
        script_name(config),
        "text/x-python",
        "code",
        "One file of PyTorch that trains this very network on the same data; needs torch only",
        partial(script_of, run_id, link),
    )
    return (
        *([] if _untold(config) else [script]),
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


def script_name(config: AnyConfig) -> str:
    """Return what the script of a run is called."""
    return sine_script.NAME if isinstance(config, SineConfig) else export.NAME


def script_of(run_id: str, link: str) -> str:
    """Return the script that trains a run again."""
    snapshot, config = runs.find_any(run_id)
    if isinstance(config, SineConfig):
        return sine_script.script(config, link=link)
    if isinstance(config, RunConfig):
        raise TypeError(f"run {run_id} learnt digits")
    return lesson_script.script(
        config,
        link=link,
        on_cpu=not snapshot.device or snapshot.device.startswith("CPU"),
        torch_version=snapshot.torch_version or torch.__version__,
    )


def weights_of(run_id: str) -> bytes:
    """Return the last checkpoint as a safetensors file."""
    snapshot, _ = runs.find_any(run_id)
    return checkpoint.weights_to_bytes(runs.weights_at(run_id, max(snapshot.checkpoints)), None)


def history_of(run_id: str) -> str:
    """Return the curves as a table."""
    snapshot, config = runs.find_any(run_id)
    told = words(config)
    return export.history_csv(snapshot, told.judges, told.unit)


def curves_of(run_id: str) -> str:
    """Return the curves as a figure."""
    snapshot, config = runs.find_any(run_id)
    told = words(config)
    return curves_svg(
        snapshot,
        title=_title(snapshot, config),
        judges=told.judges,
        learnt="learnt",
        shares=told.shares,
    )


def words(config: AnyConfig) -> Words:
    """Return what the numbers of a run are of."""
    if isinstance(config, TextConfig):
        return WORDS.get(config.network, LINES)
    return WORDS["delay" if isinstance(config, DelayConfig) else "sine"]


def _untold(config: AnyConfig) -> str:
    """Return why there is no script of a run; "" if there is."""
    return "" if isinstance(config, SineConfig | RunConfig) else lesson_script.untold(config)


def _title(snapshot: Snapshot, config: AnyConfig) -> str:
    return f"{progress.network(config.model)}, after {progress.steps(snapshot.step)}"
