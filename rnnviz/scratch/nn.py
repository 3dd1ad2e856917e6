"""Layers and losses built from Tensors, with torch's names.

An RNN cell reads x_t and h_{t-1} side by side through one Linear, as it is taught: torch keeps
weight_ih and weight_hh apart, the same product, and two biases, of which only the sum matters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.scratch.tensor import Tensor, cat, stack, zeros

Rng = np.random.Generator | None
State = Tensor | tuple[Tensor, ...]


class Module:
    """What has parameters, its own and those of the Modules in its attributes."""

    training = True  # whether dropout is on

    def __call__(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        """Compute."""
        return self.forward(*args, **options)

    def forward(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        """Compute; every Module says how."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def children(self) -> Iterator[tuple[str, Module]]:
        """Return the Modules in the attributes, by name, those in lists too."""
        for name, value in vars(self).items():
            if isinstance(value, Module):
                yield name, value
            elif isinstance(value, list):
                yield from (
                    (f"{name}.{n}", m) for n, m in enumerate(value) if isinstance(m, Module)
                )

    def named_parameters(self, prefix: str = "") -> Iterator[tuple[str, Tensor]]:
        """Return all trainable leaves by name, e.g. "cells.0.linear.weight"."""
        for name, value in vars(self).items():
            if isinstance(value, Tensor) and value.requires_grad and not value.op:
                yield prefix + name, value
        for name, child in self.children():
            yield from child.named_parameters(f"{prefix}{name}.")

    def parameters(self) -> list[Tensor]:
        """Return all trainable leaves."""
        return [parameter for _, parameter in self.named_parameters()]

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for parameter in self.parameters():
            parameter.grad = None

    def train(self, mode: bool = True) -> None:
        """Switch dropout on, here and in all children."""
        self.training = mode
        for _, child in self.children():
            child.train(mode)

    def eval(self) -> None:
        """Switch dropout off."""
        self.train(False)


class Linear(Module):
    """y = x Wᵀ + b, weight (out, in) and bias (out,) drawn from ± 1/√in, or ± `bound`."""

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        rng: Rng = None,
        bound: float = 0,
    ) -> None:
        rng = rng or np.random.default_rng()
        bound = bound or 1 / math.sqrt(in_features)
        self.weight = Tensor(rng.uniform(-bound, bound, (out_features, in_features)), True)
        self.bias = Tensor(rng.uniform(-bound, bound, out_features), True) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        """Map x, (B, in), to (B, out)."""
        y = x @ self.weight.transpose()
        return y if self.bias is None else y + self.bias


class Dropout(Module):
    """Dropout while training, nothing in eval."""

    def __init__(self, p: float = 0.5, *, rng: Rng = None) -> None:
        self.p, self.rng = p, rng or np.random.default_rng()

    def forward(self, x: Tensor) -> Tensor:
        """Drop some of x."""
        return x.dropout(self.p, self.training, self.rng)


class RNNCell(Module):
    """h_t = tanh(W [x_t, h_{t-1}] + b), or relu."""

    def __init__(
        self, I: int, H: int, bias: bool = True, nonlinearity: str = "tanh", *, rng: Rng = None
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f'nonlinearity must be "tanh" or "relu", got {nonlinearity!r}')
        self.nonlinearity = nonlinearity
        self.linear = Linear(I + H, H, bias, rng=rng, bound=1 / math.sqrt(H))

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        """Advance by one step: x (B, I) and h (B, H) to the new h."""
        a: Tensor = self.linear(cat([x, h], 1))
        return a.tanh() if self.nonlinearity == "tanh" else a.relu()


class GRUCell(Module):
    """r, z = σ(W [x, h] + b), n = tanh(W_in x + b_in + r (W_hn h + b_hn)), h ← (1−z) n + z h."""

    def __init__(self, I: int, H: int, bias: bool = True, *, rng: Rng = None) -> None:
        bound = 1 / math.sqrt(H)
        self.gates = Linear(I + H, 2 * H, bias, rng=rng, bound=bound)
        self.new_x = Linear(I, H, bias, rng=rng, bound=bound)
        self.new_h = Linear(H, H, bias, rng=rng, bound=bound)  # its b_hn stands inside r

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        """Advance by one step: x (B, I) and h (B, H) to the new h."""
        H = h.shape[1]
        gates: Tensor = self.gates(cat([x, h], 1)).sigmoid()
        r, z = gates[:, :H], gates[:, H:]
        n: Tensor = (self.new_x(x) + r * self.new_h(h)).tanh()
        return (1 - z) * n + z * h


class LSTMCell(Module):
    """i, f, o = σ(…), g = tanh(…) of W [x, h] + b; c ← f c + i g, h ← o tanh c."""

    def __init__(self, I: int, H: int, bias: bool = True, *, rng: Rng = None) -> None:
        self.linear = Linear(I + H, 4 * H, bias, rng=rng, bound=1 / math.sqrt(H))

    def forward(self, x: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """Advance by one step: x (B, I) and the state (h, c) to the new state."""
        h, c = state
        H = h.shape[1]
        a = self.linear(cat([x, h], 1))
        i, f, g, o = (a[:, n * H : (n + 1) * H] for n in range(4))
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


class Recurrent(Module):
    """Cells over each other, each read along time: what RNN, GRU and LSTM share."""

    cell: type[RNNCell] | type[GRUCell] | type[LSTMCell]

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        **options: Any,  # noqa: ANN401
    ) -> None:
        if min(input_size, hidden_size, num_layers) < 1:
            sizes = (input_size, hidden_size, num_layers)
            raise ValueError(f"input_size, hidden_size, num_layers must be 1 or more, got {sizes}")
        widths = [input_size, *[hidden_size] * (num_layers - 1)]
        self.cells = [self.cell(I, hidden_size, bias, **options) for I in widths]
        self.input_size, self.hidden_size, self.batch_first = input_size, hidden_size, batch_first

    def forward(self, x: Tensor, h_0: State | None = None) -> tuple[Tensor, State]:
        """Read whole sequences.

        Args:
            x: Input, shape (T, B, I), or (B, T, I) with batch_first.
            h_0: First states of all layers, (num_layers, B, H), an LSTM's a pair; None: zeros.

        Returns: The top layer's h at all steps, (T, B, H) or (B, T, H), and the last states as h_0.
        """
        if len(x.shape) != 3 or x.shape[2] != self.input_size or not x.shape[int(self.batch_first)]:
            raise ValueError(f"x must have 3 axes, the last I = {self.input_size}, got {x.shape}")
        x = x.transpose(0, 1) if self.batch_first else x  # (T, B, I)
        steps = [x[t] for t in range(x.shape[0])]
        ends = []
        for cell, state in zip(self.cells, self._begin(h_0, x.shape[1]), strict=True):
            for t, x_t in enumerate(steps):
                found = cell(x_t, state if len(state) > 1 else state[0])
                state = found if isinstance(found, tuple) else (found,)
                steps[t] = state[0]
            ends.append(state)
        output, last = stack(steps), tuple(stack(parts) for parts in zip(*ends, strict=True))
        output = output.transpose(0, 1) if self.batch_first else output
        return output, last if len(last) > 1 else last[0]

    def _begin(self, h_0: State | None, B: int) -> Iterator[tuple[Tensor, ...]]:
        shape, count = (len(self.cells), B, self.hidden_size), 1 + (self.cell is LSTMCell)
        h_0 = (zeros(*shape),) * count if h_0 is None else h_0
        parts = h_0 if isinstance(h_0, tuple) else (h_0,)
        if (found := [part.shape for part in parts]) != [shape] * count:
            raise ValueError(f"h_0 must be {count} × (num_layers, B, H) = {shape}, got {found}")
        return (tuple(part[n] for part in parts) for n in range(shape[0]))


class RNN(Recurrent):
    """As torch.nn.RNN, with one bias; nonlinearity "tanh" or "relu", rng draws the weights."""

    cell = RNNCell


class GRU(Recurrent):
    """As torch.nn.GRU, where r and z have one bias."""

    cell = GRUCell


class LSTM(Recurrent):
    """As torch.nn.LSTM, with one bias; its state is the pair (h, c)."""

    cell = LSTMCell


class MSELoss(Module):
    """L = mean of (y − target)² over all numbers."""

    def forward(self, y: Tensor, target: Tensor) -> Tensor:
        """Compare Tensors of one shape."""
        if y.shape != target.shape:
            raise ValueError(f"target must be {y.shape} as y, got {target.shape}")
        return ((y - target) ** 2).mean()


class CrossEntropyLoss(Module):
    """L = mean over the batch of −log softmax(logits) at the class that is right."""

    def forward(self, logits: Tensor, target: NDArray[np.integer]) -> Tensor:
        """Compare logits, (B, K), with classes, (B,)."""
        B, K = logits.shape
        if target.shape != (B,) or target.min() < 0 or target.max() >= K:
            raise ValueError(f"target must be (B,) = ({B},) of 0 … {K - 1}, got {target.shape}")
        return -logits.log_softmax()[np.arange(B), target].mean()
