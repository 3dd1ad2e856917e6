"""The process in which a job trains: `python -m rnnviz.training.worker FD`, started by `jobs.Jobs`.

FD is the inherited end of a pipe. The process lives as long as the other end: it waits there for
a `Start`, trains, reports, and waits for the next. torch comes in late, so that the process is
niced and bound to its parent's life before the seconds that the import takes.
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnnviz.training.messages import Floats, Go, Report, Snapshot, Start, State, Thinned

if TYPE_CHECKING:
    from torch import nn

    from rnnviz.data.mnist import Digits
    from rnnviz.training.loop import StepLog

NICENESS = 10
THREADS = 1
REPORT_S = 0.2
WEIGHTS_S = 0.25
SHARE = 0.02  # of the time, at most, that reports may take

ROOT = Path(__file__).resolve().parents[2]

LoadDigits = Callable[[bool], "Digits"]


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
    """A stopwatch that can be stopped and started again."""

    def __init__(self) -> None:
        self._before_s = 0.0
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
    """One job: trains, listens between steps, reports."""

    def __init__(self, pipe: Connection, start: Start) -> None:
        self._pipe = pipe
        self._start = start
        self._until = start.until
        self._log: StepLog | None = None
        self._model: nn.Module | None = None
        self._curve = Thinned()
        self._test_accuracy: list[float] = []
        self._device = ""
        self._reports, self._copies = Pace(REPORT_S), Pace(WEIGHTS_S)
        self._clock = Clock()

    def run(self, load: LoadDigits) -> None:
        """Train to the end; an error ends in a report, not in a traceback.

        Args:
            load: Returns the training digits (True) or the test digits (False).
        """
        try:
            self._train(load)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise  # nobody listens
        except Exception as error:
            told = " ".join(str(error).split()) or "no reason given"
            where = f"at step {self._log.step + 1}" if self._log else "before the first step"
            self._report("failed", f"training failed {where}: {type(error).__name__}: {told}")

    def _train(self, load: LoadDigits) -> None:
        import torch

        from rnnviz.core import device as devices
        from rnnviz.training.loop import seeded_model, train

        config = self._start.config
        device = devices.pick(config.device)
        self._device = devices.describe(device)
        digits, test = load(True)[: config.digits].to(device), load(False).to(device)
        # Dropout draws from torch's own chance: a process that trained before must not be heard.
        torch.manual_seed(config.training.seed)
        self._model = seeded_model(config.model, config.training.seed).to(device)
        self._clock.start()
        self._report("running")
        self._listen()
        for log in train(self._model, digits, config.training, held_out=test):
            self._log = log
            self._curve.add(log.step, log.loss, log.accuracy)
            if log.held_out is not None:
                self._test_accuracy.append(log.held_out)
            self._listen()
            if self._reports.due():
                self._report("running")
        self._report("done")

    def _listen(self) -> None:
        """Take what came; when there is no leave to go on, wait for it without using the CPU."""
        heard = False
        while self._pipe.poll():
            self._take()
            heard = True
        if self._may_go_on():
            if heard:
                self._report("running")
            return
        self._clock.stop()
        while not self._may_go_on():
            self._report("paused")
            self._take()
        self._clock.start()
        self._report("running")

    def _may_go_on(self) -> bool:
        step = self._log.step if self._log else 0
        return step < self._until or step == self._start.config.steps

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
        config, log = self._start.config, self._log
        step, epoch = (log.step, log.epoch) if log else (0, 0)
        wall_s = self._clock.wall_s()
        return Snapshot(
            id=self._start.id,
            state=state,
            steps=config.steps,
            epochs=config.training.epochs,
            step=step,
            epoch=epoch,
            history=self._curve.curve(),
            test_accuracy=np.array(self._test_accuracy, np.float32),
            digits_per_s=config.digits_after(step) / wall_s if wall_s else 0.0,
            wall_s=wall_s,
            left_s=wall_s / step * (config.steps - step) if step else None,
            device=self._device,
            error=error,
            weights=copies(self._model) if copy and self._model else None,
            weights_step=step if copy else 0,
        )


def copies(model: nn.Module) -> dict[str, Floats]:
    """Copy a model's parameters; what is trained on afterwards does not show in them."""
    return {
        name: np.array(value.detach().cpu().numpy(), np.float32)
        for name, value in model.named_parameters()
    }


class WorkerProcess:
    """A worker as its parent holds it: a command that was started, and our end of its pipe.

    It is a command, not multiprocessing's spawn: that would import the main script again.

    Attributes:
        process: The process.
        pipe: Where its reports come in; one thread alone may read them.
        ended: Whether we ended it.

    Raises:
        OSError: If there is no process, or no file handle, to be had.
    """

    def __init__(self) -> None:
        self.pipe, theirs = Pipe()
        self.ended = False
        # Wherever the server was started: this very rnnviz, and no module of the current folder.
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        command = [sys.executable, "-P", "-m", "rnnviz.training.worker", str(theirs.fileno())]
        try:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env=os.environ | {"PYTHONPATH": path},
            )
        except OSError:
            self.pipe.close()
            raise
        finally:
            theirs.close()

    def send(self, message: Start | Go) -> None:
        """Say something; a worker that died hears nothing, and whoever reads the pipe notices."""
        with contextlib.suppress(OSError):
            self.pipe.send(message)

    def end(self) -> None:
        """Kill it, without waiting."""
        self.ended = True
        self.process.kill()

    def bury(self) -> str:
        """Wait for its end after its pipe has closed; return how it ended, e.g. "was killed …"."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(1.0)
        self.process.kill()
        code = self.process.wait()
        if code >= 0:
            return f"ended by itself (exit code {code})"
        names = {s.value: s.name for s in signal.Signals}
        return f"was killed by signal {-code} ({names.get(-code, 'unknown')})"


def serve(pipe: Connection) -> None:
    """Do one job after the other, for as long as there is someone to hear of it."""
    import torch

    from rnnviz.data import mnist

    torch.set_num_threads(THREADS)

    @functools.cache
    def load(train: bool) -> Digits:
        return mnist.load(train=train)

    with contextlib.suppress(Exception):  # it fails again, and is told, when a job needs them
        load(True), load(False)
    try:
        pipe.send(Report())
        while True:
            message = pipe.recv()
            if isinstance(message, Start):  # else a word to a job that has just ended
                Training(pipe, message).run(load)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def main(arguments: list[str]) -> None:
    """Run the process; the only argument is the number of the pipe's file descriptor."""
    fd = int(arguments[0])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent; we end when it does
    os.nice(NICENESS)
    threading.Thread(target=_end_with_parent, args=(fd,), daemon=True).start()
    serve(Connection(fd))


def _end_with_parent(fd: int) -> None:
    hung_up = select.poll()
    hung_up.register(fd, 0)  # asks for nothing, so only the end of the other side wakes it
    hung_up.poll()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
