"""Cache of a session's compared runs: the watched digit at each checkpoint, the test predictions.

Everything is computed once, a piece at a time, so that the page answers while it is filled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from rnnviz.chapters.runs.compare.ui.components.compare import Moments
from rnnviz.core.models import SequenceClassifier
from rnnviz.training.store.checkpoint import CheckpointError
from rnnviz.training.tasks import checkpoint_readers
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.server import embedded_models
from rnnviz.ui.server.bounded_cache import BoundedCache
from rnnviz.ui.server.checkpoint_cache import CheckpointReader, outside_in, spread
from rnnviz.ui.widgets import incremental
from rnnviz.ui.widgets.incremental import Job

ROOM = 4_000_000  # bytes of moments of all runs together
PIECE = 1e9  # multiplications, roughly, between two looks at the clock: 0.1 s
KEPT = 8  # runs that a session keeps

Bytes = NDArray[np.uint8]


@dataclass(eq=False)
class Reader(CheckpointReader):
    """One run, as a session has let it read.

    Attributes:
        fault: Why a checkpoint could not be read, one sentence, or "".
        answers: The newest step at which all test digits were read, and the answers.
    """

    fault: str = ""
    _lost: set[int] = field(default_factory=set)
    answers: tuple[int, Bytes] | None = None
    _begun: tuple[int, list[Bytes]] | None = None

    def moments(self, checkpoints: Sequence[int], room: int) -> Moments:
        """Return the moments that have been read so far."""
        steps = [step for step in self.wanted(checkpoints, room) if step in self._stories]
        if not steps:
            model = self.config.model
            return Moments.none(self.config.length, model.num_directions * model.output_size)
        stories = [self._stories[step] for step in steps]
        return Moments(
            steps, np.stack([h for h, _ in stories]), np.stack([belief for _, belief in stories])
        )

    def wanted(self, checkpoints: Sequence[int], room: int) -> list[int]:
        """Return the checkpoints that are to be read, no more than fit into so many bytes."""
        model = self.config.model
        each = self.config.length * (model.num_directions * model.output_size + 40)
        return spread([step for step in checkpoints if step not in self._lost], room // each)

    def stories(self, checkpoints: Sequence[int], room: int) -> Iterator[None]:
        """Read the probe digit at each moment, the newest first; one at each turn."""
        for step in outside_in(self.wanted(checkpoints, room)):
            if step not in self._stories and self._model(step) is not None:
                self.read(step)
                yield

    def answered(self, checkpoints: Sequence[int]) -> float:
        """Return which share of the test digits the newest checkpoint has read."""
        newest = max(set(checkpoints) - self._lost, default=None)
        if newest is None or (self.answers is not None and self.answers[0] == newest):
            return 1.0
        read = sum(map(len, self._begun[1])) if self._begun is not None else 0
        return read / len(embedded_models.test_digits().labels)

    def answering(self, checkpoints: Sequence[int]) -> Iterator[None]:
        """Read all test digits at the newest checkpoint; some at each turn.

        What is begun is finished first, else a run that goes on would never be done.
        """
        while self.answered(checkpoints) < 1:
            step = self._begun[0] if self._begun else max(set(checkpoints) - self._lost)
            model = self._model(step)
            if model is None:
                self._begun = None
                continue
            parts = self._begun[1] if self._begun else []
            self._begun = step, parts
            self._read_piece(model, parts)
            if sum(map(len, parts)) == len(embedded_models.test_digits().labels):
                self.answers, self._begun = (step, np.concatenate(parts)), None
            yield

    def _read_piece(self, model: SequenceClassifier, parts: list[Bytes]) -> None:
        from_ = sum(map(len, parts))
        count = int(PIECE / (self.config.length * self.config.parameters))
        digits = embedded_models.test_digits()[from_ : from_ + min(max(count, 8), 500)]
        parts.append(checkpoint_readers.guesses(self.config, model, digits, len(digits.labels)))

    def _model(self, step: int) -> SequenceClassifier | None:
        """Build the network of a moment; None, and never asked again, if that cannot be."""
        try:
            return self.network(step)
        except (CheckpointError, RuntimeError) as error:
            self._lost.add(step)
            known = isinstance(error, CheckpointError)
            self.fault = str(error) if known else "its weights do not fit its settings"
            return None


@dataclass(eq=False)
class Readers:
    """The runs that a session compares.

    Attributes:
        tick_s: Seconds between two answers of the page; None if nothing will change.
        known: What is known of each run.
    """

    tick_s: float | None = None
    known: BoundedCache[tuple[str, RunConfig], Reader] = field(
        default_factory=lambda: BoundedCache(KEPT)
    )


def work(readers: Sequence[Reader], checkpoints: Sequence[Sequence[int]]) -> bool:
    """Compute for a moment; whether everything is there.

    The moments come before the answers, and the runs take turns, so that all fill together.
    """
    room = ROOM // len(readers)
    pairs = list(zip(readers, checkpoints, strict=True))
    return incremental.work(
        [Job(partial(reader.stories, steps, room)) for reader, steps in pairs],
        [Job(partial(reader.answering, steps)) for reader, steps in pairs],
    )
