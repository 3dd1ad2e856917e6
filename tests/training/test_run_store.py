import contextlib
import fcntl
import json
import os
import re
import resource
import secrets
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.run_config import RunConfig
from rnnviz.training.messages import Curve, HeldOut, Snapshot
from rnnviz.training.run_files import (
    HISTORY,
    LOCK,
    NAME_LENGTH,
    RECORD,
    STALE_S,
    ClaimedError,
    DeletedRunError,
    Record,
    StoreError,
    UnknownRunError,
    folder_bytes,
    tidy_name,
)
from rnnviz.training.run_store import PATIENCE_S, TRASH_RUNS, TRASH_S, RunStore, Usage
from tests.faults import no_renaming_to

ROOT = Path(__file__).resolve().parents[2]
CONFIG = RunConfig(
    ModelConfig(cell="gru", hidden_size=8, num_layers=2, dropout=0.2),
    TrainConfig(epochs=2, batch_size=50, lr=0.01, seed=3),
    augmentation="shifted",
    device="cpu",
)
ID = "abcdefghijklmnopqrstu_"
OTHER = "-_3456789ABCDEFGHIJKLM"


def a_record(run_id=ID, *, step=40, **changes):
    """What a run of so many steps looks like; all of its curve follows from the step."""
    steps = np.arange(1, step + 1, dtype=np.float32)
    tested = steps[::10].copy()
    values = {
        "id": run_id,
        "config": CONFIG,
        "created": 1_700_000_000.25,
        "state": "running",
        "step": step,
        "epoch": int(step > 0),
        "wall_s": step / 7,
        "device": "CPU, 1 thread",
        "checkpoints": tuple(range(0, step + 1, 8)),
        "history": Curve(steps, 1 / steps, np.sqrt(steps) / 100, 3 * steps),
        "held_out": HeldOut(tested, tested / 100, np.full_like(tested, 10_000)),
    }
    return Record(**values | changes)


def plain(value):
    """All of a record or snapshot in values that compare; NaN is NaN, and types count."""
    told = {}
    for f in fields(value):
        part = getattr(value, f.name)
        if isinstance(part, Curve | HeldOut):
            part = {k: (a.dtype.str, a.shape, a.tobytes()) for k, a in vars(part).items()}
        told[f.name] = (type(part).__name__, part)
    return told


def same(a, b):
    return plain(a) == plain(b)


def files(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store" / "runs"


@pytest.fixture
def store(root):
    return RunStore(root)


@contextlib.contextmanager
def running(program, *arguments):
    """A process that has imported the store, and says a word before it does what it is told to."""
    program = (
        "import sys; from pathlib import Path\n"
        "from rnnviz.training.run_files import *; from rnnviz.training.run_store import *\n"
        "from tests.training.test_run_store import *\n" + program
    )
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def run(program, *arguments):
    with running(program, *arguments) as process:
        told, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        return told


# Laws


@given(
    step=st.integers(0, 60),
    name=st.none() | st.text(max_size=99).map(tidy_name),
    error=st.none() | st.text(st.characters(exclude_categories=()), max_size=20),
    state=st.sampled_from(["queued", "starting", "running", "paused", "done", "failed"]),
    created=st.floats(0, 1e12),
    loss=st.floats(width=32),
)
@settings(max_examples=50, deadline=None)
def test_a_run_comes_back_as_it_was_saved(
    tmp_path_factory, step, name, error, state, created, loss
):
    store = RunStore(tmp_path_factory.mktemp("runs"))
    record = a_record(step=step, name=name, error=error, state=state, created=created)
    losses = np.full_like(record.history.loss, loss)
    record = replace(record, history=replace(record.history, loss=losses))
    assert same(store.save(record), record)
    assert same(store.load(ID), record)
    assert not store.load(ID).history.loss.flags.writeable


def test_records_that_differ_in_one_value_do_not_compare_equal():
    record = a_record()
    for changed in (
        {"step": 41},
        {"name": "one"},
        {"created": 1_700_000_000},
        {"checkpoints": ()},
        {"held_out": HeldOut()},
        {"history": replace(record.history, loss=record.history.loss + np.float32(1e-6))},
    ):
        assert not same(record, replace(record, **changed))


def test_a_snapshot_that_was_kept_shows_what_it_showed():
    record = a_record()
    snapshot = Snapshot(
        ID,
        "failed",
        CONFIG.steps,
        2,
        step=1300,
        epoch=2,
        history=record.history,
        held_out=record.held_out,
        digits_per_s=CONFIG.examples_after(1300) / 12.5,
        wall_s=12.5,
        device="CPU",
        error="training failed at step 1301",
        note="no more looking back",
        checkpoints=(0, 8),
    )
    busy = replace(snapshot, place=3, left_s=2.0, version=9, weights={}, weights_step=1300)
    assert same(Record.of(busy, CONFIG).snapshot(), snapshot)
    assert abs(Record.of(busy, CONFIG).created - time.time()) < 5


def test_a_run_without_a_step_shows_no_speed():
    assert a_record(step=0, wall_s=0.0).snapshot().digits_per_s == 0


def test_runs_are_listed_newest_first_whatever_the_order_of_saving(store):
    born = [30.0, 10.0, 20.0, 20.0]
    for created in born:
        store.save(a_record(secrets.token_urlsafe(16), created=created))
    records, faults = store.runs()
    assert [record.created for record in records] == [30.0, 20.0, 20.0, 10.0]
    assert [r.id for r in store.runs()[0]] == [r.id for r in records]
    assert faults == ()


def test_a_store_that_is_not_there_yet_is_empty_and_reading_does_not_make_it(store, root):
    assert store.runs() == ((), ())
    assert store.usage() == Usage(0, 0, 0)
    with pytest.raises(UnknownRunError):
        store.load(ID)
    assert not root.exists()


def test_the_store_is_in_the_home_unless_told_otherwise(home):
    assert RunStore().root == home / "runs"


def test_saving_again_keeps_the_name_and_the_birth_and_leaves_no_other_file(store):
    store.save(a_record(step=8, created=5.0))
    store.rename(ID, "  my\nfirst   run\x00 ")
    stored = store.save(a_record(step=16, created=9.0, state="done"))
    assert (stored.name, stored.created, stored.step) == ("my first run", 5.0, 16)
    assert same(store.load(ID), stored)
    assert files(store.folder(ID)) == [HISTORY, RECORD]


def test_a_name_can_be_taken_away_and_renaming_changes_nothing_else(store):
    record = store.save(a_record())
    assert same(store.rename(ID, "Größe 👩‍💻"), replace(record, name="Größe 👩‍💻"))
    assert same(store.rename(ID, " \t"), record)
    assert same(store.load(ID), record)


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_a_tidy_name_is_one_line_and_stays_as_it_is(name):
    tidy = tidy_name(name)
    assert tidy_name(tidy) == tidy
    assert tidy is None or (0 < len(tidy) <= NAME_LENGTH and len(tidy.splitlines()) == 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "../x"}, "id must be"),
        ({"state": "interrupted"}, "state must be one of queued, "),
        ({"step": 2.0}, "step is a float"),
        ({"epoch": True}, "epoch is a bool"),
        ({"step": CONFIG.steps + 1}, "step must lie in [0, 2400]"),
        ({"created": float("nan")}, "created must lie in"),
        ({"wall_s": -1.0}, "wall_s must lie in"),
        ({"name": " x"}, "name must be tidy, got ' x'"),
        ({"name": ""}, "name must be tidy"),
        ({"checkpoints": (0, "../x")}, "checkpoints must be steps, got '../x'"),
    ],
)
def test_a_record_checks_itself(changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        replace(a_record(step=0), **changes)


# Deleting and its undoing


def test_restoring_undoes_deleting_to_the_last_byte(store):
    store.save(a_record(name="kept"))
    store.save(a_record(OTHER))
    (store.folder(ID) / "8.safetensors").write_bytes(b"weights")
    store.claim(ID).release()

    def content():
        return {path.name: path.read_bytes() for path in store.folder(ID).iterdir()}

    before, usage = content(), store.usage()
    assert set(before) == {LOCK, RECORD, HISTORY, "8.safetensors"}
    store.delete(ID)
    store.delete(ID)  # twice is once
    assert [r.id for r in store.runs()[0]] == [OTHER]
    assert store.usage() == Usage(1, 1, usage.stored_bytes)
    store.restore(ID)
    store.restore(ID)
    assert content() == before
    assert store.usage() == usage
    assert len(store.runs()[0]) == 2


def test_a_deleted_run_is_said_to_be_deleted_whatever_is_asked_of_it(store):
    store.save(a_record())
    store.delete(ID)
    asked = [store.load, store.claim, lambda i: store.rename(i, "x")]
    asked += [lambda i: store.save(a_record(i)), lambda i: store.begin(a_record(i))]
    for ask in asked:
        with pytest.raises(DeletedRunError, match=f"^run {ID} was deleted$"):
            ask(ID)
    assert store.runs() == ((), ())


def test_the_trash_keeps_the_last_deletions_and_none_for_long(root):
    now = 1e9
    store = RunStore(root, clock=lambda: now)
    ids = [secrets.token_urlsafe(16) for _ in range(TRASH_RUNS + 2)]
    for run_id in ids:
        store.save(a_record(run_id))
        store.delete(run_id)
        now += 1
    assert store.usage().deleted == TRASH_RUNS
    for run_id in ids[:2]:
        with pytest.raises(UnknownRunError):
            store.restore(run_id)
    store.restore(ids[2])
    store.delete(ids[2])
    now += TRASH_S - 2
    assert store.make_room() == ()
    assert store.usage().deleted == 3  # those of the last 7 days
    now += 3
    store.make_room()
    assert store.usage() == Usage(0, 0, 0)
    assert files(root / ".trash") == []


def test_what_a_kill_left_half_removed_is_removed_and_never_restored(store, root):
    store.save(a_record())
    store.delete(ID)
    (trashed,) = (root / ".trash").iterdir()
    (trashed / RECORD).unlink()
    trashed.rename(root / ".trash" / f".gone.{trashed.name}")
    with pytest.raises(UnknownRunError):
        store.restore(ID)
    store.make_room()
    assert files(root / ".trash") == []


@pytest.mark.parametrize(
    "run_id", ["../x", "..", "", ".trash", ".lock", ID + "\n", ID + "/", "é" * 22, "x" * 999, None]
)
def test_an_id_that_is_none_is_unknown_and_nothing_is_looked_for(store, root, run_id):
    root.mkdir(parents=True)
    asked = [store.load, store.folder, store.delete, store.restore, store.claim, store.claimed]
    for ask in [*asked, lambda i: store.rename(i, "x")]:
        with pytest.raises(UnknownRunError, match=r"there is no run '.*', or none any") as told:
            ask(run_id)
        assert len(str(told.value)) < 100
    assert files(root) == []


def test_an_id_of_someones_imagination_is_unknown_and_nothing_is_made_of_it(store, root):
    store.save(a_record(OTHER))
    for ask in (store.load, store.delete, store.restore, store.claim):
        with pytest.raises(UnknownRunError):
            ask(ID)
    assert not store.claimed(ID)
    assert files(root) == sorted([OTHER, LOCK])


# Bounds


@given(
    runs=st.lists(st.tuples(st.booleans(), st.integers(0, 3000)), max_size=7),
    max_runs=st.integers(0, 7),
    max_bytes=st.integers(0, 20_000),
    deleted=st.integers(0, 2),
)
@settings(max_examples=40, deadline=None)
def test_there_is_room_afterwards_and_what_is_named_survives(
    tmp_path_factory, runs, max_runs, max_bytes, deleted
):
    root = tmp_path_factory.mktemp("runs")
    store = RunStore(root, max_runs=max_runs, max_bytes=max_bytes)
    kept, named, sizes = [], set(), {}
    for age, (is_named, size) in enumerate(runs):
        run_id = secrets.token_urlsafe(16)
        name = "kept" if is_named else None
        store.save(a_record(run_id, created=float(age), name=name))
        (store.folder(run_id) / "0.safetensors").write_bytes(b"x" * size)
        sizes[run_id] = folder_bytes(store.folder(run_id))
        if age < deleted:
            store.delete(run_id)
            continue
        kept.append(run_id)
        named |= {run_id} if is_named else set()
    removed = [record.id for record in store.make_room()]
    usage, left = store.usage(), {record.id for record in store.runs()[0]}
    within = usage.runs <= max_runs and usage.stored_bytes <= max_bytes
    assert within or left <= named
    assert named <= left
    assert left | set(removed) == set(kept)
    assert not left & set(removed)
    unnamed = [run_id for run_id in kept if run_id not in named]
    assert removed == unnamed[: len(removed)]  # the oldest, the oldest first
    assert usage.deleted == 0 or not removed or usage.stored_bytes <= max_bytes
    if removed:  # and no more than had to be
        assert usage.runs + 1 > max_runs or usage.stored_bytes + sizes[removed[-1]] > max_bytes
    assert store.make_room() == ()
    for run_id in removed:
        with pytest.raises(UnknownRunError):
            store.load(run_id)


def test_the_trash_is_emptied_before_a_run_has_to_go(root):
    store = RunStore(root)
    for created, run_id in enumerate((ID, OTHER)):
        store.save(a_record(run_id, created=float(created)))
    store.delete(OTHER)
    tight = RunStore(root, max_bytes=store.usage().stored_bytes - 1)
    assert tight.make_room() == ()
    assert tight.usage().deleted == 0
    assert tight.load(ID).id == ID


def test_a_run_that_is_trained_is_neither_deleted_nor_removed(root):
    store = RunStore(root, max_runs=0)
    with store.begin(a_record(created=1.0)):
        store.save(a_record(OTHER, created=2.0))
        assert [record.id for record in store.make_room()] == [OTHER]
        with pytest.raises(ClaimedError, match=f"run {ID} is being trained right now"):
            store.delete(ID)
    assert [record.id for record in store.make_room()] == [ID]


def test_a_damaged_run_is_spared_but_its_bytes_count(root):
    store = RunStore(root)
    store.save(a_record(created=1.0))
    store.save(a_record(OTHER, created=2.0))
    (store.folder(ID) / RECORD).write_text("{")
    tight = RunStore(root, max_bytes=folder_bytes(store.folder(ID)) + 10)
    assert [record.id for record in tight.make_room()] == [OTHER]
    assert store.folder(ID).is_dir()


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


def test_who_looks_at_a_claim_keeps_nobody_from_looking_or_claiming(store):
    store.save(a_record())
    store.claim(ID).release()
    with (store.folder(ID) / LOCK).open("rb") as glance:
        fcntl.flock(glance, fcntl.LOCK_SH)  # as claimed does
        assert not store.claimed(ID)
        over = threading.Timer(PATIENCE_S / 5, lambda: fcntl.flock(glance, fcntl.LOCK_UN))
        over.start()
        with store.claim(ID):
            assert store.claimed(ID)
        over.join()


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
        with store.claim(ID) as claim:
            assert claim.run_id == ID
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


# Damage


@pytest.mark.parametrize("name", [RECORD, HISTORY])
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_file_cut_short_or_changed_is_told_and_harms_no_other(tmp_path_factory, name, data):
    store = RunStore(tmp_path_factory.mktemp("runs"))
    record, other = store.save(a_record(step=5, name="mine")), store.save(a_record(OTHER))
    path = store.folder(ID) / name
    content = bytearray(path.read_bytes())
    whole = len(content.rstrip()) if name == RECORD else len(content)
    if data.draw(st.booleans(), label="cut"):
        length = data.draw(st.integers(0, whole - 1), label="length")
        path.write_bytes(content[:length])
        must_fail = True
    else:
        content[data.draw(st.integers(0, whole - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content)
        must_fail = False
    records, faults = store.runs()
    assert same(next(r for r in records if r.id == OTHER), other)
    assert len(records) + len(faults) == 2
    assert not (must_fail and not faults)
    for fault in faults:
        assert fault.run_id == ID
        assert str(fault).startswith(f"run {ID} is damaged, its {name} cannot be read: ")
        assert "\n" not in str(fault)
        store.save(record)  # who trains it makes it whole
        assert store.load(ID).step == 5


@pytest.mark.parametrize("name", [RECORD, HISTORY])
def test_a_file_cut_at_any_length_is_told(store, name):
    store.save(a_record(step=2))
    path = store.folder(ID) / name
    content = path.read_bytes().rstrip(b"\n")
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(StoreError, match=f"run {ID} is damaged, its {name}"):
            store.load(ID)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "its format is 2, and this rnnviz reads 1"),
        ({"id": OTHER}, f"it is that of run '{OTHER}'"),
        ({"state": "lost"}, "state must be one of"),
        ({"more": 1}, "more"),
        ({"config": {"depth": 1}}, "unknown settings of a run: depth"),
        ({"config": 3}, "cannot be read"),
        ({"step": 10**400}, "step must lie in"),
        ({"checkpoints": ["../../x"]}, "checkpoints must be steps"),
        ({"checkpoints": None}, "cannot be read"),
        ({"name": "\ud800"}, "name must be tidy"),
        ({"error": ["x" * 999]}, "error is a list"),
    ],
)
def test_a_record_that_says_something_else_is_told(store, change, message):
    store.save(a_record())
    path = store.folder(ID) / RECORD
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    (fault,) = store.runs()[1]
    assert message in str(fault)
    assert len(str(fault)) < 350


@pytest.mark.parametrize("content", ["", "[]", "null", "[" * 100_000, "{}", "\ufeff{}"])
def test_a_record_that_is_none_is_told(store, content):
    store.save(a_record())
    (store.folder(ID) / RECORD).write_text(content)
    with pytest.raises(StoreError, match=f"run {ID} is damaged"):
        store.load(ID)


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: arrays.pop("history.loss"),
        lambda arrays: arrays.update({"more": np.zeros(3, np.float32)}),
        lambda arrays: arrays.update({"history.more": np.zeros(40, np.float32)}),
        lambda arrays: arrays.update({"history.loss": np.zeros(40)}),
        lambda arrays: arrays.update({"history.loss": np.zeros(39, np.float32)}),
        lambda arrays: arrays.update({"history.loss": np.zeros((40, 1), np.float32)}),
    ],
)
def test_a_history_of_other_arrays_is_told(store, change):
    from safetensors.numpy import load_file, save_file

    store.save(a_record())
    path = store.folder(ID) / HISTORY
    arrays = load_file(path)
    change(arrays)
    save_file(arrays, path)
    with pytest.raises(StoreError, match=f"run {ID} is damaged, its {HISTORY}"):
        store.load(ID)


def test_a_missing_file_is_told_and_the_run_can_still_be_deleted(store):
    for name in (RECORD, HISTORY):
        store.save(a_record())
        (store.folder(ID) / name).unlink()
        (fault,) = store.runs()[1]
        assert str(fault) == f"run {ID} is damaged, a file of it is missing"
    store.delete(ID)
    assert store.runs() == ((), ())


def test_a_file_in_place_of_a_run_is_told_and_harms_no_other(store, root):
    store.save(a_record(OTHER))
    (root / ID).write_text("")
    records, (fault,) = store.runs()
    assert [record.id for record in records] == [OTHER]
    assert str(fault) == f"run {ID} could not be read: Not a directory in {root}"
    assert store.make_room() == ()


def test_what_is_none_of_ours_in_the_folder_is_left_alone(store, root):
    store.save(a_record())
    (root / "notes.txt").write_text("mine")
    (root / "more").mkdir()
    RunStore(root, max_runs=0).make_room()
    assert store.runs() == ((), ())
    assert {"notes.txt", "more"} <= set(files(root))


# A disk that is full or will not be written


@pytest.mark.parametrize("inside", [False, True])
def test_a_file_in_place_of_the_store_is_told_by_every_verb(tmp_path, inside):
    (tmp_path / "file").write_text("")
    root = tmp_path / "file" / "runs" if inside else tmp_path / "file"
    store = RunStore(root)
    asked = [store.load, store.delete, store.restore, store.claim, store.claimed]
    asked += [lambda _: store.save(a_record()), lambda _: store.begin(a_record())]
    asked += [lambda _, f=f: f() for f in (store.runs, store.make_room, store.usage)]
    for ask in asked:
        with pytest.raises(StoreError) as told:
            ask(ID)
        assert not isinstance(told.value, UnknownRunError)
        why = f"Not a directory in {root}" if inside else f"{root} is not a folder"
        assert str(told.value).endswith(f": {why}")


def test_a_store_that_may_not_be_written_says_so_and_is_still_read(store, root):
    record = store.save(a_record())
    for folder in (root, root / ID):
        folder.chmod(0o500)
    (root / LOCK).chmod(0o400)
    try:
        if os.access(root, os.W_OK):
            pytest.skip("no folder is closed to root")
        with pytest.raises(StoreError, match=f"could not be saved: Permission denied in {root}"):
            store.save(a_record())
        assert same(store.load(ID), record)
    finally:
        for folder in (root, root / ID):
            folder.chmod(0o700)


def test_a_write_that_fails_at_any_byte_leaves_the_record_before(root, store):
    old = store.save(a_record(step=5, state="paused"))
    program = """
import resource
store = RunStore(Path(sys.argv[1]))
most = resource.getrlimit(resource.RLIMIT_FSIZE)
for limit in range(0, 4000, 13):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most[1]))
    for run_id in (ID, OTHER):
        try:
            store.save(a_record(run_id, step=9))
        except StoreError as error:
            print(limit, run_id, error)
    resource.setrlimit(resource.RLIMIT_FSIZE, most)
    assert limit or files(store.root) == [LOCK, ID]
    found = store.load(ID)
    assert found.step in (5, 9)
    assert found.step == 9 or same(found, a_record(step=5, state="paused"))
    assert files(store.folder(ID)) == [HISTORY, RECORD]
    assert store.runs()[1] == ()
"""
    told = run(program, root).splitlines()
    assert told[0] == f"0 {ID} run {ID} could not be saved: File too large in {root}"
    assert len({line.split()[0] for line in told}) > 50
    assert same(store.load(ID), replace(a_record(step=9), name=old.name))
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


FULL = """
import contextlib
store = RunStore(Path(sys.argv[1]))
first = store.save(a_record(step=5))
with contextlib.suppress(OSError):
    (store.root / "fill").write_bytes(b"x" * 10_000_000)
for record in (a_record(step=2000), a_record(OTHER, step=2000)):
    with pytest.raises(StoreError) as told:
        store.save(record)
    print(told.value)
assert same(store.load(ID), first)
store.delete(ID)
store.restore(ID)
(store.root / "fill").unlink()
store.save(a_record(step=2000))
assert same(store.load(ID), a_record(step=2000))
"""


def test_a_full_disk_is_told_and_harms_no_run(tmp_path):
    place = tmp_path / "small"
    place.mkdir()
    if shutil.which("unshare") is None:
        pytest.skip("no unshare here, so no small disk of one's own")
    mount = f"mount -t tmpfs -o size=256k none {place}"
    if subprocess.run(["unshare", "-m", "sh", "-c", mount], capture_output=True).returncode:
        pytest.skip("no small disk may be mounted here")
    program = (
        "import sys; from pathlib import Path; from rnnviz.training.run_store import *\n"
        "from tests.training.test_run_store import *\n" + FULL
    )
    command = f'{mount} && exec "$@"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", command, "sh", sys.executable, "-c", program, place / "runs"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told = [f"run {run_id} could not be saved: the disk is full" for run_id in (ID, OTHER)]
    assert done.stdout.splitlines() == told


def test_the_store_needs_no_torch():
    program = """
import rnnviz.training.run_store as s, sys, tempfile
from pathlib import Path
s.RunStore(Path(tempfile.gettempdir()) / "none").runs()
print(sorted({"torch", "streamlit", "plotly", "torchvision"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
