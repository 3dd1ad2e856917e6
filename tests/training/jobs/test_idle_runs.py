import time

from rnnviz.training.jobs.idle_runs import TimeLimits
from rnnviz.training.jobs.worker_pool import NEVER, Job
from tests.jobs import (
    LONG,
    QUICK,
    managed,
    over,
    paused_at,
    pid_of,
    started_paused,
    wait,
    wait_gone,
)

GRACE_S = 1.0
JOBS = {"running": 2, "warm": 2, "grace_s": GRACE_S}


def test_an_orphan_stops_after_its_grace_and_an_adopted_one_does_not(jobs):
    adopted, left = started_paused(jobs, LONG), started_paused(jobs, LONG)
    pid = pid_of(jobs, left)
    jobs.orphan(adopted)
    since = time.monotonic()
    jobs.orphan(left)
    jobs.adopt(adopted)
    snapshot = wait(jobs, left, over)
    assert time.monotonic() - since >= GRACE_S
    assert (snapshot.state, snapshot.error) == ("cancelled", "nobody looked at it for 1 s")
    wait_gone(pid)
    jobs.adopt(left)
    assert jobs.snapshot(left).state == "cancelled"
    jobs.step(adopted, 2, since=0)
    wait(jobs, adopted, paused_at(2))
    jobs.cancel(adopted)


def test_a_job_with_two_watchers_is_an_orphan_only_when_both_are_gone(jobs):
    job_id = started_paused(jobs, LONG, owner="ada")
    jobs.adopt(job_id, "ada")
    jobs.adopt(job_id, "bob")
    jobs.orphan(job_id, "ada")
    jobs.orphan(job_id, "ada")
    time.sleep(1.5 * GRACE_S)
    assert jobs.snapshot(job_id).state == "paused", "bob still looks"
    jobs.orphan(job_id, "bob")
    assert wait(jobs, job_id, over).error == "nobody looked at it for 1 s"


def test_who_comes_back_by_the_link_is_the_same_person(jobs):
    job_id = started_paused(jobs, LONG, owner="before")
    jobs.adopt(job_id, "before")
    jobs.orphan(job_id, "before")
    jobs.adopt(job_id, "after the reload")
    second = jobs.submit(QUICK, "after the reload")
    time.sleep(0.2)
    assert jobs.snapshot(second).place == 1, "one at a time for each person"
    jobs.cancel(job_id)
    wait(jobs, second, over)


def test_a_pause_that_keeps_others_waiting_ends(training_digits):
    with managed(running=1, pause_s=0.5) as jobs:
        first = started_paused(jobs, LONG)
        time.sleep(0.8)
        assert jobs.snapshot(first).state == "paused", "nobody waits"
        second = jobs.submit(QUICK)
        assert wait(jobs, second, over).state == "done"
        assert jobs.snapshot(first).error == "it was paused for 0.5 s while others waited"


def test_a_training_that_takes_too_long_ends(training_digits):
    with managed(running=1, warm=0, run_s=0.5) as jobs:
        job_id = jobs.submit(QUICK)
        jobs.pause(job_id)
        ended = wait(jobs, job_id, over)
        assert ended.state == "cancelled"
        assert ended.error == "it took the 0.5 s that one may take here"


def test_what_ends_a_job_first_is_its_reason_and_a_pause_counts_only_while_others_wait():
    limits = TimeLimits(grace_s=30.0, pause_s=600.0, run_s=3600.0)
    job = Job(None, weights=False)
    assert limits.end(job, others_wait=True)[0] == NEVER
    job.started, job.paused = 100.0, 200.0
    assert limits.end(job, others_wait=False) == (
        3700.0,
        "it took the 3600 s that one may take here",
    )
    assert limits.end(job, others_wait=True) == (
        800.0,
        "it was paused for 600 s while others waited",
    )
    job.orphaned = 300.0
    assert limits.end(job, others_wait=True) == (330.0, "nobody looked at it for 30 s")
