"""Augmentation of a run's training digits, applied again before each epoch."""

from __future__ import annotations

from rnnviz.data.affine_augment import shift
from rnnviz.data.mnist import Digits
from rnnviz.data.redraw_augment import vary
from rnnviz.data.skeleton import skeletons
from rnnviz.training.loop.loop import Renew
from rnnviz.training.tasks.digit_recipes import MORE_HANDS
from rnnviz.training.tasks.digits import Augmentation

# What a person is told while the digits are made ready; nothing where it takes no time.
PREPARING: dict[Augmentation, str] = {
    "redrawn": "thinning {digits:,} digits to pen strokes, about a second for each thousand",
}


def renewer(augmentation: Augmentation, digits: Digits) -> Renew | None:
    """Return what makes each epoch's digits, or None if they stay as they are.

    Args:
        augmentation: As in `RunConfig`.
        digits: What to start from.
    """
    if augmentation == "none":
        return None
    if augmentation == "shifted":
        return lambda chance: shift(digits, chance)
    bones = skeletons(digits.images)
    return lambda chance: vary(digits, bones, MORE_HANDS, chance)
