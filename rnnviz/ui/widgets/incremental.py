"""Incremental computation: a few pieces at each run of a fragment, so that the page responds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Generic, TypeVar

import streamlit as st

from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets.fragment import fragment

BUDGET_S = 0.2  # of computing at each run of a fragment
TICK_S = 0.1  # between two runs of a fragment while it computes

T = TypeVar("T")


@dataclass(eq=False)
class Job(Generic[T]):
    """A computation in short pieces, and what it has found so far; sessions may share it.

    Attributes:
        start: Returns the pieces; each yields all that is known so far.
        lock: Held during a piece; jobs that share it take turns.
        newest: What the last piece yielded; None before the first.
        over: Whether it is complete or canceled, or cannot go on.
        fault: Why it cannot go on, or "".
    """

    start: Callable[[], Iterator[T]]
    lock: Lock = field(default_factory=Lock)
    newest: T | None = None
    over: bool = False
    fault: str = ""
    _pieces: Iterator[T] | None = None

    def go_on(self) -> bool:
        """Compute a piece; return False if there is none, or another session computes one now.

        A ValueError ends the job and is its fault; after any other error it starts again.
        """
        if self.over or not self.lock.acquire(blocking=False):
            return False
        try:
            self._pieces = self._pieces or self.start()
            self.newest = next(self._pieces)
            return True
        except StopIteration:
            self.over = True
        except ValueError as error:
            self.over, self.fault = True, str(error)
        except BaseException:
            self._pieces = None
            raise
        finally:
            self.lock.release()
        return False

    def cancel(self) -> None:
        """Compute no further piece."""
        self.over = True


def work(*stages: Sequence[Job[Any]]) -> bool:
    """Compute for `BUDGET_S`, one piece at least; return whether all jobs are over.

    Args:
        stages: Jobs that take turns, so that they fill together; each stage after the one before.
    """
    end = time.perf_counter() + BUDGET_S
    for _ in _turns(stages):
        if time.perf_counter() > end:
            break
    return all(job.over for jobs in stages for job in jobs)


def live(key: str, show: Callable[[], bool], *, done: bool) -> None:
    """Show something in a fragment, again and again until all of it is computed.

    Args:
        key: Names the fragment for `st.rerun`.
        show: Computes for a moment and shows what is known; returns whether that is all.
        done: Whether all is known before.
    """

    @fragment(key=key, run_every=None if done else TICK_S)
    def filling() -> None:
        embedded_models.one_thread()
        if show() != done:
            st.rerun()

    filling()


def fill(key: str, find: Callable[[], Job[float]], doing: str, show: Callable[[], None]) -> None:
    """Show a progress bar in a fragment until a job is over, then what it found or its fault.

    Args:
        key: Names the fragment for `st.rerun`.
        find: Returns the job, which yields the share of it that is done.
        doing: What is computed.
        show: Shows what it found.
    """

    def filling() -> bool:
        job = find()
        if not work([job]):
            progress(job.newest or 0.0, doing)
        elif job.fault:
            st.info(job.fault, icon=":material/error:")
        else:
            show()
        return job.over

    live(key, filling, done=find().over)


def progress(share: float, doing: str) -> None:
    """Show what is computed and which share of it is done."""
    st.progress(share, f"{doing}: {100 * share:.0f} %")


def cancel_button(job: Job[Any] | None, key: str) -> None:
    """Show a button that cancels a job; disabled while there is nothing to cancel."""
    st.button(
        "Cancel",
        key=key,
        icon=":material/stop:",
        disabled=job is None or job.over,
        on_click=None if job is None else job.cancel,
    )


def _turns(stages: Sequence[Sequence[Job[Any]]]) -> Iterator[None]:
    for jobs in stages:
        active = list(jobs)
        while active:
            for job in tuple(active):
                if job.go_on():
                    yield
                else:
                    active.remove(job)
