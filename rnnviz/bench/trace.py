"""Benchmark of traces and interventions, against the bare module that returns no gates."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median, quantiles

import torch
from torch import Tensor

from rnnviz.chapters.states.ablation.effects import effect
from rnnviz.chapters.states.ablation.unit_ranking import rank_units
from rnnviz.core import device as devices
from rnnviz.core.config import Cell, ModelConfig
from rnnviz.core.inspect.trace import run_trace
from rnnviz.core.intervene.intervention_spec import Intervention
from rnnviz.core.models import RNNModule, SequenceClassifier, build_rnn
from rnnviz.data import mnist
from rnnviz.data.mnist import Digits
from rnnviz.training.loop.evaluate import logits

T, I, H = 28, 28, 128
BATCHES = (1, 1000)
CELLS: tuple[Cell, ...] = ("rnn", "gru", "lstm")

OUT = Intervention(0, "forward", "h", (37,))

Row = dict[str, str | int | float | list[float]]


def measure(device: str = "cpu", repeats: int = 200) -> dict[str, str | int | Row | list[Row]]:
    """Time run_trace and the module it traces, turn about, without autograd; then two ablations.

    Args:
        device: Where to run, as `core.device.pick` takes it.
        repeats: Pairs at batch 1; a tenth of it at larger batches, a fortieth of the ablations; 2
            at least. Under 40 is a glance: the ablations then read a hundredth of their digits.

    Returns: What ran where, and `rows`, one for each cell and batch: medians and quartiles in
        milliseconds; `ratio`, trace over module, is the median over pairs. `accuracy_after`: the
        answers to `digits` with a unit out, against the plain answers in the same chunks.
        `single_units`: each of `units` out on `digits`, against as many plain readings.
    """
    where = devices.pick(device)
    rows: list[Row] = []
    full = repeats >= 40
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
        "accuracy_after": _time_accuracy(where, *((10_000, repeats) if full else (100, 80))),
        "single_units": _time_units(where, *((1_000, repeats) if full else (10, 80))),
    }


def _time_accuracy(where: torch.device, digits: int, repeats: int) -> Row:
    """Time the answers of an LSTM with a unit out, and its plain answers, turn about."""
    model, test = _model_and_digits(where, digits)

    def after() -> None:
        for _ in effect(model, test, [OUT], before=test.labels):
            pass

    times = _times(lambda: logits(model, test.images), after, repeats // 40, test.images)
    return {"digits": digits, **_summary("plain", "changed", *times)}


def _time_units(where: torch.device, digits: int, repeats: int) -> Row:
    """Time the ranking of all units of an LSTM, and one plain reading for each unit."""
    model, test = _model_and_digits(where, digits)

    def plain() -> None:
        for _ in range(H):
            logits(model, test.images)

    def ranked() -> None:
        for _ in rank_units(model, test, 0):
            pass

    times = _times(plain, ranked, repeats // 80, test.images, warmups=1)
    return {"digits": digits, "units": H, **_summary("plain", "ranked", *times)}


def _model_and_digits(where: torch.device, count: int) -> tuple[SequenceClassifier, Digits]:
    """An LSTM that is not trained and the first test digits; what they are is all one here."""
    model = SequenceClassifier(ModelConfig(input_size=I, hidden_size=H)).to(where).eval()
    return model, mnist.load(train=False)[:count].to(where)


def _compare(rnn: RNNModule, x: Tensor, pairs: int) -> Row:
    """Time a module and its trace."""
    with torch.inference_mode():
        times = _times(lambda: rnn(x), lambda: run_trace(rnn, x), pairs, x)
    return _summary("module", "trace", *times)


def _times(
    bare: Callable[[], object],
    other: Callable[[], object],
    pairs: int,
    x: Tensor,
    warmups: int = 2,
) -> tuple[list[float], list[float]]:
    """Time two things turn about, 2 pairs at least, after some rounds that do not count."""
    bare_ms, other_ms = [], []
    for pair in range(-warmups, max(pairs, 2)):
        times = _time_ms(bare, x), _time_ms(other, x)
        if pair >= 0:
            bare_ms.append(times[0])
            other_ms.append(times[1])
    return bare_ms, other_ms


def _summary(bare: str, other: str, bare_ms: list[float], other_ms: list[float]) -> Row:
    """Medians and quartiles of both and of their ratio."""
    ratios = [o / b for o, b in zip(other_ms, bare_ms, strict=True)]
    return {
        "pairs": len(ratios),
        f"{bare}_ms": median(bare_ms),
        f"{bare}_quartiles_ms": quantiles(bare_ms),
        f"{other}_ms": median(other_ms),
        f"{other}_quartiles_ms": quantiles(other_ms),
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
