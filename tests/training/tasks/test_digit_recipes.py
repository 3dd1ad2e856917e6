import json
from dataclasses import replace

import pytest
import torch

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data import mnist
from rnnviz.training.loop.evaluate import accuracy
from rnnviz.training.store import checkpoint
from rnnviz.training.tasks import digit_recipes
from rnnviz.training.tasks.digit_recipes import MANY_HANDS, RECIPES, Recipe, run, split


@pytest.fixture
def tiny(monkeypatch):
    """A recipe as the others are, but of a small network and a hundredth of the digits."""
    recipe = Recipe(
        "tiny", ModelConfig(cell="gru", hidden_size=8), TrainConfig(epochs=2), held_out=200
    )
    whole = mnist.load

    def load(*, train):
        return whole(train=train)[: 800 if train else 300]

    monkeypatch.setattr(digit_recipes.mnist, "load", load)
    monkeypatch.setitem(RECIPES, "tiny", recipe)
    return recipe


def test_there_is_a_recipe_for_each_embedded_model_and_for_no_other():
    assert tuple(RECIPES) == checkpoint.EMBEDDED
    assert all(recipe.name == name for name, recipe in RECIPES.items())
    assert checkpoint.DEFAULT in RECIPES


def test_a_recipe_run_twice_writes_the_same_files_but_for_the_time_it_took(tiny, tmp_path):
    files = [tmp_path / f"{k}.safetensors" for k in "ab"]
    logs = [list(run("tiny", out=file)) for file in files]
    assert logs[0] == logs[1]
    assert files[0].read_bytes() == files[1].read_bytes()
    metas = [json.loads(file.with_suffix(".json").read_text()) for file in files]
    assert metas[0].pop("wall_s") > 0
    assert metas[1].pop("wall_s") > 0
    assert metas[0] == metas[1]


def test_a_run_says_all_that_made_the_model_and_measures_what_it_wrote(tiny, tmp_path):
    out = tmp_path / "tiny.safetensors"
    logs = list(run("tiny", out=out))
    model, meta = checkpoint.load(out)
    assert len(logs) == 2 * 5  # 600 digits, 128 at a time
    assert ModelConfig.from_dict(meta["config"]) == tiny.model
    assert TrainConfig.from_dict(meta["training"]) == tiny.training
    assert meta["hand"] == json.loads(json.dumps(MANY_HANDS.to_dict()))
    assert meta["held_out"] == 200
    assert meta["seed"] == tiny.training.seed
    assert meta["command"] == "python -m rnnviz train --recipe tiny"
    assert meta["data_md5"] == mnist.MD5
    assert meta["versions"]["torch"] == torch.__version__
    held_out = split(digit_recipes.mnist.load(train=True), 200)[1]
    assert meta["measured"]["held_out"] == pytest.approx(accuracy(model, held_out), abs=5e-5)
    assert meta["measured"]["held_out"] == pytest.approx(logs[-1].held_out, abs=5e-5)
    test = digit_recipes.mnist.load(train=False)
    assert meta["measured"]["test"] == pytest.approx(accuracy(model, test), abs=5e-5)


def test_a_run_that_is_stopped_writes_nothing(tiny, tmp_path):
    logs = run("tiny", out=tmp_path / "tiny.safetensors")
    next(logs)
    logs.close()
    assert not list(tmp_path.iterdir())


def test_without_a_name_the_file_goes_into_the_current_folder(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    list(run("tiny"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["tiny.json", "tiny.safetensors"]


def test_a_run_that_cannot_be_saved_is_refused_before_it_starts(tmp_path):
    with pytest.raises(ValueError, match="there is no recipe 'lstm'; there are lstm-128, gru-128"):
        run("lstm")
    with pytest.raises(ValueError, match=r"out must end in \.safetensors, got x\.pt"):
        run("lstm-128", out=tmp_path / "x.pt")


def test_the_held_out_digits_are_the_last_and_are_not_learnt(training_digits):
    learnt, held_out = split(training_digits, 5000)
    assert (len(learnt), len(held_out)) == (55_000, 5000)
    assert torch.equal(held_out.images, training_digits.images[-5000:])
    assert len(split(training_digits, 0)[1]) == 0
    assert len(split(training_digits, 0)[0]) == 60_000


def test_a_recipe_that_holds_out_nothing_measures_the_test_digits_only(tiny, tmp_path, monkeypatch):
    monkeypatch.setitem(RECIPES, "tiny", replace(tiny, held_out=0))
    logs = list(run("tiny", out=tmp_path / "tiny.safetensors"))
    assert {log.held_out for log in logs} == {None}
    assert set(checkpoint.load(tmp_path / "tiny.safetensors")[1]["measured"]) == {"test"}
