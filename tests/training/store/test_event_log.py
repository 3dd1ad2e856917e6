"""Tests of the event log of a training."""

import json
import logging

from rnnviz.training.store import event_log
from tests.jobs import LONG, managed, over, started_paused, wait

SECRET = "a name that nobody else can know"


def test_each_turn_of_a_training_is_one_line_without_its_whole_id(caplog):
    caplog.set_level(logging.INFO, logger=event_log.LOGGER.name)
    with managed(running=1, warm=0) as jobs:
        run_id = started_paused(jobs, LONG, owner=SECRET)
        jobs.cancel(run_id)
        wait(jobs, run_id, over)
        jobs.take_up(run_id, owner=SECRET)
        jobs.cancel(run_id)
        wait(jobs, run_id, over)
        states = {snapshot.id: snapshot.state for snapshot in jobs.snapshots()}
    assert states == {run_id: "cancelled"}
    lines = [json.loads(r.getMessage()) for r in caplog.records if r.name == event_log.LOGGER.name]
    told = [line["event"] for line in lines]
    assert told[:2] == ["submitted", "starting"]
    assert told[-1] == "cancelled"
    assert told.count("submitted") == 2, "taken up again, it is submitted again"
    assert {line["run"] for line in lines} == {run_id[:6]}
    (session,) = {line["session"] for line in lines}
    assert len(session) == 6
    assert session not in SECRET
    assert run_id not in caplog.text
    assert SECRET not in caplog.text
