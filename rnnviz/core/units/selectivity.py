"""Selectivity of units for classes, and its chance level from shuffled labels; both from ranks."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from rnnviz.core.validation import check_classes


@dataclass(frozen=True)
class Selectivity:
    """How much each unit tells the class after each row, from ranks: no unit's scale counts.

    Attributes:
        auc: For each class, how often the unit is higher for one of the class than for one that is
            not, of all pairs, a tie counting half; the area under the ROC curve of "this class
            against the rest". 1: always higher, 0: always lower, 0.5: tells nothing, or there is no
            such pair. Shape (T, H, K).
        explained: η² of the unit's ranks, the share of their variance over the batch that lies
            between the classes, in [0, 1], shape (T, H); 0 for a unit that never changes.
        auc_chance: How far from 0.5 the farthest step came with shuffled labels, shape (H, K).
        explained_chance: How high the highest step came with shuffled labels, shape (H,).
    """

    auc: Tensor
    explained: Tensor
    auc_chance: Tensor
    explained_chance: Tensor

    @property
    def strength(self) -> Tensor:
        """How far from 0.5 a unit's area comes at its best step, in [0, 0.5], shape (H, K)."""
        return (self.auc - 0.5).abs().amax(0)

    @property
    def best_step(self) -> Tensor:
        """The step at which a unit tells a class best, the first of equals, int64, (H, K)."""
        distance = (self.auc - 0.5).abs()
        return (distance == distance.amax(0)).long().argmax(0)

    @property
    def tells(self) -> Tensor:
        """Whether a unit tells a class better than by chance, bool, shape (H, K)."""
        return self.strength > self.auc_chance


def selectivity(
    h: Tensor,
    labels: Tensor,
    num_classes: int = 10,
    *,
    shuffles: int = 50,
    quantile: float = 0.95,
    seed: int = 0,
) -> Selectivity:
    """Measure how much each unit tells the class, and how much it would by chance.

    The area under the ROC curve and η² of the ranks both follow from the ranks' sum in each class,
    one matrix product per step, and the same product takes all shuffles. A shuffle deals the labels
    anew to whole sequences, for all steps alike, and its best step counts: whoever picks the best
    of T steps is compared with chance that picks so too.

    Args:
        h: What the units were, shape (T, B, H), finite.
        labels: The classes, int64 in [0, num_classes), shape (B,).
        num_classes: K.
        shuffles: How often the labels are dealt anew for the chance level.
        quantile: Of the shuffles: so many of them stay at or below the chance level.
        seed: Of the shuffles.

    Returns: The measures, on h's device, float64.

    Raises:
        ValueError: If a shape or a label does not fit, or h is not finite.
    """
    check_classes(h, labels, num_classes)
    if not all(torch.isfinite(step).all() for step in h):
        raise ValueError("h must be finite: infinity and NaN have no rank")
    selecting = Selecting(labels, num_classes, shuffles=shuffles, quantile=quantile, seed=seed)
    for step in h:
        selecting.add(step)
    return selecting.told()


class Selecting:
    """The measures of `selectivity`, taken step by step: for who must not wait for all of them."""

    def __init__(
        self,
        labels: Tensor,
        num_classes: int = 10,
        *,
        shuffles: int = 50,
        quantile: float = 0.95,
        seed: int = 0,
    ) -> None:
        """Deal the labels; the arguments are those of `selectivity`, and are not checked."""
        dealt = _dealt(labels, shuffles, seed)  # (1 + shuffles, B), the true labels first
        one_hot = torch.nn.functional.one_hot(dealt, num_classes)
        self._sums = one_hot.transpose(1, 2).flatten(0, 1).float()
        self._counts = labels.bincount(minlength=num_classes).double()  # (K,)
        self._pairs = self._counts * (len(labels) - self._counts)
        self._quantile = quantile
        self._forget()

    def _forget(self) -> None:
        self._aucs: list[Tensor] = []
        self._explained: list[Tensor] = []
        self._most_auc = self._most_explained = self._sums.new_zeros((), dtype=torch.float64)

    def anew(self) -> Selecting:
        """Return one that has taken no step, with the same labels, for other units of them."""
        other = copy(self)
        other._forget()
        return other

    def add(self, step: Tensor) -> None:
        """Take what the units were at the next step, shape (B, H), finite."""
        K = len(self._counts)
        ranks = _ranks(step)  # (B, H), around 0
        found = (self._sums @ ranks).double().view(-1, K, step.shape[-1])  # (1 + shuffles, K, H)
        auc = 0.5 + found / self._pairs.clamp(min=1).unsqueeze(-1)
        squares = (found.square() / self._counts.clamp(min=1).unsqueeze(-1)).sum(1)
        share = squares / ranks.double().square().sum(0).clamp(min=0.25)  # (1 + shuffles, H)
        self._aucs.append(auc[0].T)
        self._explained.append(share[0])
        self._most_auc = torch.maximum(self._most_auc, (auc[1:] - 0.5).abs())
        self._most_explained = torch.maximum(self._most_explained, share[1:])

    def told(self) -> Selectivity:
        """Return the measures over all steps so far; there must be one."""
        most_auc = self._most_auc.quantile(self._quantile, dim=0, interpolation="higher")
        most = self._most_explained.quantile(self._quantile, dim=0, interpolation="higher")
        return Selectivity(torch.stack(self._aucs), torch.stack(self._explained), most_auc.T, most)


def _dealt(labels: Tensor, shuffles: int, seed: int) -> Tensor:
    """Return the labels, and the same dealt anew so often: (1 + shuffles, B)."""
    if shuffles < 1:
        raise ValueError(f"shuffles must be at least 1, got {shuffles}")
    # On the CPU: the same chance level on every device.
    generator = torch.Generator().manual_seed(seed)
    orders = [torch.randperm(len(labels), generator=generator) for _ in range(shuffles)]
    return torch.stack([labels, *(labels[order.to(labels.device)] for order in orders)])


def _ranks(step: Tensor) -> Tensor:
    """Rank each unit's values, equal ones alike, around 0: (B, H) -> (B, H), float32.

    They are multiples of a half, so that sums of them are exact.
    """
    values = step.T.contiguous()  # (H, B)
    B = values.shape[1]
    if values.is_cpu:  # numpy sorts eight times as fast
        order = torch.from_numpy(np.argsort(values.detach().numpy(), axis=1))
    else:
        order = values.argsort(dim=1)
    ordered = values.gather(1, order)
    new = torch.ones_like(ordered, dtype=torch.bool)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    ends = torch.tensor([new.numel()], device=values.device)
    starts = torch.cat([new.flatten().nonzero()[:, 0], ends])  # of equal values, row after row
    sizes = starts.diff()
    middles = (starts[:-1] % B).float() + (sizes - B).float() / 2
    ranks = middles.repeat_interleave(sizes).view_as(values)
    return torch.empty_like(ranks).scatter_(1, order, ranks).T
