"""Tests of races with real jobs: which rounds count, stopping, resuming."""

import math
import os
import signal
import time
from dataclasses import replace

import pytest

from rnnviz.chapters.runs.race.race import Plan, batches, plan_of, standing
from rnnviz.core.config import TrainConfig
from rnnviz.training.jobs import side_by_side
from rnnviz.training.jobs.job_manager import QUEUE, Jobs
from rnnviz.training.jobs.protocol import UnknownJobError
from rnnviz.training.loop import stacked_training
from rnnviz.training.store.group_record import Group, groups, load_group, save_group
from rnnviz.training.store.run_record import StoreError
from rnnviz.training.store.run_store import RunStore
from rnnviz.training.tasks.digits import RunConfig
from tests.jobs import alone, pid_of, wait

BASE = RunConfig(
    training=TrainConfig(epochs=1, batch_size=20, lr=0.01, seed=5), digits=200, device="cpu"
)
PLAN = Plan(700, 2, base=BASE)
PAIR = replace(PLAN, cells=("gru", "rnn"))


def finder(jobs):
    def find(run_id):
        try:
            return jobs.snapshot(run_id), jobs.config(run_id)
        except UnknownJobError:
            record = jobs.store.load(run_id)
            return record.snapshot(), record.config

    return find


def until(jobs, group, is_so, timeout_s=180.0):
    end = time.monotonic() + timeout_s
    while not is_so(found := standing(finder(jobs), group)):
        assert time.monotonic() < end, [e.snapshot.state for r in found.rounds for e in r.entries]
        time.sleep(0.01)
    return found


def start(jobs, plan, owner=None):
    return side_by_side.start(jobs, "race", batches(plan), owner, settings=plan.to_dict())


def cancel(jobs, group):
    side_by_side.cancel(jobs, standing(finder(jobs), group).group)


def go_on(jobs, found, owner=None):
    side_by_side.go_on(jobs, found.group, owner)


def finish(jobs, group):
    return until(jobs, group, lambda found: len(found.complete) == found.plan.k)


def start_held(jobs, plan, owner, number, steps):
    """Start a race whose round (from 0) will stand after so many steps of each of its runs."""
    before = jobs.submit(replace(BASE, digits=20), until=0)  # has the one place meanwhile
    group = start(jobs, plan, owner)
    first = group.runs[number * len(plan.cells)]
    jobs.pause(first)
    if steps:
        jobs.step(first, steps, since=0)
    jobs.resume(before)
    return group


def states(round_):
    return {entry.snapshot.state for entry in round_.entries}


def by_hand(plan):
    """What each network reads at its end, trained alone and without any job."""
    return {
        runs[0].model.cell.upper(): tuple(alone(run)[0][-1].held_out for run in runs)
        for runs in zip(*plan.rounds, strict=True)
    }


def test_a_plan_solves_the_sizes_and_gives_each_round_its_own_seeds():
    plan = Plan(24_714, 3)
    assert [run.model.hidden_size for run in plan.contestants] == [138, 75, 64]
    assert [run.parameters for run in plan.contestants] == [24_574, 24_385, 24_714]
    assert [[run.training.seed for run in runs] for runs in plan.rounds] == [
        [0, 0, 0],
        [3, 3, 3],
        [6, 6, 6],
    ]
    assert Plan.from_dict(plan.to_dict()) == plan
    assert {run.fold for run in plan.contestants} == {None}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"budget": 10}, "a budget of 10 parameters is too small: the RNN of one unit has 51"),
        ({"budget": 500_000}, "is no fair race: the RNN may have 512 units, which are 282,634"),
        ({"budget": 1e4}, "budget must be a whole number, got 10000.0"),
        ({"k": 0}, "a race has 1 to 10 seeds, got 0"),
        ({"k": 11}, "a race has 1 to 10 seeds, got 11"),
        ({"k": True}, "k must be a whole number, got True"),
        ({"cells": ("lstm",)}, "a race has at least two cells, got 1"),
        ({"cells": ("lstm", "lstm")}, "each cell races once, got lstm, lstm"),
        ({"cells": ("lstm", "elman")}, "cells must be of rnn, gru, lstm, got 'elman'"),
        ({"base": replace(BASE, fold=0)}, "the test digits judge it, not a fold"),
        (
            {"base": replace(BASE, training=replace(BASE.training, seed=2**32 - 2))},
            r"seed must lie in \[0, 4294967295\]",
        ),
    ],
)
def test_what_is_no_race_is_refused_in_one_sentence(changed, told):
    with pytest.raises(ValueError, match=told):
        replace(PLAN, **changed)


def test_a_race_comes_to_its_end_and_counts_what_each_reads_alone(jobs):
    group = start_held(jobs, PLAN, "ada", 0, 3)
    assert load_group(jobs.store, group.id) == group
    assert len(group.runs) == 6
    going = until(jobs, group, lambda found: found.rounds[0].begun)
    assert (going.now.number, going.over, going.complete) == (1, False, ())
    assert going.duels() == ()
    assert states(going.rounds[1]) == {"queued"}
    jobs.resume(group.runs[0])
    found = finish(jobs, group)
    accuracies = found.accuracies()
    assert accuracies == by_hand(PLAN)
    assert (found.over, found.group.can_go_on) == (True, False)
    for duel in found.duels():
        first, second = (
            a - b for a, b in zip(accuracies[duel.better], accuracies[duel.other], strict=True)
        )
        mean, off = (first + second) / 2, abs(first - second) / 2  # s / √2 of two differences
        t = 1 / math.tan(math.pi * 0.05 / 3 / 2)  # Student's with one degree of freedom is Cauchy's
        assert duel.interval.mean == pytest.approx(mean, abs=1e-12)
        assert duel.interval.half_width == pytest.approx(t * off, rel=1e-9)


def test_a_stopped_race_counts_complete_rounds_only_and_goes_on_to_the_same_accuracies(jobs):
    plan = replace(PAIR, k=3)
    group = start_held(jobs, plan, "ada", 1, 3)
    until(jobs, group, lambda found: found.rounds[1].begun)
    cancel(jobs, group)
    cancel(jobs, group)
    found = standing(finder(jobs), group)
    assert [round_.complete for round_ in found.rounds] == [True, False, False]
    assert [states(round_) for round_ in found.rounds[1:]] == [{"cancelled"}, {"cancelled"}]
    assert {len(values) for values in found.accuracies().values()} == {1}
    assert (found.over, found.group.can_go_on, found.now.number) == (True, True, 2)
    go_on(jobs, found, "ada")
    go_on(jobs, found, "ada")  # the same press, come twice
    assert len(jobs._roster.queue) <= 2
    assert finish(jobs, group).accuracies() == by_hand(plan)


def test_a_restarted_server_goes_on_with_a_race_bit_for_bit(tmp_path, training_digits):
    store = RunStore(tmp_path / "runs")
    first = Jobs(running=1, store=store)
    group = start_held(first, PAIR, "ada", 0, 3)
    until(first, group, lambda found: found.rounds[0].entries[1].snapshot.step > 0)
    first.shutdown()
    second = Jobs(running=1, store=store)
    try:
        [known], faults = groups(store)
        assert (known, faults) == (group, ())
        found = standing(finder(second), known)
        assert (found.over, found.group.can_go_on) == (True, True)
        go_on(second, found, "ada")
        assert finish(second, group).accuracies() == by_hand(PAIR)
    finally:
        second.shutdown()


def test_a_killed_worker_fails_its_round_and_the_others_go_on(jobs):
    group = start_held(jobs, PAIR, "ada", 0, 3)
    until(jobs, group, lambda found: states(found.rounds[0]) == {"paused"})
    os.kill(pid_of(jobs, group.runs[0]), signal.SIGKILL)
    found = until(jobs, group, lambda found: found.rounds[0].over)
    assert states(found.rounds[0]) == {"failed"}
    assert not found.over
    found = until(jobs, group, lambda found: found.over)
    assert [round_.complete for round_ in found.rounds] == [False, True]
    assert {len(values) for values in found.accuracies().values()} == {1}
    go_on(jobs, found, "ada")
    assert finish(jobs, group).accuracies() == by_hand(PAIR)


def test_a_round_that_was_paused_goes_on(jobs):
    plan = replace(PAIR, k=1)
    group = start_held(jobs, plan, None, 0, 0)
    found = until(jobs, group, lambda found: found.group.paused)
    assert not found.over
    go_on(jobs, found)
    assert finish(jobs, group).over


def test_all_rounds_pause_step_and_go_on_as_one(jobs):
    group = side_by_side.start(jobs, "race", PAIR.rounds, None, until=2, settings=PAIR.to_dict())
    found = until(jobs, group, lambda found: found.group.paused and found.rounds[0].step == 2)
    assert states(found.rounds[1]) == {"queued"}
    side_by_side.step(jobs, found.group, 3)
    side_by_side.step(jobs, found.group, 3)  # the same press, come twice
    found = until(jobs, group, lambda found: found.group.paused and found.rounds[0].step == 5)
    side_by_side.step(jobs, found.group, 100)  # beyond the round's end: the next one begins
    found = until(jobs, group, lambda found: states(found.rounds[1]) == {"paused"})
    assert (found.rounds[0].complete, found.rounds[1].step) == (True, 0)
    go_on(jobs, found)
    assert finish(jobs, group).accuracies() == by_hand(PAIR)


def test_a_round_with_a_lost_run_never_counts_and_is_left_alone(jobs):
    group = start(jobs, PAIR)
    cancel(jobs, group)
    for run_id in group.runs:
        wait(jobs, run_id, lambda snapshot: snapshot.over)
    jobs.forget(group.runs[3])
    jobs.store.delete(group.runs[3])
    found = standing(finder(jobs), group)
    assert [round_.lost for round_ in found.rounds] == [False, True]
    assert found.rounds[1].entries[1].lost == f"run {group.runs[3]} was deleted"
    go_on(jobs, found)
    found = until(jobs, group, lambda found: found.rounds[0].complete)
    assert states_of_others(found.rounds[1]) == {"cancelled"}
    assert (found.over, found.group.can_go_on, len(found.complete)) == (True, False, 1)


def states_of_others(round_):
    return {entry.snapshot.state for entry in round_.entries if entry.snapshot is not None}


def test_a_full_queue_leaves_nothing_of_a_race(jobs):
    before = groups(jobs.store)
    first = jobs.submit(replace(BASE, digits=60_000), "bob")
    waiting = [jobs.submit(BASE, "bob") for _ in range(QUEUE - 1)]
    end = time.monotonic() + 120
    while len(jobs._roster.queue) == QUEUE:  # until the first is taken from the queue
        assert time.monotonic() < end
        time.sleep(0.01)
    with pytest.raises(RuntimeError, match="trainings wait already"):
        start(jobs, replace(PLAN, k=3), "ada")
    assert groups(jobs.store) == before
    assert {job.owner for job in jobs._roster.queue} == {"bob"}
    for run_id in [*waiting, first]:
        jobs.cancel(run_id)


def test_a_race_that_cannot_be_kept_is_not_started(jobs):
    folder = jobs.store.root / ".groups"
    folder.rename(folder.with_name("aside"))
    folder.write_text("no folder")
    with pytest.raises(StoreError, match=r"race .* could not be saved"):
        start(jobs, PLAN, "ada")
    folder.unlink()
    folder.with_name("aside").rename(folder)
    assert jobs._roster.queue == []


@pytest.mark.parametrize(
    ("kind", "count", "settings", "told"),
    [
        ("search", 6, PLAN.to_dict(), "is a search, not a race"),
        ("race", 5, PLAN.to_dict(), "it has 5 runs for 2 × 3"),
        ("race", 6, {**PLAN.to_dict(), "k": "2"}, "k must be a whole number, got '2'"),
        ("race", 6, {**PLAN.to_dict(), "base": 3}, "is damaged and cannot be read"),
        ("race", 6, {"k": 2}, "a race has budget, k, cells and base, got k"),
    ],
)
def test_a_group_that_is_no_race_is_said_in_one_sentence(tmp_path, kind, count, settings, told):
    store = RunStore(tmp_path / "runs")
    ids = [letter * 22 for letter in "ABCDEFG"]
    save_group(store, Group(ids[-1], kind, ids[:count], settings))
    with pytest.raises(StoreError, match=told) as caught:
        plan_of(load_group(store, ids[-1]))
    assert caught.value.run_id == ids[-1]
    assert "\n" not in str(caught.value)


def test_a_run_that_is_not_the_one_of_the_race_does_not_count(jobs):
    plan = replace(PLAN, k=1)
    group = start(jobs, plan)
    cancel(jobs, group)
    swapped = replace(group, runs=(group.runs[1], group.runs[0], group.runs[2]))
    first, second, third = standing(finder(jobs), swapped).rounds[0].entries
    assert (first.snapshot, second.snapshot) == (None, None)
    assert first.lost == f"run {group.runs[1]} is not the RNN of this race"
    assert third.lost == ""


def test_where_it_pays_all_rounds_are_raced_at_the_same_time(jobs, monkeypatch):
    monkeypatch.setattr(stacked_training, "PAYS", frozenset({"cpu"}))
    group = start(jobs, PAIR)
    assert len({id(jobs._roster.job(run_id)) for run_id in group.runs}) == 1
    assert finish(jobs, group).accuracies() == by_hand(PAIR)
