"""Forward pass of one layer in one direction with some units and gates set to other values.

Rows that are changed alike are one call of torch's kernel with other weights, which is exact:

    a gate held at v         its rows of W_ih and W_hh are 0, its bias is v before the activation
    h of a unit held at v    its columns of W_hh are 0, W_hh[:, unit] · v goes into the bias
    c of a unit held at v    f = 1 and i = 0 for it, and it begins with v

The kernel's first row after a change of h still reads the true h before it, so it is a call of its
own. What the kernel put out is then overwritten by what was to be there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rnnviz.core import cells
from rnnviz.core.inspect.layer_trace import (
    Direction,
    LayerTrace,
    Weights,
    before,
    layer_weights,
    reading_order,
    run_fused,
    scan_c,
)
from rnnviz.core.models import RNNModule

SATURATED = 1e3  # before a sigmoid this is exactly 1, and its negative exactly 0, in any precision


@dataclass(frozen=True)
class Edit:
    """What a state or a gate is put to.

    Attributes:
        mask: Where, bool, shape (T, H), or (T, P) for h.
        value: To what, the same shape; 0 elsewhere.
        cuts: Rows, 0…T, that may be changed otherwise than the row before.
    """

    mask: Tensor
    value: Tensor
    cuts: frozenset[int] = frozenset()

    @classmethod
    def none(cls, T: int, width: int, like: Tensor) -> Edit:
        """Nothing yet, with another tensor's dtype and device."""
        value = like.new_zeros(T, width)
        return cls(torch.zeros_like(value, dtype=torch.bool), value)

    def changed(self, start: int, stop: int, units: tuple[int, ...] | None, value: Tensor) -> Edit:
        """Put units at rows start…stop-1 to a value, (width,) or (T, width), over what was here."""
        if stop <= start:
            return self
        mask = torch.zeros_like(self.mask)
        mask[start:stop, slice(None) if units is None else list(units)] = True
        cuts = {start, stop} if value.dim() == 1 else range(start, stop + 1)
        return Edit(self.mask | mask, torch.where(mask, value, self.value), self.cuts.union(cuts))

    def put(self, states: Tensor) -> Tensor:
        """Overwrite states (T, B, ·)."""
        return torch.where(self.mask.unsqueeze(1), self.value.unsqueeze(1), states)

    def flipped(self) -> Edit:
        """The same for rows in the opposite order."""
        T = len(self.mask)
        return Edit(self.mask.flip(0), self.value.flip(0), frozenset(T - cut for cut in self.cuts))

    def between(self, start: int, stop: int) -> Edit:
        """The same for rows start…stop-1 alone."""
        cuts = frozenset(min(max(cut - start, 0), stop - start) for cut in self.cuts)
        return Edit(self.mask[start:stop], self.value[start:stop], cuts)


@dataclass(frozen=True)
class Changes:
    """What is changed in one layer and direction.

    Attributes:
        edits: By what is changed: "h", "c" or a gate.
    """

    edits: Mapping[str, Edit]

    def put(self, what: str, states: Tensor) -> Tensor:
        """Overwrite states (T, B, ·) of this name, if they are changed at all."""
        return self.edits[what].put(states) if what in self.edits else states

    def flipped(self) -> Changes:
        """The same for rows in the opposite order."""
        return Changes({what: edit.flipped() for what, edit in self.edits.items()})

    def between(self, start: int, stop: int) -> Changes:
        """The same for rows start…stop-1 alone."""
        return Changes({what: edit.between(start, stop) for what, edit in self.edits.items()})

    def stretches(self, T: int) -> list[tuple[int, int]]:
        """Rows, first and one past the last, that the kernel can read in one call."""
        cuts = {0, *(cut for edit in self.edits.values() for cut in edit.cuts)}
        if "h" in self.edits:
            cuts |= {cut + 1 for cut in self.edits["h"].cuts}
        starts = sorted(cut for cut in cuts if cut < T)
        return list(zip(starts, [*starts[1:], T], strict=True))


def read_changed(
    rnn: RNNModule,
    layer: int,
    direction: Direction,
    x: Tensor,
    h_0: Tensor,
    c_0: Tensor | None,
    changes: Changes,
) -> Tensor:
    """Run one direction of a layer that is changed.

    Args:
        rnn: The module; it is only read.
        layer: Counted from 0.
        direction: "forward" or "reverse".
        x: What the layer reads, shape (T, B, I) or (T, B, D·P).
        h_0: Where it begins, shape (B, P).
        c_0: The same of the cell state, shape (B, H); None unless LSTM.
        changes: What becomes of what, for T rows.

    Returns: The hidden state after each row, shape (T, B, P).
    """
    weights = layer_weights(rnn, layer, direction)
    if direction == "reverse":
        x, changes = x.flip(0), changes.flipped()
    h, c, hs = h_0.unsqueeze(0), None if c_0 is None else c_0.unsqueeze(0), []
    for start, stop in changes.stretches(len(x)):
        here = changes.between(start, stop)
        held = _hold(rnn, weights, here, reads_own_h=stop - start > 1)
        if c is not None and "c" in here.edits:
            c = here.edits["c"].between(0, 1).put(c)
        output, c = run_fused(rnn, x[start:stop], h, c, [held])
        hs.append(here.put("h", output))
        h = hs[-1][-1:]
    read = hs[0] if len(hs) == 1 else torch.cat(hs)
    return read.flip(0) if direction == "reverse" else read


def trace_changed(
    rnn: RNNModule,
    layer: int,
    direction: Direction,
    x: Tensor,
    h_0: Tensor,
    c_0: Tensor | None,
    changes: Changes,
) -> LayerTrace:
    """Run one direction of a layer that is changed, and keep all it computes.

    Args: As `read_changed`.

    Returns: Its trace; the pre-activations are those that it computed from what it read.
    """
    weights = layer_weights(rnn, layer, direction)
    h = read_changed(rnn, layer, direction, x, h_0, c_0, changes)
    h_prev, c_prev = before(h, h_0, direction), None
    a_ih = F.linear(x, weights["weight_ih"], weights.get("bias_ih"))  # (T, B, ·H)
    a_hh = F.linear(h_prev, weights["weight_hh"], weights.get("bias_hh"))  # (T, B, ·H)
    steps: cells.Step
    if c_0 is not None:
        a = a_ih + a_hh
        gates = (changes.put(*one) for one in zip("ifgo", cells.lstm_gates(a), strict=True))
        i, f, g, o = gates
        c = _scan_changed_c(f, i * g, c_0, direction, changes)
        c_prev = before(c, c_0, direction)
        steps = cells.LSTMStep(a=a, i=i, f=f, g=g, o=o, c=c, h=h)
    elif isinstance(rnn, nn.GRU):
        r, z, _ = cells.gru_gates(a_ih, a_hh)
        r, z = changes.put("r", r), changes.put("z", z)
        H = rnn.hidden_size
        n = changes.put("n", (a_ih[..., 2 * H :] + r * a_hh[..., 2 * H :]).tanh())
        steps = cells.GRUStep(a_ih=a_ih, a_hh=a_hh, r=r, z=z, n=n, h=h)
    else:
        steps = cells.RNNStep(a=a_ih + a_hh, h=h)
    return LayerTrace(layer, direction, steps, h_prev, c_prev)


def _scan_changed_c(
    f: Tensor, ig: Tensor, c_0: Tensor, direction: Direction, changes: Changes
) -> Tensor:
    """Run c_t = f_t · c_{t-1} + i_t · g_t, put to other values where it is changed, (T, B, H)."""
    if "c" not in changes.edits:
        return scan_c(f, ig, c_0, direction)
    edit, fs, cs, c = changes.edits["c"], f.unbind(), list(ig.unbind()), c_0
    for t in reading_order(len(cs), direction):
        c = cs[t] = torch.where(edit.mask[t], edit.value[t], torch.addcmul(cs[t], fs[t], c))
    return torch.stack(cs)


def _hold(rnn: RNNModule, weights: Weights, changes: Changes, *, reads_own_h: bool) -> Weights:
    """Other weights, with which the kernel does by itself what is changed alike in all its rows.

    Args:
        rnn: The module; only its kind and sizes are asked.
        weights: The true ones.
        changes: Of these rows.
        reads_own_h: Whether the h that is changed here is read here, that is in a second row.
    """
    if not changes.edits:
        return weights
    zeros = weights["weight_ih"].new_zeros(len(weights["weight_ih"]))
    held = {"bias_ih": zeros, "bias_hh": zeros} | weights
    if reads_own_h and "h" in changes.edits:
        mask, value = changes.edits["h"].mask[0], changes.edits["h"].value[0]
        held["bias_hh"] = held["bias_hh"] + held["weight_hh"] @ value
        held["weight_hh"] = held["weight_hh"].masked_fill(mask, 0)
    forced = [_before_activation(gate, changes) for gate in _gates(rnn)]
    if any(one is not None for one in forced):
        H = rnn.hidden_size
        none = (torch.zeros_like(zeros[:H], dtype=torch.bool), zeros[:H])
        masks, values = zip(*(one or none for one in forced), strict=True)
        mask, value = torch.cat(masks), torch.cat(values)  # (3H | 4H,)
        for name in ("weight_ih", "weight_hh"):
            held[name] = held[name].masked_fill(mask.unsqueeze(1), 0)
        held["bias_ih"] = torch.where(mask, value, held["bias_ih"])
        held["bias_hh"] = held["bias_hh"].masked_fill(mask, 0)
    order = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
    return {name: held[name] for name in order if name in held}


def _gates(rnn: RNNModule) -> str:
    if isinstance(rnn, nn.LSTM):
        return "ifgo"
    return "rzn" if isinstance(rnn, nn.GRU) else ""


def _before_activation(gate: str, changes: Changes) -> tuple[Tensor, Tensor] | None:
    """Which units' gate is held in the first row, and the bias that does it, both (H,)."""
    mask, bias = None, None
    if gate in changes.edits:
        mask, value = changes.edits[gate].mask[0], changes.edits[gate].value[0]
        bias = value.atanh() if gate in "gn" else value.logit()
        bias = bias.clamp(-SATURATED, SATURATED)
    if gate in "if" and "c" in changes.edits:  # the cell state is kept as it begins
        kept = changes.edits["c"].mask[0]
        keeping = torch.where(kept, SATURATED if gate == "f" else -SATURATED, 0.0).to(
            changes.edits["c"].value
        )
        bias = keeping if bias is None else torch.where(kept, keeping, bias)
        mask = kept if mask is None else mask | kept
    return None if mask is None or bias is None else (mask, bias)
