"""Orders of units for a heatmap: by activity, by selectivity, by cluster.

Each is a permutation of the units, int64, shape (H,): `h[..., order]` is h in that order.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.core.units.statistics import Selectivity


def by_activity(h: Tensor) -> Tensor:
    """Order units by their mean |h|, the most active first.

    Args:
        h: What the units were, shape (T, B, H).
    """
    activity = torch.stack([step.abs().double().mean(0) for step in h]).mean(0)
    return activity.argsort(descending=True, stable=True)


def by_selectivity(found: Selectivity, digit: int) -> Tensor:
    """Order units by how well each tells a digit from the rest at its best step, best first."""
    return found.strength[:, digit].argsort(descending=True, stable=True)


def by_cluster(h: Tensor) -> Tensor:
    """Order units so that those that go up and down together lie together.

    Hierarchical, by average linkage on 1 - r, r being the correlation over all steps and sequences;
    units that go against each other are far apart. When two groups are joined, their ends that are
    most alike meet. Units that never change come last.

    Args:
        h: What the units were, shape (T, B, H), finite.

    Source: average linkage: Sokal and Michener 1958, Univ. Kansas Sci. Bull. 38, 1409.
    """
    r, changing = correlation(h)
    alike = r.cpu().numpy()
    alive = np.flatnonzero(changing.cpu().numpy())
    rest = np.flatnonzero(~changing.cpu().numpy())
    leaves = [*_linked(alike, [[int(unit)] for unit in alive]), *(int(unit) for unit in rest)]
    return torch.tensor(leaves, dtype=torch.int64, device=h.device)


def correlation(h: Tensor) -> tuple[Tensor, Tensor]:
    """Correlate units over all steps and sequences.

    Args:
        h: What the units were, shape (T, B, H), finite.

    Returns: r, float64, shape (H, H), 0 for a unit that never changes; and which units change,
        bool, shape (H,).
    """
    mean = torch.stack([step.double().mean(0) for step in h]).mean(0)
    products = h.new_zeros(h.shape[-1], h.shape[-1], dtype=torch.float64)
    for step in h:
        around = step.double() - mean
        products += around.T @ around
    lengths = products.diagonal().sqrt()
    changing = torch.stack([(step != h[0, 0]).any(0) for step in h]).any(0)
    scale = torch.where(changing, lengths, torch.inf)
    return products / scale / scale.unsqueeze(1), changing


def _linked(alike: NDArray[np.float64], groups: list[list[int]]) -> list[int]:
    """Join the two groups most alike until there is one; return its units in order."""
    between = alike[np.ix_(*(2 * [[group[0] for group in groups]]))].copy()
    np.fill_diagonal(between, -np.inf)
    while len(groups) > 1:
        a, b = sorted(divmod(int(between.argmax()), len(groups)))
        sizes = len(groups[a]), len(groups[b])
        groups[a] = _joined(alike, groups[a], groups.pop(b))
        mean = (sizes[0] * between[a] + sizes[1] * between[b]) / sum(sizes)
        between[a] = between[:, a] = mean
        between[a, a] = -np.inf
        between = np.delete(np.delete(between, b, 0), b, 1)
    return groups[0] if groups else []


def _joined(alike: NDArray[np.float64], one: list[int], other: list[int]) -> list[int]:
    """Turn two groups so that their ends most alike meet."""
    ways = [(x, y) for x in (one, one[::-1]) for y in (other, other[::-1])]
    first, second = max(ways, key=lambda way: float(alike[way[0][-1], way[1][0]]))
    return first + second
