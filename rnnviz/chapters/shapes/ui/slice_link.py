"""The slice that the user has selected, in the link and in the session."""

from __future__ import annotations

from collections.abc import Collection

from rnnviz.chapters.shapes.ui import keys
from rnnviz.chapters.shapes.ui.components.shapes import picked
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.slices import Pick, index
from rnnviz.ui.session.linked_values import ComponentValue, LinkedValue, count

DIRECTIONS = ("forward", "reverse")


def usual(call: Call) -> Pick:
    """Return the slice before the user selects one: the last step of the output."""
    return Pick("output", step=call.time - 1)


def now(call: Call, tensors: Collection[str]) -> Pick:
    """Return the slice, if it is there; at first the link's.

    Args:
        call: The network and its input.
        tensors: Those that are shown.
    """

    def fits(found: Pick | None) -> bool:
        if found is None or found.tensor not in tensors:
            return False
        try:
            index(call, found)
        except ValueError:
            return False
        return True

    found = SET.now(lambda: CUT.linked(fits))
    return found if found is not None and fits(found) else usual(call)


def link(call: Call, found: Pick) -> None:
    """Write the slice into the link, which does not name the usual one."""
    CUT.link(found if found != usual(call) else None)


def _written(cut: Pick | None) -> str:
    """Write a slice, e.g. "output,28,,reverse": tensor, step, sequence, direction, place."""
    if cut is None:
        return ""
    direction = "" if cut.direction is None else DIRECTIONS[cut.direction]
    step, sequence, place = (
        "" if n is None else str(n + 1) for n in (cut.step, cut.sequence, cut.place)
    )
    return ",".join((cut.tensor, step, sequence, direction, place)).rstrip(",")


def _read(asked: str) -> Pick:
    tensor, step, sequence, direction, place, *more = [*asked.split(","), *[""] * 4][:6]
    numbers = [count(n) - 1 if n else None for n in (step, sequence, place)]
    half = DIRECTIONS.index(direction) if direction else None
    names = ("step", "sequence", "place")
    found = picked({"tensor": tensor, "half": half, **dict(zip(names, numbers, strict=True))})
    if any(more) or found is None:
        raise ValueError(f"a slice is e.g. output,28,,reverse, got {asked[:40]!r}")
    return found


CUT = LinkedValue[Pick | None]("cut", None, _read, _written)
SET = ComponentValue[Pick | None](keys.BLOCKS, "_cut", picked)
