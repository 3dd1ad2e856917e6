"""View "Map": hidden-state paths of many digits on fixed axes, with the watched digit's path."""

from __future__ import annotations

import zlib

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.chapters.states.map import text
from rnnviz.chapters.states.map.ui import link
from rnnviz.chapters.states.map.ui.components import state_map as view
from rnnviz.chapters.states.map.ui.components.state_map import Ground, Walker
from rnnviz.chapters.states.ui import keys, unit_choice
from rnnviz.chapters.states.ui.studied_network import Subject
from rnnviz.chapters.states.units.ui import cache
from rnnviz.chapters.states.units.ui.cache import Gathering, Paths
from rnnviz.chapters.states.units.ui.view import FILL_S, entering, gathered, states_on
from rnnviz.core.inspect.reading import read
from rnnviz.core.units import paths as units_paths
from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets.fragment import fragment

Bytes = NDArray[np.uint8]


def show(subject: Subject) -> None:
    """Show the paths of many digits through the states of a network, and the watched one's."""
    network = subject.model
    place = unit_choice.choose(network, subject.place)
    found = gathered().of(network, place)
    if found.width < 2:
        st.info(
            "This place has one unit, so its state has one axis and no plane: "
            "its course over time says it all, on Units.",
            icon=":material/info:",
        )
        return
    tick_s = None if found.done("paths") else FILL_S

    @fragment(key=keys.LIVE_MAP, run_every=tick_s)
    def live() -> None:
        embedded_models.one_thread()
        found = gathered().of(network, place)
        if not found.done("paths"):
            found.work("paths")
            share = found.share("paths")
            reading = f"Reading {found.count:,} test digits and fitting axes"
            st.progress(share, f"{reading}: {100 * share:.0f} %")
        elif found.paths is None:
            st.info(found.fault, icon=":material/error:")
        else:
            _show(found, found.paths, subject.frame, subject.digit, subject.label)
        if (tick_s is None) != found.done("paths"):
            st.rerun()

    live()


def _show(found: Gathering, all_: Paths, picture: Bytes, words: str, label: int | None) -> None:
    network, place = found.network, found.place
    own = states_on(network, place, picture)
    answer = read(network.model, network.sequences(_tensor(picture)))
    if not (torch.isfinite(own).all() and torch.isfinite(answer.belief).all()):
        st.info(cache.LOST, icon=":material/error:")
        return
    explained = _numbers(all_.axes.explained)
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
        paths=_numbers(all_.paths),
        means=_numbers(all_.means),
        count=found.count,
    )
    walker = Walker(
        own=_numbers(units_paths.project(all_.axes, own)),
        belief=_numbers(answer.belief[:, 0].cpu()),
        frame=picture,
        entering=entering(network),
        probe=words,
        word=network.word,
        reverse=reverse,
    )
    id_ = f"{network.identity} {place} {zlib.crc32(picture.tobytes())}"
    now = link.now(len(ground.paths), len(explained))
    start = link.start(now)
    view.state_map(id_, ground, walker, start, key=keys.STATE_MAP, on_set=link.take)
    link.link(now, 1 if reverse else len(ground.paths))
    _table(ground, walker, all_)


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


def _numbers(tensor: Tensor) -> NDArray[np.float32]:
    found: NDArray[np.float32] = tensor.float().numpy()
    return found
