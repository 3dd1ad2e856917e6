"""Search manager: starts, pauses, resumes, stops and finds the searches of a server."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import replace

from rnnviz.chapters.runs.search.plan import SearchPlan
from rnnviz.chapters.runs.search.search import Search
from rnnviz.chapters.runs.search.trials import SearchError, SearchSnapshot, load_trials
from rnnviz.training.jobs.job_manager import Jobs
from rnnviz.training.store.group_record import Group, load_group, save_group
from rnnviz.training.store.run_store import RunStore

RUNNING = 8  # at once in one server
KEPT = 32


class Searches:
    """The searches of a server: start, pause, resume, step, stop. Found again by id, in the store.

    Commands may come from any thread, and twice: twice is once. Every method may raise a
    StoreError, of which a SearchError is one kind: one sentence.

    Args:
        jobs: What trains. Shut these down after the searches.
        store: Where searches are saved.
    """

    def __init__(self, jobs: Jobs, store: RunStore) -> None:
        self._jobs, self._store = jobs, store
        self._lock = threading.Lock()
        self._known: dict[str, Search] = {}
        self._closed = False

    def start(self, plan: SearchPlan) -> str:
        """Start a search; return its id, which nobody can guess."""
        search_id = secrets.token_urlsafe(16)
        with self._lock:
            self._check_room()
            save_group(self._store, Group(search_id, "search", settings=plan.to_dict()))
            self._known[search_id] = Search(search_id, plan, self._jobs, self._store)
        return search_id

    def pause(self, search_id: str) -> None:
        """Pause the trainings under way, each after its step."""
        if (known := self._known.get(search_id)) is not None:
            known.pause()

    def resume(self, search_id: str) -> None:
        """Go on with a search that was paused or stopped; finished trials are kept."""
        with self._lock:
            known = self._known.get(search_id)
            if known is not None and known.snapshot.going:
                return known.resume()
            if known is not None:
                known.join()
            self._check_room()
            plan = self._plan(search_id)
            self._known[search_id] = Search(search_id, plan, self._jobs, self._store)
        return None

    def step(self, search_id: str, batches: int, since: Mapping[str, int]) -> None:
        """Let the paused trainings of a search do some steps; see `Search.step`."""
        if (known := self._known.get(search_id)) is not None:
            known.step(batches, since)

    def stop(self, search_id: str) -> None:
        """Stop a search and its trainings, and wait a moment for that; `resume` goes on with it."""
        if (known := self._known.get(search_id)) is not None:
            known.stop()
            known.join(2.0)

    def snapshot(self, search_id: str) -> SearchSnapshot:
        """Return how a search stands; one that nobody goes on with is read from the store."""
        if (known := self._known.get(search_id)) is not None:
            return known.snapshot
        plan = self._plan(search_id)
        trials = load_trials(self._store, search_id, plan)
        found = SearchSnapshot(search_id, plan, "stopped", trials)
        return found if found.done < plan.count else replace(found, state="done")

    def shutdown(self) -> None:
        """Stop everything; no thread is left when it returns."""
        with self._lock:
            self._closed = True
            for search in self._known.values():
                search.stop()
        for search in self._known.values():
            search.join()

    def _check_room(self) -> None:
        if self._closed:
            raise SearchError("no search can start: the server is shutting down")
        over = [k for k, search in self._known.items() if not search.snapshot.going]
        if len(self._known) - len(over) >= RUNNING:
            raise SearchError(f"{RUNNING} searches go on already; try again later")
        for search_id in over[:-KEPT]:
            del self._known[search_id]

    def _plan(self, search_id: str) -> SearchPlan:
        group = load_group(self._store, search_id)
        try:
            if group.kind != "search":
                raise ValueError(f"it is a {group.kind}")
            return SearchPlan.from_dict(group.settings)
        except Exception as error:  # whatever odd values lead to
            why = " ".join(f"{type(error).__name__} {error}".split())[:200]
            told = f"search {search_id} is damaged and cannot be read: {why}"
            raise SearchError(told, search_id) from error
