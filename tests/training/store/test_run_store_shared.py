"""Tests of a run store that several processes share, with kills and partial writes."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from filelock import unlock_descriptor

from rnnviz.training.store.run_lock import PATIENCE_S, acquire
from rnnviz.training.store.run_record import (
    HISTORY,
    LOCK,
    RECORD,
    STALE_S,
    ClaimedError,
    StoreError,
)
from tests.disk_faults import no_renaming_to
from tests.records import ID, a_record, files, running, same

# Claims


def test_a_run_that_is_going_on_unclaimed_was_interrupted(store):
    for state in ("queued", "starting", "running", "paused"):
        record = store.save(a_record(state=state))
        assert store.state_of(record) == "interrupted"
        with store.claim(ID):
            assert store.state_of(record) == state
        assert store.state_of(record) == "interrupted"
    for state in ("done", "failed", "cancelled"):
        assert store.state_of(store.save(a_record(state=state))) == state


def test_a_run_that_ended_since_it_was_read_was_not_interrupted(store):
    with store.begin(a_record()):
        seen = store.load(ID)
        store.save(a_record(step=41, state="done"))
    assert store.state_of(seen) == "done"
    (store.folder(ID) / RECORD).write_text("")
    assert store.state_of(seen) == "interrupted"


def test_a_claim_is_had_once_and_given_back_once(store):
    store.save(a_record())
    first = store.claim(ID)
    with pytest.raises(ClaimedError):
        store.claim(ID)
    with pytest.raises(ClaimedError):
        store.begin(a_record(step=41))
    assert store.load(ID).step == 40
    first.release()
    second = store.claim(ID)
    first.release()
    assert store.claimed(ID)
    second.release()
    assert not store.claimed(ID)


def test_who_looks_at_a_claim_keeps_nobody_from_claiming(store):
    store.save(a_record())
    store.claim(ID).release()
    with (store.folder(ID) / LOCK).open("rb") as glance:
        assert acquire(glance)  # as claimed does
        over = threading.Timer(PATIENCE_S / 5, lambda: unlock_descriptor(glance.fileno()))
        over.start()
        with store.claim(ID):
            assert store.claimed(ID)
        over.join()


def test_many_who_look_at_once_take_none_of_them_for_a_claim(root, store):
    store.save(a_record())
    store.claim(ID).release()
    with running(LOOK, root) as other, ThreadPoolExecutor(4) as threads:
        assert other.stdout.readline() == "now\n"
        found = list(threads.map(lambda _: store.claimed(ID), range(1000)))
        assert other.stdout.readline() == "0\n"
    assert not any(found)


LOOK = """
store = RunStore(Path(sys.argv[1]))
print("now", flush=True)
print(sum(store.claimed(ID) for _ in range(1000)), flush=True)
"""


def test_in_a_folder_that_cannot_be_written_a_look_finds_a_claim_and_a_run_without_one(root, store):
    store.save(a_record())
    claim = store.claim(ID)
    (root / ".look").mkdir()  # as root may write anywhere, this keeps the file from being opened
    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(lambda _: store.claimed(ID), range(20)))
        claim.release()
        assert not any(threads.map(lambda _: store.claimed(ID), range(200)))


CLAIM = """
store = RunStore(Path(sys.argv[1]))
with store.claim(ID):
    print("mine", flush=True)
    sys.stdin.readline()
print("given back", flush=True)
sys.stdin.readline()
"""


def test_of_two_servers_one_trains_a_run_and_the_kernel_frees_it_when_that_one_dies(root, store):
    store.save(a_record())
    with running(CLAIM, root) as server:
        assert server.stdout.readline() == "mine\n"
        assert store.state_of(store.load(ID)) == "running"
        with pytest.raises(ClaimedError):
            store.claim(ID)
        with pytest.raises(ClaimedError):
            store.delete(ID)
        server.kill()
        server.wait()
        assert store.state_of(store.load(ID)) == "interrupted"
        with store.claim(ID):
            assert store.claimed(ID)
    with running(CLAIM, root) as server:
        assert server.stdout.readline() == "mine\n"
        server.stdin.write("\n")
        server.stdin.flush()
        assert server.stdout.readline() == "given back\n"
        store.delete(ID)


def test_two_servers_that_save_and_rename_at_once_lose_neither(root, store):
    store.save(a_record(step=0))
    program = """
store = RunStore(Path(sys.argv[1]))
print("now", flush=True)
for step in range(300):
    store.save(a_record(step=step))
"""
    with running(program, root) as server:
        assert server.stdout.readline() == "now\n"
        for k in range(100):
            store.rename(ID, f"name {k}")
            assert store.load(ID).name == f"name {k}"
        assert server.wait(60) == 0
    assert same(store.load(ID), a_record(step=299, name="name 99"))


# Kills


SAVE = """
store = RunStore(Path(sys.argv[1]))
print("now", flush=True)
while True:
    for step in (2000, 10, 700):
        store.save(a_record(step=step))
"""

BEAR = """
store = RunStore(Path(sys.argv[1]))
print("now", flush=True)
while True:
    run_id = secrets.token_urlsafe(16)
    store.save(a_record(run_id))
    store.delete(run_id)
    store.restore(run_id)
"""


def killed(program, root, after_s):
    with running(program, root) as process:
        assert process.stdout.readline() == "now\n"
        time.sleep(after_s)
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_kill_while_saving_leaves_one_of_the_records_whole(root, store):
    store.save(a_record(step=10))
    chance = np.random.default_rng(0)
    for _ in range(12):
        killed(SAVE, root, chance.uniform(0.001, 0.03))
        found = store.load(ID)
        assert found.step in (2000, 10, 700)
        assert same(found, a_record(step=found.step))
    store.save(a_record(step=20))
    assert files(store.folder(ID)) == [HISTORY, RECORD]


@pytest.mark.slow
def test_a_kill_while_a_run_appears_or_goes_leaves_all_runs_whole(root, store):
    chance = np.random.default_rng(1)
    for _ in range(8):
        killed(BEAR, root, chance.uniform(0.001, 0.03))
        records, faults = store.runs()
        assert faults == ()
        assert all(same(record, a_record(record.id)) for record in records)
    store.save(a_record())
    assert ".new" not in files(root)


@pytest.mark.parametrize("cut", [RECORD, HISTORY])
@pytest.mark.parametrize(("before", "then"), [(33, 400), (400, 33)])
def test_a_save_that_ends_between_its_two_files_leaves_one_record_whole(store, before, then, cut):
    store.save(a_record(step=before))
    with no_renaming_to(cut), pytest.raises(StoreError, match="could not be saved: the disk is"):
        store.save(a_record(step=then))
    found = store.load(ID)
    assert found.step in (before, then)
    assert same(found, a_record(step=found.step))
    store.save(a_record(step=then))
    assert same(store.load(ID), a_record(step=then))


def test_what_a_killed_worker_had_begun_is_swept_when_it_is_old(store):
    store.save(a_record())
    folder = store.folder(ID)
    store.claim(ID).release()
    old, young = folder / ".8.safetensors.x1", folder / ".9.safetensors.x2"
    for path in (old, young, folder / "8.safetensors"):
        path.write_bytes(b"half")
    for path in (old, folder / LOCK, folder / "8.safetensors"):
        os.utime(path, (0, time.time() - STALE_S - 1))
    store.save(a_record())
    assert files(folder) == sorted([LOCK, young.name, "8.safetensors", HISTORY, RECORD])


def test_what_was_begun_of_a_record_is_swept_by_whoever_writes_the_next(store):
    store.save(a_record())
    for name in (RECORD, HISTORY):
        (store.folder(ID) / f".{name}.0a1b2c3d").write_bytes(b"half")
    store.save(a_record())
    assert files(store.folder(ID)) == [HISTORY, RECORD]
