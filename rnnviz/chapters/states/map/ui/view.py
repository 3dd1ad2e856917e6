"""View "Map": hidden-state paths of many digits on fixed axes, with the watched digit's path."""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.chapters.states.map import text
from rnnviz.chapters.states.map.ui.components import state_map as view
from rnnviz.chapters.states.map.ui.components.state_map import Ground, Setting, Walker
from rnnviz.chapters.states.ui import keys, unit_choice
from rnnviz.chapters.states.ui.studied_network import Subject
from rnnviz.chapters.states.units.ui import cache
from rnnviz.chapters.states.units.ui.cache import Gathering, Paths
from rnnviz.chapters.states.units.ui.view import entering, states_on
from rnnviz.core.inspect.reading import read
from rnnviz.core.units import paths as units_paths
from rnnviz.ui.components.packing import floats
from rnnviz.ui.server import embedded_models
from rnnviz.ui.session.linked_values import ComponentValue, LinkedValue, listed, wholes
from rnnviz.ui.widgets import incremental

Bytes = NDArray[np.uint8]

SET = ComponentValue(keys.STATE_MAP, "_map_set", view.setting)
AXES = LinkedValue[tuple[int, ...]]("axes", (), wholes, listed)  # the first two, by default
CLASSES = LinkedValue("classes", Setting().classes, wholes, listed)
TURN = LinkedValue[tuple[int, ...]]("turn", Setting().turn, wholes, listed)


def show(subject: Subject) -> None:
    """Show the paths of many digits through the states of a network, and the watched one's."""
    network = subject.model
    place = unit_choice.choose(network, subject.place)
    found = cache.gathering(network, place)
    if found.width < 2:
        st.info(
            "This place has one unit, so its state has one axis and no plane: "
            "its course over time says it all, on Units.",
            icon=":material/info:",
        )
        return

    def find() -> Gathering:
        return cache.gathering(network, place)

    incremental.fill(
        keys.LIVE_MAP,
        lambda: find().job("paths"),
        f"Reading {found.count:,} test digits and fitting axes",
        lambda: _show(find(), subject.frame, subject.digit, subject.label),
    )


def _show(found: Gathering, picture: Bytes, words: str, label: int | None) -> None:
    network, place, all_ = found.network, found.place, found.paths
    assert all_ is not None
    own = states_on(network, place, picture)
    answer = read(network.model, network.sequences(_tensor(picture)))
    if not (torch.isfinite(own).all() and torch.isfinite(answer.belief).all()):
        st.info(cache.LOST, icon=":material/error:")
        return
    explained = floats(all_.axes.explained)
    reverse = place.direction == 1
    end = own[0 if reverse else -1]
    nearest = int((all_.ends - end).square().sum(-1).nan_to_num(torch.inf).argmin())
    sentences = (
        text.parting(all_.separation.tolist(), network.word, reverse=reverse),
        text.ending(words, nearest, label),
    )
    st.markdown(f"**{' '.join(sentences)}**")
    st.caption(
        f"{text.explaining(explained.tolist(), found.width)} The axes are the principal ones "
        f"of {unit_choice.words(network, place)} over all {network.word}s of the first "
        f"{found.count:,} test digits. How far apart: root mean square distances, in all units."
    )
    test = embedded_models.test_digits()
    ground = Ground(
        explained=explained,
        sample=all_.sample.numpy(),
        labels=test.labels[all_.sample].numpy(),
        paths=floats(all_.paths),
        means=floats(all_.means),
        count=found.count,
    )
    walker = Walker(
        own=floats(units_paths.project(all_.axes, own)),
        belief=floats(answer.belief[:, 0].cpu()),
        frame=picture,
        entering=entering(network),
        probe=words,
        word=network.word,
        reverse=reverse,
    )
    id_ = f"{network.identity} {place} {zlib.crc32(picture.tobytes())}"
    now = setting(len(ground.paths), len(explained))
    view.state_map(id_, ground, walker, SET.start(now), key=keys.STATE_MAP, on_set=SET.take)
    keys.ROW.link(now.row if now.row != (1 if reverse else len(ground.paths)) else 0)
    AXES.link(now.axes if now.axes != (1, 2) else ())
    CLASSES.link(now.classes)
    TURN.link(now.turn if len(now.axes) == 3 else TURN.default)
    _table(ground, walker, all_)


def setting(steps: int, axes: int) -> Setting:
    """Return what is set, within so many time steps and axes; at first the link's."""
    found = SET.now(lambda: _linked(steps, axes))
    return replace(
        found,
        row=found.row if found.row <= steps else 0,
        axes=found.axes if max(found.axes, default=0) <= axes else (),
    )


def _linked(steps: int, axes: int) -> Setting:
    usual = {"row": 0, "axes": [1, 2], "classes": [*CLASSES.default], "turn": [*TURN.default]}

    def linked(value: LinkedValue[tuple[int, ...]]) -> tuple[int, ...]:
        def fits(numbers: tuple[int, ...]) -> bool:
            found = view.setting(usual | {value.name: [*numbers]})
            return found is not None and max(found.axes) <= axes

        return value.linked(fits)

    across, up = linked(TURN)
    row = keys.ROW.linked(lambda row: 1 <= row <= steps)
    return Setting(row, linked(AXES), linked(CLASSES), (across, up))


def _table(ground: Ground, walker: Walker, all_: Paths) -> None:
    T, K, C = ground.means.shape
    with st.expander("The numbers behind it"):
        st.markdown("The mean of each class along the axes, and the watched digit")
        who = [*(f"mean of the {k}s" for k in range(K)), walker.probe]
        both = np.concatenate([ground.means, walker.own[:, None]], axis=1)  # (T, K + 1, C)
        columns: dict[str, object] = {
            walker.word: np.repeat(np.arange(1, T + 1), K + 1),
            "path": who * T,
            **{f"axis {c + 1}": both[:, :, c].ravel() for c in range(C)},
        }
        st.dataframe(columns, hide_index=True)
        st.markdown("How far apart two classes' means lie, in distances of two digits of one class")
        rows = np.arange(1, T + 1)
        apart = all_.separation.numpy()
        st.dataframe({walker.word: rows, "times as far": apart}, hide_index=True)
        st.markdown("Share of all variance along each axis")
        st.dataframe({"axis": np.arange(1, C + 1), "share": ground.explained}, hide_index=True)


def _tensor(picture: Bytes) -> Tensor:
    return torch.from_numpy(picture[None].copy()).to(embedded_models.device())
