"""How long a trace takes, against the bare module that shows nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median, quantiles

import torch
from torch import Tensor

from rnnviz.core import device as devices
from rnnviz.core.config import Cell, ModelConfig
from rnnviz.core.models import RNNModule, build_rnn
from rnnviz.core.trace import run_trace

T, I, H = 28, 28, 128
BATCHES = (1, 1000)
CELLS: tuple[Cell, ...] = ("rnn", "gru", "lstm")

Row = dict[str, str | int | float | list[float]]


def measure(device: str = "cpu", repeats: int = 200) -> dict[str, str | int | list[Row]]:
    """Time run_trace and the module it traces, turn about, without autograd.

    Args:
        device: Where to run, as `core.device.pick` takes it.
        repeats: Pairs at batch 1; a tenth of it at larger batches; 2 at least.

    Returns: What ran where, and `rows`, one for each cell and batch: medians and quartiles in
        milliseconds; `ratio`, trace over module, is the median over pairs.
    """
    where = devices.pick(device)
    rows: list[Row] = []
    for cell in CELLS:
        rnn = build_rnn(ModelConfig(cell=cell, input_size=I, hidden_size=H)).to(where)
        for batch in BATCHES:
            x = torch.rand(T, batch, I, generator=torch.Generator().manual_seed(0)).to(where)
            pairs = max(repeats if batch == 1 else repeats // 10, 2)
            rows.append({"cell": cell, "batch": batch, **_compare(rnn, x, pairs)})
    return {
        "device": devices.describe(where),
        "torch": str(torch.__version__),
        "T": T,
        "I": I,
        "H": H,
        "rows": rows,
    }


def _compare(rnn: RNNModule, x: Tensor, pairs: int) -> Row:
    """Time a module and its trace in alternating order, after two rounds that do not count."""
    bare_ms: list[float] = []
    trace_ms: list[float] = []
    with torch.inference_mode():
        for pair in range(-2, pairs):
            bare, trace = _time_ms(lambda: rnn(x), x), _time_ms(lambda: run_trace(rnn, x), x)
            if pair >= 0:
                bare_ms.append(bare)
                trace_ms.append(trace)
    ratios = [t / b for t, b in zip(trace_ms, bare_ms, strict=True)]
    return {
        "pairs": pairs,
        "module_ms": median(bare_ms),
        "module_quartiles_ms": quantiles(bare_ms),
        "trace_ms": median(trace_ms),
        "trace_quartiles_ms": quantiles(trace_ms),
        "ratio": median(ratios),
        "ratio_quartiles": quantiles(ratios),
    }


def _time_ms(run: Callable[[], object], x: Tensor) -> float:
    """Time one call; a GPU is waited for before and after, results are freed outside."""
    _wait_for(x.device)
    start = time.perf_counter()
    result = run()
    _wait_for(x.device)
    wall_ms = (time.perf_counter() - start) * 1e3
    del result
    return wall_ms


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
