"""Paths of the hidden state, projected on principal axes that are fitted once.

The axes are the principal components of all states of some sequences, rows and sequences alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

AT_ONCE = 8192  # states in one product in float64


@dataclass(frozen=True)
class Axes:
    """Where states vary most.

    Attributes:
        center: The mean state, shape (H,).
        directions: Orthonormal, the one of most variance first, shape (C, H). In each the largest
            weight is positive.
        variances: Along all H principal axes, largest first, float64, shape (H,).
    """

    center: Tensor
    directions: Tensor
    variances: Tensor

    @property
    def explained(self) -> Tensor:
        """Each direction's share of all variance, shape (C,); 0 if there is none."""
        total = self.variances.sum()
        shares = self.variances[: len(self.directions)]
        return shares / torch.where(total > 0, total, 1.0)


def fit(h: Tensor, components: int = 3) -> Axes:
    """Find the axes along which states vary most.

    From the eigenvectors of the covariance, in float64 and on the CPU, whatever h is: the same axes
    on every device.

    Args:
        h: States, shape (…, H), finite, e.g. (T, B, H).
        components: C, at most; H if that is less.

    Returns: The axes, on h's device; center and directions have h's dtype.

    Raises:
        ValueError: If there is no state, one is not finite, or components is below 1.
    """
    if components < 1:
        raise ValueError(f"components must be at least 1, got {components}")
    if h.dim() < 2 or not h.numel():
        raise ValueError(f"h must be (…, H) with at least one state, got {tuple(h.shape)}")
    fitting = Fitting(components)
    for part in torch.split(h.detach().flatten(0, -2), AT_ONCE):
        fitting.add(part)
    return fitting.axes()


class Fitting:
    """The axes of `fit` from states that come in parts: for who must not wait for all of them."""

    def __init__(self, components: int = 3) -> None:
        """Begin with no states."""
        self._components = components
        self._count = 0
        self._like = self._origin = self._sum = self._products = torch.zeros(())

    def add(self, h: Tensor) -> None:
        """Take more states, shape (…, H)."""
        states = h.detach().flatten(0, -2).cpu().double()
        if not self._count:
            # Near the mean of all, so that no digits are lost in squares.
            self._like, self._origin = h.new_empty(0), states.mean(0)
        around = states - self._origin
        self._count += len(states)
        self._sum = self._sum + around.sum(0)
        self._products = self._products + around.T @ around

    def axes(self) -> Axes:
        """Return the axes of all states so far.

        Raises:
            ValueError: If there is none, or one is not finite.
        """
        if not self._count:
            raise ValueError("there must be at least one state")
        shift = self._sum / self._count
        center = self._origin + shift
        if not center.isfinite().all():
            raise ValueError("h must be finite")
        covariance = self._products / self._count - torch.outer(shift, shift)
        variances, columns = torch.linalg.eigh(covariance)
        directions = columns.T.flip(0)[: self._components]  # eigh has the smallest first
        largest = directions.gather(1, directions.abs().argmax(1, keepdim=True))
        return Axes(
            center=center.to(self._like),
            directions=(directions * largest.sign()).to(self._like),
            variances=variances.flip(0).clamp(min=0).to(self._like.device),
        )


def project(axes: Axes, h: Tensor) -> Tensor:
    """Return where states lie along the axes: (…, H) -> (…, C).

    Raises:
        ValueError: If H is not that of the axes.
    """
    if h.shape[-1] != len(axes.center):
        raise ValueError(f"h must be (…, H) = (…, {len(axes.center)}), got {tuple(h.shape)}")
    return (h - axes.center) @ axes.directions.T
