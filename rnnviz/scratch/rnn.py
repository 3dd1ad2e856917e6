"""A plain RNN from scratch: forward and backward pass in NumPy arrays.

    h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h)        o_t = h_t W_hy + b_y

T time steps, B sequences at once, I inputs, H units, K outputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Weights:
    """The weights of an RNN and its output layer; a ValueError says which do not fit the others."""

    W_xh: Array  # (I, H)
    W_hh: Array  # (H, H)
    b_h: Array  # (H,)
    W_hy: Array  # (H, K)
    b_y: Array  # (K,)

    def __post_init__(self) -> None:
        (I, H), K = self.W_xh.shape, self.W_hy.shape[1]
        fitting = {"W_hh": (H, H), "b_h": (H,), "W_hy": (H, K), "b_y": (K,)}
        for name, shape in fitting.items():
            if (found := getattr(self, name).shape) != shape:
                sizes = f"I, H, K = {I}, {H}, {K}"
                raise ValueError(f"{name} must be {shape} where {sizes}, got {found}")


def draw_weights(I: int, H: int, K: int, rng: np.random.Generator) -> Weights:
    """Draw weights from ± 1/√H, as torch does, rounded so that they can be read."""
    shapes = ((I, H), (H, H), (H,), (H, K), (K,))
    return Weights(*(rng.uniform(-1, 1, shape).round(2) / H**0.5 for shape in shapes))


@dataclass(frozen=True, eq=False)
class Step:
    """One time step forward: each line of `step` by its name. x (B, I), o (B, K), others (B, H)."""

    x: Array
    h_prev: Array
    from_x: Array
    from_h: Array
    a: Array
    h: Array
    o: Array


def step(x: Array, h_prev: Array, w: Weights) -> Step:
    """Advance by one time step: x_t, (B, I), and h_{t-1}, (B, H)."""
    from_x = x @ w.W_xh
    from_h = h_prev @ w.W_hh
    a = from_x + from_h + w.b_h
    h = np.tanh(a)
    o = h @ w.W_hy + w.b_y
    return Step(x, h_prev, from_x, from_h, a, h, o)


def forward(x: Array, w: Weights, h_0: Array | None = None) -> list[Step]:
    """Read sequences, x (T, B, I), from a state h_0, (B, H), or from zeros."""
    steps, h = [], first_state(x, h_0, w.W_xh)
    for x_t in x:
        steps.append(step(x_t, h, w))
        h = steps[-1].h
    return steps


def first_state(x: Array, h_0: Array | None, W_xh: Array) -> Array:
    """Check the shapes of what is read, and return the state to begin with."""
    I, H = W_xh.shape
    if x.ndim != 3 or x.shape[2] != I or not len(x):
        raise ValueError(f"x must be (T, B, I), T ≥ 1 and I = {I}, got {x.shape}")
    h = np.zeros((x.shape[1], H)) if h_0 is None else h_0
    if h.shape != (x.shape[1], H):
        raise ValueError(f"h_0 must be (B, H) = {(x.shape[1], H)}, got {h.shape}")
    return h


@dataclass(frozen=True, eq=False)
class BackStep:
    """One time step backward: each line of `back_step` by its name, shaped as what it is of."""

    do: Array
    dW_hy: Array
    db_y: Array
    dh: Array
    da: Array
    dW_xh: Array
    dW_hh: Array
    db_h: Array
    dh_prev: Array


def back_step(s: Step, target: Array, dh_next: Array, w: Weights) -> BackStep:
    """Go one time step back; L = ½ Σ (o − target)², dh_next is what the step after hands back."""
    do = s.o - target
    dW_hy = s.h.T @ do
    db_y = do.sum(0)
    dh = do @ w.W_hy.T + dh_next
    da = dh * (1 - s.h**2)
    dW_xh = s.x.T @ da
    dW_hh = s.h_prev.T @ da
    db_h = da.sum(0)
    dh_prev = da @ w.W_hh.T
    return BackStep(do, dW_hy, db_y, dh, da, dW_xh, dW_hh, db_h, dh_prev)


def backward(steps: Sequence[Step], targets: Array, w: Weights) -> tuple[list[BackStep], Weights]:
    """Go back through time: the same weights served at every step, so their gradients add up.

    Args:
        steps: What `forward` returned.
        targets: What the outputs should have been, shape (T, B, K).
        w: The weights.

    Returns: The steps back, in the order of time, and ∂L/∂ each weight.
    """
    if targets.shape != (shape := (len(steps), *steps[0].o.shape)):
        raise ValueError(f"targets must be (T, B, K) = {shape}, got {targets.shape}")
    dh_next = np.zeros_like(steps[-1].h)
    back: list[BackStep] = []
    for s, target in zip(reversed(steps), targets[::-1], strict=True):
        back.append(back_step(s, target, dh_next, w))
        dh_next = back[-1].dh_prev
    of = {each.name: sum(getattr(b, f"d{each.name}") for b in back) for each in fields(Weights)}
    return back[::-1], Weights(**of)


@dataclass(frozen=True, eq=False)
class RNNCell:
    """One step of the state alone: h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h)."""

    W_xh: Array
    W_hh: Array
    b_h: Array

    def __call__(self, x: Array, h_prev: Array) -> Array:
        """Advance x, (…, I), and h_prev, (…, H), by one step."""
        h: Array = np.tanh(x @ self.W_xh + h_prev @ self.W_hh + self.b_h)
        return h


@dataclass(frozen=True, eq=False)
class RNN:
    """An RNNCell read along time, of (T, B, I), or of (B, T, I) with batch_first."""

    cell: RNNCell
    batch_first: bool = False

    def __call__(self, x: Array, h_0: Array | None = None) -> tuple[Array, Array]:
        """Return all states, stacked along the axis of time, and the last; it loops time first."""
        x = np.moveaxis(x, 1, 0) if self.batch_first else x  # (T, B, I)
        states, h = [], first_state(x, h_0, self.cell.W_xh)
        for x_t in x:
            h = self.cell(x_t, h)
            states.append(h)
        output = np.stack(states)  # (T, B, H)
        return (np.moveaxis(output, 0, 1) if self.batch_first else output), h
