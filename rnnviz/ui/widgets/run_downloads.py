"""Downloads of a run: script, weights, history, curves, the link, and readings of a digit."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray

from rnnviz.training.export import history_csv
from rnnviz.training.jobs.protocol import Snapshot
from rnnviz.training.store import checkpoint
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.training.tasks.registry import task_of
from rnnviz.training.tasks.spec import AnyConfig, ScriptOrigin
from rnnviz.ui.app.app_files import PAGES
from rnnviz.ui.figures import progress_text
from rnnviz.ui.figures.curves_svg import curves_svg
from rnnviz.ui.figures.numbers import counted
from rnnviz.ui.server import run_manager
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import digit_reading, download_panel, run_group, watched_digit
from rnnviz.ui.widgets.download_panel import File, Offer
from rnnviz.ui.widgets.model_choice import trained

SCRIPT = "One file of PyTorch that trains this very network on the same data; needs torch"
WEIGHTLESS = "There are no weights yet: they come with the first checkpoint of this run."
LOADING = """from safetensors.torch import load_file
from {module} import build

model = build()
model.load_state_dict(load_file("weights.safetensors"))"""
LOADING_REDRAWN = """from pathlib import Path
from rnnviz.training.jobs.protocol import Snapshot
from rnnviz.training.store import checkpoint

model, _ = checkpoint.load(Path("weights.safetensors"))"""

Bytes = NDArray[np.uint8]


def show(run_id: str, link: str = "") -> None:
    """Show the downloads of a run.

    Args:
        run_id: Id of the run.
        link: Address that shows it; "": the Train page.
    """
    download_panel.show(partial(_offer, run_id, link))


def show_group(kind: str, page: str, name: Callable[[AnyConfig], str]) -> None:
    """Show the downloads of the runs of a group, of which one is chosen.

    Args:
        kind: Kind of the group.
        page: Page that shows it, for the link.
        name: Returns the name of a network among those of the group.
    """
    if run_group.standing(kind) is not None:
        download_panel.show(partial(_group_offer, kind, page, name))


def files(
    run_id: str,
    config: AnyConfig,
    link: str,
    step: int | None,
    digit: tuple[Bytes, str] | None = None,
) -> tuple[File, ...]:
    """Return the files of a run; each is made when it is asked for, from any thread.

    Args:
        run_id: Id of the run.
        config: What it trains.
        link: Address that shows it.
        step: Step of the checkpoint with the weights; None if there is none yet.
        digit: The digit that is watched, uint8 (28, 28), and what it is; for a run on digits.
    """
    task = task_of(config)
    needs = f"{SCRIPT} and torchvision only" if isinstance(config, RunConfig) else f"{SCRIPT} only"
    script = download_panel.script_files(task.script_name, needs, partial(script_of, run_id, link))
    readings: tuple[File, ...] = ()
    if isinstance(config, RunConfig) and digit is not None and step is not None:
        model = partial(trained, run_id, step, config, _title(config, step))
        readings = digit_reading.files(model, *digit, f" after {counted(step, 'step')}")
    return (*(() if task.no_script(config) else script), *run_files(run_id, step), *readings)


def run_files(run_id: str, step: int | None, suffix: str = "") -> tuple[File, ...]:
    """Return weights, history and curves of a run.

    Args:
        run_id: Id of the run.
        step: Step of the checkpoint with the weights; None if there is none yet.
        suffix: What the files' names end with.
    """
    weights = File(
        f"weights{suffix}.safetensors",
        "application/octet-stream",
        "weight",
        "" if step is None else f"What the network has learned after {counted(step, 'step')}",
        partial(weights_of, run_id, step or 0),
    )
    return (
        *(() if step is None else (weights,)),
        File(
            f"history{suffix}.csv",
            "text/csv",
            "table",
            "Loss, accuracy and gradients during training, a row for each point of the curves",
            partial(history_of, run_id),
        ),
        File(
            f"curves{suffix}.svg",
            "image/svg+xml",
            "show_chart",
            "Loss and accuracy over the steps, as a figure",
            partial(curves_of, run_id),
        ),
    )


def script_of(run_id: str, link: str) -> str:
    """Return the script that trains a run again; with its accuracy once that is known."""
    snapshot, config = run_manager.find_any(run_id)
    device, tests = snapshot.device, snapshot.held_out
    on_cpu = device.startswith("CPU") if device else config.device in ("auto", "cpu")
    known = len(tests.step) > 0 and tests.step[-1] == snapshot.steps  # how it ended
    origin = ScriptOrigin(
        link,
        on_cpu,
        snapshot.torch_version or torch.__version__,
        accuracy=float(tests.accuracy[-1]) if known else None,
        examples_read=int(tests.read[-1]) if known else 0,
    )
    return task_of(config).script(config, origin)


def weights_of(run_id: str, step: int) -> bytes:
    """Return a checkpoint as a safetensors file, which names the network of a run on digits."""
    _, config = run_manager.find_any(run_id)
    weights = run_manager.weights_at(run_id, step)
    if isinstance(config, RunConfig):
        reads = {"time_step": config.time_step, "chunk": config.chunk}
        return checkpoint.weights_to_bytes(weights, config.model, **reads)
    return checkpoint.weights_to_bytes(weights, None)


def history_of(run_id: str) -> str:
    """Return the curves as a table."""
    snapshot, config = run_manager.find_any(run_id)
    labels = task_of(config).labels(config)
    return history_csv.history_csv(snapshot, labels.judges, labels.unit)


def curves_of(run_id: str) -> str:
    """Return the curves as a figure."""
    snapshot, config = run_manager.find_any(run_id)
    labels, title = task_of(config).labels(config), _title(config, snapshot.step)
    words = {"judges": labels.judges, "shares": labels.shares, "learnt": "training"}
    return curves_svg(snapshot, title=title, **words)


def _offer(run_id: str, link: str) -> Offer:
    snapshot, config = run_manager.find_any(run_id)
    task, step = task_of(config), _checkpoint(run_id, snapshot)
    on_digits = isinstance(config, RunConfig)
    address = link or download_panel.page_link("train", {"run": run_id})
    no_script = task.no_script(config)
    notes = [f"There is no script of this run: {no_script}."] if no_script else []
    if step is None:
        notes.append(WEIGHTLESS)
    elif not snapshot.over:
        told = counted(step, "step")
        notes.append(
            f"The run goes on: these are its weights after {told}. Newest makes all again."
        )
    code = ("", "")
    if step is not None and not no_script:
        module = task.script_name.removesuffix(".py")
        code = (f"To load the weights, beside {task.script_name}:", LOADING.format(module=module))
    elif step is not None and on_digits:
        code = ("To load the weights, with rnnviz:", LOADING_REDRAWN)
    return Offer(
        files(run_id, config, address, step, watched_digit.probe() if on_digits else None),
        f"take-{run_id}",
        ("The link to this run" if on_digits else "The link to these settings and runs", address),
        not snapshot.over,
        notes,
        code,
        partial(open_in_draw, run_id) if on_digits and step is not None else None,
    )


def _group_offer(kind: str, page: str, name: Callable[[AnyConfig], str]) -> Offer | None:
    found = run_group.standing(kind)
    named = {
        part.run_id: name(part.config)
        for part in (found.parts if found else ())
        if part.snapshot is not None and part.config is not None
    }
    if found is None or not named:
        return None
    chosen = next(iter(named))
    if len(named) > 1:
        asked = st.segmented_control(
            "Which network",
            list(named),
            default=chosen,
            key=f"take-which-{found.id}",
            format_func=lambda run_id: named.get(run_id, run_id),
            required=True,
        )
        chosen = asked if asked in named else chosen
    return _offer(chosen, download_panel.page_link(page))


def _checkpoint(run_id: str, snapshot: Snapshot) -> int | None:
    """Return the step of the checkpoint that is chosen, at first the last; None if none is."""
    steps = sorted(snapshot.checkpoints)
    if len(steps) < 2:
        return steps[0] if steps else None
    return st.select_slider(
        "Checkpoint",
        steps,
        steps[-1],
        format_func=lambda step: f"after {counted(step, 'step')}",
        key=f"take-at-{run_id}",
        help="Checkpoint with the weights, and with the readings, below",
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


def _title(config: AnyConfig, step: int) -> str:
    return f"{progress_text.network(config.model)}, after {counted(step, 'step')}"
