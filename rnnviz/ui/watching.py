"""For whoever keeps the server: whether it is well, and counters in Prometheus' text form."""

from __future__ import annotations

import logging
from collections import Counter
from typing import get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from rnnviz.training import events
from rnnviz.training.messages import Snapshot, State
from rnnviz.ui import counted, warming

HEALTH, METRICS = "/healthz", "/metrics"


def to_stderr() -> None:
    """Let the events of trainings be written; once, also if the server is built anew."""
    if not events.LOGGER.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(message)s"))
        events.LOGGER.addHandler(handler)
        events.LOGGER.setLevel(logging.INFO)
        events.LOGGER.propagate = False


def metrics() -> str:
    """Return what is counted: only numbers, nothing of whom or what."""
    snapshots = _snapshots()
    states = Counter(snapshot.state for snapshot in snapshots)
    places = {snapshot.place for snapshot in snapshots if snapshot.place}
    steps = sum(snapshot.step for snapshot in snapshots)
    lines = ["# HELP rnnviz_jobs Trainings that this server remembers, by state."]
    lines += ["# TYPE rnnviz_jobs gauge"]
    lines += [f'rnnviz_jobs{{state="{state}"}} {states[state]}' for state in get_args(State)]
    lines += ["# HELP rnnviz_queue_length Trainings that wait for their turn."]
    lines += ["# TYPE rnnviz_queue_length gauge", f"rnnviz_queue_length {len(places)}"]
    lines += ["# HELP rnnviz_steps Steps of all trainings that are remembered."]
    lines += ["# TYPE rnnviz_steps gauge", f"rnnviz_steps {steps}"]
    lines += [*counted.answers().lines(), *counted.pages().lines()]
    return "\n".join(lines) + "\n"


def _snapshots() -> tuple[Snapshot, ...]:
    warming.wait()
    from rnnviz.ui import runs  # it brings torch

    return runs.jobs().snapshots()


def _health(_: Request) -> JSONResponse:
    return JSONResponse({"status": "ok", "jobs": len(_snapshots())})


def _metrics(_: Request) -> PlainTextResponse:
    return PlainTextResponse(metrics(), media_type="text/plain; version=0.0.4")


def routes() -> list[Route]:
    """Return the routes beside the pages."""
    return [Route(HEALTH, _health), Route(METRICS, _metrics)]
