"""The process in which a job trains: `python -m rnnviz.training.worker FD`, started by `jobs.Jobs`.

FD is the inherited end of a pipe. The process lives as long as the other end: it waits there for
one `Start` or several, trains, reports, and waits for the next. torch comes in late, so that the
process is niced and bound to its parent's life before the seconds that the import takes.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import select
import signal
import subprocess
import sys
import threading
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import TYPE_CHECKING

from rnnviz.training.messages import Go, Report, Start

if TYPE_CHECKING:
    from rnnviz.data.mnist import Digits

NICENESS = 10
THREADS = 1

ROOT = Path(__file__).resolve().parents[2]


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
        self.pipe, theirs = Pipe()
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


def serve(pipe: Connection) -> None:
    """Do one job after the other, for as long as there is someone to hear of it."""
    import torch

    from rnnviz.data import mnist
    from rnnviz.training.crew import Crew

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
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def main(arguments: list[str]) -> None:
    """Run the process; the only argument is the number of the pipe's file descriptor."""
    fd = int(arguments[0])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent; we end when it does
    os.nice(NICENESS)
    threading.Thread(target=_end_with_parent, args=(fd,), daemon=True).start()
    serve(Connection(fd))
    os._exit(0)  # what is frozen cannot be taken apart in order


def _end_with_parent(fd: int) -> None:
    hung_up = select.poll()
    hung_up.register(fd, 0)  # asks for nothing, so only the end of the other side wakes it
    hung_up.poll()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
