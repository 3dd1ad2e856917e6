"""Specification of one intervention, and its text in a link."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, cast

from rnnviz.core.config import check_choices
from rnnviz.core.inspect.layer_trace import Direction

What = Literal["h", "c", "i", "f", "g", "o", "r", "z", "n"]
Kind = Literal["zero", "clamp", "mean"]
Place = tuple[int, Direction, What]

# What a gate can take at all: an activation's range.
RANGES: dict[str, tuple[float, float]] = {
    **dict.fromkeys("iforz", (0.0, 1.0)),
    **dict.fromkeys("gn", (-1.0, 1.0)),
}
DIRECTION_OF: dict[str, Direction] = {"f": "forward", "r": "reverse"}
LINK = re.compile(
    r"l(?P<layer>\d{1,2})(?P<direction>[fr]):(?P<what>[a-z]):(?P<units>all|[\d,-]+):"
    r"(?P<kind>zero|mean|clamp(?P<value>-?[\d.]+(e-?\d+)?))"
    r"(@(?P<start>\d{1,5})(:(?P<stop>\d{1,5}))?)?"
)
UNITS = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?")


@dataclass(frozen=True)
class Intervention:
    """One change of a network while it reads.

    Rows are those of the sequence in both directions, counted from 0, so the reverse direction
    meets `stop` first. A unit that is out has h = 0; its cell state is another place.

    Attributes:
        layer: Counted from 0.
        direction: "forward" or "reverse".
        what: The state "h" or "c" after a row, or a gate: i, f, g, o of an LSTM, r, z, n of a GRU.
        units: Which ones, counted from 0, in increasing order; None means all.
        kind: "zero"; "clamp", to `value`; "mean", to means that are given with it.
        value: Of "clamp"; 1 forces a gate open and 0 shut.
        start: The first row at which it holds.
        stop: The first row at which it holds no more; None means to the end.

    Raises:
        ValueError: If a value cannot be meant.
    """

    layer: int
    direction: Direction
    what: What
    units: tuple[int, ...] | None
    kind: Kind = "zero"
    value: float = 0.0
    start: int = 0
    stop: int | None = None

    def __post_init__(self) -> None:
        check_choices(self, direction=Direction, what=What, kind=Kind)
        for name in ("layer", "start"):
            _check_count(name, getattr(self, name))
        if self.stop is not None:
            _check_count("stop", self.stop)
            if self.stop <= self.start:
                raise ValueError(f"stop must lie after start, {self.start}, got {self.stop}")
        self._check_units()
        self._check_value()

    def _check_units(self) -> None:
        if self.units is None:
            return
        if not isinstance(self.units, tuple) or not self.units:
            raise ValueError(f"units must be a tuple of one or more, or None, got {self.units!r}")
        for unit in self.units:
            _check_count("a unit", unit)
        if list(self.units) != sorted(set(self.units)):
            raise ValueError(f"units must be different and in increasing order, got {self.units}")

    def _check_value(self) -> None:
        number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        if not number or not math.isfinite(self.value):
            raise ValueError(f"value must be a finite number, got {self.value!r}")
        if self.kind != "clamp" and self.value != 0:
            raise ValueError(f"value is for clamp alone; for {self.kind} it is 0, got {self.value}")
        low, high = RANGES.get(self.what, (-math.inf, math.inf))
        if not low <= self.value <= high:
            raise ValueError(
                f"gate {self.what} lies in [{low:g}, {high:g}], so it cannot be {self.value:g}"
            )

    @property
    def place(self) -> Place:
        """Layer, direction and what."""
        return self.layer, self.direction, self.what

    @property
    def link(self) -> str:
        """The same in short, for a link, e.g. "l0f:c:3,7-9:zero@5" or "l1r:f:all:clamp1@5:9"."""
        kind = f"clamp{self.value:g}" if self.kind == "clamp" else self.kind
        if self.kind == "clamp" and float(kind[5:]) != self.value:
            kind = f"clamp{float(self.value)!r}"
        rows = "" if self.stop is None else f":{self.stop}"
        since = f"@{self.start}{rows}" if self.start or rows else ""
        units = "all" if self.units is None else _ranges(self.units)
        kind = kind.replace("e+", "e")  # a plus is a blank in a link
        return f"l{self.layer}{self.direction[0]}:{self.what}:{units}:{kind}{since}"

    @classmethod
    def from_link(cls, text: str) -> Intervention:
        """Read what `link` writes.

        Raises:
            ValueError: If the text is none, or one that cannot be meant.
        """
        found = LINK.fullmatch(text)
        if found is None:
            raise ValueError(f"a change reads like l0f:h:3,7-9:zero@5, got {text[:80]!r}")
        part = found.groupdict()
        values: dict[str, Any] = {"kind": "clamp" if part["value"] else part["kind"]}
        if part["value"]:
            values["value"] = _number(part["value"])
        return cls(
            layer=int(part["layer"]),
            direction=DIRECTION_OF[part["direction"]],
            what=cast(What, part["what"]),
            units=None if part["units"] == "all" else _units(part["units"]),
            start=int(part["start"] or 0),
            stop=int(part["stop"]) if part["stop"] else None,
            **values,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""
        return asdict(self) | {"units": None if self.units is None else list(self.units)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Intervention:
        """Build an intervention from `to_dict`'s values.

        Raises:
            ValueError: If a name is unknown or missing, or a value cannot be meant.
        """
        known = {f.name for f in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ValueError(f"unknown settings of a change: {', '.join(unknown)}")
        if missing := sorted({"layer", "direction", "what", "units"} - set(values)):
            raise ValueError(f"settings of a change are missing: {', '.join(missing)}")
        units = values["units"]
        return cls(**{**values, "units": tuple(units) if isinstance(units, list) else units})


def to_link(interventions: Iterable[Intervention]) -> str:
    """Write several for a link, one after the other; none is the empty text."""
    return ";".join(intervention.link for intervention in interventions)


def from_link(text: str) -> tuple[Intervention, ...]:
    """Read what `to_link` writes.

    Raises:
        ValueError: If one of them is none, or one that cannot be meant.
    """
    return tuple(Intervention.from_link(part) for part in text.split(";") if part)


def _check_count(name: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{name} must be a whole number from 0, got {value!r}")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"clamp needs a number, got {text!r}") from None


def _ranges(units: tuple[int, ...]) -> str:
    """Write units in increasing order, runs of three or more in short: "3,7-9"."""
    runs: list[list[int]] = []
    for unit in units:
        if runs and unit == runs[-1][-1] + 1:
            runs[-1].append(unit)
        else:
            runs.append([unit])
    return ",".join(
        f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(map(str, run)) for run in runs
    )


def _units(text: str) -> tuple[int, ...]:
    """Read what `_ranges` writes, in any order; each unit once."""
    units: set[int] = set()
    for part in text.split(","):
        found = UNITS.fullmatch(part)
        if found is None:
            raise ValueError(f"units read like 3,7-9, got {text[:80]!r}")
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first:
            raise ValueError(f"units of a run must rise, got {part}")
        units.update(range(first, last + 1))
    return tuple(sorted(units))
