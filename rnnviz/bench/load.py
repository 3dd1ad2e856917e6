"""Load test with thirty simultaneous users: latencies, errors, and resources left afterwards.

The people are tabs without a screen, in a process of their own (`rnnviz.bench.load_client`): they
speak Streamlit's websocket, send what the pad sends, and ask for what a browser asks for.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import quantiles
from typing import Any

from rnnviz.bench.draw import ROOT, Server, start_server
from rnnviz.bench.paired_timing import machine
from rnnviz.bench.process import Held, cpu_s, held
from rnnviz.ui.app.app_files import APP

PEOPLE, SECONDS, WARM_S, LEFT_S = 30, 180.0, 120.0, 240.0
MOST_PEOPLE, MOST_S = 500, 86_400.0
CALM_S = 2.0  # between two looks at a server that comes to rest
GONE_S, TIDY_S = (
    60.0,
    12.0,
)  # a closed tab's session in .streamlit/config.toml; until it is cleared up
AIMS = {"stroke_p95_ms": 1000, "switch_p95_ms": 2000, "mb_per_person": 3.0, "mb_left_share": 0.1}
Tell = Callable[[str], None]
Row = Mapping[str, float]


def measure(
    people: int = PEOPLE,
    seconds: float = SECONDS,
    warm_s: float = WARM_S,
    left_s: float = LEFT_S,
    gone_s: float | None = None,
    tell: Tell = lambda _: None,
) -> dict[str, Any]:
    """Start the app, let people use it at once, and look at what they leave.

    A third of them draw without a pause, up to three train or wait for their turn, the others go
    from page to page and move controls.

    Args:
        people: How many.
        seconds: For how long, from the first one's coming.
        warm_s: For how long as many others use it before: what all share, such as what a page has
            computed of a network, is there by then, and is bounded. 0: nobody does.
        left_s: The longest to wait, when all have left, until nothing of theirs is there.
        gone_s: After how long a closed tab's session and run are let go; None is the app's own.
        tell: Is told what is going on.

    Returns: `machine`; what was asked; `faults`, a sentence each, with those of the server's log;
        `strokes` drawn and `lost`; `late`, messages that the pad would have sent again; `answers`,
        `switches` and `steps`: count, p50_ms, p95_ms and max_ms; `cpu_share` of a core that server
        and training took; `fresh`, `start`, `full` and `left`: what the server held before anybody
        came, when those before had gone, before they left, and `left_s` after that;
        `mb_per_person`, of full above start.

    Raises:
        ValueError: If the server does not come up, nobody could be let in, or so many people or
            seconds cannot be meant.
    """
    if not 1 <= people <= MOST_PEOPLE:
        raise ValueError(f"people must lie in 1 to {MOST_PEOPLE}, got {people}")
    if not 1 <= seconds <= MOST_S:
        raise ValueError(f"seconds must lie in 1 to {MOST_S:,.0f}, got {seconds}")
    own = {"RNNVIZ_RUNNING": "1"}
    if gone_s is not None:
        own |= {"RNNVIZ_GRACE_S": f"{gone_s:g}"}
        own |= {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": f"{gone_s:.0f}"}
    with tempfile.TemporaryFile() as log, start_server(APP, own, log) as server:
        _send(server.address)
        rest_s = (GONE_S if gone_s is None else gone_s) + TIDY_S
        fresh = start = _rest(server.pid, rest_s)
        if warm_s:
            tell(f"{people} people come before; the server holds {fresh.mb:.0f} MB")
            _visit(server, people, warm_s, seed=1)
            start = _rest(server.pid, rest_s)
        tell(f"{people} people come; the server holds {start.mb:.0f} MB")
        full, seen, cpu = _visit(server, people, seconds)
        tell(f"they leave; the server holds {full.mb:.0f} MB")
        since = time.perf_counter()
        left = _rest(server.pid, left_s, start)
        left_s = time.perf_counter() - since
        log.seek(0)
        faults = [*seen["faults"], *_tracebacks(log.read().decode(errors="replace"))]
    return {
        "machine": machine(),
        "aims": AIMS,
        **{name: seen[name] for name in ("people", "drawing", "training", "seconds")},
        "faults": faults,
        **{name: seen[name] for name in ("strokes", "lost", "late")},
        **{name: _times(seen[name]) for name in ("answers", "switches", "steps")},
        "cpu_share": round(cpu / seconds, 2),
        "fresh": fresh.as_json(),
        "start": start.as_json(),
        "full": full.as_json(),
        "left": left.as_json(),
        "left_s": round(left_s),
        "mb_per_person": round((full.mb - start.mb) / people, 2),
    }


def table(figures: Mapping[str, Any]) -> str:
    """Return the figures as the README shows them."""
    answers, switches = figures["answers"], figures["switches"]
    fresh, start, full, left = (figures[name] for name in ("fresh", "start", "full", "left"))
    per_person = f"{figures['mb_per_person']:.1f} MB"
    rows = [
        ("people at once, of whom so many draw", figures["people"], figures["drawing"]),
        ("seconds", f"{figures['seconds']:.0f}", f"load of the machine {_load(figures)}"),
        ("errors", len(figures["faults"]), "0"),
        ("strokes lost, of", figures["lost"], f"{figures['strokes']:,}"),
        ("from ink to its answer, p50 / p95", _two(answers), "p95 under 1,000 ms"),
        ("a page, from the click until all is there, p50 / p95", _two(switches), "under 2,000 ms"),
        ("memory of a server just started", f"{fresh['mb']:,.0f} MB", ""),
        ("before / with all / after", _three("mb", start, full, left), "after: within 10 %"),
        ("for each further person", per_person, "under 3 MB"),
        ("of it given back when they left", f"{_each(figures, full, left)} MB", ""),
        ("threads, likewise", _three("threads", start, full, left), "none left"),
        ("files and sockets", _three("handles", start, full, left), "none left"),
        ("worker processes", _three("workers", start, full, left), "none left"),
    ]
    lines = ["| what | here | bound, or of what |", "| --- | --- | --- |"]
    return "\n".join([*lines, *(f"| {name} | {here} | {bound} |" for name, here, bound in rows)])


def _each(figures: Mapping[str, Any], full: Row, left: Row) -> str:
    return f"{(full['mb'] - left['mb']) / figures['people']:.1f}"


def _load(figures: Mapping[str, Any]) -> str:
    load = figures["machine"]["load"]
    return f"{load:.1f}" if load is not None else "unknown"


def _two(times: Mapping[str, float]) -> str:
    return f"{times['p50_ms']:,} / {times['p95_ms']:,} ms" if "p50_ms" in times else "too few"


def _three(name: str, *held_: Mapping[str, float]) -> str:
    return " / ".join(f"{each[name]:,.0f}" for each in held_)


def _visitors(address: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "rnnviz.bench.load_client", address, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)


def _send(address: str) -> None:
    """Send one who opens every page: what is loaded once is there before others come."""
    with _visitors(address) as scout:
        said, _ = scout.communicate()
    seen = json.loads(said or '{"faults": ["no answer"]}')
    if seen["faults"]:
        raise ValueError(f"the app could not be used: {seen['faults'][0]}")


def _visit(
    server: Server, people: int, seconds: float, seed: int = 1000
) -> tuple[Held, dict[str, Any], float]:
    """Let them use it; what the server held at the end, what they saw, and the CPU seconds."""
    before = cpu_s(server.pid) or 0.0
    drawing = max(people // 3, 1)
    arguments = ("--people", people, "--drawing", drawing, "--seconds", seconds, "--seed", seed)
    with _visitors(server.address, *arguments) as crowd:
        if crowd.stdout is None or crowd.stdout.readline() != '"ready"\n':
            raise ValueError("those who were to use the app ended before their time")
        full, cpu = held(server.pid), (cpu_s(server.pid) or before) - before
        said, _ = crowd.communicate("\n")
    seen: dict[str, Any] = json.loads(said)
    return full, seen, cpu


def _rest(pid: int, limit_s: float, start: Held | None = None) -> Held:
    """Wait until a server holds no more than at its start, or the limit; return what it holds."""
    end = time.perf_counter() + limit_s
    while True:
        now = held(pid)
        calm = start is not None and (
            now.threads <= start.threads
            and now.handles <= start.handles
            and now.workers <= start.workers
            and now.mb <= (1 + AIMS["mb_left_share"]) * start.mb
        )
        if calm or time.perf_counter() >= end:
            return now
        time.sleep(min(CALM_S, max(end - time.perf_counter(), 0.1)))


def _tracebacks(log: str) -> list[str]:
    """Return a sentence for each error that the server wrote of itself."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", log)
    return [
        f"the server's log says: {line.strip()[:200]}"
        for line in plain.splitlines()
        if re.match(r"\s*(\w+\.)*\w*(Error|Exception)\b.*", line)
    ]


def _times(ms: Sequence[float]) -> dict[str, float]:
    if len(ms) < 2:
        return {"count": len(ms)}
    parts = quantiles(ms, n=20, method="inclusive")
    found = {"p50_ms": parts[9], "p95_ms": parts[18], "max_ms": max(ms)}
    return {"count": len(ms), **{name: round(value) for name, value in found.items()}}
