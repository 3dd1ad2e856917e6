"""Tests of the pixels that enter in each time step."""

import re
from itertools import pairwise

import pytest
import torch

from rnnviz.data import mnist
from rnnviz.data.sequences import PERMUTATION, STEP_WORDS, entering, on_pictures, sequences

KINDS = [("rows", 28), ("columns", 28), ("permuted", 28), *(("pixels", c) for c in (1, 7, 56, 784))]


@pytest.fixture(scope="module")
def images():
    """Two pictures in which all pixels of a row and of a column differ."""
    return torch.randint(256, (2, 28, 28), generator=torch.Generator().manual_seed(0)).byte()


def test_rows_are_those_of_mnist_bit_for_bit(images):
    x = sequences(images)
    assert torch.equal(x, mnist.rows(images))
    assert x.stride() == mnist.rows(images).stride()
    assert torch.equal(sequences(images, "rows"), x)


def test_step_t_of_columns_is_column_t_from_top_to_bottom(images):
    x = sequences(images, "columns")
    for t in range(28):
        assert torch.equal(x[t], images[:, :, t].float() / 255)


def test_columns_of_a_picture_are_the_rows_of_its_mirror_image_in_the_diagonal(images):
    assert torch.equal(sequences(images, "columns"), mnist.rows(images.transpose(1, 2)))


def test_step_t_of_permuted_is_the_row_that_the_permutation_says(images):
    x = sequences(images, "permuted")
    for t in range(28):
        assert torch.equal(x[t], images[:, PERMUTATION[t]].float() / 255)


def test_permutation_has_every_row_once_and_hardly_a_neighbour_of_the_row_before():
    assert sorted(PERMUTATION) == list(range(28))
    steps = [abs(a - b) for a, b in pairwise(PERMUTATION)]
    assert steps.count(1) <= 3
    assert sum(steps) / len(steps) > 5


def test_permutation_is_written_down():
    """Networks were trained with it: it must not change."""
    assert PERMUTATION[:5] == (4, 10, 3, 13, 23)
    assert sum((k + 1) * row for k, row in enumerate(PERMUTATION)) == 5641


@pytest.mark.parametrize("chunk", [1, 7, 16, 28, 56, 784])
def test_pixels_are_the_next_ones_in_reading_order(images, chunk):
    x = sequences(images, "pixels", chunk)
    assert x.shape == (784 // chunk, 2, chunk)
    assert torch.equal(x.transpose(0, 1).reshape(2, 784), images.reshape(2, 784).float() / 255)


def test_28_pixels_are_a_row(images):
    assert torch.equal(sequences(images, "pixels", 28), sequences(images, "rows"))


@pytest.mark.parametrize(("kind", "chunk"), KINDS)
def test_a_pixel_enters_in_the_step_that_entering_says_and_in_no_other(kind, chunk):
    steps = entering(kind, chunk)
    assert (steps.shape, steps.dtype) == ((28, 28), torch.int64)
    one_pixel_each = torch.eye(784).mul(255).byte().view(784, 28, 28)
    x = sequences(one_pixel_each, kind, chunk)  # (T, 784, I)
    entered = x.sum(-1)  # (T, 784)
    assert torch.equal(entered.argmax(0), steps.flatten())
    assert torch.equal(entered.sum(0), torch.ones(784))


@pytest.mark.parametrize(("kind", "chunk"), KINDS)
def test_every_kind_is_float32_from_0_to_1_and_leaves_the_pictures_as_they_are(images, kind, chunk):
    before = images.clone()
    x = sequences(images, kind, chunk)
    assert x.dtype == torch.float32
    assert (x.min(), x.max()) == (0, 1)
    assert torch.equal(images, before)


def test_each_kind_has_its_word():
    assert STEP_WORDS == {"rows": "row", "columns": "column", "permuted": "row", "pixels": "step"}


@pytest.mark.parametrize(
    ("kind", "chunk", "message"),
    [
        ("words", 28, "time_step must be one of rows, columns, permuted, pixels, got 'words'"),
        ("columns", 14, "chunk is for pixels alone; for columns it is 28, got 14"),
        ("pixels", 13, "chunk must divide 784, the pixels of a digit, got 13"),
        ("pixels", 0, "chunk must divide 784, the pixels of a digit, got 0"),
        ("pixels", -28, "chunk must divide 784, the pixels of a digit, got -28"),
    ],
)
def test_what_does_not_fit_is_told(images, kind, chunk, message):
    for call in (lambda: sequences(images, kind, chunk), lambda: entering(kind, chunk)):
        with pytest.raises(ValueError, match=re.escape(message) + "$"):
            call()


def test_pictures_of_another_size_are_refused():
    message = "images must be (B, 28, 28) = (3, 28, 28), got (3, 32, 32)"
    with pytest.raises(ValueError, match=re.escape(message) + "$"):
        sequences(torch.zeros(3, 32, 32, dtype=torch.uint8))


@pytest.mark.parametrize(("time_step", "chunk"), KINDS)
def test_what_was_read_is_laid_back_on_the_pixels_that_it_came_from(images, time_step, chunk):
    x = sequences(images, time_step, chunk)
    assert torch.equal(on_pictures(x, time_step, chunk), images.float() / 255)


def test_values_of_another_shape_are_not_laid_on_pixels():
    with pytest.raises(ValueError, match=r"values must be \(T, B, I\) = \(28, 2, 28\)"):
        on_pictures(torch.zeros(27, 2, 28))
