"""Searches of this server, and the one that a session watches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial

from rnnviz.chapters.runs.search.plan import SearchPlan
from rnnviz.chapters.runs.search.search_manager import Searches
from rnnviz.chapters.runs.search.trials import SearchSnapshot
from rnnviz.training.store.run_record import StoreError
from rnnviz.ui.server import run_manager
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import selected_runs
from rnnviz.ui.session.markdown_escape import sentence

LIVE_S = 0.5  # between looks at a search that goes on


@cache
def searches() -> Searches:
    """Return the searches that all sessions share."""
    found = Searches(run_manager.jobs(), run_manager.store())
    run_manager.before_shut_down(shut_down)
    return found


def shut_down() -> None:
    """Stop all searches, if there ever were any; they can be resumed."""
    if searches.cache_info().currsize:
        searches().shutdown()
        searches.cache_clear()


def current() -> SearchSnapshot | None:
    """Return how the search that is shown stands; one that cannot be shown is said, once."""
    search_id = selected_runs.search_id()
    if search_id is None:
        return None
    try:
        return searches().snapshot(search_id)
    except StoreError as error:
        selected_runs.show_search(None)
        session_keys.note(f"The search that the link names cannot be shown: {error}.")
        return None


def tick_s(snapshot: SearchSnapshot | None) -> float | None:
    """Return the seconds until the next look; None if nothing will change."""
    return LIVE_S if snapshot is not None and snapshot.going else None


def start(plan: SearchPlan | None, paused: bool = False) -> None:
    """Start a search and show it; while one is going on, pressing again does nothing."""

    def begin(plan: SearchPlan) -> None:
        search_id = searches().start(plan)
        if paused:
            searches().pause(search_id)
        selected_runs.show_search(search_id)

    before = current()
    if plan is not None and (before is None or not before.going):
        _tell(partial(begin, plan))


def pause(search_id: str) -> None:
    """Pause the trainings of a search."""
    searches().pause(search_id)


def resume(search_id: str) -> None:
    """Go on with a search that was paused or stopped."""
    _tell(partial(searches().resume, search_id))


def step(search_id: str, since: Mapping[str, int]) -> None:
    """Let the paused trainings of a search do as many steps as the person chose."""
    searches().step(search_id, session_keys.batches(), since)


def stop(search_id: str) -> None:
    """Stop a search; what it has found is kept."""
    searches().stop(search_id)


def _tell(command: Callable[[], None]) -> None:
    try:
        command()
    except StoreError as error:
        session_keys.note(sentence(str(error)))
