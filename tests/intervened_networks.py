"""Reference implementation of interventions: one row after another, by the cells."""

from __future__ import annotations

import torch
from torch import nn

from rnnviz.core import cells
from rnnviz.core.models import SequenceClassifier
from tests.assertions import assert_all_same

KINDS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


def make(cell, options, T=4, B=2, seed=0, with_state=True):
    """Build the module in float64, x and a state that is not zero, or None, all from a seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        rnn = KINDS[cell](**options, dtype=torch.float64)
        depth = rnn.num_layers * (2 if rnn.bidirectional else 1)
        widths = [rnn.proj_size or rnn.hidden_size] + [rnn.hidden_size] * (cell == "lstm")
        shapes = [(T, B, rnn.input_size)] + [(depth, B, width) for width in widths]
        x, *states = [torch.randn(s, dtype=torch.float64, requires_grad=True) for s in shapes]
    state = tuple(states) if cell == "lstm" else states[0]
    return rnn, x, state if with_state else None


def leaves(rnn, x, state):
    """Return all tensors that a result depends on."""
    states = () if state is None else (state,) if isinstance(state, torch.Tensor) else state
    return [x, *states, *rnn.parameters()]


def make_classifier(config, T=4, B=2, seed=0, num_classes=3):
    """A classifier in float64 with a head that has opinions, and x, from a seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = SequenceClassifier(config, num_classes).double()
        nn.init.normal_(model.head.weight, std=2.0)
        return model, torch.randn(T, B, config.input_size, dtype=torch.float64)


def change(tensor, what, t, interventions, means):
    """Overwrite one state or gate (B, ·) after row t, one unit after the other."""
    for one in interventions:
        if one.what != what or t < one.start or (one.stop is not None and t >= one.stop):
            continue
        for unit in range(tensor.shape[-1]) if one.units is None else one.units:
            value = one.value
            if one.kind == "mean":
                mean = means[one.place]
                value = mean[unit] if mean.dim() == 1 else mean[t, unit]
            here = torch.arange(tensor.shape[-1]) == unit
            tensor = torch.where(here, torch.as_tensor(value, dtype=tensor.dtype), tensor)
    return tensor


def change_row(rnn, x, h, c, weights, put):
    """One row of one cell; `put(what, tensor)` overwrites. Returns all by name."""
    if isinstance(rnn, nn.LSTM):
        step = cells.lstm_step(x, h, c, **weights)
        i, f, g, o = (put(name, step.gates[name]) for name in "ifgo")
        new_c = put("c", f * c + i * g)
        new_h = o * new_c.tanh()
        if rnn.proj_size:
            new_h = new_h @ weights["weight_hr"].T
        row = {"a": step.a, "i": i, "f": f, "g": g, "o": o, "c": new_c, "c_prev": c}
    elif isinstance(rnn, nn.GRU):
        step, H = cells.gru_step(x, h, **weights), rnn.hidden_size
        r, z = put("r", step.r), put("z", step.z)
        a_n = step.a_ih[:, 2 * H :] + r * step.a_hh[:, 2 * H :]
        n = put("n", a_n.tanh())
        new_h = (1 - z) * n + z * h
        a = torch.cat((step.a[:, : 2 * H], a_n), dim=-1)
        row, new_c = {"a": a, "r": r, "z": z, "n": n}, None
    else:
        step = cells.rnn_step(x, h, **weights, nonlinearity=rnn.nonlinearity)
        row, new_h, new_c = {"a": step.a}, step.h, None
    new_h = put("h", new_h)
    return row | {"h": new_h, "h_prev": h}, new_h, new_c


def zero_state(rnn, x):
    """Return h_0, or h_0 and c_0, of zeros."""
    depth = rnn.num_layers * (2 if rnn.bidirectional else 1)
    h_0 = x.new_zeros(depth, x.shape[1], rnn.proj_size or rnn.hidden_size)
    c_0 = x.new_zeros(depth, x.shape[1], rnn.hidden_size)
    return (h_0, c_0) if isinstance(rnn, nn.LSTM) else h_0


def step_through(rnn, x, state=None, interventions=(), means=None):
    """All tensors (T, B, ·) by layer, direction and name."""
    state = zero_state(rnn, x) if state is None else state
    h_0, c_0 = (state, None) if isinstance(state, torch.Tensor) else state
    layers = []
    for layer in range(rnn.num_layers):
        layers.append([])
        for d, ending in enumerate(["", "_reverse"][: 2 if rnn.bidirectional else 1]):
            suffix = f"_l{layer}{ending}"
            weights = {
                name.removesuffix(suffix): weight
                for name, weight in rnn.named_parameters()
                if "_l" not in name.removesuffix(suffix)
            }
            direction = "reverse" if ending else "forward"
            here = [one for one in interventions if one.place[:2] == (layer, direction)]
            k = len(h_0) // rnn.num_layers * layer + d
            h, c, rows = h_0[k], None if c_0 is None else c_0[k], [None] * len(x)
            for t in reversed(range(len(x))) if ending else range(len(x)):

                def put(what, tensor, here=here, t=t):
                    return change(tensor, what, t, here, means)

                rows[t], h, c = change_row(rnn, x[t], h, c, weights, put)
            layers[-1].append({name: torch.stack([r[name] for r in rows]) for name in rows[0]})
        x = torch.cat([direction["h"] for direction in layers[-1]], dim=-1)
    return layers


def shown(layer_trace):
    """All that a trace holds of one layer and direction, by name."""
    held = {name: getattr(layer_trace, name) for name in ("h", "c", "h_prev", "c_prev", "a")}
    return {name: value for name, value in held.items() if value is not None} | layer_trace.gates


def assert_shows(trace, layers):
    """Compare a trace with what `step_through` gives; returns both as flat lists."""
    got, wanted = [trace.output], [torch.cat([one["h"] for one in layers[-1]], dim=-1)]
    ends = [(one, 0 if d else -1) for directions in layers for d, one in enumerate(directions)]
    got.append(trace.h_n)
    wanted.append(torch.stack([one["h"][end] for one, end in ends]))
    if trace.c_n is not None:
        got.append(trace.c_n)
        wanted.append(torch.stack([one["c"][end] for one, end in ends]))
    for directions, expected in zip(trace.layers, layers, strict=True):
        for layer_trace, by_name in zip(directions, expected, strict=True):
            held = shown(layer_trace)
            assert held.keys() == by_name.keys()
            got += [held[name] for name in by_name]
            wanted += by_name.values()
    assert_all_same(got, wanted)
    return got, wanted


def gradients(tensors, inputs):
    """Gradients of one weighted sum of all tensors, zeros where none arrives."""
    loss = sum(
        (tensor * torch.linspace(-1, 2, tensor.numel(), dtype=tensor.dtype).view_as(tensor)).sum()
        for tensor in tensors
    )
    return torch.autograd.grad(loss, inputs, allow_unused=True, materialize_grads=True)
