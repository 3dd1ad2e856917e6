"""Tests of the augmentation of a run's digits from epoch to epoch."""

from itertools import islice
from typing import get_args

import pytest
import torch

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data import mnist
from rnnviz.data.affine_augment import shift
from rnnviz.data.redraw_augment import vary
from rnnviz.data.skeleton import skeletons
from rnnviz.training.loop.loop import seeded_model, train
from rnnviz.training.store import checkpoint
from rnnviz.training.tasks import digit_recipes
from rnnviz.training.tasks.augmentation import PREPARING, renewer
from rnnviz.training.tasks.digit_recipes import MORE_HANDS, RECIPES, Recipe
from rnnviz.training.tasks.digits import Augmentation


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


def test_without_augmentation_the_digits_stay_as_they_are(digits):
    assert renewer("none", digits) is None


def test_shifted_digits_are_those_of_shift_from_the_same_chance(digits):
    new = renewer("shifted", digits)(chance())
    assert torch.equal(new.images, shift(digits, chance()).images)
    assert not torch.equal(new.images, digits.images)


def test_redrawn_digits_are_written_by_more_hands_from_the_same_chance(digits):
    new = renewer("redrawn", digits)(chance())
    expected = vary(digits, skeletons(digits.images), MORE_HANDS, chance())
    assert torch.equal(new.images, expected.images)
    assert not torch.equal(new.images, digits.images)


@pytest.mark.parametrize("kind", ["shifted", "redrawn"])
def test_each_epoch_starts_from_the_first_digits_and_looks_different(digits, kind):
    before = digits.images.clone()
    renew, drawn = renewer(kind, digits), chance()
    first, second = renew(drawn), renew(drawn)
    assert torch.equal(digits.images, before)
    assert torch.equal(first.labels, digits.labels)
    assert torch.equal(second.labels, digits.labels)
    assert first.images.shape == digits.images.shape
    assert first.images.dtype == torch.uint8
    assert not torch.equal(first.images, second.images)
    again = chance()
    assert torch.equal(renewer(kind, digits)(again).images, first.images)
    assert torch.equal(renewer(kind, digits)(again).images, second.images), "nothing piles up"


@pytest.mark.parametrize("kind", ["shifted", "redrawn"])
def test_digits_changed_by_any_chance_are_still_mostly_what_they_were(test_digits, kind):
    some = test_digits[:200]
    model, _ = checkpoint.embedded()
    with torch.no_grad():
        found = model(mnist.rows(renewer(kind, some)(chance(1)).images)).argmax(1)
    assert (found == some.labels).float().mean() > 0.9


def test_what_takes_time_is_told_with_how_much_there_is_to_do(digits):
    assert set(PREPARING) < set(get_args(Augmentation))
    words = PREPARING["redrawn"].format(digits=60_000)
    assert words == ("thinning 60,000 digits to pen strokes, about a second for each thousand")
    assert "none" not in PREPARING
    assert "shifted" not in PREPARING


def test_a_redrawn_run_learns_what_a_recipe_with_more_hands_learns_bit_for_bit(
    digits, tmp_path, monkeypatch
):
    training = TrainConfig(epochs=2, batch_size=50)
    recipe = Recipe("tiny", ModelConfig("gru", hidden_size=6), training, MORE_HANDS, held_out=0)
    monkeypatch.setitem(RECIPES, "tiny", recipe)
    monkeypatch.setattr(digit_recipes.mnist, "load", lambda *, train: digits)
    logs = list(digit_recipes.run("tiny", out=tmp_path / "tiny.safetensors"))
    expected, _ = checkpoint.load(tmp_path / "tiny.safetensors")
    model = seeded_model(recipe.model, training.seed)
    mine = train(model, digits, training, renew=renewer("redrawn", digits))
    assert list(mine) == logs
    for p, q in zip(model.parameters(), expected.parameters(), strict=True):
        assert torch.equal(p, q)
    plain = seeded_model(recipe.model, training.seed)
    assert list(islice(train(plain, digits, training), 3)) != logs[:3]
