"""Limits of one server, e.g. on runs at once, each set by an environment variable.

They are read when the server starts; a value that makes no sense is refused there, in words.
What one run may ask is bounded by `digits.RUN_LIMITS`, whatever is set here.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from rnnviz.training.jobs import backend
from rnnviz.training.tasks.digits import RUN_LIMITS
from rnnviz.training.tasks.spec import AnyConfig

PREFIX = "RNNVIZ_"
OTHERS = ("HOME", "JOBS")  # ours too, and no limits
NEAR = 0.7  # how alike two names are, of 1
SIZES = {
    "steps": "steps",
    "parameters": "parameters",
    "states": "hidden states in a step, units times time steps times the sequences of a batch,",
}
MOST_PARAMETERS, MOST_STATES = RUN_LIMITS["parameters"], RUN_LIMITS["states"]


class BoundsError(ValueError):
    """A variable that cannot be meant; one sentence without its full stop."""


def _bound(default: float | bool, least: float, most: float, words: str) -> Any:  # noqa: ANN401
    return field(default=default, metadata={"least": least, "most": most, "words": words})


@dataclass(frozen=True)
class Bounds:
    """What a server allows. The variable of each is its name in capitals, after `RNNVIZ_`.

    Attributes:
        running: Trainings at once; 0 is one for each GPU, else for every two cores.
        each: Trainings of one person at once.
        queue: Trainings that may wait.
        grace_s: Seconds that a run goes on when its tab is closed.
        pause_s: Seconds that a pause may last while others wait.
        runs: Runs that are kept.
        disk_mb: Megabytes of them, the trash included.
        shared: Whether people use this server who do not know each other.
        steps: Of one training.
        parameters: Numbers that one training may learn.
        states: Numbers of hidden state that one of its steps may keep, T·B·L·D·H.
        hours: That one training may take, pauses included.
        upload_mb: Megabytes of a network or a recording that a person brings.
    """

    running: int = _bound(0, 0, 64, "trainings at once; 0: one per GPU, else per two cores")
    each: int = _bound(1, 1, 64, "trainings of one person at once; a cluster has room for more")
    queue: int = _bound(64, 0, 10_000, "trainings that may wait for their turn")
    grace_s: float = _bound(30.0, 0, 86_400, "seconds that a run goes on when its tab is closed")
    pause_s: float = _bound(600.0, 1, 86_400, "seconds that a pause may last while others wait")
    runs: int = _bound(200, 1, 100_000, "runs that are kept; the oldest without a name make room")
    disk_mb: int = _bound(2000, 10, 10_000_000, "megabytes of them, those just deleted included")
    shared: bool = _bound(False, 0, 1, "1: people who do not know each other; each has a list")
    steps: int = _bound(1_000_000, 1, 1_000_000, "steps that one training may have")
    parameters: int = _bound(
        MOST_PARAMETERS, 1000, MOST_PARAMETERS, "numbers that one training may learn"
    )
    states: int = _bound(
        MOST_STATES, 10_000, MOST_STATES, "hidden states that a step may keep, T·B·L·D·H"
    )
    hours: float = _bound(24.0, 0.01, 10_000, "hours that one may take, pauses included")
    upload_mb: int = _bound(210, 1, 210, "megabytes of a network or recording that is brought")

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Bounds:
        """Read the variables.

        Raises:
            BoundsError: If one is no number of its kind, or out of its range.
        """
        values: dict[str, Any] = {}
        for one in fields(cls):
            text = environment.get(variable(one.name), "").strip()
            if text:
                values[one.name] = _number(one.name, text, type(one.default), one.metadata)
        return cls(**values)


def variable(name: str) -> str:
    """Return how the variable of a limit is called."""
    return PREFIX + name.upper()


def check_names(environment: Mapping[str, str]) -> None:
    """Refuse a variable that is nearly one of ours: whoever set it would miss its limit.

    Others that begin alike are let be: Kubernetes sets RNNVIZ_PORT beside a service of this name.

    Raises:
        BoundsError: If there is one that is not empty.
    """
    ours = [one.name.upper() for one in fields(Bounds)] + list(OTHERS)
    for name, text in environment.items():
        rest = name.upper().removeprefix(PREFIX)
        if name.upper() == rest or name in map(variable, ours) or not text.strip():
            continue
        if near := get_close_matches(rest, ours, 1, NEAR):
            meant = variable(near[0])
            raise BoundsError(f"there is no variable {name[:40]}, {meant} may be meant")


def check_sizes(configs: Sequence[AnyConfig], most: Mapping[str, int | None]) -> None:
    """Refuse a training that is larger than one may be.

    Args:
        configs: What is to be trained.
        most: The limit of each of `SIZES`; None is none.

    Raises:
        RuntimeError: If one is; says what, the limit, and how much was asked.
    """
    for name, limit in most.items():
        asked = max((getattr(config, name) for config in configs), default=0)
        if limit is not None and asked > limit:
            raise RuntimeError(
                f"a training may have {limit:,} {SIZES[name]} here, this one has {asked:,}"
            )


def table() -> str:
    """Return all limits as the README shows them, and below them where trainings run."""
    rows = ["| variable | default | from, to | what it bounds |", "| --- | --- | --- | --- |"]
    for one in fields(Bounds):
        least, most = one.metadata["least"], one.metadata["most"]
        default = f"{int(getattr(Bounds(), one.name))}"
        rows.append(
            f"| `{variable(one.name)}` | {default} | {least:,} – {most:,} | "
            f"{one.metadata['words']} |"
        )
    return "\n".join([*rows, backend.ROW])


def bounds() -> Bounds:
    """Return what this server allows; `app.py` asks first, so that what is wrong is said there."""
    return Bounds.read(os.environ)


def _number(name: str, text: str, kind: type, range_: Mapping[str, Any]) -> float | bool:
    least, most = range_["least"], range_["most"]
    what = "a number" if kind is float else "a whole number"
    what = "0 or 1" if kind is bool else f"{what} from {least:,} to {most:,}"
    told = f"{variable(name)} must be {what}, got {text[:40]!r}"
    try:
        value = float(text) if kind is float else int(text) if len(text) < 20 else math.inf
    except ValueError:
        raise BoundsError(told) from None
    if not least <= value <= most:
        raise BoundsError(told)
    return kind(value)  # type: ignore[no-any-return]
