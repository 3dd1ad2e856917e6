"""Self-check of a device: recurrent layers must give the states and gradients that a CPU gives.

The faults it looks for were all seen on Apple GPUs, without an error: an output with time and batch
exchanged (pytorch #80306), wrong states of two layers, two directions or a batch (#90421, #94754),
of packed sequences (#95118), wrong gradients (#92615), dropout in eval mode (#180744).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

VERSION = 1  # of the check: a verdict of another one does not count
SEED = 20
T, B, I, H = 6, 3, 4, 8
LENGTHS = (4, 6, 2)  # of packed sequences, not sorted
# Largest difference, as a fraction of the largest value. It is 5e-7 on a CPU, and 1e-3 when what it
# multiplies is first rounded to TF32, as cuDNN does; in #94754 it was 1.4.
TOLERANCE = 0.001
TOLERANCE_CUDA = 0.01


@dataclass(frozen=True)
class _Case:
    """A layer and how it is called.

    Attributes:
        name: Its name, e.g. "two-layer LSTM".
        cell: Its class.
        layers: Number of layers.
        both: Whether it has two directions.
        batch_first: Whether its input is (B, T, I), then a view that is not contiguous.
        packed: Whether its input is packed, with different lengths.
        dropout: Between its layers. Then only its states in eval mode are compared, after a call in
            train mode.
    """

    name: str
    cell: type[nn.RNN] | type[nn.GRU] | type[nn.LSTM]
    layers: int = 1
    both: bool = False
    batch_first: bool = False
    packed: bool = False
    dropout: float = 0.0


_CASES = (
    _Case("RNN", nn.RNN),
    _Case("GRU", nn.GRU),
    _Case("LSTM", nn.LSTM),
    _Case("two-layer LSTM", nn.LSTM, layers=2, batch_first=True),
    _Case("two-layer GRU in two directions", nn.GRU, layers=2, both=True),
    _Case("two-layer LSTM in two directions", nn.LSTM, layers=2, both=True, batch_first=True),
    _Case("packed two-layer LSTM in two directions", nn.LSTM, layers=2, both=True, packed=True),
)
_DROPOUT = _Case("two-layer LSTM with dropout in eval mode", nn.LSTM, layers=2, dropout=0.5)


def check(device: torch.device) -> str:
    """Compare what a device computes in float32 with a CPU in float64.

    It draws from generators of its own and leaves torch's as they were.

    Args:
        device: May be a CPU too.

    Returns: One sentence without its full stop that names the first difference, e.g. "the states of
        its LSTM differ from the CPU's by 0.3"; "" if there is none.

    Raises:
        torch.OutOfMemoryError: If the device is full, which says nothing about its results.
        torch.AcceleratorError: If it is lost.
    """
    # On CUDA the first dropout of a process seeds all later ones: a training would draw others.
    cases = _CASES if device.type == "cuda" else (*_CASES, _DROPOUT)
    with torch.random.fork_rng(devices=[]):  # new layers draw from it
        return next(filter(None, (_fault(case, device) for case in cases)), "")


def _fault(case: _Case, device: torch.device) -> str:
    layer, x, states, weights = _example(case)
    expected = _results(case, copy.deepcopy(layer).double(), x, states, weights)
    try:
        found = _results(case, layer.to(device), x, states, weights)
    except (torch.OutOfMemoryError, torch.AcceleratorError):
        raise
    except Exception as error:
        words = (str(error).splitlines() or ["no reason given"])[0]
        return f"its {case.name} raised {type(error).__name__}: {words[:200].rstrip('.')}"
    tolerance = TOLERANCE_CUDA if device.type == "cuda" else TOLERANCE
    for what, values in expected.items():
        for ours, theirs in zip(values, found[what], strict=True):
            if words := _difference(ours, theirs, tolerance):
                return f"{what} of its {case.name} {words}"
    return ""


def _difference(expected: Tensor, found: Tensor, tolerance: float) -> str:
    if found.shape != expected.shape:
        return f"have the shape {tuple(found.shape)}, not {tuple(expected.shape)}"
    if not found.isfinite().all():
        return "are NaN or infinite"
    difference = (found - expected).abs().max().item()
    if difference > tolerance * expected.abs().max().item():
        return f"differ from the CPU's by {difference:.2g}"
    return ""


def _example(case: _Case) -> tuple[nn.RNNBase, Tensor, tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Make a layer, its input, its initial states, and a weight for each number that it returns."""
    generator = torch.Generator().manual_seed(SEED)
    D = 2 if case.both else 1
    layer: nn.RNNBase = case.cell(
        I,
        H,
        num_layers=case.layers,
        bidirectional=case.both,
        batch_first=case.batch_first,
        dropout=case.dropout,
    )
    for p in layer.parameters():
        nn.init.uniform_(p, -0.5, 0.5, generator=generator)
    x = torch.randn(T, B, I, generator=generator)
    if case.batch_first:
        x = x.transpose(0, 1)  # (B, T, I)
    final = [torch.randn(D * case.layers, B, H, generator=generator) for _ in range(4)]
    count = 2 if case.cell is nn.LSTM else 1
    output = torch.randn(*x.shape[:2], D * H, generator=generator)
    return layer, x, tuple(final[:count]), (output, *final[2 : 2 + count])


def _results(
    case: _Case,
    layer: nn.RNNBase,
    x: Tensor,
    states: tuple[Tensor, ...],
    weights: tuple[Tensor, ...],
) -> dict[str, list[Tensor]]:
    """Call a layer where its parameters lie, in their type; return what to compare, on the CPU."""
    like = next(layer.parameters())
    x, *states_ = (value.to(like.device, like.dtype) for value in (x, *states))
    if case.dropout:
        with torch.no_grad(), _state_of_generator(like.device):
            _call(case, layer, x, states_)
            results = _call(case, layer.eval(), x, states_)
        return {"the states": _on_cpu(results)}
    inputs = [x, *states_]
    for value in inputs:
        value.requires_grad_()
    results = _call(case, layer, x, states_)
    pairs = list(zip(results, weights, strict=True))
    if any(value.shape != weight.shape for value, weight in pairs):
        return {"the states": _on_cpu(results)}  # a fault already
    total = torch.stack([(value * weight.to(value)).sum() for value, weight in pairs]).sum()
    gradients = torch.autograd.grad(total, [*inputs, *layer.parameters()])
    return {"the states": _on_cpu(results), "the gradients": _on_cpu(gradients)}


def _call(case: _Case, layer: nn.RNNBase, x: Tensor, states: list[Tensor]) -> list[Tensor]:
    """Return the output, padded with zeros, and the final states."""
    initial = tuple(states) if case.cell is nn.LSTM else states[0]
    if case.packed:
        lengths = torch.tensor(LENGTHS)
        packed, last = layer(pack_padded_sequence(x, lengths, enforce_sorted=False), initial)
        output, _ = pad_packed_sequence(packed)
    else:
        output, last = layer(x, initial)
    return [output, *(last if isinstance(last, tuple) else (last,))]


def _on_cpu(values: Sequence[Tensor]) -> list[Tensor]:
    return [value.detach().cpu().double() for value in values]


@contextmanager
def _state_of_generator(device: torch.device) -> Iterator[None]:
    """Give an Apple GPU's generator its state back; `check` does so for the CPU's."""
    state = torch.mps.get_rng_state() if device.type == "mps" else None
    try:
        yield
    finally:
        if state is not None:
            torch.mps.set_rng_state(state)
