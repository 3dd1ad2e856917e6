"""Benchmark of the Recurrence page's claims: each experiment repeated with several seeds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch

from rnnviz.chapters.recurrence import row_order_experiment
from rnnviz.chapters.recurrence.activations import ACTIVATIONS
from rnnviz.chapters.recurrence.clipping import BATCH, course
from rnnviz.chapters.recurrence.influence_decay import (
    EXPLODED,
    VANISHED,
    bound_by_distance,
    by_distance,
    first_over_last,
)
from rnnviz.chapters.recurrence.row_order_experiment import KINDS, LEARNT
from rnnviz.chapters.recurrence.unrolling import free_run
from rnnviz.chapters.recurrence.untrained_networks import fresh_rnn
from rnnviz.core.config import Cell
from rnnviz.core.inspect.jacobians import jacobians
from rnnviz.data import mnist
from rnnviz.data.mnist import Digits, rows

SEEDS, LEARNT_FROM, JUDGED_ON = 5, 10_000, 2_000
RADII = {"vanishing": 0.5, "kept": 1.0, "exploding": 2.0}  # as the page's slider has them
CELLS: tuple[Cell, ...] = ("rnn", "gru", "lstm")
STEPS, TRAINED_RADIUS = 20, 2.0

Row = dict[str, Any]

STORIES = {
    "left alone": "at ρ = 1, 50 steps of nothing: relu loses its state, sigmoid where it began, "
    "tanh keeps some of both, no function all",
    "order": "read in an order that it did not learn, each network reads under half of what it "
    "did; the feed-forward net is within 2 points whichever order it learnt",
    "what is left": "of row 1 in h_28 of a plain RNN: under 1/1000 at ρ = 0.5, kept at ρ = 1, over "
    "10 times at ρ = 2, never above the bound; at ρ = 0.5 the LSTM keeps most",
    "clipping": "at ρ = 2 with relu: one step as it comes makes the loss 1,000 times larger, the "
    "clipped one makes it smaller and stays a number",
}


def measure(
    seeds: int = SEEDS,
    digits: int = LEARNT_FROM,
    experiments: Sequence[str] = tuple(STORIES),
    tell: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Do every experiment of the page with several seeds.

    Args:
        seeds: How many, from 0.
        digits: So many training digits are learnt by the networks of the order.
        experiments: Which, of STORIES.
        tell: Is told of each experiment and seed when it is done.

    Returns: `stories`, what each experiment tells; `rows`, one for each experiment and seed, with
        its numbers, None for what is no number, and whether the story `holds`.
    """
    torch.set_num_threads(1)
    train, test = mnist.load(train=True), mnist.load(train=False)
    made: dict[str, Callable[[int], Row]] = {
        "left alone": _left_alone,
        "order": lambda seed: _order(seed, train[:digits], test[:JUDGED_ON]),
        "what is left": lambda seed: _left(seed, test),
        "clipping": lambda seed: _clipping(seed, train),
    }
    found: list[Row] = []
    for name in experiments:
        for seed in range(seeds):
            found.append({"experiment": name, "seed": seed, **_finite(made[name](seed))})
            if tell is not None:
                tell(f"{name}, seed {seed}: {'holds' if found[-1]['holds'] else 'does NOT hold'}")
    stories = {name: STORIES[name] for name in experiments}
    return {"seeds": seeds, "digits": digits, "stories": stories, "rows": found}


def _finite(row: Row) -> Row:
    return {name: value if math.isfinite(value) else None for name, value in row.items()}


def _left_alone(seed: int) -> Row:
    runs = {name: free_run(name, 1.0, seed=seed) for name in ACTIVATIONS}
    kept = {name: float(run.size[-1] / run.size[0]) for name, run in runs.items()}
    apart = {name: float(run.apart[-1] / run.apart[0]) for name, run in runs.items()}
    holds = (
        kept["relu"] < 1e-6
        and apart["sigmoid"] < 1e-6 < kept["sigmoid"]
        and 0.01 < kept["tanh"] < 1
        and 0.01 < apart["tanh"] < 1
        and abs(kept["none"] - 1) < 1e-9
    )
    return {f"{name} kept": value for name, value in kept.items()} | {
        "tanh apart": apart["tanh"],
        "sigmoid apart": apart["sigmoid"],
        "holds": holds,
    }


def _order(seed: int, digits: Digits, test: Digits) -> Row:
    config = replace(row_order_experiment.TRAINING, seed=seed)
    right: dict[tuple[str, str, str], float] = {}
    for kind in KINDS:
        for learnt in LEARNT:
            model, logs = row_order_experiment.learn(kind, learnt, digits, config)
            for _ in logs:
                pass
            for order, share in row_order_experiment.readings(model.eval(), test).items():
                right[kind, learnt, order] = share
    fallen = [
        right[kind, learnt, other] < 0.5 * right[kind, learnt, learnt]
        for kind in KINDS
        for learnt, other in (LEARNT, LEARNT[::-1])
    ]
    ordered, shuffled = (right["feed-forward", each, each] for each in LEARNT)
    own = {f"{kind} {learnt}": right[kind, learnt, learnt] for kind in KINDS for learnt in LEARNT}
    other = {f"{kind} in order, read shuffled": right[kind, LEARNT[0], LEARNT[1]] for kind in KINDS}
    return own | other | {"holds": all(fallen) and abs(ordered - shuffled) < 0.02}


def _left(seed: int, test: Digits) -> Row:
    x = rows(test.images[seed : seed + 1])
    found: Row = {}
    below = True
    for name, radius in RADII.items():
        for cell in CELLS:
            rnn = fresh_rnn(cell, radius, seed=seed)
            grid = jacobians(rnn, x).x
            found[f"{cell} {radius:g}"] = first_over_last(grid)
            if isinstance(rnn, torch.nn.RNN):
                bound = bound_by_distance(rnn, len(x))
                below &= bool((by_distance(grid) <= bound * (1 + 1e-5)).all())
        found[name] = found[f"rnn {radius:g}"]
    vanishing, kept, exploding = (found.pop(name) for name in RADII)
    most = max(CELLS, key=lambda cell: found[f"{cell} 0.5"])
    holds = vanishing < VANISHED < kept < EXPLODED < exploding and below and most == "lstm"
    return found | {"below the bound": below, "holds": holds}


def _clipping(seed: int, train: Digits) -> Row:
    digits = train[seed * STEPS * BATCH : (seed + 1) * STEPS * BATCH]
    free, clipped = (
        course(digits, TRAINED_RADIUS, limit=limit, steps=STEPS, seed=seed) for limit in (0.0, 1.0)
    )
    before = float(free.loss[0])
    worse = not free.loss_after < 1000 * before  # also if it is no number
    holds = worse and clipped.loss_after < before and bool(clipped.loss.isfinite().all())
    return {
        "gradient": float(free.norm[0]),
        "loss": before,
        "after a step": free.loss_after,
        "after a clipped step": clipped.loss_after,
        f"clipped, step {STEPS}": float(clipped.loss[-1]),
        "holds": holds,
    }


def table(figures: Mapping[str, Any]) -> str:
    """Lay the rows out as one table for each experiment, a column for each seed."""
    parts = []
    for name, story in figures["stories"].items():
        found: Sequence[Row] = [row for row in figures["rows"] if row["experiment"] == name]
        names = [key for key in found[0] if key not in ("experiment", "seed")]
        wide = max(map(len, names))
        lines = [f"{name}: {story}", f"  {'seed':{wide}}" + _cells(row["seed"] for row in found)]
        lines += [f"  {key:{wide}}" + _cells(row[key] for row in found) for key in names]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _cells(values: Iterable[bool | float | None]) -> str:
    return "".join(f"{_cell(value):>11}" for value in values)


def _cell(value: bool | float | None) -> str:
    if value is None:
        return "no number"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return f"{value:.3g}"
