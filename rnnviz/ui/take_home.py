"""What a person takes home of a run: a script, weights, numbers, figures, the link, the network."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urljoin

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray

from rnnviz.core.run_config import RunConfig
from rnnviz.plots import progress, svg
from rnnviz.plots.curves_svg import curves_svg
from rnnviz.plots.palette import LIGHT
from rnnviz.plots.reading_svg import reading_svg
from rnnviz.training import checkpoint, export
from rnnviz.training.run_files import StoreError
from rnnviz.ui import drawing, runs, state, training
from rnnviz.ui import files as files_
from rnnviz.ui.chosen import trained
from rnnviz.ui.files import File

DRAW = Path(__file__).resolve().parents[2] / "pages" / "draw.py"
PAGE = "train"  # on which a link shows a run
LOADING = """from safetensors.torch import load_file
from train import build

model = build()
model.load_state_dict(load_file("weights.safetensors"))"""
LOADING_REDRAWN = """from pathlib import Path
from rnnviz.training import checkpoint

model, _ = checkpoint.load(Path("weights.safetensors"))"""
REDRAWN = (
    "There is no script of this run: it writes its digits anew in each epoch, "
    "which takes more than one file."
)
WEIGHTLESS = "There are no weights yet: they come with the first checkpoint of this run."

Bytes = NDArray[np.uint8]


def show(run_id: str) -> None:
    """Show a folded panel with all that can be taken home of a run."""
    files_.folded(state.TAKE_HOME, partial(_content, run_id))


def _content(run_id: str) -> None:
    try:
        snapshot, config = runs.find(run_id)
    except StoreError as error:
        told = str(error)
        st.info(f"{told[0].upper()}{told[1:]}.", icon=":material/info:")
        return
    link, key = run_link(run_id), f"take-{run_id}"
    with st.container(horizontal=True, gap="small"):
        if snapshot.checkpoints:
            open_in_draw(run_id)
        there = bool(snapshot.checkpoints)
        files_.offer(files(run_id, config, link, there, *training.probe()), key)
        if not snapshot.over:
            files_.renew(key)
    if config.augmentation == "redrawn":
        st.caption(REDRAWN)
    if not snapshot.checkpoints:
        st.caption(WEIGHTLESS)
    elif not snapshot.over:
        step = progress.steps(max(snapshot.checkpoints))
        st.caption(f"The run goes on: these are its weights after {step}. Newest makes all anew.")
    st.markdown("The link to this run")
    st.code(link, language=None, wrap_lines=True)
    if snapshot.checkpoints:
        st.markdown("To load the weights" + _beside(config))
        st.code(LOADING_REDRAWN if config.augmentation == "redrawn" else LOADING)


def open_in_draw(run_id: str) -> None:
    """Offer to draw digits for the network of a run."""
    if st.button(
        "Open in Draw",
        key=f"open-in-draw-{run_id}",
        icon=":material/draw:",
        help="Draw a digit and watch this network read it",
    ):
        state.choose_model(run_id)
        st.switch_page(DRAW, query_params={state.MODEL: run_id})


def run_link(run_id: str) -> str:
    """Return the address at which a run can be seen, as far as the browser tells it."""
    return f"{urljoin(st.context.url or '/', PAGE)}?run={run_id}"


def files(
    run_id: str, config: RunConfig, link: str, weights: bool, picture: Bytes, words: str
) -> tuple[File, ...]:
    """Return what there is to download of a run.

    Args:
        run_id: Of the run.
        config: What it trains.
        link: Where it can be seen.
        weights: Whether it has any.
        picture: The digit that is watched, uint8 (28, 28).
        words: What that is.
    """
    script = File(
        export.NAME,
        "text/x-python",
        "code",
        "One file of PyTorch that trains this very model; needs torch and torchvision only",
        partial(script_of, run_id, link),
    )
    kept = File(
        "weights.safetensors",
        "application/octet-stream",
        "weight",
        "What the network has learnt, as its last checkpoint left it",
        partial(weights_of, run_id),
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
    reading = File(
        "reading.svg",
        "image/svg+xml",
        "grid_on",
        f"How it reads {words}, as a figure",
        partial(reading_of, run_id, picture, words),
    )
    there = [script] if config.augmentation != "redrawn" else []
    return (*there, *([kept] if weights else []), history, curves, *([reading] if weights else []))


def script_of(run_id: str, link: str) -> str:
    """Return the script that trains a run again; with its result once that is known."""
    snapshot, config = runs.find(run_id)
    if config.device == "auto" and snapshot.device and not snapshot.device.startswith("CPU"):
        config = replace(config, device="cuda")
    tests, version = snapshot.held_out, snapshot.torch_version or torch.__version__
    told = partial(export.script, config, link=link, torch_version=version)
    if len(tests.step) and tests.step[-1] == snapshot.steps:  # else nobody knows its end yet
        return told(expected=float(tests.accuracy[-1]), digits_read=int(tests.read[-1]))
    return told()


def weights_of(run_id: str) -> bytes:
    """Return the last checkpoint as a safetensors file, which says what network it is of."""
    snapshot, config = runs.find(run_id)
    step = max(snapshot.checkpoints)
    weights = runs.weights_at(run_id, step)
    reads = {"time_step": config.time_step, "chunk": config.chunk}
    return checkpoint.weights_to_bytes(weights, config.model, **reads)


def history_of(run_id: str) -> str:
    """Return the curves as a table."""
    snapshot, config = runs.find(run_id)
    return export.history_csv(snapshot, progress.judge(config))


def curves_of(run_id: str) -> str:
    """Return the curves as a figure."""
    snapshot, config = runs.find(run_id)
    judges = f"{progress.judge(config)} digits"
    return curves_svg(snapshot, title=_title(config, snapshot.step), judges=judges)


def reading_of(run_id: str, picture: Bytes, words: str) -> str:
    """Return how the last checkpoint reads a digit, as a figure; one that says why if it cannot."""
    snapshot, config = runs.find(run_id)
    step = max(snapshot.checkpoints)
    title = _title(config, step)
    try:
        network = trained(run_id, step, config, title)
        seen = drawing.see(network, picture)
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
    return f"{progress.network(config.model)}, after {progress.steps(step)}"


def _beside(config: RunConfig) -> str:
    return ", with rnnviz:" if config.augmentation == "redrawn" else f", beside {export.NAME}:"
