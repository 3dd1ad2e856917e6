"""Tests in AppTest of the downloads of grouped runs that are stored."""

from dataclasses import replace

import pytest

from rnnviz.chapters.recurrence.recall_config import DelayConfig
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.ui.server import run_manager
from rnnviz.ui.session.markdown_escape import plain
from rnnviz.ui.widgets import download_panel
from tests.offered_files import assert_offered, assert_weights_load, offered, panel, said
from tests.stored_runs import keep

pytestmark = pytest.mark.usefixtures("no_run_stays")

TRAINING = TrainConfig(2, 8, 0.01, "adam", schedule="constant", clip_norm=0.0)
DELAY = DelayConfig(ModelConfig("gru", 4, 5), TRAINING, delay=3, symbols=2, device="cpu")


def test_all_that_there_is_of_a_run_is_offered_and_is_what_it_says():
    assert_offered(DELAY)


def test_the_lines_that_load_the_weights_do_so_beside_the_script(tmp_path, monkeypatch):
    assert_weights_load(DELAY, tmp_path, monkeypatch)


def test_what_is_not_there_is_said():
    record, _ = keep(DELAY, checkpoints=())
    at = panel(record.id)
    assert offered(at) == ["train.py", "train.ipynb", "history.csv", "curves.svg"]
    assert download_panel.WEIGHTLESS in said(at)
    odd = replace(DELAY, training=replace(TRAINING, label_smoothing=0.1))
    record, _ = keep(odd)
    at = panel(record.id)
    assert not {"train.py", "train.ipynb"} & set(offered(at))
    assert "There is no script of this run: a script is of runs with a constant rate" in said(at)
    run_manager.store().delete(record.id)
    assert said(panel(record.id)) == f"Run {plain(record.id)} was deleted."
    record, _ = keep(DELAY)
    (run_manager.store().folder(record.id) / "3.safetensors").unlink()
    told = said(panel(record.id))
    assert "weights.safetensors cannot be made: there is no file 3.safetensors." in told
