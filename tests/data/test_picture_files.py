from pathlib import Path

import pytest

from rnnviz.data import picture_files


def test_pictures_are_found_at_any_depth_sorted_and_hidden_ones_skipped(tmp_path):
    for name in ("b.png", "a/z.JPG", "a/deep/c.webp", ".hidden/d.png", "a/.e.png", "a/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = [path.relative_to(tmp_path).as_posix() for path in picture_files.find(tmp_path)]
    assert found == ["a/deep/c.webp", "a/z.JPG", "b.png"]


def test_a_file_is_returned_whatever_it_is_called():
    assert picture_files.find(Path("x.unknown")) == [Path("x.unknown")]


def test_a_folder_without_pictures_is_refused(tmp_path):
    (tmp_path / "below").mkdir()
    with pytest.raises(ValueError, match="no picture in this folder"):
        picture_files.find(tmp_path)
