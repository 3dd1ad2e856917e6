"""Shapes of any recurrent network of torch on an input: all tensors, slices and weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnviz.core.shapes.call import Call
from rnnviz.training import joined_traces, module_calls
from rnnviz.training.module_calls import ModuleCall, Recurrent
from rnnviz.training.recording import config_of
from rnnviz.ui.html_views.module_title import module_title
from rnnviz.ui.html_views.sequence_trace import count_sequences
from rnnviz.ui.html_views.shape_table import ShapeTable

LINE = "rnnviz.shapes(model, x"


def shapes(
    rnn: nn.Module,
    x: Any,  # noqa: ANN401  (whatever `forward` takes, or a shape)
    *,
    module: str | None = None,
) -> ShapeTable:
    """Return the shapes of a recurrent network's tensors and weights, and which slice is what.

    Args:
        rnn: An nn.RNN, nn.GRU, nn.LSTM or one of their Cells, or a model that contains one; left
            as found.
        x: The input: a tensor, a PackedSequence, or a shape, e.g. `(4, 28, 28)`. A shape or a
            tensor is (T, B, I), or (B, T, I) if the network is batch_first, or (T, I) for one
            sequence. Of a model, what its `forward` takes, as `rnnviz.record` takes it; the model
            is run once and the first call of its recurrent module counts.
        module: Which recurrent module of a model that has several, by its name.

    Returns: The table, which a notebook shows and `print` writes as text.

    Raises:
        TypeError: If there is no such network in the model, or more than one and no `module`, or x
            is something else.
        ValueError: If x does not fit.
    """
    name, inner = module_calls.recurrent_module(rnn, module, LINE)
    line = LINE if module is None else f'{LINE}, module="{module}"'
    words = name or f"nn.{module_calls.kind_of(inner)}"
    if _is_shape(x):
        if inner is not rnn:
            raise TypeError(
                f"a shape is enough for a torch network by itself: give {type(rnn).__name__} an "
                f"input, as in {line})"
            )
        x = torch.empty(tuple(x), device="meta")
    given = _whole(rnn, inner, x, line)
    if given is None:
        raise ValueError(f"the model has not called {words} with this input")
    return ShapeTable(module_title(inner), _call(inner, given))


def _is_shape(x: object) -> bool:
    return isinstance(x, Sequence) and bool(x) and all(type(size) is int for size in x)


def _whole(model: nn.Module, inner: Recurrent, x: Any, line: str) -> ModuleCall | None:  # noqa: ANN401
    """Return the module's first call; of a Cell by itself, with its input of all steps."""
    if inner is model:
        given, named = module_calls.arguments(model, x, f"{line})")
        read, state = (*given, *named.values(), None)[:2]
        return ModuleCall(read, state, state)
    found = joined_traces.calls(model, inner, x, f"{line})")
    if not found:
        return None
    first = found[0]
    if isinstance(inner, nn.RNNCellBase):
        steps = torch.stack([one.x for one in found if isinstance(one.x, Tensor)])
        return ModuleCall(steps, first.state, first.made)
    return first


def _call(inner: Recurrent, given: ModuleCall) -> Call:
    stepwise = isinstance(inner, nn.RNNCellBase)
    batch_first = not stepwise and bool(inner.batch_first)
    options: dict[str, Any] = {
        "batch_first": batch_first,
        "stepwise": stepwise,
        "state_given": given.state is not None,
        "limited": False,
    }
    x = given.x
    if isinstance(x, PackedSequence):
        lengths = tuple(pad_packed_sequence(x)[1].tolist())
        return Call(config_of(inner), len(lengths), max(lengths), lengths=lengths, **options)
    count_sequences(
        inner, ModuleCall(x[0], None, x) if stepwise and isinstance(x, Tensor) else given
    )
    if x.dim() == 2:
        return Call(config_of(inner), 1, x.shape[0], unbatched=True, **options)
    B, T = x.shape[:2] if batch_first else (x.shape[1], x.shape[0])
    return Call(config_of(inner), B, T, **options)
