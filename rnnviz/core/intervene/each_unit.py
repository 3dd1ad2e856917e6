"""Ablation of every unit of a layer, one at a time, with many copies of the batch in one pass."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rnnviz.core.cells import gru_gates
from rnnviz.core.inspect import reading
from rnnviz.core.inspect.layer_trace import DIRECTIONS, Direction, layer_weights, reading_order
from rnnviz.core.intervene.apply_interventions import answer_to, output_of, starts
from rnnviz.core.intervene.checks import check_fits
from rnnviz.core.intervene.intervened_layer import Changes, read_changed
from rnnviz.core.intervene.intervention_spec import Intervention
from rnnviz.core.models import RNNModule, SequenceClassifier


def without_each(
    model: SequenceClassifier,
    x: Tensor,
    layer: int,
    direction: Direction = "forward",
    units: Sequence[int] | None = None,
) -> Tensor:
    """Answer a batch of sequences once for each unit, with h of that one unit at 0 in all rows.

    The same as `answers` with one intervention after the other, but the copies of the batch are
    read side by side: the layers below are read once, the layer itself is stepped through, and the
    layers above read all copies in one call. Without autograd.

    Args:
        model: The classifier; left as found, and read without dropout.
        x: Input, shape (T, B, I).
        layer: Counted from 0.
        direction: "forward" or "reverse".
        units: U of them, counted from 0; None means all. U·B sequences are held at once.

    Returns: Logits, shape (U, B, K).

    Raises:
        ValueError: If the network has no such layer, direction or unit, or x is not (T, B, I).
    """
    reading.check_input(model, x)
    rnn = model.rnn
    width = check_fits(rnn, Intervention(layer, direction, "h", None))
    chosen = list(range(width)) if units is None else list(units)
    if not chosen:
        raise ValueError("units must be one or more, got none")
    check_fits(rnn, Intervention(layer, direction, "h", tuple(sorted(set(chosen)))))
    with torch.no_grad():
        for below in range(layer):
            x = output_of(rnn, below, x, {})
        x = _output_without(rnn, layer, direction, x, torch.tensor(chosen, device=x.device))
        for above in range(layer + 1, rnn.num_layers):
            x = output_of(rnn, above, x, {})
        return answer_to(model, x).view(len(chosen), -1, model.num_classes)


def _output_without(
    rnn: RNNModule, layer: int, direction: Direction, x: Tensor, units: Tensor
) -> Tensor:
    """What a layer puts out without each unit: (T, B, I | D·P) -> (T, U·B, D·P)."""
    T, B = x.shape[:2]
    hs = []
    for one in DIRECTIONS[: 2 if rnn.bidirectional else 1]:
        if one == direction:
            hs.append(_step_without(rnn, layer, direction, x, units))
            continue
        h_0, c_0 = starts(rnn, x)
        c_start = None if c_0 is None else c_0[0]
        h = read_changed(rnn, layer, one, x, h_0[0], c_start, Changes({}))  # (T, B, P)
        hs.append(h.unsqueeze(1).expand(-1, len(units), -1, -1))
    output = hs[0] if len(hs) == 1 else torch.cat(hs, dim=-1)
    return output.reshape(T, len(units) * B, -1)


def _step_without(
    rnn: RNNModule, layer: int, direction: Direction, x: Tensor, units: Tensor
) -> Tensor:
    """Step through one direction of a layer, each copy without its unit: (T, B, ·) -> (T, U, B, P).

    As the cells do, but the input's share is the same for all copies and is computed once.
    """
    weights = layer_weights(rnn, layer, direction)
    U, B, P = len(units), x.shape[1], rnn.proj_size or rnn.hidden_size
    a_ih = F.linear(x, weights["weight_ih"], weights.get("bias_ih"))  # (T, B, ·H)
    weight_hh, bias_hh, weight_hr = (
        weights["weight_hh"],
        weights.get("bias_hh"),
        weights.get("weight_hr"),
    )
    h, c = x.new_zeros(U * B, P), x.new_zeros(U * B, rnn.hidden_size)
    hs = x.new_empty(len(x), U, B, P)
    place = units.view(U, 1, 1).expand(U, B, 1)
    for t in reading_order(len(x), direction):
        a_hh = F.linear(h, weight_hh, bias_hh)
        if isinstance(rnn, nn.LSTM):
            a = a_hh.view(U, B, -1).add_(a_ih[t]).view(U * B, -1)
            i, f, g, o = a.chunk(4, dim=-1)
            c = c.mul_(f.sigmoid_()).addcmul_(i.sigmoid_(), g.tanh_())
            h = c.tanh().mul_(o.sigmoid_())
            h = h if weight_hr is None else F.linear(h, weight_hr)
        elif isinstance(rnn, nn.GRU):
            _, z, n = gru_gates(a_ih[t].repeat(U, 1), a_hh)
            h = torch.lerp(n, h, z)
        else:
            a = a_hh.view(U, B, -1).add_(a_ih[t]).view(U * B, -1)
            h = a.relu_() if rnn.nonlinearity == "relu" else a.tanh_()
        h = hs[t].copy_(h.view(U, B, P)).scatter_(-1, place, 0).view(U * B, P)
    return hs
