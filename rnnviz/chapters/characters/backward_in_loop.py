"""Demonstration of errors from calling backward() and step() inside the loop over characters.

Each attempt is one epoch of "hello → ohlol" as notes have it, run as it stands here; the page shows
these very lines and what torch answers.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

EPOCHS = 15
CODES, WANTED = (1, 0, 2, 2, 3), (3, 1, 2, 3, 2)  # hello → ohlol, of e h l o

Epoch = Callable[[nn.RNNCell, torch.optim.Optimizer, Tensor, Tensor], None]


def step_after_the_loop(
    cell: nn.RNNCell, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor
) -> None:
    """Sum the losses, then one backward() and one step()."""
    h, loss = torch.zeros(1, 4), torch.zeros(())
    for x_t, y_t in zip(x, y, strict=True):
        h = cell(x_t, h)
        loss = loss + F.cross_entropy(h, y_t)
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()


def step_in_the_loop(
    cell: nn.RNNCell, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor
) -> None:
    """backward() and step() after each character."""
    h = torch.zeros(1, 4)
    for x_t, y_t in zip(x, y, strict=True):
        h = cell(x_t, h)
        loss = F.cross_entropy(h, y_t)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def step_with_the_graph_retained(
    cell: nn.RNNCell, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor
) -> None:
    """The same, with what the first error message suggests."""
    h = torch.zeros(1, 4)
    for x_t, y_t in zip(x, y, strict=True):
        h = cell(x_t, h)
        loss = F.cross_entropy(h, y_t)
        optimizer.zero_grad()
        loss.backward(retain_graph=True)  # type: ignore[no-untyped-call]
        optimizer.step()


def step_with_h_detached(
    cell: nn.RNNCell, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor
) -> None:
    """The same, with h cut off from its past."""
    h = torch.zeros(1, 4)
    for x_t, y_t in zip(x, y, strict=True):
        h = cell(x_t, h.detach())
        loss = F.cross_entropy(h, y_t)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()


@dataclass(frozen=True)
class Attempt:
    """One of them, tried.

    Attributes:
        title: What it does.
        source: Its lines.
        error: What torch answered; "" if it ran.
        said: What the network says after `EPOCHS` of it; "" if it did not run.
        reach: The largest gradient of the last character's loss with respect to the first h; 0 if
            it does not reach so far, None if it did not run.
    """

    title: str
    source: str
    error: str
    said: str
    reach: float | None


ATTEMPTS: tuple[Epoch, ...] = (
    step_in_the_loop,
    step_with_the_graph_retained,
    step_with_h_detached,
    step_after_the_loop,
)


def tried(epoch: Epoch, seed: int = 0) -> Attempt:
    """Run an attempt; an error of torch is caught, and its own words returned."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        cell = nn.RNNCell(4, 4)
    optimizer = torch.optim.Adam(cell.parameters(), lr=0.1)
    x = F.one_hot(torch.tensor(CODES), 4).float()[:, None]  # (T, 1, 4)
    y = torch.tensor(WANTED)[:, None]  # (T, 1)
    title, source = str(epoch.__doc__), shown(epoch)
    try:
        for _ in range(EPOCHS):
            epoch(cell, optimizer, x, y)
    except RuntimeError as error:
        return Attempt(title, source, " ".join(str(error).split()), "", None)
    cut = epoch is step_with_h_detached
    return Attempt(title, source, "", _said(cell, x), _reach(cell, x, y, cut))


def shown(function: Callable[..., object]) -> str:
    """Return the lines of a function or class as a page shows them, without what is for mypy."""
    lines = inspect.getsource(function).splitlines()
    return "\n".join(line.split("  # type:")[0] for line in lines)


def _said(cell: nn.RNNCell, x: Tensor) -> str:
    h, said = torch.zeros(1, 4), ""
    with torch.no_grad():
        for x_t in x:
            h = cell(x_t, h)
            said += "ehlo"[int(h.argmax())]
    return said


def _reach(cell: nn.RNNCell, x: Tensor, y: Tensor, cut: bool) -> float:
    first = h = cell(x[0], torch.zeros(1, 4))
    for x_t in x[1:]:
        h = cell(x_t, h.detach() if cut else h)
    [gradient] = torch.autograd.grad(F.cross_entropy(h, y[-1]), first, allow_unused=True)
    return 0.0 if gradient is None else float(gradient.abs().max())
