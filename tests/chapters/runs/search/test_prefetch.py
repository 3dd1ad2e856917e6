"""Tests of concurrent trainings in a search: the results equal those of sequential ones."""

import time
from dataclasses import replace

import pytest

from rnnviz.chapters.runs.search.plan import SearchPlan, Space
from rnnviz.chapters.runs.search.search_manager import Searches
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.jobs.job_manager import Jobs
from rnnviz.training.store.group_record import load_group
from rnnviz.training.store.run_store import RunStore
from rnnviz.training.tasks.digits import RunConfig
from tests.searches import outcome, wait

BASE = RunConfig(
    ModelConfig("gru", hidden_size=4),
    TrainConfig(epochs=2, batch_size=50, lr=0.03),
    digits=150,
    device="cpu",
)
SPACE = Space({"hidden_size": (2, 6, 3)})


@pytest.fixture(scope="module")
def jobs(training_digits):
    jobs = Jobs(running=2, warm=2)
    yield jobs
    jobs.shutdown()


@pytest.fixture
def start(jobs, tmp_path, monkeypatch):
    """Starts a search of which so many trainings may go on at once."""
    begun = []

    def start_(plan, each):
        monkeypatch.setattr(jobs, "each", each)
        begun.append(Searches(jobs, RunStore(tmp_path / f"{len(begun)}")))
        return begun[-1], begun[-1].start(plan)

    yield start_
    for searches in begun:
        searches.shutdown()


@pytest.mark.parametrize("method", ["grid", "random", "tpe"])
def test_several_at_once_end_as_one_after_another(start, method):
    if method != "grid":
        pytest.importorskip("optuna")
    plan = SearchPlan(BASE, SPACE, method, trials=5, folds=2)
    alone = wait(*start(plan, 1))
    together = wait(*start(plan, 3))
    assert (alone.state, alone.note) == (together.state, together.note) == ("done", "")
    assert outcome(together) == outcome(alone)


def test_nothing_is_trained_twice_also_after_an_interruption(start):
    plan = SearchPlan(BASE, SPACE, folds=2)
    searches, search_id = start(plan, 3)
    wait(searches, search_id, lambda s: s.done == 1)
    searches.cancel(search_id)
    before = load_group(searches._store, search_id).runs
    searches.resume(search_id)
    done = wait(searches, search_id)
    assert done.state == "done"
    runs = load_group(searches._store, search_id).runs
    assert set(before) <= set(runs)
    assert len(runs) == plan.trainings
    assert {run for trial in done.trials for run in trial.runs} == set(runs)


def test_one_that_is_refused_is_not_begun_ahead(start):
    base = replace(BASE, training=replace(BASE.training, epochs=1))
    plan = SearchPlan(base, Space({"cell": ("rnn", "lstm"), "forget_bias": (None, 1.0)}))
    searches, search_id = start(plan, 4)
    done = wait(searches, search_id)
    assert [trial.state for trial in done.trials] == ["done", "refused", "done", "done"]
    assert len(load_group(searches._store, search_id).runs) == 3


def test_when_one_fold_fails_the_others_of_its_trial_are_stopped(start, jobs):
    long = replace(BASE, digits=20_000, training=replace(BASE.training, epochs=50))
    searches, search_id = start(SearchPlan(long, Space({"hidden_size": (4,)}), folds=2), 2)
    wait(searches, search_id, lambda s: s.run_id and jobs.snapshot(s.run_id).step)
    first, second = load_group(searches._store, search_id).runs
    jobs._roster.job(first).worker.process.process.kill()
    done = wait(searches, search_id)
    assert [trial.state for trial in done.trials] == ["failed"]
    end = time.monotonic() + 120
    while not jobs.snapshot(second).over:
        assert time.monotonic() < end
        time.sleep(0.005)
    assert jobs.snapshot(second).state == "cancelled"
