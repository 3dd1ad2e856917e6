"""View of one unit in a recording: top inputs, mean by class, selectivity, saturation."""

from __future__ import annotations

import streamlit as st
import torch
from torch import Tensor

from rnnviz.chapters.states.recording.padded_states import held_states
from rnnviz.chapters.states.recording.ui import recording_choice
from rnnviz.chapters.states.ui import keys
from rnnviz.chapters.states.units import text
from rnnviz.chapters.states.units.ui import tables
from rnnviz.chapters.states.units.ui.components import unit as view
from rnnviz.chapters.states.units.ui.components.unit import Driving, Portrait, Units
from rnnviz.chapters.states.units.ui.profiles import Portraits, Portraying
from rnnviz.chapters.states.units.ui.tables import BY_ANY, BY_NUMBER, MEASURES, Driver
from rnnviz.core.units import statistics as units_statistics
from rnnviz.training.recording import RecordedLayer, Recording
from rnnviz.ui.components.packing import floats
from rnnviz.ui.server.bounded_cache import BoundedCache
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import incremental
from rnnviz.ui.widgets.incremental import Job
from rnnviz.ui.widgets.setting_controls import among, one_of

LONGEST, MOST = 2_000, 10_000  # steps and sequences that are looked through
CLASSES = 20  # that are told apart; the rarest of more are only among the rest
RADIUS = 6  # steps before and after that are shown of what drives a unit
WIDE = 256  # values of a step that are shown; of more, neighbours are averaged
KEPT = 8  # places of a recording
UNLABELLED = (
    "This recording holds no labels, so nothing says which class a unit tells. "
    "`rnnviz.record(rnn, x, path, labels=labels)` keeps them: a whole number for each sequence."
)
WORD = "step"

Way = tuple[Portraying, Job[float]]


def show(found: Recording, name: str) -> None:
    """Show one unit of a recording, and let a person go through all of them.

    Args:
        found: The recording.
        name: Another for another recording.
    """
    sequence, layer, held = recording_choice.choose(found, "hc")
    portraying, job = _ways(session_keys.watcher()).get(
        f"{name} {layer.layer} {layer.direction} {held}", lambda: _way(found, layer, held)
    )

    def show_unit() -> None:
        if keys.index_of(keys.RECORDED_SEQUENCE) != sequence + 1:
            st.rerun()  # one was clicked: its control stands outside
        _show(found, layer, held, portraying, sequence)

    doing = f"Ranking what all units were for {portraying.h.shape[1]:,} sequences"
    incremental.fill(keys.RECORDING, lambda: job, doing, show_unit)


def classes_of(labels: Tensor) -> tuple[tuple[int, ...], Tensor]:
    """Return the classes that are told apart, and to which place among them each sequence belongs.

    Args:
        labels: Whole numbers, shape (N,).

    Returns: The numbers of the `CLASSES` most frequent, the smallest first; and places, shape (N,):
        one beyond the last for all others.
    """
    names, counts = torch.unique(labels, return_counts=True)
    kept = names[counts.argsort(descending=True, stable=True)[:CLASSES]].sort().values
    place = torch.searchsorted(kept, labels).clamp(max=len(kept) - 1)
    place = torch.where(kept[place] == labels, place, len(kept))
    return tuple(kept.tolist()), place


@st.cache_resource(scope="session", show_spinner=False)
def _ways(watcher: str) -> BoundedCache[str, Way]:
    return BoundedCache(KEPT)


def _way(found: Recording, layer: RecordedLayer, held: str) -> Way:
    h = held_states(_states(layer, held), found.lengths, layer.direction)[:LONGEST, :MOST]
    config = found.config
    tanh = config.cell != "rnn" or config.nonlinearity == "tanh"
    labels, classes = None, 0
    if found.labels is not None:
        names, labels = classes_of(found.labels[:MOST])
        classes = len(names) + 1
    portraying = Portraying(
        h,
        labels,
        classes,
        bounded=held == "h" and tanh and not config.proj_size,
        reverse=layer.direction == "reverse",
    )
    return portraying, Job(portraying.__iter__)


def _states(layer: RecordedLayer, held: str) -> Tensor:
    return layer.c if held == "c" and layer.c is not None else layer.h


def _show(
    found: Recording,
    layer: RecordedLayer,
    held: str,
    way: Portraying,
    sequence: int,
) -> None:
    all_ = way.portraits
    assert all_ is not None
    names: tuple[int, ...] = ()
    if found.labels is not None:
        names, _ = classes_of(found.labels[:MOST])
        all_ = all_.first_classes(len(names))
    said = st.container()
    shown, by, measure = _controls(way.h.shape[-1], names)
    auc = floats(all_.auc)
    table = Units(
        auc=auc,
        step=all_.step.float().numpy(),
        chance=floats(all_.chance),
        order=tables.in_order(auc, by if isinstance(by, str) else names.index(by)),
        by=f"by {_order_words(by).lower()}",
        held=f"{held} of layer {layer.layer + 1}, {layer.direction}",
        word=WORD,
        reverse=layer.direction == "reverse",
        entering=None,
        names=names,
    )
    one = slice(sequence, sequence + 1)
    own = held_states(
        _states(layer, held)[:, one],
        None if found.lengths is None else found.lengths[one],
        layer.direction,
    )[: len(way.h), 0, shown - 1]
    portrait = Portrait(
        unit=shown,
        course=floats(all_.course[..., shown - 1]),
        own=floats(own),
        probe=f"sequence {sequence + 1}",
        watched=sequence,
        measure=measure,
        most=_driving(found, all_, measure, False, shown - 1, len(way.h)),
        least=_driving(found, all_, measure, True, shown - 1, len(way.h)),
    )
    with said:
        st.markdown(f"**{tables.sentence(all_, portrait, table, text.SEQUENCES)}**")
        st.caption(_about(found, way, names))
    view.unit(
        table,
        portrait,
        key=keys.RECORDED_UNITS,
        on_unit=recording_choice.take_unit,
        on_pick=recording_choice.take_sequence,
    )
    tables.tables(all_, table, portrait, text.SEQUENCES, "sequence")


def _controls(width: int, names: tuple[int, ...]) -> tuple[int, str | int, Driver]:
    orders: list[str | int] = [BY_NUMBER, BY_ANY, *names]
    by: str | int = BY_NUMBER
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        with st.container(width=130):
            shown = recording_choice.unit(width)
        if names:
            with st.container(width=270):
                among(keys.RECORDED_ORDER, orders)
                by = st.selectbox(
                    "Units in order of",
                    orders,
                    key=keys.RECORDED_ORDER,
                    persist_state="session",
                    format_func=_order_words,
                )
        measure = one_of(
            "What drives it",
            keys.RECORDED_DRIVEN,
            [*MEASURES],
            default="rise",
            words=MEASURES.__getitem__,
            linked=False,
        )
    return shown, by, "value" if measure == "value" else "rise"


def _order_words(by: str | int) -> str:
    if by in (BY_NUMBER, BY_ANY):
        return "Number" if by == BY_NUMBER else "How well they tell any class"
    return f"How well they tell class {by}"


def _driving(
    found: Recording, all_: Portraits, measure: Driver, least: bool, at: int, steps: int
) -> Driving:
    top = all_.top[measure, least]
    index = top.items[:, at]
    x = found.x[:steps]
    cut = units_statistics.strips(x, top, at, min(RADIUS, max(1, steps - 1)))  # (k, rows, I)
    low, high = (float(value) for value in found.x.aminmax())
    if cut.shape[-1] > WIDE:
        cut = torch.nn.functional.adaptive_avg_pool1d(cut, WIDE)
    grey = 255 * (cut - low) / ((high - low) or 1)
    return Driving(
        index=index.numpy(),
        labels=None if found.labels is None else found.labels[index].numpy(),
        steps=top.steps[:, at].numpy(),
        values=floats(top.values[:, at]),
        images=grey.round().clamp(0, 255).byte().numpy(),
    )


def _about(found: Recording, way: Portraying, names: tuple[int, ...]) -> str:
    T, N, _ = way.h.shape
    cut = [
        *([f"the first {T:,} steps"] if len(found.x) > T else []),
        *([f"the first {N:,} sequences"] if found.x.shape[1] > N else []),
    ]
    said = [f"Over {' of '.join(cut)}." if cut else f"Over all {N:,} sequences."]
    if names:
        said.append(tables.CHANCE.format(word=WORD))
        if way.labels is not None and (way.labels == len(names)).any():
            said.append(f"Only its {len(names)} most frequent classes are told from the rest.")
    else:
        said.append(UNLABELLED)
    if found.lengths is not None:
        said.append("Behind the end of a shorter sequence its last state counts.")
    radius = min(RADIUS, max(1, T - 1))
    said.append(
        f"A picture is what was read from {radius} steps before to {radius} after, a line for each "
        "step, the least value black; the framed line is the step."
    )
    if found.x.shape[-1] > WIDE:
        said.append(f"Of its {found.x.shape[-1]:,} values neighbours are averaged to {WIDE}.")
    return " ".join(said)
