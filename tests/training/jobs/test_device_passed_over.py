"""Tests of a run on a machine whose GPU fails its check: it trains on the CPU and says why."""

from dataclasses import replace

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data import mnist
from rnnviz.training.jobs.protocol import NO_END, Start
from rnnviz.training.tasks.digits import RunConfig
from tests.jobs import crew_run
from tests.simulated_device import claim_mps

CONFIG = RunConfig(
    ModelConfig(cell="gru", hidden_size=5), TrainConfig(epochs=1, batch_size=20), digits=60
)


def trained(config):
    start = Start("0", config, False, NO_END, "")
    return crew_run([start], lambda train: mnist.load(train=train)[:80])["0"]


def test_a_gpu_that_fails_its_check_is_not_trained_on(monkeypatch, tmp_path, training_digits):
    monkeypatch.setenv("RNNVIZ_HOME", str(tmp_path))
    claim_mps(monkeypatch)  # torch cannot compute there
    last = trained(CONFIG)
    assert (last.state, last.device) == ("done", "CPU, 1 thread")
    assert last.note.startswith("Apple GPU (MPS) is not used: its RNN raised ")
    assert last.note.count("not used") == 1
    assert trained(replace(CONFIG, device="cpu")).note == ""


def test_one_that_is_asked_for_by_name_is_not_replaced(monkeypatch, tmp_path, training_digits):
    monkeypatch.setenv("RNNVIZ_HOME", str(tmp_path))
    claim_mps(monkeypatch)
    last = trained(replace(CONFIG, device="mps"))
    assert (last.state, last.device, last.note) == ("failed", "Apple GPU (MPS)", "")
