"""Worker process: the command that trains jobs, and the handle that starts and controls it.

`python -m rnnviz.training.jobs.worker PORT` starts it, with the key of a `connection.ServerEnd` on
its stdin.

The process lives as long as the other end of that connection: it waits there for one `Start` or
several, trains, reports, and waits for the next. torch comes in late, so that the process is niced
and bound to its parent's life before the seconds that the import takes.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import signal
import subprocess
import sys
from multiprocessing import AuthenticationError
from pathlib import Path
from typing import TYPE_CHECKING

from rnnviz.training.jobs.connection import KEY_BYTES, Channel, MessagePipe, ServerEnd, connect
from rnnviz.training.jobs.protocol import Go, Report, Start

if TYPE_CHECKING:
    from rnnviz.data.mnist import Digits

NICENESS = 10
THREADS = 1

ROOT = Path(__file__).resolve().parents[3]


class WorkerProcess:
    """A worker as its parent holds it: a command that was started, and our end of its pipe.

    It is a command, not multiprocessing's spawn: that would import the main script again.

    Attributes:
        process: The process.
        pipe: Where its reports come in; one thread alone may read them.

    Raises:
        OSError: If there is no process, or no file handle, to be had.
    """

    def __init__(self) -> None:
        self.pipe = ServerEnd(lambda: self.process.poll() is None)
        # Wherever the server was started: this very rnnviz, and no module of the current folder.
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        command = [sys.executable, "-P", "-m", "rnnviz.training.jobs.worker", str(self.pipe.port)]
        try:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, env=os.environ | {"PYTHONPATH": path}
            )
        except OSError:
            self.pipe.close()
            raise
        if (stdin := self.process.stdin) is not None:
            with contextlib.suppress(OSError), stdin:  # one that has died is noticed by `hear`
                stdin.write(self.pipe.key)

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self.process.pid

    def send(self, message: tuple[Start, ...] | Go) -> None:
        """Say something; a worker that died hears nothing, and whoever reads the pipe notices."""
        with contextlib.suppress(OSError):
            self.pipe.send(message)

    def hear(self) -> Report:
        """Wait for its next report; an EOFError or OSError is the end of the pipe."""
        report: Report = self.pipe.recv()
        return report

    def end(self) -> None:
        """Kill it, without waiting."""
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

    def close(self) -> None:
        """Close our end of its pipe."""
        self.pipe.close()


class Processes:
    """Workers that are processes of this machine, one for every two cores, at least one."""

    @property
    def places(self) -> int:
        """How many there is room for."""
        return max(1, (os.cpu_count() or 1) // 2)

    def start(self) -> WorkerProcess:
        """Start one; as `WorkerProcess`."""
        return WorkerProcess()

    def close(self) -> None:
        """Do nothing: whoever started a worker buries it."""


def serve(pipe: MessagePipe) -> None:
    """Do one job after the other, for as long as there is someone to hear of it."""
    import torch

    from rnnviz.data import mnist
    from rnnviz.training.jobs.round_robin import Crew

    torch.set_num_threads(THREADS)

    @functools.cache
    def load(train: bool) -> Digits:
        return mnist.load(train=train)

    gc.collect()
    gc.freeze()  # going through all that torch brought would cost a training 6 % of its time
    with contextlib.suppress(Exception):  # it fails again, and is told, when a job needs them
        load(True), load(False)
    try:
        pipe.send(Report())
        while True:
            message = pipe.recv()
            if isinstance(message, tuple):  # else a word to a job that has just ended
                Crew(pipe, message).run(load)
    except (EOFError, ConnectionError):
        return


def main(arguments: list[str]) -> None:
    """Run the process; the only argument is the port of the process that has started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent; we end when it does
    try:
        connection = connect(int(arguments[0]), sys.stdin.buffer.read(KEY_BYTES))
    except (OSError, EOFError, AuthenticationError):
        return  # the parent is gone
    pipe = Channel(connection, ended=lambda: os._exit(0))
    _lower_priority()
    serve(pipe)
    os._exit(0)  # what is frozen cannot be taken apart in order


def _lower_priority() -> None:
    """Leave the CPU to the server; where there is neither way, a worker competes with it."""
    if (nice := getattr(os, "nice", None)) is not None:  # psutil would take 40 ms to import
        nice(NICENESS)
        return
    try:
        import psutil
    except ImportError:
        return
    own = psutil.Process()
    if sys.platform == "win32":
        own.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        own.nice(min(19, own.nice() + NICENESS))


if __name__ == "__main__":
    main(sys.argv[1:])
