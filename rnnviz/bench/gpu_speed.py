"""Speed of a device: an epoch of training, its kernels, and 10,000 digits read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import torch

from rnnviz.bench import evaluate, train
from rnnviz.bench.gpu_result import Keep, NotRunError, Result
from rnnviz.bench.paired_timing import ratio, spread
from rnnviz.bench.step_profile import kernel_profile, step_profile
from rnnviz.core import device as devices

DIGITS = 60_000
GOAL_RATIO, GOAL_EPOCH_S = 10.0, 1.0  # on CUDA: to the notebook's loop, and an epoch
ROUNDS, FEW_ROUNDS = 3, 1
FEW = 16  # steps of each loop on a CPU
LARGE = 256


@dataclass(frozen=True)
class _Timed:
    """A loop: what warms it, what is timed, and how many digits a step of it learns.

    Attributes:
        steps: One step at each `next`.
        count: Steps of a round. On CUDA whole epochs, or strides that are made as one, so that no
            step is timed that was made before.
        batch: Digits of a step.
        warm: Steps before.
    """

    steps: Iterator[object]
    count: int
    batch: int = 64
    warm: int = 48


def epoch(where: torch.device, keep: Keep) -> Result:
    """Time the README's training: the loop as it is, the notebook's, and what could be quicker.

    On CUDA it is wrong to miss the goals: ten times the notebook's loop, an epoch under a second.
    """
    loops, wrong = _loops(where), []
    times: dict[str, list[float]] = {}
    for name, loop in loops.items():
        try:
            train.time_steps(loop.steps, loop.warm, where)
            times[name] = [train.time_steps(loop.steps, loop.count, where)]
        except torch.AcceleratorError:  # the device is lost to this process
            raise
        except (RuntimeError, ImportError) as error:
            wrong.append(f"{name}: {' '.join(str(error).split())[:200]}")
        else:
            keep(_speeds(loops, times))  # of one round already
    for _ in range(1, FEW_ROUNDS if where.type == "cpu" else ROUNDS):
        for name, of in times.items():
            of.append(train.time_steps(loops[name].steps, loops[name].count, where))
        keep(_speeds(loops, times))
    figures = _speeds(loops, times)
    if not {"loop", "notebook"} <= times.keys():
        return Result(figures, "; ".join(wrong))
    to_notebook = figures["ratios"]["notebook"]["median"]
    epoch_s = figures["epoch_s"]["loop"]["median"]
    if where.type == "cuda":
        figures["goals"] = {"ratio": GOAL_RATIO, "epoch_s": GOAL_EPOCH_S}
        if to_notebook < GOAL_RATIO:
            wrong.append(f"{to_notebook:.1f} times the notebook's loop, the goal is {GOAL_RATIO:g}")
        if epoch_s >= GOAL_EPOCH_S:
            wrong.append(f"an epoch takes {epoch_s:.2f} s, the goal is under {GOAL_EPOCH_S:g}")
    return Result(figures, "; ".join(wrong))


def _loops(where: torch.device) -> dict[str, _Timed]:
    base, on_gpu = train.TRAINING, where.type != "cpu"
    coarse, large = replace(base, precision="bfloat16"), replace(base, batch_size=LARGE)
    whole, part = math.ceil(DIGITS / base.batch_size), math.ceil(DIGITS / LARGE)
    seeds = train.SEEDS
    loops = {
        "notebook": _Timed(train.notebook_loop(where), 200, warm=30),
        "tensors": _Timed(train.tensor_loop(where), 320),
        "loop": _Timed(train.digits_loop(where), whole, warm=whole),
        "bfloat16": _Timed(train.digits_loop(where, coarse), whole, warm=whole),
        f"batch {LARGE}": _Timed(train.digits_loop(where, large), part, LARGE, part),
        f"batch {LARGE}, bfloat16": _Timed(
            train.digits_loop(where, replace(coarse, batch_size=LARGE)), part, LARGE, part
        ),
        "stacked": _Timed(train.joint_loop(where), 320 * seeds, warm=48 * seeds),
    }
    if not devices.computes_bfloat16(where):
        loops = {name: one for name, one in loops.items() if "bfloat16" not in name}
    if where.type == "cuda":
        loops["step by step"] = _Timed(train.digits_loop(where, stride=1), 320)
    if on_gpu:
        return loops
    return {name: replace(one, count=FEW, warm=FEW // 2) for name, one in loops.items()}


def _speeds(loops: dict[str, _Timed], times: dict[str, list[float]]) -> dict[str, Any]:
    rates = {name: [loops[name].count / t for t in of] for name, of in times.items()}
    seconds = {
        name: [math.ceil(DIGITS / loops[name].batch) / rate for rate in of]
        for name, of in rates.items()
    }
    figures: dict[str, Any] = {
        "model": "LSTM 28 → 64, Linear 64 → 10",
        "digits": DIGITS,
        "timed_steps": {name: loops[name].count for name in times},
        "steps_per_s": {name: spread(of, 1) for name, of in rates.items()},
        "epoch_s": {name: spread(of, 4) for name, of in seconds.items()},
    }
    if not {"loop", "notebook"} <= times.keys():
        return figures
    # How many times as fast as each the loop is, and as the loop each of those that may be quicker.
    floors = [name for name in ("notebook", "tensors", "step by step") if name in times]
    others = [name for name in times if name not in (*floors, "loop")]
    figures["ratios"] = {name: ratio(seconds[name], seconds["loop"]) for name in floors}
    figures["to_loop"] = {name: ratio(seconds["loop"], seconds[name]) for name in others}
    figures["summary"] = (
        f"{median(seconds['loop']):.2f} s an epoch, "
        f"{figures['ratios']['notebook']['median']:.2f} times as fast as the notebook's loop; "
        + ", ".join(f"{name} {value['median']:.2f}" for name, value in figures["to_loop"].items())
        + " times as fast as that"
    )
    return figures


def kernels(where: torch.device, keep: Keep) -> Result:
    """Measure the fraction of a step's time in kernels: a GPU's, or of the LSTM on a CPU."""
    if where.type == "mps":
        raise NotRunError("torch's profiler shows no kernels on mps")
    if where.type == "cpu":
        figures = step_profile(train.digits_loop(where), FEW)
        return Result(figures | {"summary": f"{figures['lstm_share']:.0%} in the LSTM's kernels"})
    figures = kernel_profile(train.digits_loop(where), where)
    if not figures["table"]:
        raise NotRunError("torch's profiler is shown no kernel here")
    figures["summary"] = (
        f"{figures['kernel_share']:.0%} of {figures['step_us']:.0f} µs, "
        f"{figures['kernels']:.0f} kernels a step"
    )
    return Result(figures)


def evaluation(where: torch.device, keep: Keep) -> Result:
    """Time the accuracy on the test digits, 10,000 of them on a GPU."""
    on_cpu = where.type == "cpu"
    rounds, batches = (1, ()) if on_cpu else (evaluate.ROUNDS, evaluate.BATCHES)
    figures = evaluate.measure(str(where), rounds, batches)
    default = str(figures["default_batch"])
    said = [
        f"{row['network']}: {row['by_batch'][default]['median']:.1f} ms, "
        f"{row['by_batch'][str(row['best'])]['median']:.1f} in batches of {row['best']:,}"
        for row in figures["rows"]
    ]
    return Result(figures | {"summary": f"{figures['digits']:,} digits, " + "; ".join(said)})
