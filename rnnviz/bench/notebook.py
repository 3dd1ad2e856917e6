"""Benchmark of `rnnviz.show`: size and time of a document, beside the bare module's call."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
from torch import nn

import rnnviz
from rnnviz.bench import paired_timing

STEPS = (28, 784)
I, H = 28, 128
ROUNDS = 15


def measure(rounds: int = ROUNDS) -> dict[str, Any]:
    """Time `show` up to the text that a notebook gets, and the call of the module, turn about.

    Args:
        rounds: Pairs for each number of time steps.

    Returns: Where it ran, and `rows`, one for each number of steps: size in bytes; medians and
        quartiles in ms; `ratio` over pairs.
    """
    torch.set_num_threads(1)  # two threads that share two cores with others wait for each other
    torch.manual_seed(0)
    rnn = nn.LSTM(I, H)
    return {"I": I, "H": H, "rows": [_row(rnn, T, rounds) for T in STEPS]} | paired_timing.machine()


def table(figures: Mapping[str, Any]) -> str:
    """Return the figures as a table for the README."""
    lines = [
        "| `rnnviz.show(nn.LSTM(28, 128), x)` | size | time | its floor, the bare `nn.LSTM` |",
        "| --- | --- | --- | --- |",
    ]
    for row in figures["rows"]:
        cells = (
            f"T = {row['T']}",
            f"{row['bytes'] / 1e6:.2f} MB",
            _ms(row["show_ms"], 0),
            _ms(row["module_ms"], 1),
        )
        lines.append(f"| {' | '.join(cells)} |")
    where = figures["versions"]
    lines += [
        "",
        f"{figures['processor']}, one thread, load {figures['load']}; Python {where['python']}, "
        f"torch {where['torch']}.",
    ]
    return "\n".join(lines)


def _ms(found: Mapping[str, Any], digits: int) -> str:
    low, _, high = found["quartiles"]
    return f"{found['median']:.{digits}f} ms ({low:.{digits}f} – {high:.{digits}f})"


def _row(rnn: nn.LSTM, T: int, rounds: int) -> dict[str, Any]:
    x = torch.randn(T, 1, I)
    with torch.no_grad():
        things = {"show": partial(_shown, rnn, x), "module": partial(rnn, x)}
        times = paired_timing.time_in_turns(things, rounds, torch.device("cpu"))
    return {
        "T": T,
        "bytes": len(_shown(rnn, x).encode()),
        "show_ms": paired_timing.spread(times["show"]),
        "module_ms": paired_timing.spread(times["module"]),
        "ratio": paired_timing.ratio(times["show"], times["module"]),
    }


def _shown(rnn: nn.LSTM, x: torch.Tensor) -> str:
    return rnnviz.show(rnn, x)._repr_html_()
