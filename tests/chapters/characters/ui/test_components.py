"""Tests of invalid arguments to the components of the Characters page."""

import numpy as np
import pytest

from rnnviz.chapters.characters.ui.components.colored_text import painted
from rnnviz.chapters.characters.ui.components.letter_steps import Spelled, spelled


def one(frames=2, steps=3, symbols=4):
    return Spelled(
        "a",
        np.zeros((frames, steps, 5), np.float32),
        np.zeros((frames, steps, symbols), np.float32),
        np.zeros((frames, steps), np.float32),
    )


@pytest.mark.parametrize(
    ("line", "network", "words"),
    [
        (("abc", "ab"), one(), "line must have T = 3 symbols in both, got 2"),
        (("abc", "abc"), one(frames=1), r"with K = 4, got \(1, 3, 5\)"),
        (("abc", "abc"), one(steps=2), r"got \(2, 2, 5\)"),
        (("abc", "abc"), one(symbols=3), r"and \(2, 3, 3\)"),
    ],
)
def test_networks_that_do_not_fit_the_line_are_refused(line, network, words):
    with pytest.raises(ValueError, match=words):
        spelled("x", line, "abcd", (0, 1), [network], key="x")


def test_a_text_needs_a_state_for_each_of_its_characters():
    h, shares, bits = (np.zeros(shape, np.float32) for shape in ((3, 2), (3, 1), (2,)))
    with pytest.raises(ValueError, match="must have T = 3 places, got 3, 3, 3 and 2"):
        painted("abc", 1, h, ["a"] * 3, shares, bits, key="x")
