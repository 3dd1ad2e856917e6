"""View of the influence of x_s on h_t, in trained networks or untrained ones of a given radius."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray
from torch import nn

from rnnviz.chapters.recurrence import influence_text
from rnnviz.chapters.recurrence.influence_decay import bound_by_distance, by_distance
from rnnviz.chapters.recurrence.ui import clipping_view, keys
from rnnviz.chapters.recurrence.ui.components import influence as view
from rnnviz.chapters.recurrence.untrained_networks import fresh_rnn
from rnnviz.core.config import Cell
from rnnviz.core.inspect.jacobians import jacobians
from rnnviz.core.inspect.spectral import Draw, largest_singular_value, spectral_radius
from rnnviz.core.models import RNNModule
from rnnviz.data.mnist import rows
from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets import watched_digit
from rnnviz.ui.widgets.setting_controls import one_of, real

CELLS: tuple[tuple[Cell, str], ...] = (("rnn", "RNN"), ("gru", "GRU"), ("lstm", "LSTM"))
FRESH, TRAINED = "fresh", "trained"
DRAWS: dict[str, Draw] = {"orthogonal": "orthogonal", "as torch": "torch"}
UNITS = 128

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Asked:
    """Which networks are looked into.

    Attributes:
        trained: Those that come with rnnviz; else fresh ones, of which the rest tells.
        radius: Spectral radius of W_hh, of every gate's block.
        draw: How W_hh is drawn.
        forget_bias: Of the LSTM's forget gates.
    """

    trained: bool
    radius: float = 1.0
    draw: Draw = "orthogonal"
    forget_bias: float = 1.0


@dataclass(frozen=True, eq=False)
class Faded:
    """What is left in one network.

    Attributes:
        grid: ‖∂h_t/∂x_s‖ at [t, s], shape (T, T).
        far: The largest at each distance, shape (T,).
        bound: The most that there can be, shape (T,); None unless plain RNN.
        radii: Spectral radius of every gate's block of W_hh.
        sigma: The largest singular value of the first.
    """

    grid: NDArray[np.float64]
    far: NDArray[np.float64]
    bound: NDArray[np.float64] | None
    radii: tuple[float, ...]
    sigma: float


def show() -> None:
    """Show the grids and the lines, then a real step of training with and without clipping."""
    embedded_models.one_thread()
    asked = _ask()
    picture, words = watched_digit.probe()
    found = {name: _faded(cell, asked, picture) for cell, name in CELLS}
    grids = {name: one.grid for name, one in found.items()}
    st.markdown(f"**{influence_text.left(grids)}**")
    view.fading(
        [
            view.Fading(name, cell, found[name].grid, found[name].far, found[name].bound)
            for cell, name in CELLS
        ],
        key=keys.FADING,
    )
    plain = found["RNN"]
    assert plain.bound is not None
    st.markdown(influence_text.bound(plain.far, plain.bound, plain.sigma))
    st.caption(_says(asked, words, found))
    _tables(found)
    clipping_view.show()


def _ask() -> Asked:
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        kind = one_of(
            "Networks", keys.NETWORKS, (FRESH, TRAINED), "With random weights, or learnt."
        )
        watched_digit.probe_controls()
        if kind == TRAINED:
            return Asked(True)
        radius = real(
            "Spectral radius of W_hh",
            keys.RADIUS,
            0.1,
            3.0,
            1.0,
            0.1,
            "The largest |eigenvalue| of W_hh; in GRU and LSTM of each gate's block.",
            width=330,
        )
        way = one_of("W_hh is drawn", keys.DRAW, tuple(DRAWS), _DRAWN)
        bias = real(
            "Forget-gate bias of the LSTM",
            keys.FORGET,
            0.0,
            4.0,
            1.0,
            0.5,
            "What b_ih + b_hh of the forget gates sum to: 0 forgets half in each step.",
            width=260,
        )
    return Asked(False, radius, DRAWS[way], bias)


_DRAWN = (
    "Orthogonal: it turns the state and stretches all directions alike, so that the largest "
    "singular value is the spectral radius. As torch: evenly from ±1/√H, then it is about twice "
    "the radius. Either is then scaled."
)


def _network(cell: Cell, asked: Asked) -> RNNModule:
    if asked.trained:
        return embedded_models.embedded(f"{cell}-{UNITS}").rnn
    rnn = fresh_rnn(
        cell,
        asked.radius,
        draw=asked.draw,
        forget_bias=asked.forget_bias,
        hidden_size=UNITS,
    )
    return rnn.to(embedded_models.device())


def _faded(cell: Cell, asked: Asked, picture: Bytes) -> Faded:
    """Measure a network; only what an LSTM hangs on tells its results apart."""
    if cell != "lstm":
        asked = Asked(asked.trained, asked.radius, asked.draw)
    return _measured(cell, asked, zlib.crc32(picture.tobytes()), picture)


@st.cache_data(max_entries=64, show_spinner=False)
def _measured(cell: Cell, asked: Asked, picture_id: int, _picture: Bytes) -> Faded:
    rnn = _network(cell, asked)
    x = rows(torch.from_numpy(_picture.copy())[None].to(embedded_models.device()))
    found = jacobians(rnn, x)
    grid = found.x.cpu()
    bound = bound_by_distance(rnn, len(grid)).numpy() if isinstance(rnn, nn.RNN) else None
    weight = dict(rnn.named_parameters())["weight_hh_l0"].detach().cpu()
    blocks = torch.split(weight, UNITS)
    radii = tuple(spectral_radius(block) for block in blocks)
    sigma = largest_singular_value(blocks[0])
    return Faded(grid.numpy(), by_distance(grid).numpy(), bound, radii, sigma)


def _says(asked: Asked, words: str, found: dict[str, Faded]) -> str:
    if asked.trained:
        radii = "; ".join(
            f"{name} {', '.join(f'{radius:.2f}' for radius in one.radii)}"
            for name, one in found.items()
        )
        return (
            f"The networks that come with rnnviz, {UNITS} units, on {words}. Spectral radii of "
            f"W_hh, gate by gate (GRU r, z, n; LSTM i, f, g, o): {radii}. The norm is the root "
            f"mean square over all directions of x_s."
        )
    return (
        f"Fresh networks of {UNITS} units on {words}; W_hh drawn from one seed and scaled, in the "
        f"GRU (r, z, n) and the LSTM (i, f, g, o) each gate's block by itself, so that a radius "
        f"means less there: the gates lie between. The norm is the root mean square over all "
        f"directions of x_s."
    )


def _tables(found: dict[str, Faded]) -> None:
    with st.expander("The numbers"):
        T = len(found["RNN"].far)
        columns: dict[str, NDArray[np.generic]] = {"t − s": np.arange(T)}
        columns |= {name: one.far for name, one in found.items()}
        if (bound := found["RNN"].bound) is not None:
            columns["bound of the RNN"] = bound
        st.markdown("**The most that is left, by distance**")
        st.dataframe(columns, hide_index=True)
        for name, one in found.items():
            st.markdown(f"**{name}: ‖∂h_t/∂x_s‖, row t downwards, row s to the right**")
            st.dataframe(one.grid)
