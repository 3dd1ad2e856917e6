"""Tests of the run store with damaged files and a full or read-only disk."""

import json
import os
import resource
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.training.store.run_record import HISTORY, LOCK, RECORD, StoreError, UnknownRunError
from rnnviz.training.store.run_store import RunStore
from tests.records import BEGIN, ID, OTHER, ROOT, a_record, files, run, same

# Damage


@pytest.mark.parametrize("name", [RECORD, HISTORY])
@given(data=st.data())
@settings(max_examples=150)
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
    assert (
        str(fault) == f"run {ID} could not be read: a file is where the server's folder should be"
    )
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
def test_a_file_in_place_of_the_store_is_told_by_every_verb(tmp_path, inside, caplog):
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
        assert str(told.value).endswith(": a file is where the server's folder should be")
        assert str(tmp_path) in caplog.text  # for who keeps the server, not for who uses it
        caplog.clear()


def test_a_store_that_may_not_be_written_says_so_and_is_still_read(store, root):
    record = store.save(a_record())
    for folder in (root, root / ID):
        folder.chmod(0o500)
    (root / LOCK).chmod(0o400)
    try:
        if os.access(root, os.W_OK):
            pytest.skip("no folder is closed to root")
        with pytest.raises(
            StoreError, match="could not be saved: the server has no right to its folder"
        ):
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
    assert told[0] == f"0 {ID} run {ID} could not be saved: File too large"
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
    command = f'{mount} && exec "$@"'
    done = subprocess.run(
        [
            "unshare",
            "-m",
            "sh",
            "-c",
            command,
            "sh",
            sys.executable,
            "-c",
            BEGIN + FULL,
            place / "runs",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    told = [f"run {run_id} could not be saved: the disk is full" for run_id in (ID, OTHER)]
    assert done.stdout.splitlines() == told


def test_the_store_needs_no_torch():
    program = """
import rnnviz.training.store.run_store as s, sys, tempfile
from pathlib import Path
s.RunStore(Path(tempfile.gettempdir()) / "none").runs()
print(sorted({"torch", "streamlit", "plotly", "torchvision"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
