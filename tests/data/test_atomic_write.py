import os
import subprocess
import sys
import threading

import pytest

from rnnviz.data.atomic_write import check_place, write_whole
from tests.disk_faults import no_renaming_to


def test_a_file_is_written_and_written_over_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "run.json"
    for content in (b"first", b"then another", b""):
        write_whole(path, content)
        assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_who_may_read_it_is_the_umasks_to_say(tmp_path, umask):
    before = os.umask(umask)
    try:
        write_whole(tmp_path / "a", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o666 & ~umask


def test_what_cannot_be_put_in_place_leaves_what_was_there(tmp_path):
    path = tmp_path / "a"
    write_whole(path, b"before")
    with no_renaming_to("a"), pytest.raises(OSError, match="No space left"):
        write_whole(path, b"after")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_is_full_in_the_middle_of_it_leaves_what_was_there(tmp_path):
    path = tmp_path / "a"
    write_whole(path, b"before")
    program = """
import resource, sys
from pathlib import Path
from rnnviz.data.atomic_write import write_whole
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_whole(Path(sys.argv[1]), bytes(5000))
except OSError as error:
    print(error.strerror)
"""
    command = [sys.executable, "-c", program, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "File too large\n"
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_many_writers_and_readers_of_one_file_see_whole_ones_only(tmp_path):
    path, contents = tmp_path / "a", [bytes([k]) * 200_000 for k in range(4)]
    write_whole(path, contents[0])
    seen, faults = set(), []

    def write(content):
        try:
            for _ in range(20):
                write_whole(path, content)
        except OSError as error:
            faults.append(error)

    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        seen.add(path.read_bytes())
    assert not faults
    assert seen <= set(contents)
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "none" / "a", b"x")


def test_whether_a_file_can_be_written_is_found_out_without_touching_it(tmp_path):
    path = tmp_path / "new" / "a"
    check_place(path)
    assert list(tmp_path.rglob("*")) == [tmp_path / "new"]
    write_whole(path, b"before")
    check_place(path)
    assert path.read_bytes() == b"before"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("name", ["a/b", "folder", "x" * 300])
def test_where_no_file_can_be_written_is_an_error_at_once(tmp_path, name):
    (tmp_path / "a").write_bytes(b"before")
    (tmp_path / "folder").mkdir()
    for write in (check_place, lambda path: write_whole(path, b"after")):
        with pytest.raises(OSError, match=r"exists|directory|too long"):
            write(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "folder"]
    assert (tmp_path / "a").read_bytes() == b"before"
