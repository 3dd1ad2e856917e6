"""Tests of the sine task's exported script: torch alone, and the same losses."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from rnnviz.chapters.sine import frozen_eval, segment_loop
from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.outputs_csv import outputs_csv
from rnnviz.core.config import ModelConfig, TrainConfig
from tests.exported_notebooks import assert_is_the_script, execute, text
from tests.exported_scripts import assert_short_and_torch_alone, script

TRAINING = TrainConfig(
    epochs=2, batch_size=1, lr=0.02, optimizer="adam", schedule="constant", clip_norm=0.0, seed=3
)
CASES = {
    "sine": SineConfig(training=TRAINING, segments=12),
    "two_sines": SineConfig(
        ModelConfig("gru", 1, 6, num_layers=2, bias=False),
        TRAINING,
        signal="two_sines",
        carry="reset",
        segments=8,
    ),
    "chirp": SineConfig(
        ModelConfig("lstm", 1, 6),
        TRAINING,
        signal="chirp",
        target="next",
        segments=8,
        segment_length=7,
    ),
    "sgd": SineConfig(
        ModelConfig("lstm", 1, 6),
        replace(TRAINING, optimizer="sgd", clip_norm=0.1, forget_bias=1.0),
        segments=8,
    ),
    "noise": SineConfig(
        ModelConfig("rnn", 1, 6, nonlinearity="relu"),
        TRAINING,
        signal="noise",
        phase=30,
        steps_per_period=9.5,
        carry="full",
        segments=5,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_run_by_itself_it_has_the_losses_of_the_run(name, tmp_path):
    config = CASES[name]
    path, losses = tmp_path / "sine.py", tmp_path / "losses.txt"
    path.write_text(script(config, link="https://there/sine?sine_runs=a"), encoding="utf-8")
    net = tmp_path / "net.pt"
    command = [sys.executable, "-I", str(path), "--losses", str(losses), "--weights", str(net)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert f"{config.carry}: mean squared error of the last steps" in done.stdout
    assert done.stderr == ""
    found = [float(line) for line in losses.read_text().splitlines()]
    model = segment_loop.seeded_tagger(config)
    assert found == [log.loss for log in segment_loop.run(config, model)]
    weights = torch.load(net)
    for key, value in model.state_dict().items():
        assert torch.equal(weights.pop(key), value), key
    assert not weights


@pytest.mark.parametrize("name", CASES)
def test_its_notebook_has_every_statement_and_text_of_it(name):
    source = script(CASES[name], link="https://there/sine?sine_runs=a")
    assert_is_the_script(source, "sine.py")
    first, *_ = text(source, "sine.py")
    assert '`carry="reset"` starts each segment with zeros' in first
    assert "Exported from <https://there/sine?sine_runs=a>\n" in first


def test_its_notebook_executed_has_the_losses_of_another_carry(tmp_path):
    source, files = script(CASES["sine"]), {"losses": 'Path("losses")'}
    assert execute(source, tmp_path, "sine.py", carry='"reset"', **files).startswith("reset: mean")
    config = replace(CASES["sine"], carry="reset")
    expected = [log.loss for log in segment_loop.run(config, segment_loop.seeded_tagger(config))]
    assert [float(line) for line in (tmp_path / "losses").read_text().split()] == expected


def test_it_imports_torch_alone_and_its_link_stays_a_comment():
    source = script(CASES["sine"], link='https://there/"""\nimport os\n')
    compile(source, "sine.py", "exec")
    assert_short_and_torch_alone(source)


def test_a_run_that_it_cannot_repeat_is_refused():
    for training in (replace(TRAINING, schedule="cosine"), replace(TRAINING, label_smoothing=0.1)):
        with pytest.raises(ValueError, match="a script is of runs with a constant rate"):
            script(replace(CASES["sine"], training=training))


def test_the_table_has_a_row_for_each_step_and_the_numbers_of_the_reading():
    config = CASES["sine"]
    model = segment_loop.seeded_tagger(config)
    reads = {
        name: frozen_eval.frozen(model, config, 3, 2, carry=carry)
        for name, carry in (("carried", "detach"), ("reset", "reset"))
    }
    rows = list(csv.DictReader(io.StringIO(outputs_csv(reads))))
    assert [int(row["step"]) for row in rows] == list(range(30, 50))
    assert [int(row["step_in_segment"]) for row in rows] == [*range(1, 11)] * 2
    for column, values in (
        ("input", reads["carried"].x),
        ("target", reads["carried"].y),
        ("answer_carried", reads["carried"].outputs),
        ("answer_reset", reads["reset"].outputs),
    ):
        np.testing.assert_allclose([float(row[column]) for row in rows], values, rtol=1e-8)
