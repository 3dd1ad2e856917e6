"""Gradients of a call's tensors with respect to its input, to count what a slice depends on."""

import torch

from rnnviz.core.shapes.run import read, run, step_through

from .calls import matrix


def graded(call):
    """Run a call in double precision with autograd; return x and its tensors by name."""
    found = run(call)
    x = found.x.double().requires_grad_()
    if found.cell is not None:
        output, state = step_through(found.cell.double(), x, None, found.time_axis)
        names = ("h", "c")
    else:
        output, state = read(call, found.rnn.double(), x)
        names = ("h_n", "c_n")
    states = state if isinstance(state, tuple) else (state,)
    return x, {"x": x, "output": output, **dict(zip(names, states, strict=False))}


def felt(call, x, part):
    """Return for each sequence the steps of x with a gradient to a part of it: a list of sets."""
    if not part.requires_grad:
        return [set() for _ in range(call.batch)]
    (gradient,) = torch.autograd.grad(part.sum(), x, retain_graph=True)
    if call.unbatched:
        gradient = gradient.unsqueeze(1)  # (T, 1, I)
    elif call.batch_first:
        gradient = gradient.transpose(0, 1)  # (T, B, I)
    moved = gradient.abs().sum(-1) > 0  # (T, B)
    return [set(moved[:, b].nonzero().flatten().tolist()) for b in range(call.batch)]


def different():
    """The settings that a gradient can tell apart, each once."""
    seen = set()
    for call in matrix():
        key = (call.config, call.batch_first, call.stepwise, call.unbatched, call.lengths)
        if key not in seen:
            seen.add(key)
            yield call
