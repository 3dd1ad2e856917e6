"""Measurement of an uploaded network in a thread, which the page polls and can cancel."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache

import streamlit as st
import torch

from rnnviz.data import mnist
from rnnviz.data.mnist import Digits
from rnnviz.training.reading_measurement import Progress, held_out, measure
from rnnviz.training.uploaded_readings import Candidates
from rnnviz.ui.server import embedded_models

WAIT_S = 0.1  # between two looks at whether a job that waits is canceled


class ReadingJob:
    """Measures the readings of one upload; starts at once, or after another session's job.

    Attributes:
        progress: How far it is.
        fault: Why it could not go on, or "".
    """

    def __init__(
        self, candidates: Candidates, digits: Callable[[], Digits], turn: threading.Lock
    ) -> None:
        """Start.

        Args:
            candidates: Networks that the file may hold, on the device of the pages.
            digits: Returns the digits to read.
            turn: Held while it computes, so that one upload at a time takes a core of the server.
        """
        self.progress = Progress(0.0, 0)
        self.fault = ""
        self._canceled = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(candidates, digits, turn), name="readings", daemon=True
        )
        self._thread.start()

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return not self._thread.is_alive()

    def cancel(self) -> None:
        """Stop after the piece that is computed now."""
        self._canceled.set()

    def wait(self, seconds: float) -> bool:
        """Wait until it is over, so long at most; return whether it is."""
        self._thread.join(seconds)
        return self.over

    def _run(
        self, candidates: Candidates, digits: Callable[[], Digits], turn: threading.Lock
    ) -> None:
        while not turn.acquire(timeout=WAIT_S):
            if self._canceled.is_set():
                return
        try:
            torch.set_num_threads(1)  # of this thread
            for self.progress in measure(candidates, digits()):
                if self._canceled.is_set():
                    return
        except (RuntimeError, ValueError, OSError) as error:
            self.fault = str(error).partition("\n")[0]
        finally:
            turn.release()


def start(candidates: Candidates) -> ReadingJob:
    """Start to measure networks on held-out training digits."""
    return ReadingJob(candidates, _digits, _turn())


@cache
def _digits() -> Digits:
    return held_out(lambda train: mnist.load(train=train)).to(embedded_models.device())


@st.cache_resource(show_spinner=False)
def _turn() -> threading.Lock:
    return threading.Lock()
