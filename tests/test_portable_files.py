"""Tests that files are opened as UTF-8 and that their names are valid on every system."""

import ast
import re
from pathlib import Path

import pytest

from rnnviz.data import atomic_write
from rnnviz.training.store.run_store import RunStore
from tests.disk_faults import open_elsewhere
from tests.records import ID, OTHER, a_record, same

ROOT = Path(__file__).resolve().parents[1]
FILES = [ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "rnnviz").rglob("*.py")]
TABS = ROOT / "rnnviz/bench/load_client/people.py"  # what it opens are tabs
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def without_encoding(source):
    """Lines that read or write text in whatever encoding the system has."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        named = {keyword.arg for keyword in node.keywords}
        function = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        function = node.func.id if isinstance(node.func, ast.Name) else function
        given = [*node.args, *(word.value for word in node.keywords if word.arg == "mode")]
        modes = [
            each.value
            for each in given
            if isinstance(each, ast.Constant) and re.fullmatch("[rwaxbt+]{1,3}", str(each.value))
        ]
        opens = function == "open" and (not given or modes) and "b" not in "".join(modes)
        if (opens or function in ("read_text", "write_text")) and "encoding" not in named:
            yield node.lineno


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_text_file_is_opened_with_its_encoding(path):
    if path != TABS:
        assert list(without_encoding(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("p.read_text()", [1]),
        ("p.write_text('a')", [1]),
        ("p.open()", [1]),
        ("open(p, 'w')", [1]),
        ("p.open(mode='a')", [1]),
        ("p.open('rb')", []),
        ("p.read_text(encoding='utf-8')", []),
    ],
)
def test_a_text_file_without_an_encoding_is_found(source, lines):
    assert list(without_encoding(source)) == lines


@pytest.fixture
def used(tmp_path):
    """A store with runs that are stored, deleted and being written, under a long path."""
    root = tmp_path / "a folder" / ("ä" * 100) / ("b" * 60) / "runs"
    store = RunStore(root)
    for run_id in (ID, OTHER):
        store.save(a_record(run_id))
        store.claim(run_id).release()
        assert not store.claimed(run_id)
    store.delete(OTHER)
    atomic_write._part_of(store.folder(ID) / "resume.safetensors").write_bytes(b"half")
    return store


def test_a_store_works_under_a_path_of_more_than_200_characters(used):
    assert len(str(used.folder(ID))) > 200
    assert same(used.load(ID), a_record())
    used.restore(OTHER)
    assert same(used.load(OTHER), a_record(OTHER))


def test_names_of_files_are_valid_on_windows_and_short(used):
    found = [path.relative_to(used.root) for path in used.root.rglob("*")]
    assert len(found) >= 10
    for path in found:
        for name in path.parts:
            assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', name)
            assert name[-1] not in ". "
            assert not RESERVED.fullmatch(name)
        assert len(str(path)) < 100, "of the 259 that Windows allows the folder has the rest"


def test_a_file_that_somebody_reads_is_replaced_when_they_have_closed_it(tmp_path, monkeypatch):
    path = tmp_path / "run.json"
    path.write_bytes(b"before")
    monkeypatch.setattr(atomic_write, "OPEN_FILES_STAY", True)
    with open_elsewhere(path, times=3):
        atomic_write.write_whole(path, b"after")
    assert path.read_bytes() == b"after"
    with open_elsewhere(path, times=2):
        atomic_write.move(path, tmp_path / "moved.json")
    assert [each.name for each in tmp_path.iterdir()] == ["moved.json"]


@pytest.mark.parametrize("stay", [True, False])
def test_a_file_that_stays_open_or_may_not_be_replaced_is_said_to_be(tmp_path, monkeypatch, stay):
    path = tmp_path / "run.json"
    path.write_bytes(b"before")
    monkeypatch.setattr(atomic_write, "OPEN_FILES_STAY", stay)
    monkeypatch.setattr(atomic_write, "PATIENCE_S", 0.05)
    with open_elsewhere(path, times=10_000) as refused, pytest.raises(PermissionError):
        atomic_write.write_whole(path, b"after")
    assert (len(refused) > 1) == stay
    assert path.read_bytes() == b"before"
    assert [each.name for each in tmp_path.iterdir()] == ["run.json"]
