"""Choice of the model that a page shows: embedded, trained in a run, or uploaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from math import inf
from types import MappingProxyType
from zoneinfo import ZoneInfo

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.core.models import SequenceClassifier
from rnnviz.data import sequences
from rnnviz.data.mnist_sizes import TimeStep
from rnnviz.training.jobs.protocol import Curve
from rnnviz.training.jobs.server_limits import bounds
from rnnviz.training.store.checkpoint import CheckpointError
from rnnviz.training.store.run_record import Record, StoreError, is_id
from rnnviz.training.tasks import checkpoint_readers
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.figures import progress_text
from rnnviz.ui.server import embedded_models, run_manager
from rnnviz.ui.session import keys as session_keys

# As the link spells them, and the file of each.
EMBEDDED: Mapping[str, str] = MappingProxyType(
    {
        "LSTM-128": "lstm-128",
        "GRU-128": "gru-128",
        "RNN-128": "rnn-128",
        "BiLSTM-64": "bilstm-64",
    }
)
DEFAULT = "LSTM-128"
NONE: Mapping[str, str] = MappingProxyType({})
OWN = "own-"  # what the name of a network that was uploaded begins with
OFFERED = 20  # runs of the store, the newest
KEPT = 8  # trained networks in memory, at most 20 MB each


class ModelError(ValueError):
    """A network that cannot be shown; the message is one sentence without its full stop."""


@dataclass(frozen=True, eq=False)
class ChosenModel:
    """A network to look into, and how a picture is fed to it.

    Attributes:
        name: As the link spells it: an embedded one's, or the id of a run. One's own is in no link.
        title: What a person calls it.
        model: In eval mode, on `embedded_models.device()`; shared, so not to be changed.
        time_step: As in RunConfig.
        chunk: As in RunConfig.
        step: Of its training, when the weights were kept; 0 for an embedded one.
    """

    name: str
    title: str
    model: SequenceClassifier
    time_step: TimeStep = "rows"
    chunk: int = sequences.SIDE
    step: int = 0

    @property
    def word(self) -> sequences.Word:
        """What one time step is called."""
        return sequences.STEP_WORDS[self.time_step]

    @property
    def length(self) -> int:
        """T: time steps of a picture."""
        return sequences.SIDE**2 // self.chunk

    @property
    def identity(self) -> str:
        """Another for other weights."""
        return f"{self.name}@{self.step}"

    def sequences(self, images: Tensor) -> Tensor:
        """Turn pictures, uint8 (B, 28, 28), into what the network reads, (T, B, I)."""
        return sequences.sequences(images, self.time_step, self.chunk)

    def entering(self) -> NDArray[np.int64] | None:
        """Return the step, from 0, in which each pixel is read, (28, 28); None: row t at step t."""
        if self.time_step == "rows":
            return None
        found: NDArray[np.int64] = sequences.entering(self.time_step, self.chunk).numpy()
        return found


def chosen(name: str) -> ChosenModel:
    """Return a network by its name in the link; a trained one as its last checkpoint left it.

    Raises:
        ModelError: If there is no such network or none any more, or it cannot be read.
        CheckpointError: If an embedded one is damaged.
    """
    if name in EMBEDDED:
        file = EMBEDDED[name]
        return ChosenModel(name, embedded_models.TITLES[file], embedded_models.embedded(file))
    if name.startswith(OWN):
        if (found := uploaded(session_keys.watcher()).get(name)) is None:
            raise ModelError("your own network is not here any more; upload it again")
        return found
    try:
        record = _record(name)
    except StoreError as error:
        raise ModelError(str(error)) from error
    if not record.checkpoints:
        raise ModelError(f"run {name} has no weights yet")
    config, step = record.config, max(record.checkpoints)
    assert isinstance(config, RunConfig)  # `_record` finds no other
    title = progress_text.run_title(record, now())
    return trained(name, step, config, title)


def trained(run_id: str, step: int, config: RunConfig, title: str) -> ChosenModel:
    """Return the network of a run as one of its checkpoints left it; from any thread.

    Raises:
        ModelError: If its weights cannot be read.
    """
    try:
        model = _trained(run_id, step, config)
    except (CheckpointError, StoreError, RuntimeError) as error:
        raise ModelError(f"the weights of run {run_id} are damaged or gone") from error
    return ChosenModel(run_id, title, model, config.time_step, config.chunk, step)


def offered(opened: Sequence[str], own: Mapping[str, str] = NONE) -> dict[str, str]:
    """Return all networks that a person may choose: their names in the link, and their titles.

    Args:
        opened: Runs that the person has trained or opened; the newest of the store come after them,
            unless others share this server.
        own: Titles of the networks that the person has uploaded, by name.
    """
    records: dict[str, Record] = {}
    for run_id in opened:
        with suppress(StoreError):
            records[run_id] = _record(run_id)
    if not shared():
        for record in _newest():
            records.setdefault(record.id, record)
    here = now()
    by_age = sorted(records.values(), key=lambda record: record.created or inf, reverse=True)
    titles = {r.id: progress_text.run_title(r, here) for r in by_age if r.checkpoints}
    often = Counter(titles.values())
    trained_here = {
        run_id: title if often[title] == 1 else f"{title} ({run_id[:4]})"
        for run_id, title in titles.items()
    }
    return {name: name for name in EMBEDDED} | dict(own) | trained_here


def could_be(name: str) -> bool:
    """Whether a name is one that a network could have."""
    return name in EMBEDDED or is_id(name) or name.startswith(OWN)


def shared() -> bool:
    """Whether people who do not know each other use this server; RNNVIZ_SHARED says so."""
    return bounds().shared


def now() -> datetime:
    """Return the time as the person's clock shows it, or the server's."""
    with suppress(KeyError, ValueError, OSError):  # a zone that this machine does not know
        if zone := st.context.timezone:
            return datetime.now(ZoneInfo(zone))
    return datetime.now().astimezone()


@st.cache_resource(scope="session", show_spinner=False)
def uploaded(watcher: str) -> dict[str, ChosenModel]:
    """Return the networks that a session has uploaded, by name; they end with it."""
    return {}


@lru_cache(maxsize=KEPT)
def _trained(run_id: str, step: int, config: RunConfig) -> SequenceClassifier:
    return checkpoint_readers.model_of(
        config, run_manager.weights_at(run_id, step), embedded_models.device()
    )


def _record(run_id: str) -> Record:
    """Return a run as it stands now; without a name and a birth if it is not in the store."""
    snapshot, config = run_manager.find(run_id)
    name, created = None, 0.0
    with suppress(StoreError):
        stored = run_manager.store().load(run_id)
        name, created = stored.name, stored.created
    return Record.of(snapshot, config, name=name, created=created)


@st.cache_data(ttl=10, max_entries=1, show_spinner=False)
def _newest() -> tuple[Record, ...]:
    """Return the newest runs that have weights, without their curves: the disk is slow."""
    try:
        records, _ = run_manager.store().runs()
    except StoreError:
        return ()  # said where runs are listed
    with_weights = [r for r in records if r.checkpoints and isinstance(r.config, RunConfig)]
    return tuple(replace(record, history=Curve()) for record in with_weights[:OFFERED])
