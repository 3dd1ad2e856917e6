"""View "One cell": unrolled, nested, its parameter counts, and its state without input."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray

from rnnviz.chapters.recurrence import cell_text
from rnnviz.chapters.recurrence.activations import ACTIVATIONS, Activation, activate, slope
from rnnviz.chapters.recurrence.ui import keys
from rnnviz.chapters.recurrence.ui.components import activations as curves
from rnnviz.chapters.recurrence.ui.components import cell as view
from rnnviz.chapters.recurrence.unrolling import FreeRun, brackets, cell_of, free_run, small_cell
from rnnviz.core.parameter_count import dearer_from, recurrent_parameters, whole_sequence_parameters
from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets.setting_controls import number, real

LONGEST = 8  # steps that are drawn
I, H, K = 28, 128, 10  # of the network whose parameters are counted: it reads digits by rows
COUNTED = 28  # lengths
REACH = 4.0  # of the curves, to both sides of 0
SIZES = f"I = {I}, H = {H}, K = {K}"

NAMES = (
    view.Name("U", "input to state", "W_xh", "weight_ih_l0", f"(H, I) = ({H}, {I})"),
    view.Name("W", "state to state", "W_hh", "weight_hh_l0", f"(H, H) = ({H}, {H})"),
    view.Name("b", "added to it", "b_h", "bias_ih_l0 + bias_hh_l0", f"(H,) = ({H},), twice"),
    view.Name("V", "state to answer", "W_hy", "head.weight", f"(K, H) = ({K}, {H})"),
    view.Name("c", "added to it", "b_y", "head.bias", f"(K,) = ({K},)"),
)

Floats = NDArray[np.float64]


def show() -> None:
    """Show the cell, then what an activation makes of its state."""
    embedded_models.one_thread()
    length = number(
        "Length of the sequence, T",
        keys.LENGTH,
        1,
        LONGEST,
        5,
        "How often the cell is used, one after the other.",
        width=420,
    )
    counts = _counts()
    recurrent, whole = (int(each[length - 1]) for each in counts)
    told = cell_text.parameters(length, recurrent, whole, dearer_from(I, H, K))
    st.markdown(f"**{told}**")
    unrolled = _unrolled(length)
    shapes = {name: value.shape for name, value in unrolled.weights.items()}
    view.cell(
        unrolled,
        NAMES,
        counts,
        cell_text.lit(length, shapes),
        SIZES,
        key=keys.CELL,
    )
    st.caption(
        "Books that write x W_xh with x in a row mean the transpose: their W_xh is (I, H), torch's "
        "weight_ih_l0 is U itself, (H, I)."
    )
    _tables(unrolled, counts)
    _activations()


@st.cache_resource(max_entries=LONGEST, show_spinner=False)
def _unrolled(length: int) -> view.Unrolled:
    rnn, head, x = small_cell(length)
    with torch.no_grad():
        h = rnn(x.unsqueeze(1))[0][:, 0]
        o = head(h)
        cell = cell_of(rnn, head)
        found = brackets(cell, x)
    weights = {name: getattr(cell, name).numpy() for name in view.PARTS}
    return view.Unrolled(weights, x.numpy(), h.numpy(), o.numpy(), found.numpy())


def _counts() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    recurrent = sum(recurrent_parameters(I, H, K).values())
    lengths = range(1, COUNTED + 1)
    whole = [sum(whole_sequence_parameters(T, I, H, K).values()) for T in lengths]
    return np.full(COUNTED, recurrent), np.array(whole)


def _tables(unrolled: view.Unrolled, counts: tuple[NDArray[np.int64], NDArray[np.int64]]) -> None:
    with st.expander("The numbers of the cell"):
        columns: dict[str, NDArray[np.generic]] = {"step": np.arange(1, len(unrolled.x) + 1)}
        for name in ("x", "h", "brackets", "o"):
            values = getattr(unrolled, name)
            for n in range(values.shape[1]):
                columns[f"{name}[{n}]"] = values[:, n]
        st.dataframe(columns, hide_index=True)
        rows = {
            "T": np.arange(1, COUNTED + 1),
            "recurrent": counts[0],
            "feed-forward": counts[1],
        }
        st.markdown(f"**Parameters for {SIZES}**")
        st.dataframe(rows, hide_index=True)
        st.markdown(
            "  \n".join(f"{name} = `{_in_words(w)}`" for name, w in unrolled.weights.items())
        )


def _in_words(weight: NDArray[np.generic]) -> str:
    return " ".join(np.array2string(weight, precision=4, separator=", ").split())


# --------------------------------------------------------------------------------- activations


def _activations() -> None:
    st.header("What f is for")
    radius = real(
        "Spectral radius of W",
        keys.RHO,
        0.1,
        2.0,
        1.0,
        0.05,
        "The largest |eigenvalue| of W: by how much a state grows or shrinks in each step, before "
        "f.",
        width=420,
    )
    runs = {name: free_run(name, radius) for name in ACTIVATIONS}
    size: dict[str, Floats] = {name: run.size.numpy() for name, run in runs.items()}
    apart: dict[str, Floats] = {name: run.apart.numpy() for name, run in runs.items()}
    st.markdown(f"**{cell_text.left_alone(radius, size, apart)}**")
    a = torch.linspace(-REACH, REACH, 161, dtype=torch.float64)
    curves.activations(
        [_curve(name, a, runs[name]) for name in ACTIVATIONS],
        a.numpy(),
        key=keys.ACTIVATIONS,
    )
    st.caption(
        "32 units, W orthogonal times the radius, nothing comes in: h_t = f(W h_{t−1}), from two "
        "starts drawn by chance. relu lets through only what is above 0, about half of it."
    )
    _run_tables(size, apart)


def _curve(name: Activation, a: torch.Tensor, run: FreeRun) -> curves.Curve:
    found = (activate(name, a), slope(name, a), run.size, run.apart)
    f, f_slope, size, apart = (values.numpy() for values in found)
    return curves.Curve(name, f, f_slope, size, apart)


def _run_tables(size: Mapping[str, Floats], apart: Mapping[str, Floats]) -> None:
    with st.expander("The numbers of the four runs"):
        steps: dict[str, NDArray[np.generic]] = {"step": np.arange(len(size["tanh"]))}
        steps |= {f"{name}, size": values for name, values in size.items()}
        steps |= {f"{name}, apart": values for name, values in apart.items()}
        st.dataframe(steps, hide_index=True)
