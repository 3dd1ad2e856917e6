"""Tests of every setting of a training, one at a time and in its presets."""

import re
from dataclasses import replace

import pytest
import torch
from torch import nn

from rnnviz.core import device
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.tasks.augmentation import renewer
from rnnviz.training.tasks.digit_recipes import MORE_HANDS, RECIPES
from rnnviz.training.tasks.digits import RUN_LIMITS, RunConfig
from rnnviz.ui.widgets import training_settings
from rnnviz.ui.widgets.setting_kinds import OWN, Choice, Number, preset_of
from rnnviz.ui.widgets.training_settings import ALL, DEFAULTS, PRESETS, run_config

SHORT = {**DEFAULTS, "digits": "300"}


def values_of(setting):
    """All values of a setting; of a range both ends and something between."""
    if isinstance(setting, Choice):
        return setting.options
    if isinstance(setting, Number):
        return (setting.least, (setting.least + setting.most) // 2, setting.most)
    return (False, True)


EACH = [(setting.key, value) for setting in ALL for value in values_of(setting)]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_a_run_that_sets_everything_and_is_found_again(name):
    values = PRESETS[name]
    assert set(values) == {setting.key for setting in ALL}
    assert isinstance(run_config(values), RunConfig)
    assert preset_of(values, PRESETS) == name
    assert preset_of(dict(values), PRESETS) == name
    assert training_settings.warnings(values) == []


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_with_one_value_changed_is_ones_own_or_another_preset(name):
    for key, value in EACH:
        changed = {**PRESETS[name], key: value}
        found = preset_of(changed, PRESETS)
        if found == OWN:
            assert changed not in PRESETS.values()
        else:
            assert changed == PRESETS[found]
    assert preset_of({**PRESETS[name], "seed": 1}, PRESETS) == OWN


def test_presets_differ_and_none_is_called_ones_own():
    assert len({tuple(sorted(values.items())) for values in PRESETS.values()}) == len(PRESETS)
    assert OWN not in PRESETS


def test_the_notebook_is_an_lstm_of_64_units_with_adam_for_one_epoch_and_no_clipping():
    config = run_config(PRESETS["the notebook"])
    training = TrainConfig(
        epochs=1, batch_size=64, lr=0.01, optimizer="adam", schedule="constant", clip_norm=0.0
    )
    assert config == RunConfig(ModelConfig("lstm", 28, 64), training)
    assert (training.forget_bias, training.weight_decay, training.seed) == (None, 0.0, 0)
    assert training.label_smoothing == 0.0
    adam = torch.optim.Adam([nn.Parameter(torch.zeros(1))])
    assert training.betas == adam.defaults["betas"], "what the notebook does not set, torch sets"
    assert (config.digits, config.time_step, config.chunk) == (60_000, "rows", 28)
    assert config.augmentation == "none"
    assert config.steps == 938


def test_the_default_models_recipe_trains_what_the_recipe_trains(training_digits):
    recipe = RECIPES["lstm-128"]
    config = run_config(PRESETS["the default model's recipe"])
    assert config.model == recipe.model
    assert config.training == recipe.training
    assert config.digits == 60_000 - recipe.held_out
    assert config.augmentation == "redrawn"
    assert recipe.hand == MORE_HANDS  # which is what "redrawn" writes with, see test_augmentation
    assert renewer(config.augmentation, training_digits[:3]) is not None
    assert (config.time_step, config.chunk) == ("rows", 28)


def test_the_plain_rnn_that_struggles_differs_from_the_notebook_by_its_cell_alone():
    config = run_config(PRESETS["a plain RNN that struggles"])
    notebook = run_config(PRESETS["the notebook"])
    assert config == replace(notebook, model=replace(notebook.model, cell="rnn"))


@pytest.mark.parametrize(("key", "value"), EACH)
def test_every_value_of_every_setting_by_itself_is_a_run(key, value):
    values = {**DEFAULTS, key: value}
    assert isinstance(run_config(values), RunConfig)
    assert isinstance(run_config({**SHORT, key: value}), RunConfig)
    for warning in training_settings.warnings(values):
        assert warning.endswith((".", "one step."))


# Where the value of a setting must be found again in the run.
FOUND = {
    "cell": lambda c: c.model.cell.upper(),
    "hidden": lambda c: c.model.hidden_size,
    "lr": lambda c: c.training.lr,
    "epochs": lambda c: c.training.epochs,
    "layers": lambda c: c.model.num_layers,
    "bidirectional": lambda c: c.model.bidirectional,
    "dropout": lambda c: c.model.dropout,
    "forget_bias": lambda c: c.training.forget_bias,
    "optimizer": lambda c: c.training.optimizer,
    "schedule": lambda c: c.training.schedule,
    "batch": lambda c: c.training.batch_size,
    "clip": lambda c: c.training.clip_norm,
    "seed": lambda c: c.training.seed,
    "precision": lambda c: c.training.precision,
    "digits": lambda c: c.digits,
    "augmentation": lambda c: c.augmentation,
    "time_step": lambda c: c.time_step,
    "head": lambda c: c.model.pooling,
}
SPELT = {
    "Adam": "adam",
    "AdamW": "adamw",
    "SGD": "sgd",
    "RMSprop": "rmsprop",
    "one cycle": "one_cycle",
    "rows in random order": "permuted",
    "last step": "last",
    "as torch": None,
    "off": 0.0,
}


@pytest.mark.parametrize(("key", "value"), [pair for pair in EACH if pair[0] != "chunk"])
def test_a_value_arrives_in_the_run_and_changes_nothing_else(key, value):
    config = run_config({**DEFAULTS, key: value})
    found = FOUND[key](config)
    expected = SPELT.get(value, value)
    if isinstance(found, float) and expected is not None:
        expected = float(expected)
    elif isinstance(found, int):
        expected = int(expected)
    assert found == expected
    notebook = run_config(DEFAULTS)
    for other, look in FOUND.items():
        if other != key:
            assert look(config) == look(notebook)


@pytest.mark.parametrize("chunk", next(s for s in ALL if s.key == "chunk").options)
def test_pixels_per_step_count_for_pixels_only_and_are_the_models_input(chunk):
    pixels = run_config({**DEFAULTS, "time_step": "pixels", "chunk": chunk})
    assert (pixels.chunk, pixels.model.input_size) == (int(chunk), int(chunk))
    assert pixels.length * int(chunk) == 784
    for kind in ("rows", "columns", "rows in random order"):
        values = {**DEFAULTS, "time_step": kind, "chunk": chunk}
        assert run_config(values) == run_config({**values, "chunk": "28"})
        assert bool(training_settings.warnings(values)) == (chunk != "28")
    assert training_settings.warnings({**DEFAULTS, "time_step": "pixels", "chunk": chunk}) == []


def test_defaults_lie_within_what_can_be_chosen_and_keys_are_unique():
    assert len({setting.key for setting in ALL}) == len(ALL)
    for setting in ALL:
        if isinstance(setting, Choice):
            assert setting.default in setting.options
            assert len(set(setting.options)) == len(setting.options)
        elif isinstance(setting, Number):
            assert setting.least <= setting.default <= setting.most
        assert setting.help.endswith(".")
        for preset in PRESETS.values():
            value = preset[setting.key]
            assert type(value) is type(setting.default)
            if isinstance(setting, Choice):
                assert value in setting.options
            elif isinstance(setting, Number):
                assert setting.least <= value <= setting.most


@pytest.mark.parametrize(
    ("key", "limit"),
    [
        ("hidden", "hidden_size"),
        ("layers", "num_layers"),
        ("epochs", "epochs"),
        ("batch", "batch_size"),
        ("digits", "digits"),
        ("seed", "seed"),
    ],
)
def test_what_can_be_chosen_goes_as_far_as_a_run_may(key, limit):
    setting = next(setting for setting in ALL if setting.key == key)
    assert max(int(value) for value in values_of(setting)) == RUN_LIMITS[limit]


@pytest.mark.parametrize("cell", ["GRU", "RNN"])
@pytest.mark.parametrize("bias", ["0", "1", "-6"])
def test_a_forget_bias_without_a_forget_gate_is_refused_with_two_ways_out(cell, bias):
    values = {**DEFAULTS, "cell": cell, "forget_bias": bias}
    message = "Only an LSTM has a forget gate: choose LSTM, or set its bias to “as torch”."
    with pytest.raises(ValueError, match=re.escape(message) + "$"):
        run_config(values)
    assert run_config({**values, "cell": "LSTM"}).training.forget_bias == float(bias)
    assert run_config({**values, "forget_bias": "as torch"}).model.cell == cell.lower()


@pytest.mark.parametrize(
    ("changed", "too_much"),
    [
        ({"hidden": 512, "layers": 4}, "7,418,890 parameters; at most 5,000,000"),
        (
            {"hidden": 512, "layers": 4, "batch": "1024", "time_step": "pixels", "chunk": "1"},
            "parameters; at most 5,000,000",
        ),
        (
            {"batch": "1024", "time_step": "pixels", "chunk": "1"},
            "51,380,224 states; at most 32,000,000",
        ),
        (
            {"cell": "RNN", "hidden": 512, "layers": 4, "batch": "1024"},
            "58,720,256 states; at most 32,000,000",
        ),
        ({"batch": "1", "epochs": 17}, "1,020,000 steps; at most 1,000,000"),
    ],
)
def test_what_is_too_large_together_is_refused_in_words_with_a_way_out(changed, too_much):
    with pytest.raises(ValueError, match=r"^This cannot be trained here: ") as refused:
        run_config({**DEFAULTS, **changed})
    told = str(refused.value)
    assert re.search(too_much, told)
    assert told.endswith("are the way out.")
    for key, value in changed.items():
        assert isinstance(run_config({**DEFAULTS, key: value}), RunConfig), "by itself it is not"


def test_the_way_out_leads_out():
    large = {**DEFAULTS, "hidden": 256, "batch": "1024", "time_step": "pixels", "chunk": "4"}
    with pytest.raises(ValueError, match="Fewer units, layers or digits, a smaller batch"):
        run_config(large)
    for less in ({"hidden": 128}, {"digits": "300"}, {"batch": "512"}, {"chunk": "14"}):
        assert isinstance(run_config({**large, **less}), RunConfig)


def test_dropout_in_one_layer_is_told_where_torch_warns_and_nowhere_else():
    one = {**DEFAULTS, "dropout": "0.3"}
    (told,) = training_settings.warnings(one)
    assert told.startswith("Dropout 0.3 does nothing with one layer")
    with pytest.warns(UserWarning, match="dropout option adds dropout after all but last"):
        nn.LSTM(28, 64, num_layers=1, dropout=0.3)
    nn.LSTM(28, 64, num_layers=2, dropout=0.3)  # a warning would be an error
    assert training_settings.warnings({**one, "layers": 2}) == []
    assert training_settings.warnings({**DEFAULTS, "layers": 2}) == []


def test_bfloat16_is_told_where_it_is_no_quicker():
    values = {**DEFAULTS, "precision": "bfloat16"}
    where = device.pick()
    if not device.runs_bfloat16(where):
        told = ["This machine's CPU has no bfloat16: the network trains in float32."]
        assert training_settings.warnings(values) == told
        return
    if not device.computes_bfloat16(where):
        told = ["This machine is no quicker with bfloat16 than with float32."]
        assert training_settings.warnings(values) == told
        return
    assert training_settings.warnings(values) == []
    told = ["With bfloat16 only an LSTM is quicker on a CPU; others are slower."]
    for cell in ("RNN", "GRU"):
        assert training_settings.warnings({**values, "cell": cell}) == (
            told if where.type == "cpu" else []
        )


def test_a_batch_of_more_digits_than_there_are_is_told_and_is_one_step():
    values = {**DEFAULTS, "batch": "128", "digits": "100"}
    (told,) = training_settings.warnings(values)
    assert told.startswith("A batch of 128 has only 100 digits to draw from")
    assert run_config(values).steps == 1
    assert training_settings.warnings({**values, "batch": "64"}) == []


def test_the_device_is_passed_on():
    assert run_config(DEFAULTS).device == "auto"
    assert run_config(DEFAULTS, "cpu").device == "cpu"
    with pytest.raises(ValueError, match="This cannot be trained here: device must be"):
        run_config(DEFAULTS, "tpu")
