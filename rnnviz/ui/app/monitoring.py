"""HTTP routes `/healthz` and `/metrics`: a health check, and metrics in Prometheus' text format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from rnnviz.training.jobs.protocol import Snapshot, State
from rnnviz.ui.app import latency_metrics, preload
from rnnviz.ui.app.latency_metrics import Histogram

HEALTH, METRICS = "/healthz", "/metrics"
PROMETHEUS = "text/plain; version=0.0.4"  # the media type of its text format


def routes() -> list[Route]:
    """Return the routes beside the pages."""
    return [Route(HEALTH, _health), Route(METRICS, _metrics)]


def metrics() -> str:
    """Return all counters as Prometheus text: only numbers, nothing of whom or what."""
    snapshots = _snapshots()
    states = Counter(snapshot.state for snapshot in snapshots)
    by_state = {f'{{state="{state}"}}': states[state] for state in get_args(State)}
    waiting = len({snapshot.place for snapshot in snapshots if snapshot.place})
    steps = sum(snapshot.step for snapshot in snapshots)
    lines = [
        *gauge_lines("rnnviz_jobs", "Trainings that this server remembers, by state.", by_state),
        *gauge_lines("rnnviz_queue_length", "Trainings that wait for their turn.", {"": waiting}),
        *gauge_lines("rnnviz_steps", "Steps of all trainings that are remembered.", {"": steps}),
        *histogram_lines(latency_metrics.answers()),
        *histogram_lines(latency_metrics.pages()),
    ]
    return "\n".join(lines) + "\n"


def gauge_lines(name: str, words: str, values: Mapping[str, int]) -> list[str]:
    """Return a gauge as lines of Prometheus text.

    Args:
        name: Name of the gauge.
        words: What it counts.
        values: Its values by label, e.g. '{state="running"}'; "" for a gauge without labels.
    """
    head = [f"# HELP {name} {words}", f"# TYPE {name} gauge"]
    return head + [f"{name}{label} {value}" for label, value in values.items()]


def histogram_lines(histogram: Histogram) -> list[str]:
    """Return a histogram as lines of Prometheus text: each bucket holds those below it."""
    name, (counts, sum_s) = histogram.name, histogram.read()
    lines = [f"# HELP {name} {histogram.words}", f"# TYPE {name} histogram"]
    total = 0
    bounds = (*map(str, latency_metrics.BOUNDS_S), "+Inf")
    for bound, count in zip(bounds, counts, strict=True):
        total += count
        lines.append(f'{name}_bucket{{le="{bound}"}} {total}')
    return [*lines, f"{name}_sum {sum_s:.6f}", f"{name}_count {total}"]


def _snapshots() -> tuple[Snapshot, ...]:
    preload.wait()
    from rnnviz.ui.server import run_manager  # it brings torch

    return run_manager.jobs().snapshots()


def _health(_: Request) -> JSONResponse:
    return JSONResponse({"status": "ok", "jobs": len(_snapshots())})


def _metrics(_: Request) -> PlainTextResponse:
    return PlainTextResponse(metrics(), media_type=PROMETHEUS)
