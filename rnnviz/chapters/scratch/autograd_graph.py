"""Graph of one training step in the NumPy autograd: operations, shapes, gradients."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnnviz.scratch import nn
from rnnviz.scratch.tensor import Tensor, cat

Cell = Literal["rnn", "gru", "lstm"]
METHODS = {"add": "__add__", "mul": "__mul__", "pow": "__pow__", "matmul": "__matmul__"}
METHODS |= {"index": "__getitem__"}


@dataclass(frozen=True, eq=False)
class Node:
    """A Tensor in the graph.

    Attributes:
        name: Of a leaf, what it is; else "".
        op: The operation; "" of a leaf.
        says: The operation's docstring: its formula and its gradient.
        data: Its numbers.
        grad: ∂L/∂ them; None where none is wanted.
        parents: Places of what it was made of.
        column: The time step, from 0, for which it is first needed; −1 of a weight, T after all.
        depth: The longest way to it from a leaf.
    """

    name: str
    op: str
    says: str
    data: NDArray[np.float64]
    grad: NDArray[np.float64] | None
    parents: tuple[int, ...]
    column: int
    depth: int


@dataclass(frozen=True, eq=False)
class Graph:
    """All Tensors of one training step, each after what it was made of.

    Attributes:
        nodes: The last one is the loss.
        steps: T.
    """

    nodes: tuple[Node, ...]
    steps: int


def training_step(cell: Cell, T: int, H: int, *, seed: int = 0) -> Graph:
    """Read a sequence of whole numbers, sum it up, compare, and go back.

    Args:
        cell: "rnn", "gru" or "lstm".
        T: Time steps.
        H: Units.
        seed: Of weights and numbers.

    Returns: The graph, with the gradients of that step; inputs, states and target are asked for
        theirs too, so that all is to be seen.
    """
    rng = np.random.default_rng(seed)
    numbers = rng.integers(1, 10, (T, 1, 1)).astype(np.float64)
    layer = {"rnn": nn.RNNCell, "gru": nn.GRUCell, "lstm": nn.LSTMCell}[cell](1, H, rng=rng)
    head = nn.Linear(H, 1, rng=rng)
    state = tuple(
        Tensor(np.zeros((1, H)), name=f"{n}_0") for n in ("hc" if cell == "lstm" else "h")
    )
    ends: list[Tensor] = []
    answers: list[Tensor] = []
    for t, x in enumerate(numbers, 1):
        found = layer(Tensor(x, True, name=f"x_{t}"), state if len(state) > 1 else state[0])
        state = found if isinstance(found, tuple) else (found,)
        answers.append(head(state[0]))
        ends += [*state, answers[-1]]
    target = Tensor(numbers.cumsum(0)[:, :, 0], True, name="target")
    loss = nn.MSELoss()(cat(answers), target)
    loss.backward()
    named = [*layer.named_parameters(), *head.named_parameters("head.")]
    for name, parameter in named:
        parameter.name = name
    each = len(ends) // T
    weights = {id(parameter) for _, parameter in named}
    return Graph(_nodes(loss, [ends[t * each : (t + 1) * each] for t in range(T)], weights), T)


def _nodes(loss: Tensor, ends: list[list[Tensor]], weights: set[int]) -> tuple[Node, ...]:
    order = _order(loss)
    columns: dict[int, int] = {}
    for t, group in enumerate(ends):
        for tensor in (one for end in group for one in _order(end)):
            columns.setdefault(id(tensor), -1 if id(tensor) in weights else t)
    places = {id(tensor): n for n, tensor in enumerate(order)}
    depths: list[int] = []
    found = []
    for tensor in order:
        parents = tuple(places[id(parent)] for parent, _ in tensor.parents)
        depths.append(1 + max((depths[parent] for parent in parents), default=-1))
        column = columns.get(id(tensor), len(ends))
        name, op, says = tensor.name or "number" * (not tensor.op), tensor.op, meaning(tensor.op)
        found.append(Node(name, op, says, tensor.data, tensor.grad, parents, column, depths[-1]))
    return tuple(found)


def meaning(op: str) -> str:
    """Return the first line of an operation's docstring, its formula and its gradient."""
    if not op:
        return ""
    function = cat if op == "cat" else getattr(Tensor, METHODS.get(op, op))
    return (inspect.getdoc(function) or "").partition("\n")[0]


def _order(end: Tensor) -> list[Tensor]:
    """Return all that led to a Tensor, trainable or not, each after what it was made of."""
    order: list[Tensor] = []
    seen: set[int] = set()
    waiting = [(end, False)]
    while waiting:
        tensor, done = waiting.pop()
        if done:
            order.append(tensor)
        elif id(tensor) not in seen:
            seen.add(id(tensor))
            waiting.append((tensor, True))
            waiting += [(parent, False) for parent, _ in reversed(tensor.parents)]
    return order
