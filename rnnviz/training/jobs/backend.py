"""Backends, which start workers: the interface, and the choice between processes and Ray.

The manager, `job_manager.Jobs`, knows queue, owners, pauses and the store; a backend knows only how
a worker is started, spoken to and ended. Both kinds are held to the same tests.
"""

from __future__ import annotations

import importlib.util
import os
import socket
from collections.abc import Mapping
from typing import Protocol

from rnnviz.training.jobs.backend_error import BackendError
from rnnviz.training.jobs.protocol import Go, Report, Start
from rnnviz.training.jobs.worker import Processes

VARIABLE = "RNNVIZ_JOBS"
PROCESSES, RAY = "processes", "ray"
ROW = f"| `{VARIABLE}` | {PROCESSES} | {PROCESSES}, {RAY} | where trainings run; see below |"
ADDRESS = "RAY_ADDRESS"
PATIENCE_S = 5.0
REQUIREMENTS = "rnnviz/training/ray-requirements.txt"


class WorkerHandle(Protocol):
    """A worker as the manager holds it, wherever it is; `worker.serve` is what it does there."""

    def send(self, message: tuple[Start, ...] | Go) -> None:
        """Say something, without waiting; a worker that died hears nothing."""

    def hear(self) -> Report:
        """Wait for its next report; one thread alone may.

        Raises:
            EOFError: If there is none any more, whatever the reason.
            OSError: Likewise.
        """

    def end(self) -> None:
        """Kill it, without waiting."""

    def bury(self) -> str:
        """Wait for its end after the last report; return how it ended, e.g. "was killed …"."""

    def close(self) -> None:
        """Let go of what is held here of a buried one; no `send` may be under way."""


class Backend(Protocol):
    """What starts workers."""

    @property
    def places(self) -> int:
        """How many workers there is room for, at least one."""

    def start(self) -> WorkerHandle:
        """Start one, which reports as soon as it is ready.

        Raises:
            OSError: If there is none to be had.
        """

    def close(self) -> None:
        """Give back what was started to start them; all of them are buried."""


def kind(environment: Mapping[str, str]) -> str:
    """Return where trainings are to run, and see that what that needs is there; starts nothing.

    Raises:
        BackendError: If it is not, or a variable cannot be meant.
    """
    found = environment.get(VARIABLE, "").strip() or PROCESSES
    if found not in (PROCESSES, RAY):
        raise BackendError(f"{VARIABLE} must be {PROCESSES} or {RAY}, got {found[:40]!r}")
    if found == RAY and importlib.util.find_spec("ray") is None:
        raise BackendError(
            f"{VARIABLE}={RAY} needs Ray, which is not installed: pip install -r {REQUIREMENTS}, "
            f"or set {VARIABLE}={PROCESSES}"
        )
    if found == RAY:
        _look_for(_address(environment))
    return found


def backend(wanted: int = 0) -> Backend:
    """Return where the trainings of this server run: this machine, or the cluster at `RAY_ADDRESS`.

    Without `RAY_ADDRESS`, Ray is started on this machine until `close`.

    Args:
        wanted: How many workers will be asked for at once; 0 is as many as there is room for.

    Raises:
        BackendError: As `kind`, and if the cluster is not to be reached.
    """
    if kind(os.environ) == RAY:
        from rnnviz.training.jobs.ray_backend import RayBackend  # it needs Ray, which is optional

        return RayBackend(_address(os.environ), wanted=wanted)
    return Processes()


def _address(environment: Mapping[str, str]) -> str:
    """Return that of a cluster; "" for one that is to be started here."""
    address = environment.get(ADDRESS, "").strip()
    return "" if address == "local" else address


def _look_for(address: str) -> None:
    """See that somebody listens there: Ray itself would look for two minutes."""
    if address in ("", "auto"):
        return
    host, _, port = address.rpartition(":")
    if "/" in host or not (host and port.isdecimal() and int(port) < 2**16):
        raise BackendError(
            f"{ADDRESS} must be HOST:PORT of a cluster that this machine has joined by "
            f"`ray start --address=HOST:PORT`, got {address[:60]!r}"
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), PATIENCE_S).close()
    except OSError as error:
        raise BackendError(f"no Ray cluster answers at {ADDRESS}={address}: {error}") from error
