import hashlib
from dataclasses import replace

import pytest
import torch

from rnnviz.data.folds import members, split
from rnnviz.data.mnist_sizes import FOLD_DIGITS, FOLDS
from rnnviz.training.tasks.digits import RunConfig


def loader(training_digits, test_digits=None):
    """Load what is there; asking for what is not is an error, as it is of a file."""

    def load(train):
        if not train and test_digits is None:
            raise FileNotFoundError("the test digits were asked for")
        return training_digits if train else test_digits

    return load


@pytest.fixture(scope="module")
def folds(training_digits):
    return [members(fold, training_digits.labels) for fold in range(FOLDS)]


def test_every_training_digit_is_in_one_fold_and_no_other(folds):
    assert {len(fold) for fold in folds} == {FOLD_DIGITS} == {5_000}
    assert torch.equal(torch.cat(folds).sort().values, torch.arange(60_000))


def test_no_fold_has_more_than_one_digit_of_a_class_more_than_another(folds, training_digits):
    counts = torch.stack([torch.bincount(training_digits.labels[fold]) for fold in folds])
    assert counts.shape == (FOLDS, 10)
    assert (counts.max(0).values - counts.min(0).values).max() == 1


def test_a_fold_is_drawn_from_all_of_the_digits_not_from_one_end(folds):
    for fold in folds:
        quarters = torch.bincount(fold // 15_000, minlength=4)
        assert (quarters - FOLD_DIGITS / 4).abs().max() < 150  # five of its standard deviations


def test_the_folds_are_the_same_everywhere_and_for_ever(folds):
    whole = torch.cat(folds).numpy().tobytes()
    assert hashlib.md5(whole).hexdigest() == "d1f4333a5a5ca752d514899471b7b9ed"


def test_without_a_fold_the_first_digits_are_learnt_and_the_test_judges(
    training_digits, test_digits
):
    learnt, judges = split(loader(training_digits, test_digits), 300, None)
    assert torch.equal(learnt.images, training_digits.images[:300])
    assert judges is test_digits


@pytest.mark.parametrize("fold", [0, 11])
@pytest.mark.parametrize("digits", [1, 1000, 55_000])
def test_with_a_fold_the_first_of_the_others_are_learnt_and_it_judges(
    fold, digits, folds, training_digits
):
    config = RunConfig(digits=digits, fold=fold)
    learnt, judges = split(loader(training_digits), config.digits, config.fold)
    inside = set(folds[fold].tolist())
    others = [k for k in range(60_000) if k not in inside][:digits]
    assert torch.equal(learnt.images, training_digits.images[others])
    assert torch.equal(learnt.labels, training_digits.labels[others])
    assert torch.equal(judges.images, training_digits.images[folds[fold]])
    assert len(judges) == config.judging


@pytest.mark.parametrize("fold", [-1, 12])
def test_a_fold_that_is_none_is_refused(fold, training_digits):
    with pytest.raises(ValueError, match=r"fold must lie in \[0, 11\], got"):
        members(fold, training_digits.labels)
    with pytest.raises(ValueError, match=r"fold must lie in \[0, 11\], got"):
        RunConfig(digits=100, fold=fold)


def test_what_is_held_out_cannot_be_learnt_as_well():
    with pytest.raises(ValueError, match="digits must be at most 55,000: 5,000 are held out"):
        RunConfig(digits=55_001, fold=0)
    assert RunConfig(digits=55_000, fold=0).most_digits == 55_000
    with pytest.raises(ValueError, match="fold must be a whole number, got True"):
        replace(RunConfig(digits=100), fold=True)


def test_a_run_written_down_before_there_were_folds_is_one_of_the_test_digits():
    old = RunConfig().to_dict()
    del old["fold"]
    assert RunConfig.from_dict(old) == RunConfig()
    assert RunConfig.from_dict(old).judging == 10_000
