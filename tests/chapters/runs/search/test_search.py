"""Tests of searches with real jobs, real workers and real digits."""

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from rnnviz.chapters.runs.search.plan import Range, SearchPlan, Space
from rnnviz.chapters.runs.search.sampler import expected
from rnnviz.chapters.runs.search.search import results
from rnnviz.chapters.runs.search.search_manager import Searches
from rnnviz.chapters.runs.search.trials import SUFFIX, SearchError, written
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.jobs.job_manager import Jobs
from rnnviz.training.store.group_record import Group, load_group, path_of, save_group
from rnnviz.training.store.run_record import StoreError, UnknownRunError
from rnnviz.training.store.run_store import RunStore
from rnnviz.training.tasks.digits import RunConfig
from tests.searches import outcome, wait

ROOT = Path(__file__).resolve().parents[4]
BASE = RunConfig(
    ModelConfig("gru", hidden_size=4),
    TrainConfig(epochs=2, batch_size=50, lr=0.03),
    digits=150,
    device="cpu",
)
GRID = SearchPlan(BASE, Space({"hidden_size": (2, 6), "lr": (0.03, 0.003)}))
TWO = SearchPlan(replace(BASE, digits=5_000), Space({"hidden_size": (2, 6)}))
LONG = SearchPlan(
    replace(BASE, digits=20_000, training=replace(BASE.training, epochs=50)),
    Space({"hidden_size": (4, 5)}),
)


@pytest.fixture(scope="module")
def jobs(training_digits):
    jobs = Jobs(running=2, warm=2)  # a search needs one, and its next a moment later
    yield jobs
    jobs.shutdown()


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


@pytest.fixture
def searches(jobs, store):
    searches = Searches(jobs, store)
    yield searches
    searches.shutdown()


@pytest.fixture
def at_once(jobs, monkeypatch):
    """Lets so many trials of a search go on at once."""
    return lambda each: monkeypatch.setattr(jobs, "each", each)


def under_way(snapshot):
    """The first training under way, "" if there is none."""
    return next(iter(snapshot.steps), "")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return RunStore(tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def whole(jobs, kept):
    """GRID, searched without any interruption."""
    searches = Searches(jobs, kept)
    found = wait(searches, searches.start(GRID))
    searches.shutdown()
    return found


def test_a_grid_is_gone_through_once_and_each_trial_is_judged_by_the_fold(whole, jobs):
    assert (whole.state, whole.note, whole.done) == ("done", "", 4)
    assert [trial.values for trial in whole.trials] == expected(GRID)
    assert (whole.share, whole.steps) == (1.0, {})
    for trial in whole.trials:
        (run_id,) = trial.runs
        snapshot, config = jobs.snapshot(run_id), jobs.config(run_id)
        assert (config,) == GRID.runs(trial.values)
        assert trial.accuracy == float(snapshot.held_out.accuracy[-1])
        assert snapshot.held_out.read[-1] == 5_000, "not a glance at the first few"
        train, held_out = results(snapshot, config)
        assert (trial.train, trial.held_out) == ((train,), (held_out,))
        assert trial.train_accuracy == pytest.approx(snapshot.history.accuracy[3:].mean())


def test_the_best_is_the_one_that_read_most_and_the_table_goes_down_from_there(whole):
    ranked = whole.ranked()
    found = [trial.accuracy for trial in ranked]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) > 1


def test_a_search_that_is_done_is_found_again_by_its_id_alone(whole, jobs, kept):
    other = Searches(jobs, kept)
    found = other.snapshot(whole.id)
    assert (found.state, found.share) == ("done", 1.0)
    assert found.trials == whole.trials
    assert found.plan == whole.plan
    assert load_group(kept, whole.id).runs == tuple(t.runs[0] for t in whole.trials)
    other.resume(whole.id)  # nothing is left to do
    assert outcome(wait(other, whole.id)) == outcome(whole)
    other.shutdown()


def test_stopped_and_resumed_it_ends_as_if_nothing_had_happened(searches, whole, jobs):
    search_id = searches.start(GRID)
    interrupted = under_way(wait(searches, search_id, lambda s: s.done and s.steps))
    searches.stop(search_id)
    searches.stop(search_id)
    stopped = wait(searches, search_id)
    assert (stopped.state, stopped.steps, stopped.left_s) == ("stopped", {}, None)
    assert stopped.done < 4
    assert jobs.snapshot(interrupted).over
    searches.resume(search_id)
    searches.resume(search_id)
    done = wait(searches, search_id)
    assert done.state == "done"
    assert outcome(done) == outcome(whole)
    runs = tuple(trial.runs[0] for trial in done.trials)
    assert interrupted in runs, "it was taken up"
    assert load_group(searches._store, search_id).runs == runs


def test_paused_and_stepped_it_stands_where_it_is_and_goes_on_to_the_same_end(
    searches, whole, jobs
):
    search_id = searches.start(GRID)
    searches.pause(search_id)
    searches.pause(search_id)
    found = wait(searches, search_id, lambda s: standing(jobs, s))
    assert (found.state, found.left_s) == ("paused", None)
    for _ in range(2):  # the same press, delivered twice
        searches.step(search_id, 2, found.steps)
    later = wait(searches, search_id, lambda s: standing(jobs, s) and s.steps != found.steps)
    assert later.steps == {run_id: step + 2 for run_id, step in found.steps.items()}
    took = later.trials[-1].took_s
    time.sleep(0.3)
    assert searches.snapshot(search_id).trials[-1].took_s == took, "a pause takes no time"
    searches.resume(search_id)
    assert outcome(wait(searches, search_id)) == outcome(whole)


def standing(jobs, snapshot):
    """Whether all trainings under way are paused, and the search knows where."""
    return snapshot.steps and all(
        (jobs.snapshot(run_id).state, jobs.snapshot(run_id).step) == ("paused", step)
        for run_id, step in snapshot.steps.items()
    )


@pytest.mark.parametrize("method", ["grid", "random"])
def test_several_at_once_end_as_one_after_another(searches, at_once, method):
    space = Space({"hidden_size": (2, 6, 3)})
    plan = SearchPlan(BASE, space, method, trials=4, folds=2)
    alone = wait(searches, searches.start(plan))
    at_once(2)
    search_id = searches.start(plan)
    wait(searches, search_id, lambda s: len(s.steps) == 4)
    together = wait(searches, search_id)
    assert (alone.state, alone.note) == (together.state, together.note) == ("done", "")
    assert outcome(together) == outcome(alone)
    runs = load_group(searches._store, search_id).runs
    assert set(runs) == {run_id for trial in together.trials for run_id in trial.runs}
    assert len(runs) == 2 * len({trial.values["hidden_size"] for trial in together.trials})


def test_tpe_with_several_at_once_tries_no_values_twice(searches, at_once):
    base = replace(BASE, digits=50, training=replace(BASE.training, epochs=1))
    plan = SearchPlan(base, Space({"lr": Range(1e-3, 1e-1)}), "tpe", trials=6)
    at_once(2)
    found = wait(searches, searches.start(plan))
    assert (found.state, found.note) == ("done", "")
    assert len({trial.values["lr"] for trial in found.trials}) == 6


def test_what_tpe_draws_is_the_same_across_an_interruption(searches):
    space = Space({"lr": Range(1e-3, 1e-1), "hidden_size": Range(2, 8), "cell": ("gru", "rnn")})
    base = replace(BASE, digits=50, training=replace(BASE.training, epochs=1))
    plan = SearchPlan(base, space, "tpe", trials=5, seed=3)
    first = wait(searches, searches.start(plan))
    assert first.state == "done", first.note
    search_id = searches.start(plan)
    wait(searches, search_id, lambda s: s.done >= 2)
    searches.stop(search_id)
    searches.resume(search_id)
    assert outcome(wait(searches, search_id)) == outcome(first)


def test_several_folds_are_several_trainings_and_their_mean_is_the_trials(searches, jobs):
    plan = SearchPlan(BASE, Space({"hidden_size": (3,)}), folds=2)
    (trial,) = wait(searches, searches.start(plan)).trials
    assert [jobs.config(run_id).fold for run_id in trial.runs] == [0, 1]
    last = [float(jobs.snapshot(run_id).held_out.accuracy[-1]) for run_id in trial.runs]
    assert list(trial.held_out) == last
    assert trial.accuracy == pytest.approx(sum(last) / 2)
    assert len({id(jobs._roster.job(run_id)) for run_id in trial.runs}) == 1, "in one worker"


def test_values_that_do_not_go_together_are_told_and_the_search_goes_on(searches):
    space = Space({"cell": ("rnn", "lstm"), "forget_bias": (None, 1.0)})
    found = wait(searches, searches.start(SearchPlan(BASE, space)))
    (refused,) = (trial for trial in found.trials if trial.state != "done")
    assert dict(refused.values) == {"cell": "rnn", "forget_bias": 1.0}
    assert refused.note == "forget_bias is for an LSTM alone, not for rnn"
    assert (refused.state, refused.accuracy, refused.runs) == ("refused", None, ())
    assert found.state == "done"


def test_what_was_drawn_before_is_not_trained_again(searches):
    plan = SearchPlan(BASE, Space({"hidden_size": (2, 3)}), "random", trials=6)
    found = wait(searches, searches.start(plan)).trials
    assert {trial.state for trial in found} == {"done"}
    assert len({run for trial in found for run in trial.runs}) == 2
    twin = next(trial for trial in found if trial.note)
    first = next(trial for trial in found if trial.values == twin.values)
    assert twin.note == f"same values as trial {first.number + 1}: its result"
    assert (twin.held_out, twin.runs) == (first.held_out, first.runs)


def test_a_training_whose_worker_dies_fails_its_trial_and_the_search_goes_on(searches, jobs):
    search_id = searches.start(replace(TWO, folds=2))
    running = wait(searches, search_id, lambda s: any(s.steps.values()))
    os.kill(jobs._roster.job(under_way(running)).worker.process.pid, signal.SIGKILL)
    found = wait(searches, search_id)
    assert [trial.state for trial in found.trials] == ["failed", "done"]
    assert "the worker process was killed by signal 9" in found.trials[0].note
    assert found.state == "done"
    assert found.trials[0] not in found.ranked()


def test_a_viewer_who_leaves_does_not_end_the_searchs_training(store, training_digits):
    jobs = Jobs(running=1, grace_s=0.1)
    searches = Searches(jobs, store)
    search_id = searches.start(LONG)
    run_id = under_way(wait(searches, search_id, under_way))
    jobs.adopt(run_id, "viewer")
    jobs.orphan(run_id, "viewer")
    time.sleep(0.4)
    assert not jobs.snapshot(run_id).over
    searches.shutdown()
    jobs.shutdown()


def test_a_training_stopped_by_hand_stops_the_search_which_can_go_on(searches, jobs):
    search_id = searches.start(TWO)
    jobs.cancel(under_way(wait(searches, search_id, under_way)))
    found = wait(searches, search_id)
    assert (found.state, found.note) == ("stopped", "the training under way was stopped")
    searches.resume(search_id)
    assert wait(searches, search_id).state == "done"


def test_after_the_end_of_jobs_and_searches_no_thread_is_left(store, training_digits):
    before = set(threading.enumerate())
    jobs = Jobs(running=1)
    searches = Searches(jobs, store)
    search_id = searches.start(LONG)
    wait(searches, search_id, under_way)
    jobs.shutdown()  # even in the wrong order
    searches.shutdown()
    assert set(threading.enumerate()) <= before
    assert searches.snapshot(search_id).state == "stopped"
    with pytest.raises(SearchError, match="the server is shutting down"):
        searches.start(GRID)


SERVER = """
import sys, time
from pathlib import Path
from rnnviz.training.jobs.job_manager import Jobs
from rnnviz.training.store.run_store import RunStore
from rnnviz.chapters.runs.search.search_manager import Searches
from rnnviz.chapters.runs.search.plan import SearchPlan
import json
searches = Searches(Jobs(running=1), RunStore(Path(sys.argv[1])))
search_id = searches.start(SearchPlan.from_dict(json.loads(sys.argv[2])))
print(search_id, flush=True)
while True:
    print(searches.snapshot(search_id).done, flush=True)
    time.sleep(0.01)
"""


def test_a_search_goes_on_after_its_server_was_killed_and_ends_the_same(searches, store, whole):
    command = [sys.executable, "-c", SERVER, str(store.root), json.dumps(GRID.to_dict())]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    search_id = server.stdout.readline().strip()
    while int(server.stdout.readline()) < 2:
        pass
    assert searches.snapshot(search_id).state == "stopped", "it goes on elsewhere, not here"
    with pytest.raises(SearchError, match="is going on right now, here or in another server"):
        searches.resume(search_id)
    server.kill()
    server.wait()
    server.stdout.close()
    left = searches.snapshot(search_id)
    assert (left.state, left.done >= 2) == ("stopped", True)
    searches.resume(search_id)
    done = wait(searches, search_id)
    assert done.trials[:2] == left.trials[:2]
    assert outcome(done) == outcome(whole)


def test_ids_of_someones_imagination_and_other_groups_are_told(searches, store):
    for name in ("", "../x", secrets.token_urlsafe(16)):
        with pytest.raises(UnknownRunError, match="there is no run"):
            searches.snapshot(name)
        with pytest.raises(UnknownRunError):
            searches.resume(name)
        searches.stop(name)
        searches.pause(name)
    race = Group(secrets.token_urlsafe(16), "race")
    save_group(store, race)
    with pytest.raises(SearchError, match="it is a race"):
        searches.snapshot(race.id)


def test_a_damaged_search_is_told_and_another_one_is_unharmed(whole, jobs, store):
    searches = Searches(jobs, store)
    group = Group(whole.id, "search", settings=GRID.to_dict())
    other = replace(group, id=secrets.token_urlsafe(16))
    for each in (group, other):
        save_group(store, each)
        path_of(store, each.id, SUFFIX).write_text(written(whole.trials))
    path_of(store, group.id, SUFFIX).write_text("{")
    for verb in (searches.snapshot, searches.resume):
        with pytest.raises(SearchError, match="is damaged and cannot be read"):
            verb(group.id)
    assert outcome(searches.snapshot(other.id)) == outcome(whole)
    path_of(store, group.id, SUFFIX).write_text(written(whole.trials))
    searches.resume(group.id)  # the claim was given back
    assert wait(searches, group.id).state == "done"
    save_group(store, replace(group, settings={"base": 3}))
    with pytest.raises(SearchError, match="is damaged and cannot be read"):
        Searches(jobs, store).snapshot(group.id)
    searches.shutdown()


def test_a_search_that_cannot_be_saved_stops_and_says_so(searches, store, jobs):
    search_id = searches.start(TWO)
    run_id = under_way(wait(searches, search_id, under_way))
    path = path_of(store, search_id, SUFFIX)
    path.unlink()
    path.mkdir()  # no file can take its place
    found = wait(searches, search_id)
    assert found.state == "stopped"
    assert found.note == "the search could not be saved: Is a directory"
    assert jobs.snapshot(run_id).over


def test_a_store_that_is_no_folder_is_told_before_anything_starts(jobs, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="could not be saved"):
        Searches(jobs, RunStore(tmp_path / "file")).start(GRID)


def test_a_lock_file_that_a_kill_left_behind_holds_nobody_up(searches, store, whole):
    group = Group(secrets.token_urlsafe(16), "search", settings=GRID.to_dict())
    save_group(store, group)
    path_of(store, group.id, ".lock").write_text("")
    searches.resume(group.id)
    assert outcome(wait(searches, group.id)) == outcome(whole)
