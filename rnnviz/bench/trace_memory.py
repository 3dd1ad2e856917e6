"""Peak memory of a trace in chunks: `python -m rnnviz.bench.trace_memory DIGITS CHUNK HIDDEN`."""

from __future__ import annotations

import json
import sys
import time

import torch

from rnnviz.bench.memory import resident_peak_mb
from rnnviz.core.config import ModelConfig
from rnnviz.core.inspect.trace import run_trace
from rnnviz.core.models import build_rnn
from rnnviz.data import mnist
from rnnviz.data.mnist import rows


def trace(digits: int, chunk: int, hidden: int) -> dict[str, float]:
    """Trace so many test digits and keep the mean of h over them.

    Args:
        digits: How many, at most 10,000.
        chunk: Digits at once.
        hidden: H of an LSTM that is not trained.

    Returns: wall_s; peak_mb, the most memory the process has had since it began; mean_h.
    """
    images = mnist.load(train=False).images[:digits]
    rnn = build_rnn(ModelConfig(hidden_size=hidden)).eval()
    with torch.inference_mode():
        run_trace(rnn, rows(images[:1]))  # what is loaded at the first call
        start, total = time.perf_counter(), 0.0
        for part in torch.split(images, chunk):
            traced = run_trace(rnn, rows(part))
            total += traced.layers[0][0].h.sum(dtype=torch.float64).item()
            del traced
        wall_s = time.perf_counter() - start
    return {
        "digits": digits,
        "chunk": chunk,
        "wall_s": round(wall_s, 3),
        "peak_mb": round(resident_peak_mb(), 1),
        "mean_h": total / (digits * 28 * hidden),
    }


def three(digits: int, chunk: int, hidden: int) -> dict[str, dict[str, float]]:
    """Trace a tenth of the digits in chunks, all in chunks, all in one piece, in this order.

    A process's peak never falls, so each is to need no less than the one before; peak_mb is what
    each needs beyond a process that has read one digit.
    """
    floor_mb = trace(1, 1, hidden)["peak_mb"]
    found = {
        "tenth": trace(max(digits // 10, 1), chunk, hidden),
        "chunked": trace(digits, chunk, hidden),
        "whole": trace(digits, digits, hidden),
    }
    return {
        name: row | {"peak_mb": round(row["peak_mb"] - floor_mb, 1)} for name, row in found.items()
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(three(*map(int, sys.argv[1:4]))) + "\n")
