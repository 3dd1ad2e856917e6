import time
from dataclasses import replace
from pathlib import Path

import pytest

from rnnviz.chapters.recurrence.recall_config import DelayConfig
from rnnviz.training.jobs.job_manager import QUEUE, Jobs
from rnnviz.training.jobs.job_table import KEPT
from rnnviz.training.jobs.protocol import UnknownJobError
from tests.jobs import (
    LONG,
    QUICK,
    assert_as_alone,
    assert_too_large,
    over,
    paused_at,
    pid_of,
    started_paused,
    wait,
)

JOBS = {"running": 2, "warm": 2}

ROOT = Path(__file__).resolve().parents[3]


def cpu_ticks(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def ticks_at_rest(pid):
    """The CPU a process has used once it has stood still for 0.3 s: a report is sent first."""
    end, before = time.monotonic() + 120, -1
    while (now := cpu_ticks(pid)) != before:
        assert time.monotonic() < end, "it never rests"
        before = now
        time.sleep(0.3)
    return now


def test_a_snapshot_cannot_be_changed(jobs):
    snapshot = wait(jobs, jobs.submit(QUICK), over)
    arrays = [*vars(snapshot.history).values(), *vars(snapshot.held_out).values()]
    for array in (*arrays, *snapshot.weights.values()):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_jobs_without_weights_carry_none(jobs):
    assert wait(jobs, jobs.submit(QUICK, weights=False), over).weights is None


def test_a_paused_job_stands_still_without_using_the_cpu_and_goes_on_to_the_same_end(jobs):
    job_id = started_paused(jobs)
    jobs.step(job_id, 5, since=0)
    held = wait(jobs, job_id, paused_at(5))
    ticks = ticks_at_rest(pid_of(jobs, job_id))
    wait(jobs, jobs.submit(QUICK), over)  # another trains from start to end meanwhile
    assert jobs.snapshot(job_id) is held
    assert cpu_ticks(pid_of(jobs, job_id)) <= ticks + 5
    jobs.resume(job_id)
    jobs.resume(job_id)
    done = wait(jobs, job_id, over)
    assert_as_alone(done)
    assert done.version > held.version


def test_a_job_that_is_to_pause_at_a_step_never_goes_beyond_it(jobs):
    for until in (0, 3):
        job_id = jobs.submit(QUICK, until=until)
        wait(jobs, job_id, paused_at(until))
        jobs.step(job_id, since=until)
        wait(jobs, job_id, paused_at(until + 1))
        jobs.resume(job_id)
        assert_as_alone(wait(jobs, job_id, over))


def test_a_full_queue_is_said_and_old_jobs_are_forgotten(jobs):
    first = started_paused(jobs, owner="ada")
    ids = [jobs.submit(QUICK, "ada") for _ in range(QUEUE)]
    assert len({*ids, first}) == QUEUE + 1
    assert min(len(job_id) for job_id in ids) >= 22, "16 random bytes"
    with pytest.raises(RuntimeError, match=f"{QUEUE} trainings wait already; try again later"):
        jobs.submit(QUICK, "bob")
    for job_id in ids:
        jobs.cancel(job_id)
    assert jobs.snapshot(ids[-KEPT]).state == "cancelled"
    with pytest.raises(UnknownJobError):
        jobs.snapshot(ids[-KEPT - 1])
    jobs.resume(first)
    wait(jobs, first, over)


@pytest.mark.parametrize(
    ("config", "name", "size", "words"),
    [
        (LONG, "steps", LONG.steps, "steps"),
        (DelayConfig(), "parameters", 4 * 32 * (16 + 32 + 2) + 8 * 33, "parameters"),
        (DelayConfig(), "states", 51 * 32 * 32, "hidden states in a step, units times .*,"),
    ],
)
def test_a_training_of_more_than_the_server_allows_is_refused(config, name, size, words):
    assert_too_large(config, name, size, words)


def test_an_error_in_a_training_is_one_sentence_and_its_worker_is_not_used_again(jobs):
    wait(jobs, jobs.submit(QUICK), over)  # there is a worker now that waits for it
    before = set(jobs._pool.alive)
    snapshot = wait(jobs, jobs.submit(replace(QUICK, device="cuda:99")), over)
    assert snapshot.state == "failed"
    assert snapshot.error.startswith("training failed before the first step: ValueError: cuda:99")
    assert "\n" not in snapshot.error
    end = time.monotonic() + 120
    while before <= set(jobs._pool.alive):
        assert time.monotonic() < end, "the worker that failed is still used"
        time.sleep(0.005)


@pytest.mark.parametrize(
    "verb",
    [
        Jobs.snapshot,
        Jobs.pause,
        Jobs.resume,
        Jobs.cancel,
        Jobs.orphan,
        Jobs.adopt,
        lambda jobs, job_id: jobs.step(job_id, since=0),
    ],
)
def test_an_unknown_id_is_said(jobs, verb):
    with pytest.raises(UnknownJobError) as caught:
        verb(jobs, "made-up")
    assert isinstance(caught.value, KeyError)
    assert str(caught.value) == "there is no run 'made-up', or none any more"


def test_less_than_one_job_at_once_is_refused():
    with pytest.raises(ValueError, match="running must be at least 1, got 0"):
        Jobs(running=0)
