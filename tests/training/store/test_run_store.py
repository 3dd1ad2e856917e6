"""Tests of the run store: save, name, delete, restore, and eviction."""

import re
import secrets
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.training.jobs.protocol import HeldOut, Snapshot
from rnnviz.training.store.run_record import (
    HISTORY,
    LOCK,
    NAME_LENGTH,
    RECORD,
    ClaimedError,
    DeletedRunError,
    Record,
    UnknownRunError,
    folder_bytes,
    tidy_name,
)
from rnnviz.training.store.run_store import RunStore, Usage
from rnnviz.training.store.trash import TRASH_RUNS, TRASH_S
from tests.records import CONFIG, ID, OTHER, a_record, files, same

# Laws


@given(
    step=st.integers(0, 60),
    name=st.none() | st.text(max_size=99).map(tidy_name),
    error=st.none() | st.text(st.characters(exclude_categories=()), max_size=20),
    state=st.sampled_from(["queued", "starting", "running", "paused", "done", "failed"]),
    created=st.floats(0, 1e12),
    loss=st.floats(width=32),
)
@settings(max_examples=50)
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
@settings(max_examples=40)
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
