"""Tests of a clock that is set back or was ahead: no run is lost, hidden or removed."""

import os
import time

from rnnviz.training.store.group_record import Group, load_group, save_group
from rnnviz.training.store.run_store import RunStore
from tests.jobs import QUICK, managed, over, wait
from tests.records import ID, OTHER, a_record

HOUR = 3600.0


def test_runs_saved_before_and_after_an_hour_is_set_back_are_all_there(root):
    now = 1_700_000_000.0
    store = RunStore(root, clock=lambda: now)
    store.save(a_record(ID, created=now, name="before"))
    now -= HOUR
    store.save(a_record(OTHER, created=now))
    records, faults = store.runs()
    assert faults == ()
    assert [record.id for record in records] == [ID, OTHER], "as they say they were begun"
    again = store.save(a_record(ID, created=now, step=48))
    assert again.created == now + HOUR, "a birth is told once"
    assert store.load(ID).name == "before"


def test_what_was_deleted_before_the_clock_was_set_back_can_still_be_restored(root):
    now = 1_700_000_000.0
    store = RunStore(root, clock=lambda: now)
    store.save(a_record(ID))
    store.delete(ID)
    now -= HOUR
    store.make_room()
    assert store.usage().deleted == 1
    store.restore(ID)
    assert store.load(ID).step == a_record(ID).step


def test_files_from_the_future_stop_nobody(root):
    store = RunStore(root)
    store.save(a_record(ID))
    save_group(store, group := Group("g" * 22, "race", (ID,), created=time.time() + HOUR))
    ahead = time.time() + HOUR
    for path in root.rglob("*"):
        os.utime(path, (ahead, ahead))
    assert load_group(store, group.id).runs == (ID,)
    store.make_room()
    assert store.save(a_record(ID, step=48)).step == 48
    with managed(running=1, warm=0, store=store) as jobs:
        done = wait(jobs, jobs.submit(QUICK), over)
    assert done.state == "done"
    assert 0 <= store.load(done.id).wall_s < HOUR, "how long it took is no matter of the clock"
