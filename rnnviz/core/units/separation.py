"""Separation of the classes' states: distance between classes relative to that within a class."""

from __future__ import annotations

import torch
from torch import Tensor

from rnnviz.core.validation import check_classes


def separation(h: Tensor, labels: Tensor, num_classes: int = 10) -> Tensor:
    """Compare the distance between classes with that within a class, after each row.

    Above stands the root mean square distance between the mean states of two classes, over all
    pairs of classes; below that between two sequences of the same class, over all pairs of a class
    and then over the classes. For labels that mean nothing it is about the root of the number of
    classes over the number of sequences.

    Args:
        h: What the units were, shape (T, B, H), finite.
        labels: The classes, int64 in [0, num_classes), shape (B,). Those with one sequence or none
            are left out.
        num_classes: K.

    Returns: Shape (T,), float64; infinite where the classes differ and no sequence of one does, 0
        where nothing differs or fewer than two classes are left.

    Raises:
        ValueError: If a shape or a label does not fit.
    """
    check_classes(h, labels, num_classes)
    counts = labels.bincount(minlength=num_classes)
    there = (counts > 1).nonzero()[:, 0]
    if len(there) < 2:
        return h.new_zeros(len(h), dtype=torch.float64)
    ratios = []
    for step in map(Tensor.double, h):  # in float32 equal states would lie beside their own mean
        sums = step.new_zeros(num_classes, step.shape[-1]).index_add_(0, labels, step)
        means = sums / counts.clamp(min=1).unsqueeze(-1)  # (K, H)
        squares = (step - means[labels]).square().sum(-1)  # (B,)
        within = squares.new_zeros(num_classes).index_add_(0, labels, squares)[there]
        # Over all pairs the mean squared distance is twice the variance, each with its n - 1.
        apart = 2 * means[there].var(dim=0).sum()
        ratios.append((apart / (2 * within / (counts[there] - 1)).mean()).sqrt())
        if (step == step[0]).all():
            ratios[-1] = apart.new_zeros(())
    return torch.stack(ratios)
