"""Parity of traces and gradients: a device's against the CPU's, a CPU's against torch.nn's."""

from __future__ import annotations

import contextlib
import copy
import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from rnnviz.bench.gpu_result import Keep, Result
from rnnviz.core.config import Cell, ModelConfig
from rnnviz.core.inspect.gradients import reach
from rnnviz.core.inspect.trace import Trace, run_trace
from rnnviz.core.models import SequenceClassifier
from rnnviz.training.loop.loop import seeded_model

TOLERANCES = {torch.float32: 1e-5, torch.float64: 1e-12}
T, B, H, P = 28, 4, 32, 12
KINDS: tuple[tuple[str, Cell, dict[str, Any]], ...] = (
    ("RNN tanh", "rnn", {"nonlinearity": "tanh"}),
    ("RNN relu", "rnn", {"nonlinearity": "relu"}),
    ("GRU", "gru", {}),
    ("LSTM", "lstm", {}),
    (f"LSTM, P = {P}", "lstm", {"proj_size": P}),
)

Row = dict[str, Any]


def parity(where: torch.device, keep: Keep) -> Result:
    """Compare every cell in one and two layers and directions, with and without a projection.

    Differences of a trace are absolute. Those of gradients are fractions of the largest one of a
    tensor. `reach` is compared on a device that is not the CPU.
    """
    rows: list[Row] = []
    dtypes = [kind for kind in TOLERANCES if where.type != "mps" or kind is not torch.float64]
    # Of projections, which oneDNN does not have, torch warns at the first.
    with ieee_float32(where), warnings.catch_warnings(action="ignore", category=UserWarning):
        for dtype in dtypes:
            for name, config in _networks():
                rows.append({"network": name, "dtype": _word(dtype), **_row(config, dtype, where)})
    largest = {_word(dtype): _largest(rows, dtype) for dtype in dtypes}
    figures: dict[str, Any] = {
        "against": "torch.nn" if where.type == "cpu" else "the CPU",
        "tolerances": {_word(dtype): TOLERANCES[dtype] for dtype in dtypes},
        "largest": largest,
        "rows": rows,
    }
    if where.type == "cuda":
        keep(figures)
        row = _row(ModelConfig(hidden_size=H), torch.float32, where)
        figures["lstm_as_torch_sets_it"] = {"tf32": _tf32(), **row}
    said = ", ".join(f"{value:.1e} in {name}" for name, value in largest.items())
    figures["summary"] = f"largest difference from {figures['against']}: {said}"
    return Result(figures, _wrong(rows))


@contextlib.contextmanager
def ieee_float32(where: torch.device) -> Iterator[None]:
    """Let a CUDA device compute float32 without TF32, whose 10 bits are good for 1e-3.

    Source: https://docs.pytorch.org/docs/stable/notes/cuda.html#tf32-on-ampere
    """
    backends: Any = torch.backends
    places = [backends.cuda.matmul, backends.cudnn.rnn, backends.cudnn.conv]
    if where.type != "cuda":
        places = []
    before = [place.fp32_precision for place in places]
    for place in places:
        place.fp32_precision = "ieee"
    try:
        yield
    finally:
        for place, precision in zip(places, before, strict=True):
            place.fp32_precision = precision


def _tf32() -> dict[str, str]:
    backends: Any = torch.backends
    places = {"matmul": backends.cuda.matmul, "rnn": backends.cudnn.rnn}
    return {name: str(place.fp32_precision) for name, place in places.items()}


def _networks() -> Iterator[tuple[str, ModelConfig]]:
    for kind, cell, options in KINDS:
        for layers in (1, 2):
            for bidirectional in (False, True):
                name = f"{kind}, {layers} layer{'s' * (layers > 1)}, {1 + bidirectional} direction"
                config = ModelConfig(
                    cell,
                    hidden_size=H,
                    num_layers=layers,
                    bidirectional=bidirectional,
                    **options,
                )
                yield name + "s" * bidirectional, config


def _row(config: ModelConfig, dtype: torch.dtype, where: torch.device) -> Row:
    """Compare one network; an error of torch is told, and does not stop the others."""
    case = _Case.of(config, dtype)
    try:
        found = case.to(where).computed()
        expected = case.computed(by_torch=where.type == "cpu")
        row = {"trace": _difference(found.states, expected.states, relative=False)}
        row["gradients"] = _difference(found.gradients, expected.gradients, relative=True)
        if where.type != "cpu":
            row["reach"] = _difference(case.to(where).reaches(), case.reaches(), relative=True)
    except torch.AcceleratorError:  # the device is lost to this process
        raise
    except (RuntimeError, NotImplementedError) as error:
        return {"error": " ".join(str(error).split())[:200]}
    return row


@dataclass(frozen=True)
class _Computed:
    states: list[Tensor]
    gradients: list[Tensor]


@dataclass(frozen=True)
class _Case:
    """A network, what it reads (T, B, I), its states at the start, and the targets (B,)."""

    model: SequenceClassifier
    x: Tensor
    state: tuple[Tensor, ...]
    targets: Tensor

    @classmethod
    def of(cls, config: ModelConfig, dtype: torch.dtype) -> _Case:
        rng = torch.Generator().manual_seed(1)
        depth, widths = config.num_layers * config.num_directions, [config.output_size]
        widths += [config.hidden_size] * (config.cell == "lstm")
        x = torch.randn(T, B, config.input_size, generator=rng).to(dtype)
        state = tuple(torch.randn(depth, B, width, generator=rng).to(dtype) for width in widths)
        targets = torch.randint(10, (B,), generator=rng)
        return cls(seeded_model(config, 0).to(dtype).eval(), x, state, targets)

    def to(self, where: torch.device) -> _Case:
        state = tuple(part.to(where) for part in self.state)
        model = copy.deepcopy(self.model).to(where)
        return _Case(model, self.x.to(where), state, self.targets.to(where))

    def computed(self, *, by_torch: bool = False) -> _Computed:
        """Return all that a trace holds, or what torch.nn returns; and the gradients of it."""
        rnn, x = self.model.rnn, self.x.detach().requires_grad_()
        state: Any = self.state if len(self.state) == 2 else self.state[0]
        if by_torch:
            output, ends = rnn(x, state)
            ends = ends if isinstance(ends, tuple) else (ends,)
            shown = [output, *ends]
        else:
            trace = run_trace(rnn, x, state)
            ends = (trace.h_n,) if trace.c_n is None else (trace.h_n, trace.c_n)
            output, shown = trace.output, [trace.output, *ends, *_inside(trace)]
        loss = output.square().mean() + sum(end.square().mean() for end in ends)
        gradients = torch.autograd.grad(loss, [x, *rnn.parameters()])
        return _Computed([part.detach().cpu() for part in shown], [g.cpu() for g in gradients])

    def reaches(self) -> list[Tensor]:
        """Return the norms of the gradients of the loss at every state, each (T, B)."""
        found = reach(self.model, self.x, self.targets)
        return [norms.cpu() for norms in (found.h, found.c) if norms is not None]


def _inside(trace: Trace) -> Iterator[Tensor]:
    for directions in trace.layers:
        for one in directions:
            held = (one.h, one.c, one.h_prev, one.c_prev, one.a, *one.gates.values())
            yield from (part for part in held if part is not None)


def _difference(found: Sequence[Tensor], expected: Sequence[Tensor], *, relative: bool) -> float:
    """Return the largest difference of tensors; torch.nn shows fewer of them than a trace."""
    largest = 0.0
    for one, other in zip(found, expected, strict=False):
        difference = (one - other).abs().max()
        scale = other.abs().max().clamp(min=torch.finfo(other.dtype).tiny) if relative else 1.0
        value = float(difference / scale)
        if math.isnan(value):
            return value
        largest = max(largest, value)
    return largest


def _wrong(rows: Sequence[Row]) -> str:
    tolerances = {_word(dtype): value for dtype, value in TOLERANCES.items()}
    wrong = []
    for row in rows:
        name, limit = f"{row['network']}, {row['dtype']}", tolerances[row["dtype"]]
        if "error" in row:
            wrong.append(f"{name}: {row['error']}")
        for what in ("trace", "gradients", "reach"):
            if what in row and not row[what] <= limit:
                wrong.append(f"{name}: {what} differs by {row[what]:.1e}, limit {limit:g}")
    return _first(wrong)


def _first(wrong: Sequence[str]) -> str:
    """Return the first of what is wrong, and how many more there are."""
    return "" if not wrong else wrong[0] + (f"; {len(wrong) - 1} more" if len(wrong) > 1 else "")


def _largest(rows: Sequence[Row], dtype: torch.dtype) -> float:
    values = [
        row[what]
        for row in rows
        for what in ("trace", "gradients", "reach")
        if row["dtype"] == _word(dtype) and what in row
    ]
    return max(values, default=float("nan"))


def _word(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
