"""Downloads of a run on MNIST: script, weights, history, figures, the link."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from urllib.parse import urljoin

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray

from rnnviz.training.export import digits_script, history_csv
from rnnviz.training.jobs.protocol import Snapshot
from rnnviz.training.store import checkpoint
from rnnviz.training.store.run_record import StoreError
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.app.app_files import PAGES
from rnnviz.ui.figures import progress_text, svg
from rnnviz.ui.figures.curves_svg import curves_svg
from rnnviz.ui.figures.numbers import counted
from rnnviz.ui.figures.palette import LIGHT
from rnnviz.ui.figures.reading_svg import reading_svg
from rnnviz.ui.server import run_manager
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import digit_reading, pad_reading, watched_digit
from rnnviz.ui.widgets import download_panel as files_
from rnnviz.ui.widgets.download_panel import File
from rnnviz.ui.widgets.model_choice import ChosenModel, trained

PAGE = "train"  # on which a link shows a run
LOADING_REDRAWN = """from pathlib import Path
from rnnviz.training.jobs.protocol import Snapshot
from rnnviz.training.store import checkpoint

model, _ = checkpoint.load(Path("weights.safetensors"))"""
REDRAWN = (
    "There is no script of this run: it writes its digits anew in each epoch, "
    "which takes more than one file."
)

Bytes = NDArray[np.uint8]


def show(run_id: str) -> None:
    """Show a folded panel with all that can be taken home of a run."""
    files_.folded(session_keys.TAKE_HOME, partial(_content, run_id))


def _content(run_id: str) -> None:
    try:
        snapshot, config = run_manager.find(run_id)
    except StoreError as error:
        told = str(error)
        st.info(f"{told[0].upper()}{told[1:]}.", icon=":material/info:")
        return
    link, key = run_link(run_id), f"take-{run_id}"
    step = _checkpoint(run_id, snapshot)
    with st.container(horizontal=True, gap="small"):
        if snapshot.checkpoints:
            open_in_draw(run_id)
        files_.offer(files(run_id, config, link, step, *watched_digit.probe()), key)
        if not snapshot.over:
            files_.renew(key)
    if config.augmentation == "redrawn":
        st.caption(REDRAWN)
    files_.weights_caption(snapshot, step)
    st.markdown("The link to this run")
    st.code(link, language=None, wrap_lines=True)
    if snapshot.checkpoints:
        st.markdown("To load the weights" + _beside(config))
        st.code(LOADING_REDRAWN if config.augmentation == "redrawn" else files_.LOADING)


def _checkpoint(run_id: str, snapshot: Snapshot) -> int | None:
    """Return the step of the checkpoint that is taken home, the last at first; None if none is."""
    steps = sorted(snapshot.checkpoints)
    if len(steps) < 2:
        return steps[0] if steps else None
    return st.select_slider(
        "Checkpoint",
        steps,
        steps[-1],
        format_func=lambda step: f"after {counted(step, 'step')}",
        key=f"take-at-{run_id}",
        help="Of which checkpoint the weights and the readings below are",
    )


def open_in_draw(run_id: str) -> None:
    """Offer to draw digits for the network of a run."""
    if st.button(
        "Open in Draw",
        key=f"open-in-draw-{run_id}",
        icon=":material/draw:",
        help="Draw a digit and watch this network read it",
    ):
        session_keys.choose_model(run_id)
        st.switch_page(PAGES / "draw.py", query_params={session_keys.MODEL: run_id})


def run_link(run_id: str) -> str:
    """Return the address at which a run can be seen, as far as the browser tells it."""
    return f"{urljoin(st.context.url or '/', PAGE)}?run={run_id}"


def files(
    run_id: str, config: RunConfig, link: str, step: int | None, picture: Bytes, words: str
) -> tuple[File, ...]:
    """Return what there is to download of a run.

    Args:
        run_id: Of the run.
        config: What it trains.
        link: Where it can be seen.
        step: Of the checkpoint whose weights and readings are taken; None if there is none yet.
        picture: The digit that is watched, uint8 (28, 28).
        words: What that is.
    """
    script = files_.script_files(
        digits_script.NAME,
        "One file of PyTorch that trains this very model; needs torch and torchvision only",
        partial(script_of, run_id, link),
    )
    history = File(
        "history.csv",
        "text/csv",
        "table",
        "Loss, accuracy and gradients on the way, a row for each point of the curves",
        partial(history_of, run_id),
    )
    curves = File(
        "curves.svg",
        "image/svg+xml",
        "show_chart",
        "Loss and accuracy over the steps, as a figure",
        partial(curves_of, run_id),
    )
    there = script if config.augmentation != "redrawn" else ()
    if step is None:
        return (*there, history, curves)
    kept = File(
        "weights.safetensors",
        "application/octet-stream",
        "weight",
        f"What the network has learnt after {counted(step, 'step')}",
        partial(weights_of, run_id, step),
    )
    reading = File(
        "reading.svg",
        "image/svg+xml",
        "grid_on",
        f"How it reads {words} after {counted(step, 'step')}, as a figure",
        partial(reading_of, run_id, step, picture, words),
    )
    moved = digit_reading.file(partial(_network, run_id, step, config), picture, words)
    return (*there, kept, history, curves, reading, moved)


def script_of(run_id: str, link: str) -> str:
    """Return the script that trains a run again; with its result once that is known."""
    snapshot, config = run_manager.find(run_id)
    if config.device == "auto" and snapshot.device and not snapshot.device.startswith("CPU"):
        config = replace(config, device="cuda")
    tests, version = snapshot.held_out, snapshot.torch_version or torch.__version__
    told = partial(digits_script.script, config, link=link, torch_version=version)
    if len(tests.step) and tests.step[-1] == snapshot.steps:  # else nobody knows its end yet
        return told(expected=float(tests.accuracy[-1]), digits_read=int(tests.read[-1]))
    return told()


def weights_of(run_id: str, step: int) -> bytes:
    """Return a checkpoint as a safetensors file, which says what network it is of."""
    _, config = run_manager.find(run_id)
    weights = run_manager.weights_at(run_id, step)
    reads = {"time_step": config.time_step, "chunk": config.chunk}
    return checkpoint.weights_to_bytes(weights, config.model, **reads)


def history_of(run_id: str) -> str:
    """Return the curves as a table."""
    snapshot, config = run_manager.find(run_id)
    return history_csv.history_csv(snapshot, progress_text.judge(config))


def curves_of(run_id: str) -> str:
    """Return the curves as a figure."""
    snapshot, config = run_manager.find(run_id)
    judges = f"{progress_text.judge(config)} digits"
    return curves_svg(snapshot, title=_title(config, snapshot.step), judges=judges)


def _network(run_id: str, step: int, config: RunConfig) -> ChosenModel:
    return trained(run_id, step, config, _title(config, step))


def reading_of(run_id: str, step: int, picture: Bytes, words: str) -> str:
    """Return how a checkpoint reads a digit, as a figure; one that says why if it cannot."""
    _, config = run_manager.find(run_id)
    title = _title(config, step)
    try:
        network = _network(run_id, step, config)
        seen = pad_reading.see(network, picture)
        return reading_svg(
            picture,
            seen.belief,
            seen.h,
            seen.decided,
            title=title,
            caption=words,
            word=network.word,
            reach=seen.reach,
        )
    except ValueError as error:  # lost numbers, or weights that are gone
        said = svg.words(24, 40, str(error), "start")
        return svg.sheet(880, 80, title, [said], LIGHT.background, LIGHT.text)


def _title(config: RunConfig, step: int) -> str:
    return f"{progress_text.network(config.model)}, after {counted(step, 'step')}"


def _beside(config: RunConfig) -> str:
    return (
        ", with rnnviz:" if config.augmentation == "redrawn" else f", beside {digits_script.NAME}:"
    )
