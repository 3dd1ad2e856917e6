"""Which runs a session has ticked, compares and has deleted: its keys are those of `state`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import streamlit as st

from rnnviz.ui import state


def ticked(run_ids: Sequence[str]) -> list[int]:
    """Return the rows of the list that are ticked, in order."""
    value = st.session_state.get(kept_key(run_ids)) or {}
    rows = value.get("selection", {}).get("rows", [])
    return sorted(row for row in rows if isinstance(row, int) and 0 <= row < len(run_ids))


def kept_key(run_ids: Sequence[str]) -> str:
    """Return the key of a list of just these runs: a tick must never slip to another run."""
    return f"kept-{hashlib.sha256(' '.join(run_ids).encode()).hexdigest()[:16]}"


def name_key(run_id: str) -> str:
    """Return the key of the field that names a run."""
    return f"name-{run_id}"


def named(run_id: str) -> str:
    """Return what was written into that field."""
    return str(st.session_state.get(name_key(run_id), ""))


def compare(run_ids: Sequence[str]) -> None:
    """Lay runs over one another, on the view for that."""
    st.session_state[state.COMPARED] = list(run_ids)
    st.session_state[state.VIEW] = "Compare"


def compared() -> list[str]:
    """Return the runs that are compared; at first those that the link names."""
    if state.COMPARED in st.session_state:
        return list(st.session_state[state.COMPARED])
    asked = str(st.query_params.get(state.COMPARED, ""))
    return [run_id for run_id in dict.fromkeys(asked.split(",")) if run_id][:8]


def link_compared(run_ids: Sequence[str]) -> None:
    """Say in the link which runs are compared."""
    if run_ids:
        st.query_params[state.COMPARED] = ",".join(run_ids)
    else:
        st.query_params.pop(state.COMPARED, None)


def remember_deleted(run_ids: Sequence[str]) -> None:
    """Keep which runs were deleted last, so that it can be undone."""
    st.session_state[state.DELETED] = tuple(run_ids)


def deleted() -> tuple[str, ...]:
    """Return the runs that were deleted last and not restored since."""
    found: tuple[str, ...] = st.session_state.get(state.DELETED, ())
    return found
