"""Downloads of the Sine page: a script, tables, weights and curves of both networks, the link."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch

from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.outputs_csv import outputs_csv
from rnnviz.chapters.sine.task import SPEC
from rnnviz.chapters.sine.ui import sine_checkpoint_cache
from rnnviz.training.jobs.side_by_side import Standing
from rnnviz.training.tasks.spec import ScriptOrigin
from rnnviz.ui.widgets import download_panel, run_downloads, run_group
from rnnviz.ui.widgets.download_panel import File, Offer

NOTE = (
    "The script takes `--carry detach`, `reset` or `full`; the notebook has `carry` among its "
    "options. In the histories accuracy is the share explained: 1 − squared error / mean "
    "square of the target."
)


def show(planned: Sequence[SineConfig]) -> None:
    """Show the download panel."""
    if planned or run_group.standing("sine") is not None:
        download_panel.show(partial(_offer, planned))


def files(planned: Sequence[SineConfig], found: Standing | None, link: str) -> tuple[File, ...]:
    """Return the files; each is made when it is asked for, from any thread.

    Args:
        planned: What Start would train.
        found: The runs that are shown; None before the first.
        link: Address that shows all of it.
    """
    source: Callable[[], str] | None = None
    both: list[File] = []
    for part in found.parts if found else ():
        if part.snapshot is not None and isinstance(part.config, SineConfig):
            source = source or partial(run_downloads.script_of, part.run_id, link)
            step = max(part.snapshot.checkpoints, default=None)
            suffix = f"-{sine_checkpoint_cache.name_of(part.config)}"
            both += run_downloads.run_files(part.run_id, step, suffix)
    if source is None:
        origin = ScriptOrigin(link, True, str(torch.__version__))
        source = partial(SPEC.script, planned[0], origin)
    words = "One file of PyTorch that trains these networks; needs torch only"
    answers = File(
        "answers.csv",
        "text/csv",
        "table",
        "Input, target and both outputs at each of the steps shown",
        partial(_answers, planned, found),
    )
    script = download_panel.script_files(SPEC.script_name, words, source)
    return (*script, *both, answers)


def _answers(planned: Sequence[SineConfig], found: Standing | None) -> str:
    shown = sine_checkpoint_cache.shown(planned, found)
    first = max(one.window[0] for one in shown)
    return outputs_csv(
        {one.name: sine_checkpoint_cache.read(one) for one in shown if one.window[0] == first}
    )


def _offer(planned: Sequence[SineConfig]) -> Offer:
    found = run_group.standing("sine")
    link = download_panel.page_link("sine")
    return Offer(
        files(planned, found, link),
        "sine-take",
        ("The link to these settings and runs", link),
        found is not None and not found.over,
        (NOTE,),
    )
