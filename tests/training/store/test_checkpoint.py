import json
import re

import pytest
import torch
from safetensors.torch import save_file

from rnnviz.core.config import ModelConfig
from rnnviz.training.loop.loop import seeded_model
from rnnviz.training.store import checkpoint
from rnnviz.training.store.checkpoint import CheckpointError

CONFIGS = [
    ModelConfig(hidden_size=8),
    ModelConfig(cell="gru", hidden_size=5, num_layers=2, dropout=0.2, bias=False),
    ModelConfig(cell="rnn", hidden_size=7, nonlinearity="relu"),
    ModelConfig(hidden_size=6, bidirectional=True, proj_size=3),
]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "weights" / "small.safetensors"


@pytest.fixture
def saved(path):
    model = seeded_model(CONFIGS[0], 0)
    checkpoint.save(path, model, {"measured": {"test": 0.5}, "name": "kleines Modell"})
    return model


@pytest.mark.parametrize("config", CONFIGS, ids=lambda c: c.cell)
def test_a_model_comes_back_as_it_was_saved(path, config):
    model = seeded_model(config, 1)
    checkpoint.save(path, model, {"seed": 1})
    loaded, meta = checkpoint.load(path)
    assert loaded.config == config
    assert meta == {"config": config.to_dict(), "seed": 1}
    assert not loaded.training
    for (name, p), (other, q) in zip(
        model.named_parameters(), loaded.named_parameters(), strict=True
    ):
        assert name == other
        assert torch.equal(p, q)


def test_the_same_model_gives_the_same_file(path, saved):
    before = path.read_bytes()
    checkpoint.save(path, saved, {})
    assert path.read_bytes() == before


def test_saving_leaves_no_other_file_and_saving_again_replaces(path, saved):
    checkpoint.save(path, seeded_model(CONFIGS[2], 0), {})
    assert checkpoint.load(path)[0].config == CONFIGS[2]
    assert sorted(p.name for p in path.parent.iterdir()) == ["small.json", "small.safetensors"]


def test_a_lone_file_knows_its_config(path, saved):
    path.with_suffix(".json").unlink()
    loaded, meta = checkpoint.load(path)
    assert loaded.config == saved.config
    assert meta == {"config": saved.config.to_dict()}


def test_meta_cannot_contradict_the_model(path):
    checkpoint.save(path, seeded_model(CONFIGS[0], 0), {"config": CONFIGS[2].to_dict()})
    assert checkpoint.load(path)[0].config == CONFIGS[0]


def fails(path, message):
    with pytest.raises(CheckpointError, match=re.escape(message)) as told:
        checkpoint.load(path)
    assert str(path.parent) not in str(told.value)  # a page may say it


def test_a_missing_file_is_named(path):
    fails(path, "there is no file small.safetensors")


def test_a_folder_is_not_a_checkpoint(tmp_path):
    fails(tmp_path, f"{tmp_path.name} cannot be read")


@pytest.mark.parametrize(
    "content", [b"", b"not weights", b"\xff" * 64, b"\x02\0\0\0\0\0\0\0[]", b"PK\x03\x04" * 9]
)
def test_a_file_of_another_kind_is_said_not_to_be_safetensors(path, saved, content):
    path.write_bytes(content)
    fails(path, "small.safetensors is not a safetensors file")


def test_a_file_cut_short_is_said_not_to_be_safetensors(path, saved):
    path.write_bytes(path.read_bytes()[:-1])
    fails(path, "small.safetensors is not a safetensors file")


def test_weights_that_do_not_fit_the_config_are_named_with_both_shapes(path, saved):
    values = json.loads(path.with_suffix(".json").read_text())
    values["config"]["hidden_size"] = 9
    path.with_suffix(".json").write_text(json.dumps(values))
    fails(path, "rnn.weight_ih_l0 must be (36, 28), got (32, 28)")


def test_a_pooling_that_needs_another_head_is_refused(path, saved):
    values = json.loads(path.with_suffix(".json").read_text())
    values["config"]["pooling"] = "all"
    path.with_suffix(".json").write_text(json.dumps(values))
    fails(path, 'the config of small.safetensors is not one of a model: pooling "all" needs a head')


def test_a_missing_and_a_foreign_weight_are_named(path, saved):
    weights = {name: p.detach() for name, p in saved.named_parameters()}
    save_file({k: v for k, v in weights.items() if k != "rnn.bias_hh_l0"}, path)
    fails(path, "rnn.bias_hh_l0 is missing")
    save_file(weights | {"more": torch.zeros(1)}, path)
    fails(path, "more belongs to no weight of it")


def test_weights_without_any_config_are_refused(path, saved):
    save_file({name: p.detach() for name, p in saved.named_parameters()}, path)
    path.with_suffix(".json").unlink()
    fails(path, "does not say what model it is")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not a JSON file"),
        ("[1]", "must hold an object, got list"),
        ("{}", "is not one of a model"),
        ('{"config": {"cell": "qrnn"}}', "cell must be one of rnn, gru, lstm"),
        ('{"config": {"depth": 3}}', "unknown settings of a model: depth"),
        ('{"config": {"hidden_size": "8"}}', "is not one of a model"),
        ('{"config": 3}', "is not one of a model"),
        ('{"config": {"num_layers": 1000000000}}', "1,000,000,000 layers cannot be in 6 tensors"),
        ('{"config": {"hidden_size": 1000000}}', "must be (4000000, 28), got (32, 28)"),
        ('{"config": {"hidden_size": 4611686018427387904}}', "is not one of a model"),
        (f'{{"config": {{"hidden_size": {"9" * 90}}}}}', "is not one of a model"),
        ("[" * 99_999, "is not a JSON file"),
    ],
)
def test_a_json_that_describes_no_model_is_refused(path, saved, text, message):
    path.with_suffix(".json").write_text(text)
    fails(path, message)


def test_a_name_must_end_in_safetensors(tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.safetensors, got small\.pt"):
        checkpoint.save(tmp_path / "small.pt", seeded_model(CONFIGS[0], 0), {})
    assert not list(tmp_path.iterdir())


def test_an_unknown_embedded_model_is_refused_with_the_names_there_are():
    with pytest.raises(CheckpointError, match="there is no model 'lstm-1'; there are lstm-128, "):
        checkpoint.embedded("lstm-1")


def test_a_snippet_that_was_copied_from_an_earlier_version_still_loads_weights():
    found = {}
    exec("from rnnviz.training import checkpoint", found)
    assert found["checkpoint"] is checkpoint
    with pytest.raises(AttributeError, match="has no attribute 'weights'"):
        exec("import rnnviz.training\nrnnviz.training.weights")
