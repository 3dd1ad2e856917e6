"""Ray backend: workers on a cluster, each an actor that runs the same code as a local worker.

Only `backend.backend("ray")` imports this module, and with it Ray. The code goes along to the
cluster; what the workers write is wanted here, so that `RNNVIZ_HOME` has to be storage that all of
its machines share, and each has to have the packages of requirements.txt.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection, Pipe
from multiprocessing.reduction import ForkingPickler
from typing import Any

import ray
import ray.exceptions

from rnnviz.data.cache_dir import home
from rnnviz.training.jobs.backend_error import BackendError
from rnnviz.training.jobs.connection import Channel
from rnnviz.training.jobs.protocol import Go, Report, Start
from rnnviz.training.jobs.worker import ROOT, serve

STORE_BYTES = 256_000_000  # reports on their way, a few megabytes each at most


class RayBackend:
    """Workers on the cluster at an address, or on one that is started here and ends with `close`.

    A worker takes a CPU, and a GPU where the cluster has any. How many there is room for is counted
    once, so that it is no more than what the cluster had at the beginning.

    Args:
        address: As `RAY_ADDRESS`, e.g. "10.0.0.1:6379" or "auto": this machine must be one of the
            cluster's. "" starts a cluster of this machine alone.
        wanted: How many workers a cluster that is started here has room for, if they are more than
            the machine's CPUs.

    Attributes:
        places: How many workers there is room for.

    Raises:
        BackendError: If there is no such cluster, or no CPU in it.
    """

    def __init__(self, address: str = "", *, wanted: int = 0) -> None:
        self._folder, self._holder = "", _Holder()
        self._ours = not ray.is_initialized()
        if self._ours:
            self._connect(address, wanted)
        found = ray.cluster_resources()
        cpus, gpus = int(found.get("CPU", 0)), int(found.get("GPU", 0))
        self._gpus = min(1, gpus)
        self.places = min(cpus, gpus) if gpus else cpus
        if self.places < 1:
            self.close()
            raise BackendError("the Ray cluster has no CPU for a worker")

    def _connect(self, address: str, wanted: int) -> None:
        code = {
            "py_modules": [str(ROOT / "rnnviz")],
            "env_vars": {"RNNVIZ_HOME": str(home().absolute())},
        }
        quiet = {"log_to_driver": False, "configure_logging": False, "logging_level": "ERROR"}
        where = {"address": address} if address else self._of_our_own(wanted)
        self._holder.start(quiet | where | {"runtime_env": code})
        if (error := self._holder.error) is not None:
            self.close()
            told = f"RAY_ADDRESS={address}" if address else "Ray on this machine"
            raise BackendError(f"{told} is not to be reached: {_line(error)}") from error

    def _of_our_own(self, wanted: int) -> dict[str, Any]:
        # Sockets lie in it, whose paths must be short; Windows has none in folders.
        place = None if sys.platform == "win32" else "/tmp"
        self._folder = tempfile.mkdtemp(prefix="rnnviz-ray-", dir=place)
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing is told to anyone
        return {
            "address": "local",
            "num_cpus": max(wanted, os.cpu_count() or 1),
            "include_dashboard": False,
            "object_store_memory": STORE_BYTES,
            "_temp_dir": self._folder,
        }

    def start(self) -> RayWorker:
        """Start a worker; where the cluster is full by now, it waits there for its place.

        Raises:
            OSError: If the cluster is gone.
        """
        try:
            return RayWorker(self._gpus)
        except (ray.exceptions.RayError, RuntimeError) as error:
            raise OSError(_line(error)) from error

    def close(self) -> None:
        """Leave the cluster, and end it if it was started here; twice is once."""
        if self._ours:
            self._ours = False
            ray.shutdown()
            self._holder.end()
            if self._folder:
                shutil.rmtree(self._folder, ignore_errors=True)


class RayWorker:
    """A worker on a cluster, as `backend.WorkerHandle`.

    Args:
        gpus: How many it takes.
    """

    def __init__(self, gpus: int) -> None:
        # Two threads, one that reports to its end, and one that takes words.
        actor = ray.remote(num_cpus=1, num_gpus=gpus, max_restarts=0, max_concurrency=2)(Station)
        self._actor = actor.remote()
        self._reports = self._actor.reports.options(num_returns="streaming").remote()
        self._said: Any = None
        self._ending = "ended by itself"

    def send(self, message: tuple[Start, ...] | Go) -> None:
        """Say something; each word waits there for the one before, so that none overtakes."""
        with contextlib.suppress(ray.exceptions.RayError):
            self._said = self._actor.say.remote(message, self._said)

    def hear(self) -> Report:
        """Wait for its next report; an EOFError is the end."""
        try:
            report: Report = ForkingPickler.loads(ray.get(next(self._reports)))
        except StopIteration:
            raise EOFError from None
        except ray.exceptions.RayError as error:
            self._ending = f"is gone (Ray says: {_reason(error)})"
            raise EOFError from error
        return report

    def end(self) -> None:
        """Kill it, without waiting."""
        with contextlib.suppress(ray.exceptions.RayError):
            ray.kill(self._actor, no_restart=True)

    def bury(self) -> str:
        """See that it is gone; return how it ended."""
        self.end()
        return self._ending

    def close(self) -> None:
        """Do nothing: an actor that is dead holds nothing here."""


class Station:
    """What the actor is: `worker.serve` at one end of a pipe, and its words and reports go on."""

    def __init__(self) -> None:
        self._pipe, theirs = Pipe()
        threading.Thread(target=self._serve, args=(theirs,), daemon=True).start()

    @staticmethod
    def _serve(theirs: Connection) -> None:
        with theirs:
            serve(Channel(theirs))

    def say(self, message: tuple[Start, ...] | Go, before: None) -> None:
        """Hand a word on.

        Args:
            message: The word.
            before: The answer to the word before, which is waited for.
        """
        self._pipe.send(message)

    def reports(self) -> Iterator[bytes]:
        """Hand all reports on, as the pipe has them, until there are no more."""
        with contextlib.suppress(EOFError, OSError):
            while True:
                yield self._pipe.recv_bytes()


class _Holder:
    """A thread that connects to Ray and stays: what Ray starts dies with the thread that did it.

    Attributes:
        error: Why there is no connection.
    """

    def __init__(self) -> None:
        self.error: Exception | None = None
        self._known, self._over = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, how: dict[str, Any]) -> None:
        """Connect; it is known by then whether that went well."""
        self._thread = threading.Thread(
            target=self._hold, args=(how,), name="rnnviz ray", daemon=True
        )
        self._thread.start()
        self._known.wait()
        told = signal.getsignal(signal.SIGTERM)
        if told is not None and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, told)  # Ray has put a handler of its own before ours

    def end(self) -> None:
        """End the thread; what Ray started is over."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _hold(self, how: dict[str, Any]) -> None:
        try:
            ray.init(**how)
        except Exception as error:  # else whoever waits would never know
            self.error = error
        self._known.set()
        self._over.wait()


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def _reason(error: Exception) -> str:
    """Return in a few words why an actor is dead."""
    if isinstance(error, ray.exceptions.ActorUnavailableError):
        return "it does not answer"  # so the network is, or its machine
    told = _line(error)
    found = re.search(r"The actor (?:is dead|died) because (?:of )?(.+?)(?:[.,:] |\.?$)", told)
    return found[1] if found else told
