"""Tests of groups of runs with real jobs: find, pause, step, resume."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import replace

import pytest

from rnnviz.chapters.recurrence.recall_config import DelayConfig
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.jobs import side_by_side
from rnnviz.training.jobs.protocol import UnknownJobError
from rnnviz.training.store.group_record import load_group
from rnnviz.training.store.run_record import StoreError
from rnnviz.training.store.run_store import RunStore
from tests.jobs import managed, pid_of

GRU = DelayConfig(
    ModelConfig("gru", input_size=4, hidden_size=6),
    TrainConfig(epochs=2, batch_size=20, optimizer="adam", schedule="constant"),
    delay=3,
    symbols=2,
    sequences=100,
    device="cpu",
)
PAIR = (GRU, replace(GRU, model=replace(GRU.model, cell="rnn")))


@pytest.fixture
def jobs(tmp_path):
    with managed(running=1, store=RunStore(tmp_path)) as jobs:
        yield jobs


def finder(jobs):
    def find(run_id):
        with suppress(UnknownJobError):
            return jobs.snapshot(run_id), jobs.config(run_id)
        record = jobs.store.load(run_id)
        return record.snapshot(), record.config

    return find


def look(jobs, group):
    return side_by_side.standing(finder(jobs), group)


def until(jobs, group, is_so, timeout_s=180.0):
    end = time.monotonic() + timeout_s
    while not is_so(found := look(jobs, group)):
        assert time.monotonic() < end, [s.state for s in found.snapshots]
        time.sleep(0.01)
    return found


def test_they_are_found_again_by_one_id_and_end_together(jobs):
    group = side_by_side.start(jobs, "delay", [PAIR])
    assert load_group(jobs.store, group.id) == group
    found = until(jobs, group, lambda found: found.over)
    assert [part.config for part in found.parts] == list(PAIR)
    assert [snapshot.state for snapshot in found.snapshots] == ["done", "done"]
    assert found.step == GRU.steps
    assert not found.can_go_on
    assert found.error == ""


def test_they_pause_step_and_go_on_as_one(jobs):
    group = side_by_side.start(jobs, "delay", [PAIR], until=0)
    found = until(jobs, group, lambda found: found.paused)
    side_by_side.step(jobs, found, 3)
    side_by_side.step(jobs, found, 3)  # the same press, come twice
    found = until(jobs, group, lambda found: found.paused and found.step == 3)
    assert [snapshot.step for snapshot in found.snapshots] == [3, 3]
    side_by_side.go_on(jobs, look(jobs, group))
    assert until(jobs, group, lambda found: found.over).step == GRU.steps


def test_begun_with_a_step_they_all_stand_after_it(jobs):
    group = side_by_side.start(jobs, "delay", [PAIR], until=2)
    found = until(jobs, group, lambda found: found.paused and found.step == 2)
    assert {snapshot.step for snapshot in found.snapshots} == {2}


def test_stopped_and_after_a_kill_they_can_go_on_to_their_end(jobs):
    group = side_by_side.start(jobs, "delay", [PAIR])
    side_by_side.pause(jobs, look(jobs, group))
    until(jobs, group, lambda found: found.paused)
    side_by_side.cancel(jobs, look(jobs, group))
    assert until(jobs, group, lambda found: found.over).can_go_on
    side_by_side.go_on(jobs, look(jobs, group))
    side_by_side.pause(jobs, look(jobs, group))
    until(jobs, group, lambda found: found.paused)
    os.kill(pid_of(jobs, group.runs[0]), signal.SIGKILL)
    found = until(jobs, group, lambda found: found.over)
    assert found.can_go_on
    assert "was killed by signal 9" in found.error
    side_by_side.go_on(jobs, look(jobs, group))
    assert until(jobs, group, lambda found: found.over and not found.can_go_on).error == ""


def test_a_run_that_is_gone_is_said_and_the_others_stay(jobs):
    group = side_by_side.start(jobs, "delay", [PAIR])
    until(jobs, group, lambda found: found.over)
    jobs.forget(group.runs[0])
    jobs.store.delete(group.runs[0])
    found = look(jobs, group)
    assert found.parts[0].snapshot is None
    assert "was deleted" in found.error
    assert len(found.snapshots) == 1


@pytest.mark.parametrize("batches", [(), ((),), (PAIR, ())])
def test_a_group_without_runs_is_refused_and_nothing_is_queued(jobs, batches):
    with pytest.raises(ValueError, match="a group has at least one run"):
        side_by_side.start(jobs, "delay", batches)
    assert jobs.store.runs() == ((), ())


def test_what_cannot_be_kept_is_cancelled(jobs):
    (jobs.store.root / ".groups").write_text("in the way")
    with pytest.raises(StoreError, match="could not be saved"):
        side_by_side.start(jobs, "delay", [PAIR])
    records, _ = jobs.store.runs()
    assert len(records) == 2
    for record in records:
        end = time.monotonic() + 120
        while not jobs.snapshot(record.id).over:
            assert time.monotonic() < end
            time.sleep(0.01)
