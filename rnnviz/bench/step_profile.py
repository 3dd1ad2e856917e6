"""Profile of one training step with torch's profiler: operations on a CPU, kernels on a GPU."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from rnnviz.bench.paired_timing import wait_for

# The fused kernels: oneDNN's, ATen's where oneDNN does not serve.
FORWARD = ("aten::mkldnn_rnn_layer", "aten::lstm")
BACKWARD = ("aten::mkldnn_rnn_layer_backward", "MkldnnRnnLayerBackward0")
SHOWN = 16  # operations in the table
STEPS = 60
GPU_STEPS = 96  # a multiple of the strides that are captured
BETWEEN = "between the operations: Python and autograd"


def step_profile(steps: Iterator[object], count: int = STEPS) -> dict[str, Any]:
    """Take some steps of a loop under the profiler, after as many that warm it and as many timed.

    The profiler itself slows every operation by some µs, the kernels of an LSTM, which are few,
    hardly. So their share is of a step without the profiler, and the table's of one with it.

    Args:
        steps: A loop on the CPU, one step at each `next`.
        count: Steps.

    Returns: step_us and profiled_step_us, of the wall's clock without and with the profiler;
        lstm_forward_us, lstm_backward_us and lstm_share, what of a step is inside the LSTM's
        kernels; `table`, for each operation its calls in a step, its own time in µs and its share
        of the profiled step, the largest first, and what lies between them all.
    """
    for _ in range(count):
        next(steps)
    start = time.perf_counter()
    for _ in range(count):
        next(steps)
    plain_us = (time.perf_counter() - start) * 1e6
    with profile(activities=[ProfilerActivity.CPU], acc_events=True) as profiler:
        start = time.perf_counter()
        for _ in range(count):
            next(steps)
        wall_us = (time.perf_counter() - start) * 1e6
    return summary(
        [
            (event.key, event.count, event.self_cpu_time_total, event.cpu_time_total)
            for event in profiler.key_averages()
        ],
        wall_us,
        plain_us,
        count,
    )


def summary(
    operations: list[tuple[str, int, float, float]], wall_us: float, plain_us: float, steps: int
) -> dict[str, Any]:
    """Lay out what was profiled.

    Args:
        operations: Name, calls, own time and time with all that it calls, in µs, over all steps.
        wall_us: Of all steps, with the profiler.
        plain_us: Of as many without it.
        steps: How many.
    """
    whole = {name: total for name, _, _, total in operations}
    forward, backward = (
        max((whole.get(name, 0.0) for name in names), default=0.0) / steps
        for names in (FORWARD, BACKWARD)
    )
    step_us = plain_us / steps
    ordered = sorted(operations, key=lambda row: -row[2])
    shown: list[dict[str, Any]] = [
        {"operation": name, "calls": round(calls / steps, 2), **_own(own, wall_us, steps)}
        for name, calls, own, _ in ordered[:SHOWN]
    ]
    others = sum(own for _, _, own, _ in ordered[SHOWN:])
    between = wall_us - sum(own for _, _, own, _ in operations)
    shown += [
        {"operation": name, **_own(own, wall_us, steps)}
        for name, own in (("all other operations", others), (BETWEEN, between))
    ]
    return {
        "steps": steps,
        "step_us": round(step_us, 1),
        "profiled_step_us": round(wall_us / steps, 1),
        "lstm_forward_us": round(forward, 1),
        "lstm_backward_us": round(backward, 1),
        "lstm_share": round((forward + backward) / step_us, 4),
        "table": shown,
    }


def kernel_profile(
    steps: Iterator[object], device: torch.device, count: int = GPU_STEPS
) -> dict[str, Any]:
    """Profile a loop on a CUDA device: how long it is busy, and with which kernels.

    Args:
        steps: A loop on the device, one step at each `next`.
        device: Where.
        count: Steps that warm it; as many are timed, and as many profiled.

    Returns: As `kernel_summary`; without a kernel where the profiler is not allowed to see any.
    """

    def take_us() -> float:
        wait_for(device)
        start = time.perf_counter()
        for _ in range(count):
            next(steps)
        wait_for(device)
        return (time.perf_counter() - start) * 1e6

    take_us()
    plain_us = take_us()
    activities = [ProfilerActivity.CPU, ProfilerActivity.CUDA]
    with profile(activities=activities, acc_events=True) as profiler:
        wall_us = take_us()
    events: list[Any] = profiler.profiler.kineto_results.events()
    kernels = [
        (event.name(), event.start_ns(), event.duration_ns())
        for event in events
        if event.device_type().name == "CUDA" and not event.is_user_annotation()
    ]
    return kernel_summary(kernels, wall_us, plain_us, count)


def kernel_summary(
    kernels: Sequence[tuple[str, int, int]], wall_us: float, plain_us: float, steps: int
) -> dict[str, Any]:
    """Lay out which kernels ran, copies included.

    Args:
        kernels: Name, start and duration in ns; those on several streams may overlap.
        wall_us: Of all steps, with the profiler.
        plain_us: Of as many without it.
        steps: How many.

    Returns: step_us and profiled_step_us; busy_us, in which at least one kernel runs; kernel_share,
        that of a step without the profiler; kernels, their number; all for one step. `table`, the
        kernels with the most time.
    """
    busy_ns = end = 0
    own: dict[str, list[int]] = {}
    for name, start, duration in sorted(kernels, key=lambda one: one[1]):
        busy_ns += max(0, start + duration - max(start, end))
        end = max(end, start + duration)
        own.setdefault(name, []).append(duration)
    busy_us, step_us = busy_ns / 1e3 / steps, plain_us / steps
    ordered = sorted(own.items(), key=lambda item: -sum(item[1]))
    return {
        "steps": steps,
        "step_us": round(step_us, 1),
        "profiled_step_us": round(wall_us / steps, 1),
        "busy_us": round(busy_us, 1),
        "kernel_share": round(busy_us / step_us, 4),
        "kernels": round(len(kernels) / steps, 2),
        "table": [
            {
                "kernel": name[:90],
                "calls": round(len(times) / steps, 2),
                "own_us": round(sum(times) / 1e3 / steps, 1),
            }
            for name, times in ordered[:SHOWN]
        ],
    }


def _own(own_us: float, wall_us: float, steps: int) -> dict[str, float]:
    return {"own_us": round(own_us / steps, 1), "share": round(own_us / wall_us, 4)}
