"""Optimizers: SGD with momentum and Adam, with the update rules of torch.optim."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from rnnviz.scratch.tensor import Tensor


class Optimizer:
    """What all optimizers share; a parameter without a gradient stays where it is."""

    def __init__(self, parameters: Iterable[Tensor], lr: float) -> None:
        self.parameters = list(parameters)
        self.lr = lr
        if not self.parameters:
            raise ValueError("parameters must hold one Tensor at least, got none")
        if lr < 0:
            raise ValueError(f"lr must be 0 or more, got {lr}")

    def zero_grad(self) -> None:
        """Forget all gradients; else those of the next step would be added to them."""
        for parameter in self.parameters:
            parameter.grad = None


class SGD(Optimizer):
    """v ← μ v + g, then θ ← θ − lr · v; v begins as the first g.

    Source: torch.optim.SGD.
    """

    def __init__(self, parameters: Iterable[Tensor], lr: float, momentum: float = 0.0) -> None:
        super().__init__(parameters, lr)
        self.momentum = momentum
        self.v = [np.zeros(parameter.shape) for parameter in self.parameters]

    def step(self) -> None:
        """Move each parameter against its gradient."""
        for n, parameter in enumerate(self.parameters):
            if parameter.grad is not None:
                self.v[n] = self.momentum * self.v[n] + parameter.grad
                parameter.data = parameter.data - self.lr * self.v[n]


class Adam(Optimizer):
    """m ← β₁ m + (1−β₁) g, v ← β₂ v + (1−β₂) g², then θ ← θ − lr · m̂ / (√v̂ + ε).

    m̂ = m / (1−β₁ᵗ) and v̂ = v / (1−β₂ᵗ) make up for m and v having begun at 0.

    Source: Kingma and Ba 2015, arXiv:1412.6980, algorithm 1; torch.optim.Adam.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(parameters, lr)
        self.betas, self.eps = betas, eps
        self.m = [np.zeros(parameter.shape) for parameter in self.parameters]
        self.v = [np.zeros(parameter.shape) for parameter in self.parameters]
        self.t = [0] * len(self.parameters)

    def step(self) -> None:
        """Move each parameter against its gradient's mean, in units of its size."""
        b1, b2 = self.betas
        for n, parameter in enumerate(self.parameters):
            if (g := parameter.grad) is None:
                continue
            self.t[n] += 1
            self.m[n] = b1 * self.m[n] + (1 - b1) * g
            self.v[n] = b2 * self.v[n] + (1 - b2) * g * g
            m_hat = self.m[n] / (1 - b1 ** self.t[n])
            v_hat = self.v[n] / (1 - b2 ** self.t[n])
            parameter.data = parameter.data - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
