"""View "Break": interventions on units and gates, and their effect on the prediction."""

from __future__ import annotations

from typing import Literal

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.chapters.states.ablation import text as words
from rnnviz.chapters.states.ablation.ui import costs_view, edits, splice_view
from rnnviz.chapters.states.ablation.ui.components import ablation as view
from rnnviz.chapters.states.ablation.ui.edits import Acts, Broken
from rnnviz.chapters.states.ablation.ui.jobs import Measures
from rnnviz.chapters.states.ui import keys
from rnnviz.chapters.states.ui.studied_network import Subject
from rnnviz.core.inspect.layer_trace import DIRECTIONS, LayerTrace
from rnnviz.core.intervene.apply_interventions import Means, run
from rnnviz.core.intervene.checks import places_in
from rnnviz.core.intervene.intervention_spec import RANGES
from rnnviz.core.models import SequenceClassifier
from rnnviz.data.sequences import entering
from rnnviz.ui.figures import reading_text
from rnnviz.ui.figures.gate_names import LABELS
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets.incremental import live, work

ROOM = 400_000  # bytes of heatmaps in one message

RECORDING = (
    "A recording holds what a network did, not the network itself: there is nothing here that "
    "could be changed and run again. Choose a network whose weights are here."
)


def show(subject: Subject) -> None:
    """Let the person change a network while it reads a digit, and show what comes of it."""
    model: object = subject.model.model
    if not isinstance(model, SequenceClassifier):
        st.info(RECORDING, icon=":material/info:")
        return
    measures = _measures(session_keys.watcher())

    def filling() -> bool:
        measures.complete = _show(subject, measures)
        return measures.complete

    live(keys.LIVE_BREAKING, filling, done=measures.complete)


@st.cache_resource(scope="session", show_spinner=False)
def _measures(watcher: str) -> Measures:
    return Measures()


def _show(subject: Subject, measures: Measures) -> bool:
    """Show everything; whether all of it is there."""
    network = subject.model
    broken, left_out = edits.now(network.model.rnn, network.length)
    edits.link(broken.acts)
    for sentence in left_out:
        st.warning(sentence, icon=":material/info:")
    need_means = any(act.kind == "mean" for act in broken.acts)
    averages = [measures.means(network)] if need_means else []
    means, averaging = None, ""
    for job in averages:
        means, done = job.newest or (None, 0)
        averaging = "" if job.over else f"Means over test digits: {done} read"
    acts = () if averaging else broken.acts
    shown = _reading(subject, measures, broken, acts, means)
    if shown is None:
        st.info(reading_text.LOST, icon=":material/error:")
        return True
    reading_words, read = shown
    costing = costs_view.Costing(
        measures, network, subject.x, subject.frame_id, subject.place, acts, means
    )
    costs = st.container()
    splice_view.show(network, subject.frame, subject.digit)
    said = "this drawing" if subject.label is None else f"this {subject.label}"
    first = averages if averaging and not broken.stopped else []
    with costs:  # last, since it is measured before it is shown: nothing else waits for that
        over = costs_view.show(
            costing, broken, busy=averaging or reading_words, said=said, first=first
        )
    return over and read


def _reading(
    subject: Subject, measures: Measures, broken: Broken, acts: Acts, means: Means | None
) -> tuple[str, bool] | None:
    """Show the digit before and after; None if the network is lost.

    Returns: What is still computed, or "", and whether nothing is.
    """
    network, x = subject.model, subject.x
    jobs = [measures.belief(network, x, subject.frame_id, these, means) for these in ((), acts)]
    for job in jobs:  # so that each has a first row
        job.go_on()
    read = work(jobs)
    rows_read = [job.newest for job in jobs if job.newest is not None]
    beliefs, done = [_stretched(rows, len(x)) for rows in rows_read], len(rows_read[-1])
    key = (network.identity, subject.place, subject.frame_id, acts)
    parts = measures.once(key, lambda: _parts(subject, acts, means))
    if not parts or not all(torch.isfinite(belief).all() for belief in beliefs):
        return None
    before, after = (belief.cpu().numpy().astype(np.float32) for belief in beliefs)
    rows = "" if read else f"Belief after each {network.word}: {done} of {len(x)}"
    told = f"{rows} so far." if rows else _told(subject, broken, acts, before, after)
    where = subject.where
    layer, direction = subject.place
    way = DIRECTIONS[direction]
    changed = view.Changed(
        id=f"{network.identity}:{subject.place}:{subject.frame_id}",
        frame=subject.frame,
        entering=entering(network.time_step, network.chunk).numpy(),
        before=before,
        after=after,
        parts=parts,
        acts=[view.Act(words.chip(act, where), act.link) for act in broken.acts],
        undo=bool(broken.past),
        told=told,
        digit=subject.digit,
        place=f"l{layer}{way[0]}",
        where=where.place(layer, way),
        word=network.word,
        reverse=direction == 1,
        picked=broken.picked,
    )
    view.breaking(changed, key=keys.BREAKING, on_do=lambda: edits.take(keys.BREAKING))
    _table(before, after, network.word)
    return rows, read


def _told(
    subject: Subject,
    broken: Broken,
    acts: Acts,
    before: NDArray[np.float32],
    after: NDArray[np.float32],
) -> str:
    """Say what the changes do to the answer; `acts` are those that are at work yet."""
    if not broken.acts:
        return words.as_it_is(before, subject.label)
    begun = words.condition(broken.acts, subject.where)
    if acts != broken.acts:
        return f"{begun}: the means over test digits are taken first."
    return words.told(begun, before, after, subject.label, subject.model.word)


def _stretched(belief: Tensor, T: int) -> Tensor:
    """Let rows that are not known yet be as the last that is: (F ≤ T, K) -> (T, K)."""
    return torch.cat((belief, belief[-1:].expand(T - len(belief), -1)))


def _parts(subject: Subject, acts: Acts, means: Means | None) -> list[view.Part]:
    """Return what of the cell can be changed, with as many columns as there is room for.

    It is none at all if the network is lost: what it holds is no number any more.
    """
    layer, direction = subject.place
    with torch.no_grad():
        model = subject.model.model
        traces = [run(model, subject.x, these, means=means) for these in ((), acts)]
    if not all(torch.isfinite(trace.output).all() for trace in traces):
        return []
    both = [trace.layers[layer][direction] for trace in traces]
    names = places_in(subject.model.model.rnn)
    width = sum(_values(both[0], name).shape[-1] for name in names)
    stride = -(-2 * width * subject.model.length // ROOM)
    parts = []
    for name in names:
        values = [_values(one, name)[:, 0].float().cpu().numpy() for one in both]
        if not all(np.isfinite(value).all() for value in values):
            return []
        low, high = RANGES.get(name, (0.0, 0.0))
        if name in "hc":
            high = max(1.0, *(float(np.abs(value).max()) for value in values))
            low = -high
        was, now = (
            np.rint(255 * (value[::stride] - low) / (high - low)).astype(np.uint8)
            for value in values
        )
        here = [act for act in acts if act.place == (layer, DIRECTIONS[direction], name)]
        every = range(was.shape[1])
        changed = sorted({unit for act in here for unit in act.units or every})
        scale: Literal["diverging", "sequential"] = "diverging" if low < 0 else "sequential"
        label = LABELS[name]
        parts.append(view.Part(name, label, was, now, (low, high), scale, changed))
    return parts


def _values(traced: LayerTrace, name: str) -> Tensor:
    """Return a state or gate after each row, (T, B, ·)."""
    if name == "h":
        return traced.h
    if name == "c":
        assert traced.c is not None
        return traced.c
    return traced.gates[name]


def _table(before: NDArray[np.float32], after: NDArray[np.float32], word: str) -> None:
    with st.expander(f"The numbers before and after, {word} by {word}"):
        columns: dict[str, object] = {word: np.arange(1, len(before) + 1)}
        for name, belief in (("as it is", before), ("changed", after)):
            columns[name] = belief.argmax(1)
            columns[f"{name}: with"] = belief.max(1)
        st.dataframe(columns, hide_index=True)
