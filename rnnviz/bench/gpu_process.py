"""Process that runs the parts of `bench gpu`: each within its time, and none takes others along.

A part may hang, use up the memory or lose the device to its process. So parts run in a process of
their own, one after another in the same one as long as all is well, since its start takes seconds.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Self

from rnnviz.bench.gpu_result import Figures, NotRunError, PartFunction

START_S = 90.0  # for the process to import torch and find the device

Record = dict[str, Any]


class PartProcess:
    """A process that runs parts in their order.

    Args:
        device: Where, as torch.device takes it.
        parts: Name of each, and where its function is, "module:function".

    Attributes:
        header: What the process says about its device; empty until then.
    """

    def __init__(self, device: str, parts: Sequence[tuple[str, str]]) -> None:
        context = multiprocessing.get_context("spawn")  # CUDA does not survive a fork
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, device, parts), daemon=True)
        self._process.start()
        theirs.close()
        self.header: Figures = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def record(self, name: str, limit_s: float) -> Record:
        """Wait for the record of the next part; one that takes too long, or dies, failed."""
        start = time.perf_counter()
        figures: Figures = {}
        end = start + limit_s + (0.0 if self.header else START_S)
        while True:
            try:
                if not self._pipe.poll(max(0.0, end - time.perf_counter())):
                    why = f"it was stopped after {time.perf_counter() - start:.0f} s"
                    break
                kind, told = self._pipe.recv()
            except (EOFError, OSError):
                self._process.join(5)
                why = f"its process ended with code {self._process.exitcode}"
                break
            if kind == "header":
                self.header = told
                start, end = time.perf_counter(), time.perf_counter() + limit_s
            elif kind == "figures":
                figures = told
            else:
                done: Record = {"name": name, **told}
                return done
        seconds = time.perf_counter() - start
        return record(name, "failed", seconds, figures, why)


def record(
    name: str, status: str, seconds: float = 0.0, figures: Figures | None = None, reason: str = ""
) -> Record:
    """Return the record of a part.

    Args:
        name: Of the part.
        status: "passed", "failed" or "not run".
        seconds: That it took.
        figures: That it measured.
        reason: Why it failed or was not run.
    """
    return {
        "name": name,
        "status": status,
        "seconds": round(seconds, 2),
        "figures": dict(figures or {}),
        "reason": reason,
    }


def _work(pipe: Connection, device: str, parts: Sequence[tuple[str, str]]) -> None:
    """Run the parts until one fails; the rest is for another process."""
    with contextlib.suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import torch

    from rnnviz.bench.gpu_header import header

    where = torch.device(device)
    if where.type == "cpu":
        torch.set_num_threads(1)  # as in a worker; others may be busy on the same cores
    with contextlib.suppress(BrokenPipeError):  # nobody waits any more
        pipe.send(("header", header(where)))
        for _, place in parts:
            done = _run(place, where, pipe)
            pipe.send(("done", done))
            if done["status"] == "failed":
                return
            gc.collect()
            if where.type == "cuda":
                torch.cuda.empty_cache()


def _run(place: str, where: Any, pipe: Connection) -> Record:  # noqa: ANN401 - torch comes late
    start = time.perf_counter()
    kept: list[Figures] = [{}]

    def keep(figures: Figures) -> None:
        kept[0] = dict(figures)
        pipe.send(("figures", kept[0]))

    try:
        module, function = place.split(":")
        part: PartFunction = getattr(importlib.import_module(module), function)
        result = part(where, keep)
        status, reason = ("failed" if result.wrong else "passed"), result.wrong
        figures: Figures = result.figures
    except NotRunError as error:
        status, figures, reason = "not run", {}, str(error)
    except BrokenPipeError:
        raise
    except Exception as error:
        told = " ".join(str(error).split())[:400]
        status, figures = "failed", kept[0]
        reason = f"{type(error).__name__}: {told}" if told else type(error).__name__
    done = record("", status, time.perf_counter() - start, figures, reason)
    del done["name"]
    return done


def _end_with_parent() -> None:
    """End this process, and free the device, when the one that started it is gone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
