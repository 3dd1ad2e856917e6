"""Reverse-mode autograd over NumPy arrays: each operation has its formula and its gradient.

`g` is always ∂L/∂y, the gradient that arrives at an operation's result y. Beside each operand
stands what becomes of g on the way to it. Broadcasting needs no care there: what was repeated on
the way forward is summed on the way back, in one place (`unbroadcast`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Gradient: TypeAlias = Callable[[Array], Array]
Operand: TypeAlias = Union["Tensor", float, Array]


class Tensor:
    """An array that remembers how it was computed, in float64.

    Attributes:
        data: The numbers.
        grad: ∂L/∂data after `backward`, of the same shape; adds up in a leaf until it is zeroed.
        requires_grad: Whether a gradient is wanted: of a leaf, whether it is trainable.
        op: The operation that made it; "" of a leaf.
        parents: What it was made of, each with its gradient; () where nothing is trainable.
        name: What a person calls it, or "".
    """

    __array_ufunc__ = None  # array + Tensor is ours to compute, not NumPy's

    def __init__(self, data: object, requires_grad: bool = False, *, name: str = "") -> None:
        self.data: Array = np.asarray(data, dtype=np.float64)
        self.grad: Array | None = None
        self.requires_grad = requires_grad
        self.op = ""
        self.parents: tuple[tuple[Tensor, Gradient], ...] = ()
        self.name = name

    def __repr__(self) -> str:
        how = f"op={self.op}" if self.op else "leaf"
        trained = ", requires_grad=True" if self.requires_grad and not self.op else ""
        return f"Tensor(shape={self.shape}, {how}{trained})"

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return self.data.shape

    def size(self, dim: int | None = None) -> int | tuple[int, ...]:
        """Return the shape, or the length of one axis."""
        return self.shape if dim is None else self.shape[dim]

    def item(self) -> float:
        """Return the number of a Tensor that holds one."""
        return float(self.data.item())

    def zero_grad(self) -> None:
        """Forget the gradient."""
        self.grad = None

    def __add__(self, other: Operand) -> Tensor:
        """Add: y = a + b."""
        a, b = self, lift(other)
        fits("add", a, b)
        return made("add", a.data + b.data, (a, lambda g: g), (b, lambda g: g))

    def __mul__(self, other: Operand) -> Tensor:
        """Multiply: y = a · b."""
        a, b = self, lift(other)
        fits("mul", a, b)
        return made("mul", a.data * b.data, (a, lambda g: g * b.data), (b, lambda g: g * a.data))

    def __pow__(self, n: float) -> Tensor:
        """Raise to a number: y = aⁿ, y′ = n aⁿ⁻¹."""
        return made("pow", self.data**n, (self, lambda g: g * n * self.data ** (n - 1)))

    def tanh(self) -> Tensor:
        """Squash: y = tanh a, y′ = 1 − y²."""
        y = np.tanh(self.data)
        return made("tanh", y, (self, lambda g: g * (1 - y * y)))

    def sigmoid(self) -> Tensor:
        """Gate: y = 1 / (1 + e⁻ᵃ) = (1 + tanh(a/2)) / 2, which never overflows; y′ = y (1 − y)."""
        y = 0.5 * (1 + np.tanh(0.5 * self.data))
        return made("sigmoid", y, (self, lambda g: g * y * (1 - y)))

    def relu(self) -> Tensor:
        """Rectify: y = max(a, 0), y′ = 1 where a > 0, else 0."""
        return made("relu", np.maximum(self.data, 0), (self, lambda g: g * (self.data > 0)))

    def dropout(
        self, p: float = 0.5, training: bool = True, rng: np.random.Generator | None = None
    ) -> Tensor:
        """Zero each number with probability p and divide the others by 1 − p: the mean stays put.

        Not training it is this very Tensor. `rng` draws the mask.
        """
        if not 0 <= p < 1:
            raise ValueError(f"p must be within 0 ≤ p < 1, got {p}")
        if not training:
            return self
        mask = ((rng or np.random.default_rng()).random(self.shape) >= p) / (1 - p)
        return made("dropout", self.data * mask, (self, lambda g: g * mask))

    def __matmul__(self, other: Operand) -> Tensor:
        """Multiply matrices, over the last two axes: y = a b, ∂a = g bᵀ, ∂b = aᵀ g."""
        a, b = self, lift(other)
        if a.data.ndim < 2 or b.data.ndim < 2 or a.shape[-1] != b.shape[-2]:
            raise ValueError(f"matmul needs (…, n, k) @ (…, k, m), got {a.shape} @ {b.shape}")
        fits("matmul", a, b, axes=-2)
        back_a: Gradient = lambda g: g @ b.data.swapaxes(-1, -2)  # noqa: E731
        back_b: Gradient = lambda g: a.data.swapaxes(-1, -2) @ g  # noqa: E731
        return made("matmul", a.data @ b.data, (a, back_a), (b, back_b))

    def sum(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Sum along an axis, or all: y = Σ a; each a gets the g of its sum."""
        y = self.data.sum(axis=dim, keepdims=keepdim)
        return made("sum", y, (self, lambda g: self._spread(g, dim, keepdim)))

    def mean(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Average along an axis, or all: y = Σ a / n; each a gets g / n."""
        n = self.data.size if dim is None else self.shape[dim]
        y = self.data.mean(axis=dim, keepdims=keepdim)
        return made("mean", y, (self, lambda g: self._spread(g, dim, keepdim) / n))

    def softmax(self, dim: int = -1) -> Tensor:
        """Share out along an axis: y = eᵃ / Σ eᵃ; ∂a = y (g − Σ g y)."""
        y = np.exp(_log_softmax(self.data, dim))
        return made("softmax", y, (self, lambda g: y * (g - (g * y).sum(dim, keepdims=True))))

    def log_softmax(self, dim: int = -1) -> Tensor:
        """Log of softmax: y = a − log Σ eᵃ along an axis; ∂a = g − eʸ Σ g."""
        y = _log_softmax(self.data, dim)
        return made("log_softmax", y, (self, lambda g: g - np.exp(y) * g.sum(dim, keepdims=True)))

    def reshape(self, *shape: int) -> Tensor:
        """Lay the numbers out anew; their gradients go back to where they were."""
        try:
            y = self.data.reshape(shape)
        except ValueError:
            count = self.data.size
            raise ValueError(f"reshape: {count} numbers {self.shape} do not fill {shape}") from None
        return made("reshape", y, (self, lambda g: g.reshape(self.shape)))

    def transpose(self, dim0: int = -2, dim1: int = -1) -> Tensor:
        """Swap two axes; on the way back they are swapped again."""
        y = self.data.swapaxes(dim0, dim1)
        return made("transpose", y, (self, lambda g: g.swapaxes(dim0, dim1)))

    def __getitem__(self, index: Any) -> Tensor:  # noqa: ANN401
        """Take some numbers; those not taken get no gradient, one taken twice gets both."""

        def back(g: Array) -> Array:
            whole = np.zeros(self.shape)
            np.add.at(whole, index, g)
            return whole

        return made("index", self.data[index], (self, back))

    def __neg__(self) -> Tensor:
        return self * -1.0

    def __sub__(self, other: Operand) -> Tensor:
        return self + lift(other) * -1.0

    def __truediv__(self, other: Operand) -> Tensor:
        return self * lift(other) ** -1.0

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other: Operand) -> Tensor:
        return lift(other) - self

    def __rtruediv__(self, other: Operand) -> Tensor:
        return lift(other) / self

    def __rmatmul__(self, other: Operand) -> Tensor:
        return lift(other) @ self

    def backward(self, gradient: Array | None = None) -> None:
        """Compute ∂L/∂ everything that led here, from ∂L/∂ this: 1 where this is L, one number."""
        for _ in self.walk(gradient):
            pass

    def walk(
        self, gradient: Array | None = None
    ) -> Iterator[tuple[Tensor, list[tuple[Tensor, Array]]]]:
        """Go backward one Tensor at a time: yields it, and what it hands on to each parent."""
        if not self.requires_grad:
            raise ValueError(f"nothing trainable led to {self}: there is no gradient")
        if gradient is None and self.data.size != 1:
            raise ValueError(f"backward starts at a single number, or give it ∂L/∂ of {self.shape}")
        g = np.ones(self.shape) if gradient is None else np.asarray(gradient, dtype=np.float64)
        if g.shape != self.shape:
            raise ValueError(f"gradient must be {self.shape}, got {g.shape}")
        arrived = {id(self): g}
        for tensor in backward_order(self):
            g = arrived.pop(id(tensor))
            tensor.grad = g if tensor.op or tensor.grad is None else tensor.grad + g
            handed = []
            for parent, gradient_of in tensor.parents:
                if parent.requires_grad:
                    share = unbroadcast(gradient_of(g), parent.shape)
                    before = arrived.get(id(parent))
                    arrived[id(parent)] = share if before is None else before + share
                    handed.append((parent, share))
            yield tensor, handed

    def _spread(self, g: Array, dim: int | None, keepdim: bool) -> Array:
        g = g if keepdim or dim is None else np.expand_dims(g, dim)
        return np.broadcast_to(g, self.shape)


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Lay Tensors end to end along an axis; on the way back g is cut where they meet."""
    shapes = [tensor.shape for tensor in tensors]
    try:
        y = np.concatenate([tensor.data for tensor in tensors], axis=dim)
    except (ValueError, IndexError):
        raise ValueError(f"cat along {dim}: shapes {shapes} differ elsewhere, or lack it") from None
    ends = np.cumsum([shape[dim] for shape in shapes])
    edges = [(t, _cut(dim, end - t.shape[dim], end)) for t, end in zip(tensors, ends, strict=True)]
    return made("cat", y, *edges)


def stack(tensors: Sequence[Tensor]) -> Tensor:
    """Lay Tensors of one shape behind each other along a new first axis."""
    return cat([tensor.reshape(1, *tensor.shape) for tensor in tensors], 0)


def zeros(*shape: int, requires_grad: bool = False) -> Tensor:
    """Return a Tensor of zeros."""
    return Tensor(np.zeros(shape), requires_grad)


def made(op: str, data: Array, *parents: tuple[Tensor, Gradient]) -> Tensor:
    """Return the result of an operation; it remembers its parents if one is trainable."""
    y = Tensor(data)
    y.op = op
    if any(parent.requires_grad for parent, _ in parents):
        y.requires_grad, y.parents = True, parents
    return y


def lift(value: Operand) -> Tensor:
    """Return a Tensor as it is, numbers as a leaf that is not trainable."""
    return value if isinstance(value, Tensor) else Tensor(value)


def fits(op: str, a: Tensor, b: Tensor, axes: int | None = None) -> None:
    """Refuse shapes that do not broadcast, up to the given axis."""
    try:
        np.broadcast_shapes(a.shape[:axes], b.shape[:axes])
    except ValueError:
        raise ValueError(f"{op}: shapes {a.shape} and {b.shape} do not broadcast") from None


def unbroadcast(g: Array, shape: tuple[int, ...]) -> Array:
    """Sum g over the axes along which `shape` was repeated to g's shape."""
    if g.shape == shape:
        return g
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))  # axes that were put in front
    repeated = tuple(n for n, size in enumerate(shape) if size == 1 != g.shape[n])
    return np.asarray(g.sum(axis=repeated, keepdims=True))


def backward_order(end: Tensor) -> list[Tensor]:
    """Return all that a gradient reaches from `end`, each before its parents."""
    order: list[Tensor] = []
    seen: set[int] = set()
    waiting = [(end, False)]  # by hand: recursion would end at a thousand steps
    while waiting:
        tensor, parents_done = waiting.pop()
        if parents_done:
            order.append(tensor)
        elif id(tensor) not in seen:
            seen.add(id(tensor))
            waiting.append((tensor, True))
            waiting += [(parent, False) for parent, _ in tensor.parents if parent.requires_grad]
    return order[::-1]


def _cut(dim: int, start: int, end: int) -> Gradient:
    return lambda g: np.split(g, [start, end], axis=dim)[1]


def _log_softmax(a: Array, dim: int) -> Array:
    a = a - a.max(axis=dim, keepdims=True)
    return np.asarray(a - np.log(np.exp(a).sum(axis=dim, keepdims=True)))
