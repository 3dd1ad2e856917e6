"""One optimizer step: backward pass, gradient clipping, update of the parameters."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn


@contextlib.contextmanager
def subnormals_flushed() -> Iterator[None]:
    """Let this thread take numbers below 1.2e-38 for 0 where it computes on the CPU.

    A gradient that vanishes over hundreds of steps gets there, and a CPU takes many times as long
    for such numbers as for others: `python -m rnnviz bench scale` shows a step's time over T. What
    they add to a weight is far below its last bit.
    """
    flushed_before = float(torch.tensor(1e-38) * 0.1) == 0.0
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(flushed_before)


def descend(
    loss: Tensor, parameters: list[nn.Parameter], limit: float, make_step: Callable[[], object]
) -> Tensor:
    """Replace the gradients by those of a loss, and make a step; return their norm, shape ().

    Args:
        loss: Shape ().
        parameters: What is learnt.
        limit: Of the norm, beyond which the gradients are scaled down; 0 for none.
        make_step: The optimizer's step.
    """
    for p in parameters:
        p.grad = None  # as zero_grad does, without its bookkeeping
    loss.backward()  # type: ignore[no-untyped-call]
    norm = clip(parameters, limit)
    make_step()
    return norm


def clip(parameters: list[nn.Parameter], limit: float) -> Tensor:
    """Scale the gradients as torch's clip_grad_norm_, if at all; return their norm before."""
    norms = torch._foreach_norm([p.grad for p in parameters if p.grad is not None])
    norm: Tensor = torch.linalg.vector_norm(torch.stack(norms))
    # Below the limit torch multiplies by 1; NaN goes to all. A GPU is not waited for.
    if limit and (norm.is_cuda or not norm + 1e-6 <= limit):
        nn.utils.clip_grads_with_norm_(parameters, limit, norm)
    return norm
