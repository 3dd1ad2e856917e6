"""Search: trains one trial after another in a thread and saves the results.

Where one person may have several trainings at once, those that come next go on meanwhile.

The digits of a fold judge, never the test digits: each training has a `fold`, see `data/folds.py`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from rnnviz.chapters.runs.search.cost import Work
from rnnviz.chapters.runs.search.plan import SearchPlan
from rnnviz.chapters.runs.search.prefetch import Ahead
from rnnviz.chapters.runs.search.trials import Claim, Trial, Trials
from rnnviz.training.jobs.job_manager import Jobs
from rnnviz.training.jobs.protocol import Snapshot, UnknownJobError
from rnnviz.training.store.group_record import load_group, path_of, save_group
from rnnviz.training.store.run_record import StoreError
from rnnviz.training.store.run_store import RunStore
from rnnviz.training.tasks.digits import RunConfig

State = Literal["running", "stopped", "done"]

POLL_S = 0.1


@dataclass(frozen=True)
class SearchSnapshot:
    """A search at one moment; a later moment is another snapshot.

    Attributes:
        id: Of the search.
        plan: What it searches.
        state: "running"; "stopped", so that it can be resumed; "done".
        trials: In their order, the one under way included.
        run_id: Of the training under way, "" if none is.
        share: Of the whole search that is done.
        left_s: Expected rest; None while unknown or when nothing goes on.
        note: Why it stopped, or what else there is to say.
        version: Grows with every change.
    """

    id: str
    plan: SearchPlan
    state: State
    trials: tuple[Trial, ...] = ()
    run_id: str = ""
    share: float = 0.0
    left_s: float | None = None
    note: str = ""
    version: int = 0

    @property
    def done(self) -> int:
        """Trials that are over."""
        return sum(trial.over for trial in self.trials)

    @property
    def total(self) -> int:
        """Trials of the whole search."""
        return self.plan.count

    def ranked(self) -> tuple[Trial, ...]:
        """Return the trials that were judged, the best first, of equals the first."""
        judged = [trial for trial in self.trials if trial.state == "done"]
        return tuple(sorted(judged, key=lambda trial: -(trial.accuracy or 0.0)))

    @property
    def best(self) -> Trial | None:
        """The best of those that were judged."""
        return next(iter(self.ranked()), None)


class _StoppedError(Exception):
    """The search is to end here; the trial under way is taken up when it is resumed."""


class Search:
    """A search that goes on, in a thread of its own, until it is done or stopped.

    Args:
        search_id: Of the search.
        plan: What to search.
        jobs: Who trains.
        store: Where it is kept.

    Raises:
        SearchError: If it goes on already, is damaged, or cannot be kept.
    """

    def __init__(self, search_id: str, plan: SearchPlan, jobs: Jobs, store: RunStore) -> None:
        self._id, self._plan, self._jobs, self._store = search_id, plan, jobs, store
        self._claim = Claim(path_of(store, search_id, ".lock"))
        self._stop = threading.Event()
        try:
            self._trials = Trials(trials_path(store, search_id), plan)
            self._ahead = Ahead(
                plan,
                jobs,
                f"search {search_id}",
                begun=load_group(store, search_id).runs,
                taken={run for trial in self._trials.all for run in trial.runs},
            )
        except StoreError:
            self._claim.release()
            raise
        self._work = Work(plan)
        self._snapshot = SearchSnapshot(search_id, plan, "running", self._trials.all)
        self._publish()
        self._thread = threading.Thread(target=self._run, name="rnnviz search", daemon=True)
        self._thread.start()

    @property
    def snapshot(self) -> SearchSnapshot:
        """How it stands; never waits."""
        return self._snapshot

    def stop(self) -> None:
        """End it and its training, without waiting; what is done is kept."""
        self._stop.set()

    def join(self, timeout_s: float | None = None) -> None:
        """Wait for its end."""
        self._thread.join(timeout_s)

    def _run(self) -> None:
        note = ""
        try:
            while not (self._stop.is_set() or self._is_done()):
                self._do(self._trials.begin())
        except _StoppedError as stopped:
            note = str(stopped)
        except (StoreError, RuntimeError) as error:
            note = str(error)
        except Exception as error:  # else nobody would ever hear of it
            note = " ".join(f"{type(error).__name__}: {error}".split())
        finally:
            self._ahead.stop()
            self._claim.release()
            state: State = "done" if self._is_done() else "stopped"
            self._publish(state=state, run_id="", left_s=None, note=note)

    def _is_done(self) -> bool:
        trials = self._trials.all
        return len(trials) == self._plan.count and trials[-1].over

    def _do(self, trial: Trial) -> None:
        """Do a trial, or what is left of it."""
        started, before_s = time.monotonic(), trial.took_s
        self._publish()
        try:
            configs = self._plan.runs(trial.values)
        except ValueError as error:
            return self._note(replace(trial, state="refused", note=str(error)))
        if (twin := self._twin(trial)) is not None:
            told = f"same values as trial {twin.number + 1}: its result"
            return self._note(replace(twin, number=trial.number, took_s=0.0, note=told))
        for fold in range(len(trial.held_out), len(configs)):
            trial = self._begun(trial, fold, configs)
            last = self._wait(trial.runs[fold])
            trial = replace(trial, took_s=before_s + time.monotonic() - started)
            if last.state == "failed":
                self._ahead.drop(configs)
                return self._note(replace(trial, state="failed", note=last.error or "it failed"))
            train, held_out = results(last, configs[fold])
            trial = replace(
                trial, train=(*trial.train, train), held_out=(*trial.held_out, held_out)
            )
            self._note(trial)
        return self._note(replace(trial, state="done"))

    def _twin(self, trial: Trial) -> Trial | None:
        """Return a trial that had the same values, and so would have the same result."""
        if trial.runs:
            return None
        others = (other for other in self._trials.all if other.state == "done")
        return next((other for other in others if other.values == trial.values), None)

    def _begun(self, trial: Trial, fold: int, configs: Sequence[RunConfig]) -> Trial:
        """Begin the training of a fold, or take it up where it was left; and what may go beside."""
        known = trial.runs[fold] if fold < len(trial.runs) else ""
        begun = self._ahead.take(configs[fold:], known)
        later = trial.runs[fold + 1 :] if len(begun) == 1 else begun[1:]
        trial = replace(trial, runs=(*trial.runs[:fold], begun[0], *later))
        try:
            self._note(trial)
            self._ahead.fill(self._trials.all, fold)
            runs = [run for each in self._trials.all for run in each.runs]
            group = load_group(self._store, self._id)
            every = tuple(dict.fromkeys((*runs, *self._ahead.begun)))
            save_group(self._store, replace(group, runs=every))
        except StoreError:
            self._ahead.cancel(begun[0])
            raise
        return trial

    def _wait(self, run_id: str) -> Snapshot:
        """Return the snapshot of a training's end."""
        self._publish(run_id=run_id)
        while not (now := self._look(run_id)).over:
            self._publish(now)
            if self._stop.wait(POLL_S):
                self._ahead.cancel(run_id)
                raise _StoppedError
        if now.state == "cancelled":
            why = f": {now.error}" if now.error else ""
            raise _StoppedError(f"the training under way was stopped{why}")
        return now

    def _look(self, run_id: str) -> Snapshot:
        try:
            return self._jobs.snapshot(run_id)
        except UnknownJobError:
            return self._store.load(run_id).snapshot()

    def _note(self, trial: Trial) -> None:
        self._trials.note(trial)
        self._publish()

    def _publish(self, run: Snapshot | None = None, **changed: object) -> None:
        """Show how it stands; one thread alone does that at a time."""
        before, plan = self._snapshot, self._plan
        fraction = run.step / run.steps if run is not None and run.steps else 0.0
        done, whole, pace_s = self._work.so_far(self._trials.all)
        part = self._work.of(self._trials.all[-1]) / plan.folds if fraction else 0.0
        done += fraction * part
        if not pace_s and part and run is not None and run.left_s is not None:
            pace_s = (run.wall_s + run.left_s) / part
        now = replace(
            before,
            trials=self._trials.all,
            share=1.0 if self._is_done() else min(done / whole, 1.0) if whole else 0.0,
            left_s=max(whole - done, 0.0) * pace_s if pace_s else None,
            version=before.version + 1,
        )
        self._snapshot = replace(now, **changed)  # type: ignore[arg-type]


def results(last: Snapshot, config: RunConfig) -> tuple[float, float]:
    """Return what a training that is done read right of the learnt and of the held-out digits.

    The first is the mean over the steps of the last epoch, while they were learnt; the second is
    the reading of all digits of the fold at the very end, not a glance at the first few.
    """
    per_epoch = config.steps // config.training.epochs
    recent = last.history.step > config.steps - per_epoch
    train = float(np.clip(last.history.accuracy[recent].mean(), 0.0, 1.0))
    return train, float(last.held_out.thorough()[-1])


def trials_path(store: RunStore, search_id: str) -> Path:
    """Return where a search's trials are."""
    return path_of(store, search_id, ".trials.json")
