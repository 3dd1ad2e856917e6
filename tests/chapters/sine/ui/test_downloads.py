"""Tests in AppTest of the downloads of a stored run on the sine task."""

import pytest

from rnnviz.chapters.sine.config import SineConfig
from tests.offered_files import assert_offered, assert_weights_load

pytestmark = pytest.mark.usefixtures("no_run_stays")


def test_all_that_there_is_of_a_run_is_offered_and_is_what_it_says():
    assert_offered(SineConfig())


def test_the_lines_that_load_the_weights_do_so_beside_the_script(tmp_path, monkeypatch):
    assert_weights_load(SineConfig(), tmp_path, monkeypatch)
