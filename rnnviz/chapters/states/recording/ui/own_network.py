"""Uploaded network of a session: measured, then read in the best way or the one that is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from threading import Lock

import streamlit as st

from rnnviz.chapters.states.recording import text
from rnnviz.chapters.states.ui import keys
from rnnviz.data import mnist
from rnnviz.data.mnist import Digits
from rnnviz.training.reading_measurement import Progress, held_out, measure
from rnnviz.training.uploaded_readings import Candidates, Reading, best_reading, network, offered
from rnnviz.training.uploaded_weights import read_network
from rnnviz.ui.figures import progress_text
from rnnviz.ui.server import embedded_models
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session.markdown_escape import plain
from rnnviz.ui.widgets import incremental, model_choice
from rnnviz.ui.widgets.incremental import Job
from rnnviz.ui.widgets.model_choice import ChosenModel

KEPT = 3  # networks of a session
NONE = Progress(0.0, 0)


@dataclass(eq=False)
class OwnNetwork:
    """A file of weights, the networks that it may hold, and how they are read.

    Attributes:
        file: Its name.
        weights: Another for another content.
        candidates: What it may hold, the default first.
        told: Sentences about what was found in it.
        job: Measures how they read.
        chosen: How it is read; None until the measurement is over.
    """

    file: str
    weights: str
    candidates: Candidates
    told: tuple[str, ...]
    job: Job[Progress]
    chosen: Reading | None = None

    @property
    def readings(self) -> tuple[Reading, ...]:
        """All that were measured; none if the measurement ended early."""
        return (self.job.newest or NONE).readings


def take(file: str, content: bytes) -> None:
    """Take a file of weights and start to measure how it reads: called before a run.

    Raises:
        OwnModelError: If it holds no network that could be shown.
    """
    found = read_network(content)
    here = [(one.label, one.model.to(embedded_models.device())) for one in found.candidates]
    shelf = _shelf(session_keys.watcher())
    shelf.clear()
    weights = sha256(content).hexdigest()[:12]
    told = (f"{file} is {found.found}.", *found.assumed, *found.ignored)
    shelf[weights] = OwnNetwork(file, weights, here, told, _measurement(here))
    keys.forget_told()


def is_there() -> bool:
    """Return whether a network was uploaded."""
    return bool(_shelf(session_keys.watcher()))


def settle() -> None:
    """Choose the network whose measurement is over: called before the choice of network."""
    for own in _shelf(session_keys.watcher()).values():
        if own.chosen is None and own.job.over:
            _read_as(own, best_reading(own.readings) if own.readings else _default(own))


def show() -> None:
    """Show how the uploaded network is measured, or how it reads and how else it could."""
    for own in _shelf(session_keys.watcher()).values():
        if own.chosen is None:
            _measuring(own)
        else:
            _result(own, own.chosen)


def _measuring(own: OwnNetwork) -> None:
    def filling() -> bool:
        over = incremental.work([own.job])
        progress = own.job.newest or NONE
        incremental.progress(progress.done, text.measuring(progress))
        incremental.cancel_button(own.job, keys.OWN_CANCEL)
        return over

    incremental.live(keys.OWN_LIVE, filling, done=False)


def _result(own: OwnNetwork, chosen: Reading) -> None:
    if not own.readings:
        told = [*own.told, *text.unmeasured(chosen, own.job.fault), text.HERE]
        st.warning(plain(" ".join(told)), icon=":material/warning:")
        st.button(
            "Measure its accuracy",
            key=keys.OWN_MEASURE,
            icon=":material/speed:",
            on_click=_measure_again,
            args=(own,),
        )
        return
    reads, sentences = text.result(chosen, own.readings)
    words = plain(" ".join([*own.told, *sentences, text.HERE]))
    if reads:
        st.success(words, icon=":material/check:")
    else:
        st.warning(words, icon=":material/warning:")
    by_key = {reading.key: reading for reading in offered(own.readings, chosen)}
    st.session_state[keys.OWN_READING] = chosen.key
    st.selectbox(
        "How it reads",
        list(by_key),
        key=keys.OWN_READING,
        format_func=lambda key: text.choice(by_key[key]) if key in by_key else str(key),
        on_change=_choose,
        args=(own,),
        help="What the pixels are, what one time step is, and what of the top layer's h the head "
        "reads. The weights do not tell, so each was measured on training digits that one fold "
        "holds out; your network may have been trained on them.",
    )


def _choose(own: OwnNetwork) -> None:
    asked = session_keys.value(keys.OWN_READING, "")
    for reading in own.readings:
        if reading.key == asked:
            _read_as(own, reading)


def _measure_again(own: OwnNetwork) -> None:
    own.job, own.chosen = _measurement(own.candidates), None


def _measurement(candidates: Candidates) -> Job[Progress]:
    return Job(partial(_measure, candidates), _turn())


def _measure(candidates: Candidates) -> Iterator[Progress]:
    """Measure on held-out training digits; what goes wrong is said in one line."""
    yield NONE
    try:
        yield from measure(candidates, _digits())
    except (RuntimeError, ValueError, OSError) as error:
        raise ValueError(str(error).partition("\n")[0]) from error


@cache
def _digits() -> Digits:
    return held_out(lambda train: mnist.load(train=train)).to(embedded_models.device())


@st.cache_resource(show_spinner=False)
def _turn() -> Lock:
    """Return what is held during a piece, so that one upload at a time takes a core."""
    return Lock()


def _read_as(own: OwnNetwork, reading: Reading) -> None:
    """Let the network of the file be read in one way, and no other, and choose it."""
    own.chosen = reading
    model = network(own.candidates, reading)
    title = f"Yours: {progress_text.network(model.config).partition(',')[0]}, {own.file}"
    name = f"{model_choice.OWN}{own.weights}-{reading.key}"
    shelf = model_choice.uploaded(session_keys.watcher())
    for before in [one for one in shelf if one.startswith(f"{model_choice.OWN}{own.weights}")]:
        del shelf[before]
    shelf[name] = ChosenModel(name, title, model, reading.time_step)
    while len(shelf) > KEPT:
        del shelf[next(iter(shelf))]
    session_keys.choose_model(name)


def _default(own: OwnNetwork) -> Reading:
    label, model = own.candidates[0]
    return Reading("unit", "rows", model.config.pooling, label=label)


@st.cache_resource(scope="session", show_spinner=False)
def _shelf(watcher: str) -> dict[str, OwnNetwork]:
    return {}
