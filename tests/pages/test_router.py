import re

import pytest
import torch

from rnnviz.training import device_choice
from rnnviz.training.store import checkpoint
from rnnviz.ui.server import embedded_models
from tests.simulated_device import Simulated, claim_mps, off_by


def test_damaged_weights_are_named_in_one_sentence(open_app, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "ASSETS", tmp_path)
    (tmp_path / "lstm-128.safetensors").write_bytes(b"not weights")
    embedded_models.embedded.cache_clear()
    try:
        at = open_app("draw")
        (error,) = at.error
        assert "lstm-128.safetensors is not a safetensors file" in error.value
    finally:
        embedded_models.embedded.cache_clear()


@pytest.fixture
def chosen_anew():
    caches = (
        device_choice._fault,
        embedded_models.device_chosen,
        embedded_models.device_words,
        embedded_models.embedded,
    )
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


def test_a_gpu_that_computes_wrongly_is_not_used_and_each_page_says_why(
    open_app, tmp_path, monkeypatch, chosen_anew
):
    monkeypatch.setenv("RNNVIZ_HOME", str(tmp_path))
    claim_mps(monkeypatch)
    with Simulated(off_by(0.3)):
        device_choice.choose()  # writes the verdict; pages run in threads without a simulated GPU
    device_choice._fault.cache_clear()
    assert embedded_models.device() == torch.device("cpu")
    caption = open_app().caption[-1].value
    assert re.fullmatch(
        r"Runs on CPU, \d+ threads?\. Apple GPU \(MPS\) is not used\\: "
        r"the states of its LSTM differ from the CPU's by 0\.3\.",
        caption,
    )


def test_a_cpu_alone_is_named(open_app, monkeypatch, chosen_anew):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert re.fullmatch(r"Runs on CPU, \d+ threads?\.", open_app().caption[-1].value)
