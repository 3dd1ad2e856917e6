"""Upload of the user's own network or recording, for this session only."""

from __future__ import annotations

import zlib

import streamlit as st

from rnnviz.chapters.states.recording.ui import own_network
from rnnviz.chapters.states.ui import keys
from rnnviz.training.jobs.server_limits import bounds
from rnnviz.training.recording import KEY, Recording, RecordingError, read_recording
from rnnviz.training.uploaded_weights import MOST_BYTES, OwnModelError
from rnnviz.ui.figures import progress_text
from rnnviz.ui.figures.numbers import counted
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session.markdown_escape import plain

HELP = (
    "The weights of a classifier of digits: a `state_dict`, a checkpoint or a whole model, of "
    "`nn.RNN`, `nn.GRU`, `nn.LSTM` or their cells that read 28 pixels at a time, and a head with "
    "ten answers, as torch.save or safetensors wrote them. Or what `rnnviz.record(rnn, x, path)` "
    "wrote of any sequence network. Nothing in the file is run. It stays in this session, and is "
    "in no link."
)


def upload() -> None:
    """Let the person bring a network of their own, or a recording, and say what it is taken for."""
    with st.popover("Your own network", icon=":material/upload:"):
        st.file_uploader(
            "Weights (.safetensors, .pt, .ckpt) or a recording",
            type=["safetensors", "pt", "pth", "ckpt", "bin", "pkl", "tar"],
            key=keys.OWN_FILE,
            on_change=_take,
            max_upload_size=min(bounds().upload_mb, MOST_BYTES // 1_000_000),
            help=HELP,
        )
        _say()
        own_network.show()


def settle() -> None:
    """Choose an uploaded network that has been measured: called before the choice of network."""
    own_network.settle()


def _say() -> None:
    told = keys.own_told()
    if told is None:
        if not own_network.is_there():
            st.caption("It becomes a choice of this session, on every page; it is in no link.")
        return
    taken, sentences = told
    words = plain(" ".join(sentences))
    if taken:
        st.success(words, icon=":material/check:")
    else:
        st.error(words, icon=":material/block:")


def _take() -> None:
    """Take what lies in the uploader: called before the next run, on any page."""
    file = keys.own_file()
    if file is None:
        return
    content = bytes(file.getvalue())
    try:
        if _is_recording(content):
            _take_recording(file.name, content)
        else:
            own_network.take(file.name, content)
    except (OwnModelError, RecordingError) as error:
        told = str(error)
        keys.tell_own(False, f"{file.name}: {told[:1].lower()}{told[1:]}.")


def _take_recording(file: str, content: bytes) -> None:
    found = read_recording(content)
    shelf = _recordings(session_keys.watcher())
    shelf.clear()
    shelf[f"{zlib.crc32(content):x}"] = found
    keys.open_recording()
    T, B, I = found.x.shape
    what = (
        f"{progress_text.network(found.config)}: {counted(B, 'sequence')} of {counted(T, 'step')}"
    )
    keys.tell_own(
        True,
        f"{file} is a recording of {what}, {counted(I, 'value')} at each.",
        "It is shown in this session alone; it is in no link.",
    )


def recording() -> tuple[str, Recording] | None:
    """Return the recording of this session and a name for it; None if there is none."""
    return next(iter(_recordings(session_keys.watcher()).items()), None)


@st.cache_resource(scope="session", show_spinner=False)
def _recordings(watcher: str) -> dict[str, Recording]:
    return {}


def _is_recording(content: bytes) -> bool:
    """Whether the head of a safetensors file says so."""
    size = int.from_bytes(content[:8], "little")
    return KEY.encode() in content[8 : 8 + min(size, MOST_BYTES)]
