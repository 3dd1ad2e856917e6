"""Runs, races and searches that a session has selected, in its state and in the link."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import streamlit as st

from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import linked_values


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


def want_open(run_id: str) -> None:
    """Ask for the page of a run: a press counts, whatever else the browser says meanwhile."""
    st.session_state[session_keys.OPENING] = run_id


def wanted_open() -> str | None:
    """Return the run whose page was asked for, once; None if none was."""
    run_id: str | None = st.session_state.pop(session_keys.OPENING, None)
    return run_id


def compare(run_ids: Sequence[str]) -> None:
    """Lay runs over one another, on the view for that."""
    st.session_state[session_keys.COMPARED] = list(run_ids)
    st.session_state[session_keys.VIEW] = "Compare"


def compared() -> list[str]:
    """Return the runs that are compared; at first those that the link names."""
    if not linked_values.decides(session_keys.COMPARED):
        return list(st.session_state[session_keys.COMPARED])
    asked = str(st.query_params.get(session_keys.COMPARED, ""))
    return [run_id for run_id in dict.fromkeys(asked.split(",")) if run_id][:8]


def link_compared(run_ids: Sequence[str]) -> None:
    """Say in the link which runs are compared."""
    linked_values.link(session_keys.COMPARED, ",".join(run_ids))


def remember_deleted(run_ids: Sequence[str]) -> None:
    """Keep which runs were deleted last, so that it can be undone."""
    st.session_state[session_keys.DELETED] = tuple(run_ids)


def deleted() -> tuple[str, ...]:
    """Return the runs that were deleted last and not restored since."""
    found: tuple[str, ...] = st.session_state.get(session_keys.DELETED, ())
    return found


def run_id() -> str | None:
    """Return the run that is shown; at first the one that the link names."""
    if linked_values.decides(session_keys.RUN):
        remember_run(_shown(session_keys.RUN))
    return _shown(session_keys.RUN)


def run_link(run_id: str) -> dict[str, str]:
    """Return what the link to a run says of it."""
    return {session_keys.RUN: run_id}


def linked_run() -> str | None:
    """Return the run that is shown, and say so in the link, also after another page."""
    found = run_id()
    if found is not None:
        linked_values.link(session_keys.RUN, found)
    return found


def show_run(run_id: str | None) -> None:
    """Show another run, or none, and say so in the link."""
    remember_run(run_id)
    _show(session_keys.RUN, run_id)


def remember_run(run_id: str | None) -> None:
    """Keep a run among those that this session can choose, at most `keys.OPENED_RUNS` of them."""
    if run_id is not None:
        others = [known for known in opened_runs() if known != run_id]
        st.session_state[session_keys.OPENED_RUN_IDS] = (run_id, *others)[
            : session_keys.OPENED_RUNS
        ]


def opened_runs() -> tuple[str, ...]:
    """Return the runs that this session has trained or opened, the newest first."""
    found: tuple[str, ...] = st.session_state.get(session_keys.OPENED_RUN_IDS, ())
    return found


def search_id() -> str | None:
    """Return the search that is shown; at first the one that the link names."""
    found = _shown(session_keys.SEARCH)
    if found is not None:
        linked_values.link(session_keys.SEARCH, found)  # another page has another link
    return found


def show_search(search_id: str | None) -> None:
    """Show another search, or none, and say so in the link."""
    _show(session_keys.SEARCH, search_id)


def race_message() -> object:
    """Return which round of the race was chosen last, to see its curves."""
    return session_keys.message(session_keys.RACE, "shown")


def link_values() -> dict[str, str]:
    """Return all that stands in the link."""
    return {str(key): str(value) for key, value in st.query_params.to_dict().items()}


def group_id(kind: str) -> str | None:
    """Return which group of runs is shown; at first the one that the link names."""
    return _shown(_group_key(kind))


def show_group(kind: str, group_id: str | None) -> None:
    """Show another group of runs, or none, and say so in the link."""
    _show(_group_key(kind), group_id)


def group_link(kind: str, group_id: str) -> dict[str, str]:
    """Return what the link to a group of runs says of it."""
    return {_group_key(kind): group_id}


def _group_key(kind: str) -> str:
    return kind if kind == "race" else f"{kind}_runs"


def _shown(key: str) -> str | None:
    """Return the id that a session shows; at first the link's."""
    return linked_values.stored(key, lambda: st.query_params.get(key))


def _show(key: str, shown_id: str | None) -> None:
    st.session_state[key] = shown_id
    linked_values.link(key, shown_id or "")
