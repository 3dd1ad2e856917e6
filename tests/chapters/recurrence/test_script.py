"""Tests of the delay task's exported script: torch alone, the same losses and weights."""

from dataclasses import replace

import pytest

from rnnviz.chapters.recurrence.recall_config import DelayConfig
from rnnviz.core.config import ModelConfig, TrainConfig
from tests.exported_notebooks import assert_is_the_script, execute
from tests.exported_scripts import (
    assert_as_the_run,
    assert_short_and_torch_alone,
    run_all,
    script,
)

RUNS = {
    "a delay": DelayConfig(
        ModelConfig("lstm", 6, 7, num_layers=2),
        TrainConfig(
            2, 16, 0.01, "adam", schedule="constant", forget_bias=1.0, clip_norm=0.5, seed=4
        ),
        delay=5,
        symbols=3,
        sequences=40,
    ),
    "a delay of a GRU": DelayConfig(
        ModelConfig("gru", 4, 5),
        TrainConfig(2, 8, 0.01, "adamw", schedule="constant", clip_norm=0.0),
        delay=3,
        symbols=2,
        sequences=20,
        device="cpu",
    ),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """The folder of each script after it ran."""
    root = tmp_path_factory.mktemp("scripts")
    run_all(RUNS, root)
    return root


@pytest.mark.parametrize("name", RUNS)
def test_run_by_itself_it_has_the_losses_and_the_weights_of_the_run(name, outcomes):
    assert_as_the_run(RUNS[name], outcomes / name)


@pytest.mark.parametrize("name", RUNS)
def test_it_imports_torch_alone_and_its_lines_are_short(name):
    assert_short_and_torch_alone(script(RUNS[name]))


@pytest.mark.parametrize("name", RUNS)
def test_its_notebook_has_every_statement_and_text_of_it(name):
    assert_is_the_script(script(RUNS[name]))


@pytest.mark.slow
def test_its_notebook_executed_has_the_losses_and_the_weights_of_the_run(tmp_path):
    files = {"losses": 'Path("losses")', "weights": 'Path("net.pt")'}
    assert "right after 5 distractors" in execute(script(RUNS["a delay"]), tmp_path, **files)
    assert_as_the_run(RUNS["a delay"], tmp_path)


def test_of_a_run_on_a_gpu_it_promises_less_and_what_it_does_not_tell_of_is_refused():
    delay = RUNS["a delay"]
    assert "to the last bit. Elsewhere" in script(delay)
    assert "was trained on a GPU" in script(delay, on_cpu=False)
    for changed in ({"schedule": "cosine"}, {"label_smoothing": 0.1}):
        with pytest.raises(ValueError, match="a script is of runs with a constant rate"):
            script(replace(delay, training=replace(delay.training, **changed)))
