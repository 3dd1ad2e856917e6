"""View of two spliced digits: the state at the splice passed, reset or from another digit."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray

from rnnviz.chapters.states.ablation import text as words
from rnnviz.chapters.states.ablation.ui.components import ablation as view
from rnnviz.chapters.states.ui import keys
from rnnviz.core.intervene.splice import Memory, splice_belief
from rnnviz.ui.server import embedded_models
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets.model_choice import ChosenModel
from rnnviz.ui.widgets.setting_controls import number

Floats = NDArray[np.float32]
STEPS = 20_000  # time steps times readings of a splice in two directions that can be waited for

MEMORY: dict[str, tuple[Memory, Memory]] = {
    "kept": ("kept", "kept"),
    "reset": ("reset", "reset"),
    "other": ("other", "other"),
    "h": ("other", "kept"),
    "c": ("kept", "other"),
}


def show(network: ChosenModel, picture: NDArray[np.uint8], said: str) -> None:
    """Let the person join two digits and see what the network takes them for.

    Args:
        network: It reads.
        picture: The first digit, uint8, shape (28, 28).
        said: What it is, e.g. "test digit 61, a 8".
    """
    st.subheader("Splice two digits", anchor=False)
    T, word = network.length, network.word
    if T < 2:
        st.info("This network reads a picture at once: there is nothing to splice.")
        return
    row, then, other = _choose(T, word)
    labels = embedded_models.test_digits().labels
    if network.model.config.bidirectional and T * T > STEPS:
        st.info(
            f"This network reads in two directions and {T} {word}s: each belief would be read anew "
            "for every one of them, which takes too long for a page. Splice a network that reads "
            "in one direction, or fewer steps.",
            icon=":material/hourglass_empty:",
        )
        return
    beliefs = _beliefs(network.identity, picture.tobytes(), row, then, other, network)
    names = (said, f"test digit {then}, a {int(labels[then])}")
    st.markdown(f"**{words.spliced(beliefs, row, names, word)}**")
    entering = _entering(network)
    second = embedded_models.test_digits().images[then].numpy()
    view.spliced(
        [view.Variant(words.MEMORIES[name], belief) for name, belief in beliefs.items()],
        np.where(entering < row, picture, second).astype(np.uint8),
        entering,
        row,
        word,
        key=keys.SPLICED,
    )
    third = f"test digit {other}, a {int(labels[other])}"
    st.caption(
        f"Each {word}'s belief is the answer if the reading ended there. The other digit, whose "
        f"memory is put in, is {third}: what the network has after {row} {word}s of it."
    )
    _table(beliefs, word)


def _choose(T: int, word: str) -> tuple[int, int, int]:
    """Let the person choose where the digits are joined, and with which."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        row = number(f"First digit up to {word}", keys.SEAM, 1, T - 1, T // 2, width=320)
        then = _digit("Then test digit", 1, keys.THEN, "Its lower part is read after the seam.")
        other = _digit("Memory of test digit", 2, keys.OTHER, "Whose (h, c) is put in at the seam.")
    return row, then, other


def _digit(label: str, default: int, key: str, told: str) -> int:
    index = number(label, key, 0, 9999, default, f"0 to 9999. {told}", width=190)
    with st.container(width=110):
        st.selectbox(
            "or the next",
            range(10),
            index=None,
            key=f"{key}_class",
            placeholder="class",
            on_change=_take_next,
            args=(key,),
            help="The next test digit of a class",
        )
    return index


def _take_next(key: str) -> None:
    """Choose the next test digit of the class that was chosen, and let the choice go."""
    digit = keys.take_class(key)
    if digit is not None:
        index = embedded_models.next_of_class(digit, keys.index_of(key))
        session_keys.set_settings({key: index})


@st.cache_data(max_entries=64, show_spinner=False)
def _beliefs(
    identity: str, picture: bytes, row: int, then: int, other: int, _network: ChosenModel
) -> dict[str, Floats]:
    """Return the beliefs by what becomes of the memory, each (T, K)."""
    frame = torch.frombuffer(bytearray(picture), dtype=torch.uint8).view(28, 28)
    images = torch.stack((frame, *embedded_models.test_digits().images[[then, other]]))
    first, second, third = (
        _network.sequences(image[None]).to(embedded_models.device()) for image in images
    )
    lstm = _network.model.config.cell == "lstm"
    found = {}
    for name, (h, c) in MEMORY.items():
        if name in "hc" and not lstm:
            continue
        with torch.no_grad():
            belief = splice_belief(_network.model, first, second, row, h=h, c=c, other=third)
        found[name] = belief[:, 0].cpu().numpy()
    return found


def _entering(network: ChosenModel) -> NDArray[np.int64]:
    found = network.entering()
    rows: NDArray[np.int64] = np.repeat(np.arange(28)[:, None], 28, axis=1)
    return rows if found is None else found


def _table(beliefs: dict[str, Floats], word: str) -> None:
    with st.expander(f"The numbers of the splice, {word} by {word}"):
        columns: dict[str, object] = {word: np.arange(1, len(beliefs["kept"]) + 1)}
        for name, belief in beliefs.items():
            columns[words.MEMORIES[name]] = belief.argmax(1)
            columns[f"{name}: with"] = belief.max(1)
        st.dataframe(columns, hide_index=True)
