"""Text of the Scratch page: sentences computed from the numbers of the NumPy networks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnviz.ui.figures.numbers import difference

Array = NDArray[np.float64]
AWAY = 1e6  # a loss above it will hardly come back


def shares(found: Array) -> str:
    """Say which time steps the gradient of W_hh comes from.

    Args:
        found: What each adds, shape (T, H, H).
    """
    norms = np.linalg.norm(found.reshape(len(found), -1), axis=1)
    if not norms.any():
        return "Nothing reaches W_hh: h_0 is 0, and there is no second step."
    most = int(norms.argmax())
    told = (
        f"W_hh served at every step, so its gradient is the sum of {len(found)} shares: most "
        f"comes from step {most + 1}, with norm {norms[most]:.2f}"
    )
    others = [f"step {t + 1} {norms[t]:.2f}" for t in range(len(found)) if t != most and norms[t]]
    told += f" ({', '.join(others)})" if others else ""
    return f"{told}. Step 1 adds nothing: what it read was h_0 = 0."


def learning(step: int, loss: float, torch_loss: float, held_out: float, apart: float) -> str:
    """Say where both trainings stand."""
    if not np.isfinite(loss):
        return f"At step {step:,} the loss is no number any more. Try a smaller learning rate."
    away = " It ran away: try a smaller learning rate." if loss > AWAY else ""
    return (
        f"After {step:,} steps our loss is {loss:.4g}, PyTorch's {torch_loss:.4g}; on sequences "
        f"held out it is {held_out:.4g}. No parameter differs by more than {difference(apart)}."
        f"{away}"
    )


def breaks(error: Array, trained: int, right: float = 0.5) -> str:
    """Say from which step on a network that sums up is wrong when rounded.

    Args:
        error: Mean |error| after each step, shape (T,).
        trained: Length of the sequences it learnt from.
        right: An error below it is right when rounded.
    """
    wrong = np.flatnonzero(~(error < right))
    if not len(wrong):
        return (
            f"Trained on {trained} numbers, it adds up {len(error)} with a mean error of "
            f"{error[-1]:.2f} at the end: it does not break in this range."
        )
    first = int(wrong[0]) + 1
    if first <= trained:
        return (
            f"At step {first}, within the {trained} it was trained on, the mean error is "
            f"{error[first - 1]:.3g}: it has not learnt to add up (yet)."
        )
    return (
        f"Trained on {trained} numbers, it is right when rounded up to step {first - 1} and breaks "
        f"at step {first}: there the mean error is {error[first - 1]:.2f}, "
        f"at step {len(error)} it is {error[-1]:.3g}."
    )


def lesson(losses: Sequence[tuple[float, float]], moved: Sequence[float], steps: int) -> str:
    """Say what became of the three trainings of the lesson.

    Args:
        losses: First and last of each.
        moved: How far the weight that moved most went, of each.
        steps: Of each.
    """
    taught, parents, mended = losses
    still = "no weight moved" if moved[0] == 0 else f"a weight moved by {moved[0]:.2g}"
    far = ", still in the hundreds: far too few" if mended[1] >= 100 else ""
    return (
        f"After {steps:,} steps: as taught, {still} and the MSE stays {taught[1]:.4g}. A loss that "
        f"has parents takes it from {parents[0]:.4g} to {parents[1]:.4g}; with gradients zeroed "
        f"too, to {mended[1]:.4g}{far}."
    )


def dropout(values: Array, kept: Array, means: Array, p: float) -> str:
    """Say what dropout did to the mean.

    Args:
        values: What it was applied to.
        kept: What came out of the draw that is shown.
        means: The mean of each draw.
        p: Probability of zero.
    """
    zeroed = int((kept == 0).sum())
    return (
        f"This draw zeroed {zeroed} of {values.size} and multiplied the others by "
        f"1 / (1 − {p:g}) = {1 / (1 - p):.4g}; its mean is {kept.mean():.2f}. Over {len(means):,} "
        f"draws the mean is {means.mean():.3f}, where that of the numbers is {values.mean():.2f}."
    )


def read(numpy_belief: Array, torch_belief: Array) -> str:
    """Say what NumPy reads, and how far it is from torch; both (T, K)."""
    apart = float(np.abs(numpy_belief - torch_belief).max())
    last = numpy_belief[-1]
    same = "within 1e−5" if apart <= 1e-5 else "more than 1e−5 apart"
    digit, article = int(last.argmax()), "an" if last.argmax() == 8 else "a"
    return (
        f"NumPy alone reads {article} {digit} with {100 * last.max():.2f} %. Over all rows and "
        f"classes it differs from PyTorch by {difference(apart)} at most, {same}."
    )
