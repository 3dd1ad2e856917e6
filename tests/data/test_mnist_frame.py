import numpy as np
import pytest
import torch
from PIL import Image

from rnnviz.data import mnist_frame


def rectangle(height, width, top, left, size=(280, 280)):
    drawing = np.zeros(size, np.float32)
    drawing[top : top + height, left : left + width] = 1
    return drawing


def test_a_bar_becomes_twenty_pixels_long_in_the_middle_of_the_frame():
    framed = mnist_frame.frame(rectangle(200, 40, 13, 7))
    assert framed.box == (13, 7, 213, 47)
    assert framed.scaled.shape == (20, 4)
    assert framed.corner == (4, 12)
    expected = np.zeros((28, 28), np.uint8)
    expected[4:24, 12:16] = 255
    np.testing.assert_array_equal(framed.frame, expected)


def test_area_averaging_keeps_the_share_of_ink():
    # Ten rows: the upper 5 of each box of 10 × 10 inked, so each pixel of the 20 × 20 holds a half.
    drawing = np.zeros((200, 200), np.float32)
    drawing[np.arange(200) % 10 < 5] = 1
    scaled = mnist_frame.frame(np.pad(drawing, ((0, 5), (0, 0)))).scaled
    assert scaled.shape == (20, 20)
    assert scaled.mean() == pytest.approx(100 * 200 / (195 * 200), abs=1e-6)


def test_the_frame_does_not_depend_on_place_size_or_strength():
    small = np.maximum(rectangle(60, 17, 5, 5), rectangle(16, 60, 49, 5))
    moved = np.roll(small, (100, 150), (0, 1))
    larger = np.kron(small[:100, :100], np.ones((3, 3), np.float32))
    expected = mnist_frame.frame(small).frame
    for other in (moved, larger, 0.4 * moved):
        framed = mnist_frame.frame(other).frame
        assert np.abs(framed.astype(int) - expected).max() <= 1


def test_the_centre_of_mass_comes_to_the_middle(training_digits):
    # MNIST's own digits have it within the pixel below and right of the middle: so must ours.
    rng = np.random.default_rng(0)
    for image in training_digits.images[rng.integers(0, 60_000, 200)].numpy():
        shifted = np.roll(
            np.pad(image, 30).astype(np.float32) / 255, rng.integers(-25, 25, 2), (0, 1)
        )
        framed = mnist_frame.frame(shifted).frame.astype(float)
        for axis in (0, 1):
            centre = framed.sum(axis=1 - axis) @ (np.arange(28) + 0.5) / framed.sum()
            assert 13.95 <= centre <= 15.05


def test_mnist_training_digits_are_left_as_they_are(training_digits):
    same = 0
    for image in training_digits.images[:2000].numpy():
        framed = mnist_frame.frame(image.astype(np.float32) / 255).frame
        same += np.abs(framed.astype(int) - image).max() <= 3
    # The others hold no full white, or a faint pixel that widened their box when they were made.
    assert same / 2000 > 0.75


def test_blank_ink_is_no_digit():
    assert mnist_frame.frame(np.zeros((280, 280), np.float32)) is None


def test_ink_to_the_edge_is_framed_like_any_other():
    framed = mnist_frame.frame(rectangle(280, 60, 0, 0))
    assert framed.box == (0, 0, 280, 60)
    assert framed.frame[4:24, 12:16].min() == 255


@pytest.mark.parametrize(
    ("drawing", "shape"),
    [
        (rectangle(12, 12, 100, 100), "dot"),
        (rectangle(280, 280, 0, 0), "block"),
        (rectangle(200, 180, 10, 10), "block"),
        (rectangle(200, 30, 10, 10), "strokes"),  # a one
    ],
)
def test_dots_and_blocks_are_told_from_strokes(drawing, shape):
    assert mnist_frame.frame(drawing).shape == shape


def test_no_training_digit_is_taken_for_a_block(training_digits):
    images = training_digits.images.float() / 255
    inked = images > mnist_frame.FAINT
    rows, columns = inked.any(dim=2), inked.any(dim=1)
    height = 28 - rows.float().argmax(1) - rows.flip(1).float().argmax(1)
    width = 28 - columns.float().argmax(1) - columns.flip(1).float().argmax(1)
    fill = images.sum((1, 2)) / (height * width)
    compact = torch.minimum(height, width) >= mnist_frame.BLOCK_ASPECT * torch.maximum(
        height, width
    )
    taken = compact & (fill >= mnist_frame.BLOCK_FILL)
    assert taken.float().mean() < 0.0002


def test_one_pixel_of_ink_is_enough_for_a_frame():
    framed = mnist_frame.frame(rectangle(1, 1, 50, 60))
    assert framed.frame.shape == (28, 28)
    assert framed.frame.max() == 255


def test_resizing_alone_frames_nothing():
    drawing = rectangle(100, 50, 0, 0)
    small = mnist_frame.resize(drawing)
    assert small.shape == (28, 28)
    assert small[:10, :5].min() == 255
    assert small[:, 6:].max() == 0


@pytest.mark.parametrize("size", [(1, 900), (900, 1), (3, 3), (1024, 700)])
def test_any_size_of_drawing_is_framed(size):
    framed = mnist_frame.frame(np.ones(size, np.float32))
    assert max(framed.scaled.shape) == mnist_frame.BOX
    assert framed.frame.shape == (28, 28)


def test_up_scaling_a_digit_and_framing_it_brings_it_back(training_digits):
    for image in training_digits.images[:100].numpy():
        large = np.asarray(Image.fromarray(image).resize((280, 280), Image.Resampling.NEAREST))
        found, expected = (
            mnist_frame.frame(ink.astype(np.float32) / 255).frame for ink in (large, image)
        )
        assert np.abs(found.astype(int) - expected).max() <= 1
