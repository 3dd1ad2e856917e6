"""One run inside its worker: takes training steps, reports progress, saves its state."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn

from rnnviz.core import device as devices
from rnnviz.data.folds import LoadDigits
from rnnviz.training import device_choice
from rnnviz.training.jobs import resume_state
from rnnviz.training.jobs.connection import MessagePipe
from rnnviz.training.jobs.protocol import (
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
from rnnviz.training.loop.loop import StepLog
from rnnviz.training.loop.rate_limit import Clock, Pace
from rnnviz.training.store.checkpoint import CheckpointError, save_weights
from rnnviz.training.store.os_error_text import unnamed
from rnnviz.training.tasks import build as task_build
from rnnviz.training.tasks.registry import task_of
from rnnviz.training.tasks.spec import StepLoop

REPORT_S = 0.12
WEIGHTS_S = 0.15
FALLS_BACK_FROM = frozenset({"cuda", "mps"})  # devices that may be lost


class Training:
    """One training of a worker: takes steps when told to, and tells how it goes.

    Args:
        pipe: Where reports go out.
        start: What to do.
        turns: How many trainings take turns, this one included.

    Attributes:
        may_go_on: Whether `advance` has something to do and leave to do it.
    """

    def __init__(self, pipe: MessagePipe, start: Start, *, turns: int = 1) -> None:
        self._pipe, self._start, self._turns = pipe, start, turns
        self._until = start.until
        self.may_go_on = False
        self._stands = False
        self._load: LoadDigits | None = None
        self._where = torch.device("cpu")
        self._device = self._passed_over = self._note = self._unsaved = self._lost = ""
        self._reports, self._copies = Pace(REPORT_S), Pace(WEIGHTS_S)
        self._saves = Pace(start.save_s)
        self._forget()

    def _forget(self) -> None:
        """Be at the beginning."""
        start = self._start
        self._step = self._epoch = 0
        self._model: nn.Module | None = None
        self._loop: StepLoop | None = None
        self._steps: Iterator[StepLog] = iter(())
        self._curve = Thinned()
        self._tests: list[tuple[int, float, int]] = []
        self._planned = iter(checkpoint_steps(start.config) if start.folder else ())
        self._next_checkpoint = next(self._planned, None)
        self._checkpoints: list[int] = []
        self._saved_step = -1
        self._clock = Clock()

    def begin(self, load: LoadDigits) -> bool:
        """Get ready for the first step; whether that went well, and else it was reported.

        Args:
            load: Returns the training digits (True) or the test digits (False).
        """
        self._load = load
        with self._told():
            self._prepare(load)
            self._report("running")
        return self._loop is not None

    @property
    def loop(self) -> StepLoop | None:
        """What it goes through; None before `begin`, and when it failed."""
        return self._loop

    def follow(self, steps: Iterator[StepLog]) -> None:
        """Take the logs from elsewhere, where its steps are done together with others'."""
        self._steps = steps

    def advance(self) -> StepLog | None:
        """Do a step; None if there was none any more, or it failed, which was reported."""
        lost = self._lost
        with self._told():
            self._clock.start()
            if self._loop is not None:  # there it rests: weights and step are of one moment
                self._loop.limit = min(self._until, self._next_checkpoint or NO_END)
            log = next(self._steps, None)
            if log is not None:
                self._take_log(log)
            self._clock.stop()
            if log is None:
                self._save()
                self._report("done")
            elif self.may_go_on and not self._pending and self._reports.due():
                self._report("running")
                if self._saves.due():
                    self._save()
            return log
        return self.advance() if self._lost != lost and self._loop is not None else None

    def obey(self, until: int, *, heard: bool) -> None:
        """Go on until so many steps are done, then stand.

        Args:
            until: Steps.
            heard: Whether somebody has just said so, and is to be answered.
        """
        self._until = until
        self._set_leave()
        stood, self._stands = self._stands, not self.may_go_on
        if self._stands and not stood:
            self._save()
        if self._stands and (heard or not stood):
            self._report("paused")
        # After a pause a few steps are not told of: it pauses again before that would be seen.
        elif heard and not self._stands and (not stood or until == NO_END):
            self._report("running")

    def _set_leave(self) -> None:
        ends = self._step == self._start.config.steps
        self.may_go_on = bool(self._pending) or self._step < self._until or ends

    @property
    def _pending(self) -> int:
        """Steps that are made and were not told of yet, see `Loop`."""
        return self._loop.pending if self._loop is not None else 0

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turn an error into a report."""
        try:
            yield
        except (EOFError, ConnectionError):
            raise  # nobody listens
        except CheckpointError as error:
            self._fail(f"this training cannot go on: {error}")
        except Exception as error:
            if self._falls_back(error):
                return
            told = unnamed(error) or "no reason given"
            where = f"at step {self._step + 1}" if self._step else "before the first step"
            self._fail(f"training failed {where}: {type(error).__name__}: {told}")

    def _falls_back(self, error: Exception) -> bool:
        """Go on on the CPU, from where it was saved last, if a GPU is lost that nobody asked for.

        Whether it does; another error on the way is reported.
        """
        of_device = isinstance(error, torch.OutOfMemoryError | torch.AcceleratorError)
        if self._load is None or self._lost or not of_device or self._start.config.device != "auto":
            return False
        if self._where.type not in FALLS_BACK_FROM:
            return False
        full = isinstance(error, torch.OutOfMemoryError)
        why = "had no memory left" if full else "is gone"
        self._lost = f"the GPU {why} at step {self._step + 1}: it went on on the CPU"
        self._forget()
        with contextlib.suppress(RuntimeError):
            torch.cuda.empty_cache()
        with self._told():
            self._prepare(self._load)
            self._set_leave()
            self._report("running")
        return True

    def _fail(self, told: str) -> None:
        self._loop = None
        self._report("failed", told)

    def _prepare(self, load: LoadDigits) -> None:
        config = self._start.config
        choice = device_choice.choose("cpu" if self._lost else config.device)
        device, self._passed_over = choice.device, choice.reason
        self._where, self._device = device, devices.describe(device)
        saved = self._take_up()
        self._tell_preparing()
        where = None if saved is None else task_build.Saved(saved.weights, saved.state)
        self._model, self._loop = task_build.prepare(config, load, device, where)
        self._steps = iter(self._loop)
        self._keep_checkpoint()

    def _take_up(self) -> resume_state.Saved | None:
        """Take up what an earlier worker left, if that is asked for and there is something."""
        if not ((self._start.resume or self._lost) and self._start.folder):
            return None
        folder = Path(self._start.folder)
        resume_state.sweep(folder)
        if not (folder / RESUME_FILE).exists():
            return None
        saved = resume_state.load(folder / RESUME_FILE)
        config, progress = self._start.config, saved.progress
        if saved.config != config:
            raise CheckpointError(f"{RESUME_FILE} is of a run with other settings")
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
        if preparing := task_of(config).preparing(config):
            before, self._note = self._note, preparing
            self._report("starting")
            self._note = before

    def _take_log(self, log: StepLog) -> None:
        self._step, self._epoch = log.step, log.epoch
        self._curve.add(log.step, log.loss, log.accuracy, log.grad_norm)
        if log.held_out is not None:
            self._tests.append((log.step, log.held_out, log.read))
        self._keep_checkpoint()
        self._set_leave()

    def _keep_checkpoint(self) -> None:
        """Write the weights down if this step is one of those planned; a full disk ends that."""
        step = self._step
        if step != self._next_checkpoint or self._model is None:
            return
        self._next_checkpoint = next(self._planned, None)
        try:
            save_weights(Path(self._start.folder) / f"{step}.safetensors", self._model)
            self._checkpoints.append(step)
        except (OSError, ImportError) as error:  # also a machine without safetensors
            self._next_checkpoint = None
            self._note = f"no more looking back from step {step} on: {unnamed(error)}"

    def _save(self) -> None:
        """Write down where the training stands; a full disk is told, and tried again."""
        if not self._start.folder or self._step == self._saved_step:
            return
        if self._model is None or self._loop is None:
            return
        started, tests, kept = time.perf_counter(), tuple(self._tests), tuple(self._checkpoints)
        progress = resume_state.Progress(self._curve.state(), tests, self._clock.wall_s(), kept)
        path, config = Path(self._start.folder) / RESUME_FILE, self._start.config
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            resume_state.save(path, config, self._model, self._loop.state(), progress)
            self._saved_step, self._unsaved = self._step, ""
        except (OSError, ImportError) as error:
            since = max(self._saved_step, 0)
            self._unsaved = f"if interrupted, it starts again from step {since}: {unnamed(error)}"
        self._saves.done(started)

    def _report(self, state: State, error: str | None = None) -> None:
        started = time.perf_counter()
        wanted = self._start.weights and self._model is not None and not self._pending
        copy = wanted and (state != "running" or self._copies.due())
        self._pipe.send(Report(self._snapshot(state, error, copy), self._until))
        self._reports.done(started)
        if copy:
            self._copies.done(started)

    def _snapshot(self, state: State, error: str | None = None, copy: bool = False) -> Snapshot:
        config, step = self._start.config, self._step
        wall_s = self._clock.wall_s()
        slow = self._loop.note if self._loop is not None else ""
        notes = (self._passed_over, self._note, self._lost, self._unsaved, slow)
        return Snapshot(
            id=self._start.id,
            state=state,
            steps=config.steps,
            epochs=config.training.epochs,
            step=step,
            epoch=self._epoch,
            history=self._curve.curve(),
            held_out=HeldOut(*np.array(self._tests, np.float32).reshape(-1, 3).T.copy()),
            digits_per_s=config.examples_after(step) / wall_s if wall_s else 0.0,
            wall_s=wall_s,
            left_s=self._turns * wall_s / step * (config.steps - step) if step else None,
            device=self._device,
            torch_version=str(torch.__version__),
            error=error,
            note="; ".join(filter(None, notes)),
            weights=copies(self._model) if copy and self._model else None,
            weights_step=step if copy else 0,
            checkpoints=tuple(self._checkpoints),
        )


def copies(model: nn.Module) -> dict[str, Floats]:
    """Copy a model's parameters; what is trained on afterwards does not show in them."""
    return {
        name: np.array(value.detach().cpu().numpy(), np.float32)
        for name, value in model.named_parameters()
    }
