"""Tests that runs trained in turns by one worker equal those trained alone."""

import os
import signal
import time
from dataclasses import replace

from rnnviz.core.config import ModelConfig
from tests.jobs import LONG, QUICK, assert_as_alone, over, pid_of, wait

CELLS = ("rnn", "gru", "lstm")
RACE = [
    replace(QUICK, model=ModelConfig(cell=cell, hidden_size=size, num_layers=2, dropout=0.2))
    for cell, size in zip(CELLS, (12, 8, 6), strict=True)
]


def snapshots(jobs, ids):
    return [jobs.snapshot(run_id) for run_id in ids]


def wait_all(jobs, ids, is_so):
    return [wait(jobs, run_id, is_so) for run_id in ids]


def test_each_of_three_in_turns_is_as_it_would_be_alone_to_the_last_bit(jobs):
    ids = jobs.submit_together(RACE)
    for snapshot, config in zip(wait_all(jobs, ids, over), RACE, strict=True):
        assert_as_alone(snapshot, config)


def test_they_pause_step_and_go_on_together(jobs):
    ids = jobs.submit_together(RACE)
    jobs.pause(ids[1])
    wait_all(jobs, ids, lambda s: s.state == "paused")
    jobs.step(ids[2], 4, since=0)
    stepped = wait_all(jobs, ids, lambda s: s.state == "paused" and s.step > 0)
    assert [s.step for s in stepped] == [4, 4, 4]
    jobs.resume(ids[0])
    for snapshot, config in zip(wait_all(jobs, ids, over), RACE, strict=True):
        assert_as_alone(snapshot, config)


def test_they_take_turns_and_none_is_far_ahead(jobs):
    longer = replace(LONG, digits=6000)
    ids = jobs.submit_together([replace(longer, model=config.model) for config in RACE])
    wait(jobs, ids[0], lambda s: s.step > 30)
    jobs.pause(ids[0])
    held = wait_all(jobs, ids, lambda s: s.state == "paused")
    assert max(s.step for s in held) - min(s.step for s in held) <= 1
    assert held[0].step > 30
    jobs.cancel(ids[0])
    assert {s.state for s in snapshots(jobs, ids)} == {"cancelled"}


def test_one_that_fails_does_not_stop_the_others(jobs):
    broken = replace(RACE[1], device="cuda:99")
    ids = jobs.submit_together([RACE[0], broken, RACE[2]])
    first, failed, last = wait_all(jobs, ids, over)
    assert_as_alone(first, RACE[0])
    assert_as_alone(last, RACE[2])
    assert (failed.state, failed.step) == ("failed", 0)
    assert "cuda:99" in failed.error


def test_a_killed_worker_fails_all_of_them_and_they_can_be_taken_up(jobs):
    longer = [replace(config, digits=3000) for config in RACE]
    ids = jobs.submit_together(longer)
    wait(jobs, ids[2], lambda s: s.step > 0)
    os.kill(pid_of(jobs, ids[2]), signal.SIGKILL)
    failed = wait_all(jobs, ids, over)
    assert {s.state for s in failed} == {"failed"}
    jobs.take_up(*ids)
    for snapshot, config in zip(wait_all(jobs, ids, over), longer, strict=True):
        assert_as_alone(snapshot, config)


def test_a_round_waits_for_the_one_before_as_one_place_in_the_queue(jobs):
    first = jobs.submit_together(RACE, "ada")
    second = jobs.submit_together(RACE, "ada")
    third = jobs.submit(QUICK, "ada")
    assert [s.place for s in snapshots(jobs, second)] == [snapshots(jobs, second)[0].place] * 3
    assert jobs.snapshot(third).place == jobs.snapshot(second[0]).place + 1
    for run_id in (first[0], second[0], third):
        jobs.cancel(run_id)
    end = time.monotonic() + 120
    while any(not s.over for s in snapshots(jobs, [*first, *second, third])):
        assert time.monotonic() < end
