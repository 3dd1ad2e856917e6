"""One job inside its worker: it trains, listens between steps, and tells how it goes."""

from __future__ import annotations

import math
import select
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import torch
from torch import nn

from rnnviz.core import device as devices
from rnnviz.core.models import SequenceClassifier
from rnnviz.data.mnist import Digits
from rnnviz.data.sequences import sequences
from rnnviz.training import resume
from rnnviz.training.augmentation import PREPARING, renewer
from rnnviz.training.checkpoint import CheckpointError, save_weights
from rnnviz.training.loop import Loop, StepLog, seeded_model
from rnnviz.training.messages import (
    NO_END,
    RESUME_FILE,
    Floats,
    HeldOut,
    Report,
    Snapshot,
    Start,
    State,
    Thinned,
    checkpoint_steps,
)

REPORT_S = 0.12
WEIGHTS_S = 0.15
SHARE = 0.02  # of the time, at most, that reports may take
GLANCES = 20  # times in a run, at most, that the first test digits are read within an epoch

LoadDigits = Callable[[bool], Digits]


class Pace:
    """Says when it is time again: not before `every_s`, and later if doing it takes long."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._next = -math.inf

    def due(self) -> bool:
        """Whether it is time."""
        return time.perf_counter() >= self._next

    def done(self, started: float) -> None:
        """Note that it was begun at `started` and is done now."""
        now = time.perf_counter()
        self._next = max(started + self._every_s, now + (now - started) / SHARE)


class Clock:
    """A stopwatch that can be stopped and started again.

    Args:
        before_s: What it has counted already.
    """

    def __init__(self, before_s: float = 0.0) -> None:
        self._before_s = before_s
        self._started: float | None = None

    def start(self) -> None:
        """Go on counting."""
        self._started = time.perf_counter()

    def stop(self) -> None:
        """Stop counting, keep what was counted."""
        self._before_s, self._started = self.wall_s(), None

    def wall_s(self) -> float:
        """Return the seconds counted so far."""
        return self._before_s + (time.perf_counter() - self._started if self._started else 0.0)


class Training:
    """One job: trains, listens between steps, reports.

    Args:
        pipe: Where words come in and reports go out.
        start: What to do.
    """

    def __init__(self, pipe: Connection, start: Start) -> None:
        self._pipe = pipe
        self._said = select.poll()  # quicker to ask than the pipe, and it is asked at every step
        self._said.register(pipe.fileno(), select.POLLIN)
        self._start = start
        self._until = start.until
        self._step = self._epoch = 0
        self._model: SequenceClassifier | None = None
        self._loop: Loop | None = None
        self._curve = Thinned()
        self._tests: list[tuple[int, float, int]] = []
        self._planned = iter(checkpoint_steps(start.config) if start.folder else ())
        self._next_checkpoint = next(self._planned, None)
        self._checkpoints: list[int] = []
        self._device = self._note = self._unsaved = ""
        self._reports, self._copies = Pace(REPORT_S), Pace(WEIGHTS_S)
        self._saves, self._saved_step = Pace(start.save_s), -1
        self._clock = Clock()

    def run(self, load: LoadDigits) -> None:
        """Train to the end; an error ends in a report, not in a traceback.

        Args:
            load: Returns the training digits (True) or the test digits (False).
        """
        try:
            for _ in self.steps(load):
                pass
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise  # nobody listens
        except CheckpointError as error:
            self._report("failed", f"this training cannot go on: {error}")
        except Exception as error:
            told = " ".join(str(error).split()) or "no reason given"
            where = f"at step {self._step + 1}" if self._step else "before the first step"
            self._report("failed", f"training failed {where}: {type(error).__name__}: {told}")

    def steps(self, load: LoadDigits) -> Iterator[StepLog]:
        """Train, one step for each log that is asked for; as `run`."""
        config = self._start.config
        device = devices.pick(config.device)
        self._device = devices.describe(device)
        saved = self._take_up()
        digits, test = load(True)[: config.digits].to(device), load(False).to(device)
        self._tell_preparing()
        renew = renewer(config.augmentation, digits)
        # Dropout draws from torch's own chance: a process that trained before must not be heard.
        torch.manual_seed(config.training.seed)
        seed, bias = config.training.seed, config.training.forget_bias
        self._model = seeded_model(config.model, seed, bias).to(device)
        if saved is not None:
            self._model.load_state_dict(saved.weights)
        self._loop = Loop(
            self._model,
            digits,
            config.training,
            held_out=test,
            renew=renew,
            sequences=partial(sequences, time_step=config.time_step, chunk=config.chunk),
            glances=_glances(config.steps),
            state=saved.state if saved is not None else None,
        )
        self._keep_checkpoint()
        self._clock.start()
        self._report("running")
        self._listen()
        for log in self._loop:
            self._take_log(log)
            yield log
        self._save()
        self._report("done")

    def _take_up(self) -> resume.Saved | None:
        """Take up what an earlier worker left, if that is asked for and there is something."""
        if not (self._start.resume and self._start.folder):
            return None
        folder = Path(self._start.folder)
        resume.sweep(folder)
        if not (folder / RESUME_FILE).exists():
            return None
        saved = resume.load(folder / RESUME_FILE)
        config, progress = self._start.config, saved.progress
        if saved.config != config:
            raise CheckpointError(f"{folder / RESUME_FILE} is of a run with other settings")
        self._step = self._saved_step = saved.state.step
        self._epoch = math.ceil(self._step / (config.steps // config.training.epochs))
        self._curve, self._tests = Thinned(progress.curve), list(progress.tests)
        self._checkpoints = list(progress.checkpoints)
        while self._next_checkpoint is not None and self._next_checkpoint <= self._step:
            self._next_checkpoint = next(self._planned, None)
        self._clock = Clock(progress.wall_s)
        if changed := saved.otherwise():
            self._note = f"the rest may differ in the last digits: {changed}"
        return saved

    def _tell_preparing(self) -> None:
        config = self._start.config
        if config.augmentation in PREPARING:
            before = self._note
            self._note = PREPARING[config.augmentation].format(digits=config.digits)
            self._report("starting")
            self._note = before

    def _take_log(self, log: StepLog) -> None:
        self._step, self._epoch = log.step, log.epoch
        self._curve.add(log.step, log.loss, log.accuracy, log.grad_norm)
        if log.held_out is not None:
            self._tests.append((log.step, log.held_out, log.read))
        self._keep_checkpoint()
        self._listen()
        if self._reports.due():
            self._report("running")
            if self._saves.due():
                self._save()

    def _keep_checkpoint(self) -> None:
        """Write the weights down if this step is one of those planned; a full disk ends that."""
        step = self._step
        if step != self._next_checkpoint or self._model is None:
            return
        self._next_checkpoint = next(self._planned, None)
        try:
            save_weights(Path(self._start.folder) / f"{step}.safetensors", self._model)
            self._checkpoints.append(step)
        except OSError as error:
            self._next_checkpoint = None
            self._note = f"no more looking back from step {step} on: {error.strerror}"

    def _save(self) -> None:
        """Write down where the training stands; a full disk is told, and tried again."""
        if not self._start.folder or self._step == self._saved_step:
            return
        if self._model is None or self._loop is None:
            return
        started, tests, kept = time.perf_counter(), tuple(self._tests), tuple(self._checkpoints)
        progress = resume.Progress(self._curve.state(), tests, self._clock.wall_s(), kept)
        path, config = Path(self._start.folder) / RESUME_FILE, self._start.config
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            resume.save(path, config, self._model, self._loop.state(), progress)
            self._saved_step, self._unsaved = self._step, ""
        except OSError as error:
            since = max(self._saved_step, 0)
            self._unsaved = f"if interrupted, it starts again from step {since}: {error.strerror}"
        self._saves.done(started)

    def _listen(self) -> None:
        """Take what came; when there is no leave to go on, wait for it without using the CPU."""
        heard = False
        while self._said.poll(0):
            self._take()
            heard = True
        if self._may_go_on():
            if heard:
                self._report("running")
            return
        self._clock.stop()
        self._save()
        while not self._may_go_on():
            self._report("paused")
            self._take()
        self._clock.start()
        if self._until == NO_END:  # else a few steps, and paused again before it would be seen
            self._report("running")

    def _may_go_on(self) -> bool:
        return self._step < self._until or self._step == self._start.config.steps

    def _take(self) -> None:
        self._until = self._pipe.recv().until

    def _report(self, state: State, error: str | None = None) -> None:
        started = time.perf_counter()
        wanted = self._start.weights and self._model is not None
        copy = wanted and (state != "running" or self._copies.due())
        self._pipe.send(Report(self._snapshot(state, error, copy), self._until))
        self._reports.done(started)
        if copy:
            self._copies.done(started)

    def _snapshot(self, state: State, error: str | None = None, copy: bool = False) -> Snapshot:
        config, step = self._start.config, self._step
        wall_s = self._clock.wall_s()
        return Snapshot(
            id=self._start.id,
            state=state,
            steps=config.steps,
            epochs=config.training.epochs,
            step=step,
            epoch=self._epoch,
            history=self._curve.curve(),
            held_out=HeldOut(*np.array(self._tests, np.float32).reshape(-1, 3).T.copy()),
            digits_per_s=config.digits_after(step) / wall_s if wall_s else 0.0,
            wall_s=wall_s,
            left_s=wall_s / step * (config.steps - step) if step else None,
            device=self._device,
            error=error,
            note="; ".join(filter(None, (self._note, self._unsaved))),
            weights=copies(self._model) if copy and self._model else None,
            weights_step=step if copy else 0,
            checkpoints=tuple(self._checkpoints),
        )


def _glances(steps: int) -> frozenset[int]:
    """Return the steps after which the first test digits are read, closer together early on."""
    return frozenset(math.ceil(steps * (k / GLANCES) ** 1.5) for k in range(1, GLANCES))


def copies(model: nn.Module) -> dict[str, Floats]:
    """Copy a model's parameters; what is trained on afterwards does not show in them."""
    return {
        name: np.array(value.detach().cpu().numpy(), np.float32)
        for name, value in model.named_parameters()
    }
