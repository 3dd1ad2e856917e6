"""The slice that the user has selected, in the link and in the session."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import streamlit as st

from rnnviz.chapters.shapes.ui import keys
from rnnviz.chapters.shapes.ui.components.shapes import picked
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.slices import Pick, index
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import linked_values
from rnnviz.ui.session.markdown_escape import quoted

DIRECTIONS = ("forward", "reverse")


def usual(call: Call) -> Pick:
    """Return what is cut before anybody says so: the last step of the output."""
    return Pick("output", step=call.time - 1)


def now(call: Call, tensors: Collection[str]) -> Pick:
    """Return what is cut, if it is there; at first what the link says.

    Args:
        call: The network and its input.
        tensors: Those that are shown.
    """
    if linked_values.decides(keys.CUT_SET):
        st.session_state[keys.CUT_SET] = _linked(call, tensors)
    found: Pick | None = st.session_state[keys.CUT_SET]
    return found if found is not None and _is_there(call, tensors, found) else usual(call)


def take() -> None:
    """Keep what was cut in the component: called when it says so."""
    message = st.session_state.get(keys.BLOCKS)
    found = picked(message.get("set")) if isinstance(message, Mapping) else None
    if found is not None:
        st.session_state[keys.CUT_SET] = found


def link(call: Call, found: Pick) -> None:
    """Say in the link what is cut; what goes without saying is left out."""
    words = "" if found == usual(call) else _spelled(found)
    if not words:
        st.query_params.pop(keys.CUT, None)
    elif st.query_params.get(keys.CUT) != words:
        st.query_params[keys.CUT] = words


def _spelled(cut: Pick) -> str:
    """Write a cut as e.g. "output,28,,reverse": tensor, step, sequence, direction, place."""
    direction = "" if cut.direction is None else DIRECTIONS[cut.direction]
    step, sequence, place = (
        "" if n is None else str(n + 1) for n in (cut.step, cut.sequence, cut.place)
    )
    return ",".join((cut.tensor, step, sequence, direction, place)).rstrip(",")


def _linked(call: Call, tensors: Collection[str]) -> Pick | None:
    asked = st.query_params.get(keys.CUT)
    if not asked:
        return None
    found = _read(asked)
    if found is None or not _is_there(call, tensors, found):
        session_keys.note(f"The link asks for the slice {quoted(asked, 40)}, which is not there.")
        return None
    return found


def _read(asked: str) -> Pick | None:
    tensor, step, sequence, direction, place, *more = [*asked.split(","), *[""] * 4][:6]
    if any(more) or direction not in ("", *DIRECTIONS):
        return None
    numbers = [int(n) - 1 if n.isascii() and n.isdigit() else None for n in (step, sequence, place)]
    if [n is None for n in numbers] != [n == "" for n in (step, sequence, place)]:
        return None
    half = DIRECTIONS.index(direction) if direction else None
    return picked(
        {
            "tensor": tensor,
            "step": numbers[0],
            "sequence": numbers[1],
            "half": half,
            "place": numbers[2],
        }
    )


def _is_there(call: Call, tensors: Collection[str], cut: Pick) -> bool:
    try:
        index(call, cut)
    except ValueError:
        return False
    return cut.tensor in tensors
