"""Search: trains the trials of a plan in a thread, several at once, and saves their results.

The digits of a fold judge, never the test digits: each training has a `fold`, see `data/folds.py`.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from rnnviz.chapters.runs.search.cost import Costs
from rnnviz.chapters.runs.search.plan import SearchPlan, Values
from rnnviz.chapters.runs.search.sampler import next_values
from rnnviz.chapters.runs.search.trials import (
    SearchError,
    SearchSnapshot,
    Trial,
    load_trials,
    save_trials,
)
from rnnviz.training import device_choice
from rnnviz.training.jobs.job_manager import Jobs
from rnnviz.training.jobs.protocol import Snapshot, UnknownJobError
from rnnviz.training.store.group_record import load_group, path_of, save_group
from rnnviz.training.store.os_error_text import why
from rnnviz.training.store.run_lock import Claim
from rnnviz.training.store.run_record import StoreError
from rnnviz.training.store.run_store import RunStore
from rnnviz.training.tasks.digits import RunConfig

POLL_S = 0.1


class Search:
    """A search that goes on, in a thread of its own, until it is done or stopped.

    As many trials are trained at once as one person may have trainings. The folds of a trial are
    trained together, in turns.

    Args:
        search_id: Id of the search.
        plan: What to search.
        jobs: What trains.
        store: Where the search is saved.

    Raises:
        SearchError: If it goes on already, is damaged, or cannot be saved.
    """

    def __init__(self, search_id: str, plan: SearchPlan, jobs: Jobs, store: RunStore) -> None:
        self._id, self._plan, self._jobs, self._store = search_id, plan, jobs, store
        self._owner = f"search {search_id}"
        self._claim = _claim(path_of(store, search_id, ".lock"))
        try:
            self._trials = load_trials(store, search_id, plan)
        except StoreError:
            self._claim.release()
            raise
        self._runs: dict[int, list[Snapshot]] = {}  # of each trial that goes on here, by number
        self._costs: Costs | None = None
        self._lock = threading.RLock()  # guards what starts, pauses and shows trials
        self._stop = threading.Event()
        self._paused = self._ended = False
        self._note = ""
        self._publish()
        self._thread = threading.Thread(target=self._run, name="rnnviz search", daemon=True)
        self._thread.start()

    @property
    def snapshot(self) -> SearchSnapshot:
        """How it stands; never waits."""
        return self._snapshot

    def pause(self) -> None:
        """Pause the trainings under way, each after its step."""
        self._set_paused(True, self._jobs.pause)

    def resume(self) -> None:
        """Go on after a pause."""
        self._set_paused(False, self._jobs.resume)

    def step(self, batches: int, since: Mapping[str, int]) -> None:
        """Let the paused trainings do some steps and pause again.

        Args:
            batches: Number of steps.
            since: `SearchSnapshot.steps` when the button was pressed; see `Jobs.step`.
        """
        for run_id, step in since.items():
            with contextlib.suppress(UnknownJobError):
                self._jobs.step(run_id, batches, since=step)

    def stop(self) -> None:
        """Stop it and its trainings, without waiting; what is done is saved."""
        self._stop.set()

    def join(self, timeout_s: float | None = None) -> None:
        """Wait for its end."""
        self._thread.join(timeout_s)

    def _set_paused(self, paused: bool, command: Callable[[str], None]) -> None:
        with self._lock:
            self._paused = paused
            self._tell(command)
            self._publish()

    def _tell(self, command: Callable[[str], None], *numbers: int) -> None:
        """Say something to the trainings of some trials, else of all that are under way."""
        for number in numbers or self._runs:
            for run in self._runs[number]:
                with contextlib.suppress(UnknownJobError):
                    command(run.id)

    def _run(self) -> None:
        try:
            self._search()
        except (StoreError, RuntimeError) as error:
            self._note = str(error)
        except Exception as error:  # else nobody would ever hear of it
            self._note = " ".join(f"{type(error).__name__}: {error}".split())
        with self._lock:
            self._tell(self._jobs.cancel)
            self._runs.clear()
            with contextlib.suppress(StoreError):
                save_trials(self._store, self._id, self._trials)  # their durations
            self._claim.release()
            self._ended = True
            self._publish()

    def _search(self) -> None:
        looked = time.monotonic()
        self._fill()
        self._measure()
        while self._snapshot.done < self._plan.count and not self._stop.wait(POLL_S):
            before, looked = looked, time.monotonic()
            self._collect(looked - before)
            self._fill()

    def _fill(self) -> None:
        """Take up the trials that are not over, and start new ones while there is room."""
        with self._lock:
            for trial in self._trials:
                if not trial.over and trial.number not in self._runs:
                    self._begin(trial)
            while len(self._trials) < self._plan.count and not self._stop.is_set():
                under_way = {self._trials[number].runs for number in self._runs}
                if len(under_way) >= self._jobs.each:
                    break
                try:
                    self._begin(Trial(len(self._trials), next_values(self._plan, self._trials)))
                except RuntimeError:  # no training can be queued now
                    if not self._runs:
                        raise
                    break
            self._publish()

    def _begin(self, trial: Trial) -> None:
        """Start the trainings of a trial, unless it is refused or has the result of another."""
        try:
            configs = self._plan.runs(trial.values)
        except ValueError as error:
            return self._save(replace(trial, state="refused", note=str(error)))
        if not trial.runs and (twin := self._twin(trial.values)) is not None:
            told = f"same values as trial {twin.number + 1}: its result"
            trial = replace(twin, number=trial.number, took_s=0.0, note=told)
        else:
            trial = replace(trial, runs=self._start(trial.runs, configs))
        if not trial.over:
            self._runs[trial.number] = [self._look(run_id) for run_id in trial.runs]
            if self._paused:
                self._tell(self._jobs.pause, trial.number)
        group = load_group(self._store, self._id)
        save_group(self._store, replace(group, runs=tuple({}.fromkeys(group.runs + trial.runs))))
        return self._save(trial)

    def _save(self, trial: Trial) -> None:
        save_trials(self._store, self._id, self._with(trial))
        self._trials = self._with(trial)

    def _with(self, trial: Trial) -> tuple[Trial, ...]:
        return (*self._trials[: trial.number], trial, *self._trials[trial.number + 1 :])

    def _twin(self, values: Values) -> Trial | None:
        """Return a trial of the same values, which has the same trainings."""
        same = (trial for trial in self._trials if trial.values == values)
        return next((trial for trial in same if trial.state in ("running", "done")), None)

    def _start(self, before: Sequence[str], configs: Sequence[RunConfig]) -> tuple[str, ...]:
        """Start trainings together; those started before are taken up, unless they are deleted."""
        runs: dict[RunConfig, str] = {}
        for config, run_id in zip(configs, before, strict=False):
            with contextlib.suppress(StoreError):
                self._jobs.store.load(run_id)
                runs[config] = run_id
        self._jobs.take_up(*runs.values(), owner=self._owner)
        if new := [config for config in configs if config not in runs]:
            runs |= zip(new, self._jobs.submit_together(new, self._owner), strict=True)
        for run_id in runs.values():
            with contextlib.suppress(UnknownJobError):  # over already
                self._jobs.adopt(run_id, self._owner)  # else an orphan when a viewer goes
        return tuple(runs[config] for config in configs)

    def _look(self, run_id: str) -> Snapshot:
        try:
            return self._jobs.snapshot(run_id)
        except UnknownJobError:
            return self._jobs.store.load(run_id).snapshot()

    def _collect(self, passed_s: float) -> None:
        """Look at the trials under way, and save the results of those that are over."""
        for number in list(self._runs):
            runs = [self._look(run.id) for run in self._runs[number]]
            trial = self._trials[number]
            if any(run.state in ("queued", "running") for run in runs):
                trial = replace(trial, took_s=trial.took_s + passed_s)
            trial = self._judged(trial, runs)
            with self._lock:
                if trial.over:
                    self._save(trial)
                    del self._runs[number]
                else:
                    self._runs[number], self._trials = runs, self._with(trial)

    def _judged(self, trial: Trial, runs: Sequence[Snapshot]) -> Trial:
        """Return a trial with the result of its trainings, if they have one by now."""
        if failed := [run for run in runs if run.state == "failed"]:
            self._tell(self._jobs.cancel, trial.number)
            return replace(trial, state="failed", note=failed[0].error or "it failed")
        if stopped := [run for run in runs if run.state == "cancelled"]:
            because = f": {stopped[0].error}" if stopped[0].error else ""
            raise SearchError(f"the training under way was stopped{because}")
        if not all(run.over for run in runs):
            return trial
        configs = self._plan.runs(trial.values)
        train, held_out = zip(*map(results, runs, configs), strict=True)
        return replace(trial, state="done", train=train, held_out=held_out)

    def _measure(self) -> None:
        """Time a few trainings for the estimate of the time left."""
        torch.set_num_threads(1)  # of this thread, as in a worker
        with contextlib.suppress(RuntimeError):  # a GPU without memory; the workers see to that
            device = device_choice.choose(self._plan.base.device).device
            self._costs = Costs(self._plan, device) if self._runs else None

    def _publish(self) -> None:
        with self._lock:
            runs = [run for runs in self._runs.values() for run in runs]
            begun = {
                number: sum(run.step / run.steps for run in runs) / len(runs)
                for number, runs in self._runs.items()
            }
            now = SearchSnapshot(
                self._id,
                self._plan,
                "paused" if self._paused else "running",
                self._trials,
                {run.id: run.step for run in runs},
                sum(begun.values()),
                note=self._note,
            )
            if now.done == self._plan.count:
                now = replace(now, state="done")
            elif self._ended:
                now = replace(now, state="stopped")
            elif runs and all(run.state == "paused" for run in runs):
                now = replace(now, state="paused")
            elif self._costs is not None and not self._paused:
                done = [(trial, begun.get(trial.number, 1.0)) for trial in self._trials]
                at_once = min(self._jobs.each, self._plan.count - now.done)
                now = replace(now, left_s=self._costs.left(done) / at_once)
            self._snapshot = now


def results(last: Snapshot, config: RunConfig) -> tuple[float, float]:
    """Return the accuracy of a training that is done on the training and the held-out digits.

    The first is the mean over the steps of the last epoch, during training; the second is that of
    all digits of the fold at the very end, not of the first few.
    """
    per_epoch = config.steps // config.training.epochs
    recent = last.history.step > config.steps - per_epoch
    train = float(np.clip(last.history.accuracy[recent].mean(), 0.0, 1.0))
    return train, float(last.held_out.thorough()[-1])


def _claim(path: Path) -> Claim:
    try:
        claim = Claim.of(path)
    except OSError as error:
        raise SearchError(f"the search could not be saved: {why(error)}") from error
    if claim is None:
        raise SearchError("this search is going on right now, here or in another server")
    return claim
