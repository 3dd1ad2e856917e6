"""Statistics of units: top inputs, mean by class, and whether a unit is dead or saturated.

Everything here takes what units were for many sequences, h of shape (T, B, H), row t after it was
read; c or a gate will do as well. It is gone through step by step: nothing of h's size is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from rnnviz.core.inspect.layer_trace import LayerTrace
from rnnviz.core.inspect.reading import evaluating
from rnnviz.core.inspect.trace import run_trace
from rnnviz.core.models import RNNModule
from rnnviz.core.units.selectivity import Selectivity as Selectivity
from rnnviz.core.units.selectivity import selectivity as selectivity
from rnnviz.core.validation import check_classes

Measure = Literal["value", "rise"]

# Over all sequences and steps. In 40 healthy trainings on MNIST units range over 0.05 at least,
# even untrained ones, and the most extreme is beyond 0.95 in 0.55 of all places. With Adam at 1 or
# SGD at 1, 0.6 to 1 of all units are still or extreme.
STILL = 0.01
EXTREME, NEARLY_ALWAYS = 0.95, 0.9

AT_ONCE = 500  # sequences in one trace: at H = 128 and T = 28 some 100 MB with all gates


def states(
    rnn: RNNModule, x: Tensor, name: str = "h", *, layer: int = -1, direction: int = 0
) -> Tensor:
    """Run a network over many sequences and keep one thing of one layer and direction.

    Args:
        rnn: The module, time first; left as found. Dropout is off.
        x: Input, shape (T, B, I).
        name: "h", "c" of an LSTM, or a gate: "i", "f", "g", "o"; "r", "z", "n".
        layer: Counted from 0; -1 is the top one.
        direction: 0 forward, 1 reverse.

    Returns: Shape (T, B, P) for h, else (T, B, H).

    Raises:
        ValueError: If there is no such thing, or x does not fit the module.
    """
    parts = []
    with torch.no_grad(), evaluating(rnn):
        for part in torch.split(x, AT_ONCE, dim=1):
            if name == "h" and layer in (-1, rnn.num_layers - 1):  # the module shows that much
                parts.append(rnn(part)[0].chunk(2 if rnn.bidirectional else 1, dim=-1)[direction])
            else:
                parts.append(_traced(run_trace(rnn, part).layers[layer][direction], name))
    return torch.cat(parts, dim=1)


def _traced(trace: LayerTrace, name: str) -> Tensor:
    known = {"h": trace.h} | ({} if trace.c is None else {"c": trace.c}) | trace.gates
    if name not in known:
        raise ValueError(f"name must be one of {', '.join(known)}, got {name!r}")
    return known[name]


@dataclass(frozen=True)
class TopInputs:
    """What drives each unit most: k sequences, each with one step.

    Attributes:
        items: Places in the batch, strongest first, int64, shape (k, H).
        steps: The step of each, from 0, int64, shape (k, H).
        values: What was measured there, shape (k, H).
    """

    items: Tensor
    steps: Tensor
    values: Tensor


def top_inputs(
    h: Tensor, k: int, *, measure: Measure = "value", lowest: bool = False, reverse: bool = False
) -> TopInputs:
    """Find the sequences and steps that drive each unit most, a sequence once.

    Args:
        h: What the units were, shape (T, B, H).
        k: So many sequences; all if there are fewer.
        measure: "value": where the unit is highest; or "rise": where it rises most in one step,
            from 0 at the start. A unit that gathers is highest in the end, whatever it gathered.
        lowest: Look for where it is lowest, or falls most.
        reverse: Whether h is of a direction that reads from the end.

    Returns: The places; of equal ones the first.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    best, steps = torch.full_like(h[0], -torch.inf), torch.zeros_like(h[0], dtype=torch.int64)
    sign = -1 if lowest else 1
    for t in range(len(h)):
        value = h[t]
        before = t + 1 if reverse else t - 1
        if measure == "rise" and 0 <= before < len(h):
            value = value - h[before]
        value = sign * value
        steps.masked_fill_(value > best, t)
        best = torch.maximum(best, value)
    # Sorted whole and not by topk, which takes any of equal values.
    values, items = best.T.contiguous().sort(dim=1, descending=True, stable=True)
    items = items[:, :k].T
    return TopInputs(items, steps.gather(0, items), sign * values[:, :k].T)


def strips(x: Tensor, top: TopInputs, unit: int, radius: int = 3) -> Tensor:
    """Cut out what a unit read around its steps: (T, B, I) -> (k, 2·radius + 1, I).

    Args:
        x: What was read, shape (T, B, I).
        top: Of the same sequences.
        unit: Which one.
        radius: So many steps before and after; what lies beyond the ends is 0.
    """
    items, steps = top.items[:, unit], top.steps[:, unit]
    rows = steps.unsqueeze(1) + torch.arange(-radius, radius + 1, device=x.device)
    inside = (rows >= 0) & (rows < len(x))
    cut = x[rows.clamp(0, len(x) - 1), items.unsqueeze(1)]
    return cut * inside.unsqueeze(-1).to(x.dtype)


def class_course(h: Tensor, labels: Tensor, num_classes: int = 10) -> Tensor:
    """Return each unit's mean over the sequences of each class: (T, B, H) -> (T, K, H).

    A class that is not there has NaN.

    Raises:
        ValueError: If a shape or a label does not fit.
    """
    check_classes(h, labels, num_classes)
    counts = labels.bincount(minlength=num_classes).to(h.dtype)
    shares = torch.nn.functional.one_hot(labels, num_classes).to(h.dtype) / counts  # (B, K)
    shares = torch.where(counts > 0, shares, torch.nan)
    return torch.stack([shares.T @ step for step in h])


@dataclass(frozen=True)
class Condition:
    """Whether units are of use, over all sequences and steps.

    Attributes:
        lowest: Shape (H,).
        highest: Shape (H,).
        extreme: Share of places where |h| is beyond `EXTREME`, shape (H,).
        saturated: Nearly always close to -1 or 1, bool, shape (H,).
        dead: Of the others, those that hardly change, bool, shape (H,).
    """

    lowest: Tensor
    highest: Tensor
    extreme: Tensor
    saturated: Tensor
    dead: Tensor


def condition(h: Tensor, *, bounded: bool) -> Condition:
    """Tell dead and saturated units from those that change with what they read.

    Args:
        h: What the units were, shape (T, B, H).
        bounded: Whether h lies in (-1, 1): not after relu or a projection. Only then is a unit
            saturated where it is extreme.
    """
    lowest, highest = torch.stack([torch.stack(step.aminmax(dim=0)) for step in h]).unbind(1)
    lowest, highest = lowest.amin(0), highest.amax(0)
    extreme = torch.stack([(step.abs() > EXTREME).double().mean(0) for step in h]).mean(0)
    saturated = (extreme > NEARLY_ALWAYS) & bounded
    dead = (highest - lowest < STILL) & ~saturated
    return Condition(lowest, highest, extreme, saturated, dead)
