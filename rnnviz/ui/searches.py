"""The searches of this server, and which of them a session looks at."""

from __future__ import annotations

from functools import cache

from rnnviz.training.run_files import StoreError
from rnnviz.training.search import SearchSnapshot
from rnnviz.training.search_plan import SearchPlan
from rnnviz.training.searches import Searches
from rnnviz.ui import run_state, runs, state

LIVE_S = 0.5  # between looks at a search that goes on


@cache
def searches() -> Searches:
    """Return the searches that all sessions share."""
    return Searches(runs.jobs(), runs.store())


def shut_down() -> None:
    """Stop all searches, if there ever were any; they can be resumed."""
    if searches.cache_info().currsize:
        searches().shutdown()
        searches.cache_clear()


def current() -> SearchSnapshot | None:
    """Return how the search that is shown stands; one that cannot be shown is said, once."""
    search_id = run_state.search_id()
    if search_id is None:
        return None
    try:
        return searches().snapshot(search_id)
    except StoreError as error:
        run_state.show_search(None)
        state.note(f"The search that the link names cannot be shown: {error}.")
        return None


def tick_s(snapshot: SearchSnapshot | None) -> float | None:
    """Return the seconds until the next look; None if nothing will change."""
    return LIVE_S if snapshot is not None and snapshot.state == "running" else None


def start(plan: SearchPlan) -> None:
    """Start a search and show it; while one is going on, pressing again does nothing."""
    before = current()
    if before is not None and before.state == "running":
        return
    try:
        run_state.show_search(searches().start(plan))
    except StoreError as error:
        state.note(f"{str(error)[:1].upper()}{str(error)[1:]}.")


def resume(search_id: str) -> None:
    """Go on with a search that was stopped."""
    try:
        searches().resume(search_id)
    except StoreError as error:
        state.note(f"{str(error)[:1].upper()}{str(error)[1:]}.")


def cancel(search_id: str) -> None:
    """Stop a search; what it has found is kept."""
    searches().cancel(search_id)
