import sys

import pytest

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.jobs.protocol import NO_END, Start
from rnnviz.training.tasks.digits import RunConfig
from tests.jobs import crew_run

CONFIG = RunConfig(
    ModelConfig("gru", hidden_size=4),
    TrainConfig(epochs=1, batch_size=50),
    digits=200,
    device="cpu",
)


@pytest.mark.filterwarnings("error")
def test_on_a_machine_without_safetensors_a_run_with_a_folder_trains_to_its_end(
    tmp_path, monkeypatch, training_digits, test_digits
):
    for name in ("safetensors", "safetensors.torch", "safetensors.numpy"):
        monkeypatch.setitem(sys.modules, name, None)
    start = Start("a", CONFIG, True, NO_END, str(tmp_path))
    last = crew_run([start], lambda train: training_digits if train else test_digits)["a"]
    assert (last.state, last.step, last.error) == ("done", 4, None)
    assert last.checkpoints == ()
    assert last.note.startswith("no more looking back from step 0 on: import of safetensors")
    assert "if interrupted, it starts again from step 0: import of safetensors" in last.note
    assert list(tmp_path.iterdir()) == []
