"""Training of one or several runs in a worker, one step of each in turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from rnnviz.data.folds import LoadDigits
from rnnviz.training.jobs.connection import MessagePipe
from rnnviz.training.jobs.protocol import Start
from rnnviz.training.jobs.worker_training import Training
from rnnviz.training.loop import stacked_training
from rnnviz.training.loop.loop import StepLog


class Crew:
    """Trainings that go and stand together; each gives what it would give alone.

    They take turns, so that one can see them race. Torch's own chance, from which dropout draws, is
    handed to each as it left it. (Not so on CUDA, where dropout draws from the device's.)

    Args:
        pipe: Where words come in and reports go out.
        starts: What to do; `until` is that of the first.
    """

    def __init__(self, pipe: MessagePipe, starts: Sequence[Start]) -> None:
        self._pipe = pipe
        self._until = starts[0].until
        self._going = [Training(pipe, start, turns=len(starts)) for start in starts]
        self._chances: dict[Training, torch.Tensor] = {}

    def run(self, load: LoadDigits) -> None:
        """Train to the end; an error ends in a report, not in a traceback.

        Args:
            load: Returns the training digits (True) or the test digits (False).
        """
        for _ in self.steps(load):
            pass

    def steps(self, load: LoadDigits) -> Iterator[StepLog]:
        """Train, one step for each log that is asked for; as `run`."""
        alone = len(self._going) == 1
        for training in list(self._going):
            if not training.begin(load):
                self._going.remove(training)
            self._leave(training, alone)
        for place, steps in stacked_training.join([training.loop for training in self._going]):
            self._going[place].follow(steps)
        while self._going:
            self._listen()
            for training in list(self._going):
                if not training.may_go_on:
                    continue
                self._enter(training, alone)
                log = training.advance()
                self._leave(training, alone)
                if log is None:
                    self._going.remove(training)
                else:
                    yield log

    def _enter(self, training: Training, alone: bool) -> None:
        if not alone:
            torch.set_rng_state(self._chances[training])

    def _leave(self, training: Training, alone: bool) -> None:
        if not alone:
            self._chances[training] = torch.get_rng_state()

    def _listen(self) -> None:
        """Take what came; when there is no leave to go on, wait for it without using the CPU."""
        heard = False
        while self._pipe.poll():
            self._take()
            heard = True
        while True:
            for training in self._going:
                training.obey(self._until, heard=heard)
            if any(training.may_go_on for training in self._going):
                return
            self._take()
            heard = True

    def _take(self) -> None:
        self._until = self._pipe.recv().until
