"""One's own: a network or a recording that a person has uploaded, for this session alone."""

from __future__ import annotations

import zlib
from hashlib import sha256
from typing import cast

import streamlit as st

from rnnviz.core.config import Nonlinearity, Pooling
from rnnviz.plots import progress
from rnnviz.training.bounds import bounds
from rnnviz.training.own_model import MOST_BYTES, OwnModelError, read_own_model
from rnnviz.training.recording import KEY, Recording, RecordingError, read_recording
from rnnviz.ui import chosen, comparison, models, recorded, state
from rnnviz.ui.chosen import ChosenModel

KEPT = 3  # networks of a session
POOLINGS: dict[str, Pooling] = {"last state": "last", "mean": "mean", "maximum": "max"}
SQUASHES: tuple[Nonlinearity, ...] = ("tanh", "relu")
HELP = (
    "The `state_dict` of an `nn.RNN`, `nn.GRU` or `nn.LSTM` that reads 28 pixels at a time, with a "
    "linear head of ten classes: `torch.save(model.state_dict(), path)`, or the same as "
    "safetensors. Or what `rnnviz.record(rnn, x, path)` wrote of any sequence network. Nothing in "
    "the file is run. It stays in this session, and is in no link."
)


def upload() -> None:
    """Let the person bring a network of their own, or a recording, and say what it is taken for."""
    with st.popover("Your own network", icon=":material/upload:"):
        st.file_uploader(
            "Weights (.safetensors, .pt) or a recording",
            type=["safetensors", "pt", "pth"],
            key=state.OWN_FILE,
            on_change=_take,
            max_upload_size=min(bounds().upload_mb, MOST_BYTES // 1_000_000),
            help=HELP,
        )
        st.segmented_control(
            "Its head reads",
            [*POOLINGS],
            default="last state",
            key=state.OWN_POOLING,
            on_change=_take,
            required=True,
            persist_state="session",
            help="Of the top layer's h over all rows; the weights do not tell.",
        )
        st.segmented_control(
            "A plain RNN's nonlinearity",
            SQUASHES,
            default=SQUASHES[0],
            key=state.OWN_SQUASH,
            on_change=_take,
            required=True,
            persist_state="session",
            help="The weights do not tell that either. An LSTM or a GRU has none to choose.",
        )
        _say()


def _say() -> None:
    told = state.own_told()
    if told is None:
        st.caption("It becomes a choice of this session, on every page; it is in no link.")
        return
    taken, sentences = told
    words = comparison.plain(" ".join(sentences))
    if taken:
        st.success(words, icon=":material/check:")
    else:
        st.error(words, icon=":material/block:")


def _take() -> None:
    """Take what lies in the uploader: called before the next run, on any page."""
    file = state.own_file()
    if file is None:
        return
    content = bytes(file.getvalue())
    try:
        if _is_recording(content):
            _take_recording(file.name, content)
        else:
            _take_network(file.name, content)
    except (OwnModelError, RecordingError) as error:
        told = str(error)
        state.tell_own(False, f"{file.name}: {told[:1].lower()}{told[1:]}.")


def _take_network(file: str, content: bytes) -> None:
    pooling = POOLINGS.get(state.value(state.OWN_POOLING, "last state"), "last")
    squash = cast("Nonlinearity", state.value(state.OWN_SQUASH, SQUASHES[0]))
    found = read_own_model(content, pooling=pooling, nonlinearity=squash)
    config = found.model.config
    weights = sha256(content).hexdigest()[:12]
    name = f"{chosen.OWN}{weights}-{pooling}-{config.nonlinearity}"
    title = f"Yours: {progress.network(config).partition(',')[0]}, {file}"
    shelf = chosen.uploaded(state.watcher())
    shelf.pop(name, None)
    shelf[name] = ChosenModel(name, title, found.model.to(models.device()))
    while len(shelf) > KEPT:
        del shelf[next(iter(shelf))]
    state.choose_model(name)
    state.tell_own(
        True,
        f"{file} is {found.found}.",
        *found.assumed,
        "It reads now, in this session alone; it is in no link.",
    )


def _take_recording(file: str, content: bytes) -> None:
    found = read_recording(content)
    shelf = _recordings(state.watcher())
    shelf.clear()
    shelf[f"{zlib.crc32(content):x}"] = found
    T, B, I = found.x.shape
    what = f"{progress.network(found.config)}: {_count(B, 'sequence')} of {_count(T, 'step')}"
    state.tell_own(
        True,
        f"{file} is a recording of {what}, {_count(I, 'value')} at each.",
        "It is shown in this session alone; it is in no link.",
    )


def recording() -> tuple[str, Recording] | None:
    """Return the recording of this session and a name for it; None if there is none."""
    return next(iter(_recordings(state.watcher()).items()), None)


def show_recording(found: Recording, name: str = "") -> None:
    """Show a recording: what was read, and the states and gates under one cursor.

    Args:
        found: The recording.
        name: Another for another recording.
    """
    recorded.show(found, name)


@st.cache_resource(scope="session", show_spinner=False)
def _recordings(watcher: str) -> dict[str, Recording]:
    return {}


def _is_recording(content: bytes) -> bool:
    """Whether the head of a safetensors file says so."""
    size = int.from_bytes(content[:8], "little")
    return KEY.encode() in content[8 : 8 + min(size, MOST_BYTES)]


def _count(n: int, word: str) -> str:
    return f"{n:,} {word}{'' if n == 1 else 's'}"
