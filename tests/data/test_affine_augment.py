"""Tests of affine augmentation: the size of each change, and its reproducibility."""

import math
import sys

import pytest
import torch

from rnnviz.data.affine_augment import MOVE_PIXELS, SLANT, TURN_DEGREES, shift
from rnnviz.data.mnist import Digits

module = sys.modules[shift.__module__]


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


def repeated(picture, count=500):
    return Digits(picture.expand(count, 28, 28).contiguous(), torch.zeros(count, dtype=torch.int64))


def blob(y, x, size=4):
    """A white square with its middle at (y, x), in pixels from the picture's corner."""
    picture = torch.zeros(28, 28, dtype=torch.uint8)
    picture[y - size // 2 : y + size // 2, x - size // 2 : x + size // 2] = 255
    return picture


def centres(images):
    """Centres of mass (x, y), in pixels from the picture's middle, shape (N, 2)."""
    ink, line = images.double(), torch.arange(28) - 13.5
    total = ink.sum((1, 2))
    return (
        torch.stack([(ink.sum(1) * line).sum(1), (ink.sum(2) * line).sum(1)], -1) / total[:, None]
    )


def only(monkeypatch, **constants):
    """Leave one kind of change, at most so large."""
    for name in ("MOVE_PIXELS", "TURN_DEGREES", "SLANT"):
        monkeypatch.setattr(module, name, constants.get(name, 0.0))


def test_pictures_keep_their_shape_and_type_and_the_digits_their_labels(digits):
    new = shift(digits, chance())
    assert new.images.shape == digits.images.shape
    assert new.images.dtype == torch.uint8
    assert torch.equal(new.labels, digits.labels)


def test_the_given_digits_stay_as_they_are(digits):
    before = digits.images.clone()
    new = shift(digits, chance())
    assert torch.equal(digits.images, before)
    assert (new.images != before).any((1, 2)).all()


def test_the_same_chance_moves_alike_and_another_otherwise(digits):
    first, again, other = (shift(digits, chance(seed)).images for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert (first != other).any((1, 2)).all()


def test_a_second_epoch_draws_anew(digits):
    generator = chance()
    first, second = shift(digits, generator).images, shift(digits, generator).images
    assert (first != second).any((1, 2)).all()


def test_the_pictures_do_not_depend_on_how_many_are_worked_on_at_once(digits, monkeypatch):
    expected = shift(digits, chance()).images
    monkeypatch.setattr(module, "DIGITS_AT_ONCE", 7)
    assert torch.equal(shift(digits, chance()).images, expected)


def test_no_digits_are_no_pictures(digits):
    assert shift(digits[:0], chance()).images.shape == (0, 28, 28)


def test_without_any_change_a_digit_stays_as_it_is(digits, monkeypatch):
    only(monkeypatch)
    assert torch.equal(shift(digits, chance()).images, digits.images)


def test_the_middle_moves_by_up_to_two_pixels_along_each_axis_and_evenly():
    moved = centres(shift(repeated(blob(14, 14)), chance()).images)
    assert MOVE_PIXELS == 2.0
    assert 1.9 < moved.abs().max() <= 2.02  # grey values are whole
    assert moved.mean(0).abs().max() < 0.2
    # Evenly between -2 and 2: a standard deviation of 2/√3.
    assert moved.std(0).tolist() == pytest.approx([2 / math.sqrt(3)] * 2, rel=0.1)


def test_a_whole_pixel_to_the_right_and_down_is_exact(digits, monkeypatch):
    only(monkeypatch, MOVE_PIXELS=1.0)
    monkeypatch.setattr(torch, "rand", lambda size, generator: torch.ones(size))
    new = shift(digits, chance()).images
    assert torch.equal(new[:, 1:, 1:], digits.images[:, :-1, :-1])
    assert not new[:, 0].any()
    assert not new[:, :, 0].any()


def test_a_turn_is_of_up_to_ten_degrees_and_keeps_the_distance_to_the_middle(monkeypatch):
    only(monkeypatch, TURN_DEGREES=TURN_DEGREES)
    x, y = centres(shift(repeated(blob(14, 22)), chance()).images).unbind(-1)
    degrees = torch.rad2deg(torch.atan2(y, x))
    assert 9.5 < degrees.abs().max() < 10.5
    assert degrees.min() < -9.0 < 9.0 < degrees.max()
    assert torch.hypot(x, y).sub(8.0).abs().max() < 0.1


def test_a_slant_moves_what_is_above_the_middle_sideways_and_never_up_or_down(monkeypatch):
    only(monkeypatch, SLANT=SLANT)
    x, y = centres(shift(repeated(blob(6, 14)), chance()).images).unbind(-1)
    assert 0.95 * 8 * SLANT < x.abs().max() < 1.05 * 8 * SLANT
    assert y.add(8.0).abs().max() < 0.05


def test_ink_stays_about_as_much_and_what_comes_in_from_outside_is_black(digits):
    new = shift(digits, chance()).images
    ratio = new.double().sum((1, 2)) / digits.images.double().sum((1, 2))
    assert (ratio > 0.9).all()
    assert (ratio < 1.1).all()
    white = torch.full((28, 28), 255, dtype=torch.uint8)
    assert (shift(repeated(white), chance()).images.amin((1, 2)) < 255).all()
