"""Checks of a training on a device: captured graph, stacked networks, resume."""

from __future__ import annotations

import importlib.util
import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from rnnviz.bench.gpu_parity import ieee_float32
from rnnviz.bench.gpu_result import Keep, NotRunError, Result
from rnnviz.core.config import Cell, ModelConfig, TrainConfig
from rnnviz.data import mnist
from rnnviz.data.mnist import Digits
from rnnviz.training.jobs import resume_state
from rnnviz.training.jobs.protocol import Thinned
from rnnviz.training.loop import cuda_graph
from rnnviz.training.loop.loop import Loop, seeded_model
from rnnviz.training.loop.stacked_training import Joint
from rnnviz.training.tasks import build as task_build
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.training.tasks.objectives import Classification

CELLS: tuple[Cell, ...] = ("rnn", "gru", "lstm")
# The rate is one that float32 holds exactly, since a graph has it as a tensor. And it is small:
# with 1e-2 the rounding of float32 grows to 0.2 of a loss in 130 steps, with this to 1e-4.
TRAINING = TrainConfig(
    epochs=2, batch_size=50, lr=2**-9, optimizer="adam", schedule="constant", clip_norm=1.0
)
DIGITS, FEW_DIGITS = 3_210, 230  # 65 and 5 steps an epoch, the last one of a smaller batch
NETWORKS = 3
TOLERANCES = {torch.float32: 1e-3, torch.float64: 1e-9}  # of a loss, after all steps

Row = dict[str, Any]


def graph(where: torch.device, keep: Keep) -> Result:
    """Train each cell with the captured graph of a stride of steps, and step by step."""
    if why := cuda_graph.left_out(nn.Linear(1, 1).to(where), TRAINING):
        raise NotRunError(why)
    digits = _digits(where)
    rows: list[Row] = []
    wrong: list[str] = []
    with ieee_float32(where):
        for dtype in TOLERANCES:
            for cell in CELLS:
                plain = _trained(_loop(cell, dtype, digits))
                loop = _loop(cell, dtype, digits, stride=task_build.STRIDE)
                graphed = _trained(loop)
                row = _compared(cell, dtype, graphed, plain)
                row["note"] = loop.note
                if loop.note or loop._graphed is None or loop._graphed._graph is None:
                    wrong.append(f"{row['network']}: {loop.note or 'no graph was captured'}")
                wrong += _misfit(row)
                rows.append(row)
                keep({"rows": rows})
    return _result("with and without the graph", rows, wrong)


def stacked(where: torch.device, keep: Keep) -> Result:
    """Train networks of each cell as one, and each alone."""
    digits, stride = _digits(where), task_build.stride(where)
    rows: list[Row] = []
    wrong: list[str] = []
    with ieee_float32(where):
        for dtype in _dtypes(where):
            for cell in CELLS:
                alone = [_trained(_loop(cell, dtype, digits, seed)) for seed in range(NETWORKS)]
                loops = [
                    _loop(cell, dtype, digits, seed, stride=stride) for seed in range(NETWORKS)
                ]
                joint = Joint(loops)
                logs = list(zip(*(joint.of(place) for place in range(NETWORKS)), strict=True))
                found = _Trained(
                    [log.loss for row in logs for log in row],
                    [value for loop in loops for value in _weights(loop.model)],
                )
                columns = zip(*(one.losses for one in alone), strict=True)
                expected = _Trained(
                    [loss for row in columns for loss in row],
                    [value for one in alone for value in one.weights],
                )
                row = _compared(cell, dtype, found, expected)
                wrong += _misfit(row)
                rows.append(row)
                keep({"rows": rows})
    return _result(f"{NETWORKS} networks as one and each alone", rows, wrong)


def resume(where: torch.device, keep: Keep) -> Result:
    """Train to the end, and again with a stop within an epoch, from whose file it goes on."""
    if importlib.util.find_spec("safetensors") is None:
        raise NotRunError("a stopped training is saved by safetensors, which is not installed")
    few = _few(where, 1_000, 300)
    config = RunConfig(
        ModelConfig("lstm", hidden_size=32, num_layers=2, bidirectional=True),
        replace(TRAINING, schedule="one_cycle", optimizer="adamw"),
        digits=few,
        augmentation="shifted",
        device=where.type,
    )
    load = partial(load_digits, few)
    model, whole = task_build.prepare(config, load, where)
    losses = [log.loss for log in whole]
    weights = _weights(model)
    stop = config.steps // 3 + 1
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "resume.safetensors"
        model, first = task_build.prepare(config, load, where)
        first.limit = stop
        steps = iter(first)
        again = [next(steps).loss for _ in range(stop)]
        progress = resume_state.Progress(Thinned().state())
        resume_state.save(path, config, model, first.state(), progress)
        saved = resume_state.load(path)
    state = task_build.Saved(saved.weights, saved.state)
    model, rest = task_build.prepare(config, load, where, state)
    again += [log.loss for log in rest]
    row = _compared(
        "lstm", torch.float32, _Trained(again, _weights(model)), _Trained(losses, weights)
    )
    row |= {"steps": len(losses), "stopped_after": stop}
    wrong = _misfit(row)
    if where.type == "cpu" and not row["equal"]:
        wrong.append("on a CPU it has to be the same to the last bit, and is not")
    return _result(f"stopped after step {stop} of {len(losses)}, and not", [row], wrong)


def load_digits(count: int, train: bool) -> Digits:
    """Return the first of the training or of the test digits."""
    return mnist.load(train=train)[:count]


def _few(where: torch.device, many: int, few: int) -> int:
    return few if where.type == "cpu" else many


def _digits(where: torch.device) -> Digits:
    return load_digits(_few(where, DIGITS, FEW_DIGITS), True).to(where)


def _dtypes(where: torch.device) -> list[torch.dtype]:
    """Return both on CUDA, the one there is on MPS, and the stricter one on a CPU."""
    left_out = {"mps": torch.float64, "cpu": torch.float32}.get(where.type)
    return [kind for kind in TOLERANCES if kind is not left_out]


def _in_float64(pictures: Tensor) -> Tensor:
    return mnist.rows(pictures).double()


@dataclass(frozen=True)
class _Trained:
    """Losses of all steps, and the weights at the end, on the CPU."""

    losses: list[float]
    weights: list[Tensor]


def _loop(
    cell: Cell, dtype: torch.dtype, digits: Digits, seed: int = 0, *, stride: int = 1
) -> Loop[Digits]:
    config = replace(TRAINING, seed=seed)
    model = seeded_model(ModelConfig(cell, hidden_size=32), seed).to(digits.labels.device, dtype)
    made = _in_float64 if dtype is torch.float64 else mnist.rows
    return Loop(model, digits, config, objective=Classification(made), stride=stride)


def _trained(loop: Loop[Digits]) -> _Trained:
    losses = [log.loss for log in loop]
    return _Trained(losses, _weights(loop.model))


def _weights(model: nn.Module) -> list[Tensor]:
    return [p.detach().to("cpu", copy=True) for p in model.parameters()]


def _compared(cell: str, dtype: torch.dtype, found: _Trained, expected: _Trained) -> Row:
    loss = [abs(a - b) for a, b in zip(found.losses, expected.losses, strict=True)]
    weight = [
        float((a - b).abs().max()) for a, b in zip(found.weights, expected.weights, strict=True)
    ]
    finite = all(map(math.isfinite, (*found.losses, *weight)))
    return {
        "network": f"{cell}, {str(dtype).removeprefix('torch.')}",
        "steps": len(loss),
        "loss": max(loss) if finite else math.nan,
        "weight": max(weight) if finite else math.nan,
        "equal": finite and not any(loss) and not any(weight),
        "limit": TOLERANCES[dtype],
        "last_loss": found.losses[-1],
    }


def _misfit(row: Row) -> list[str]:
    if row["loss"] <= row["limit"]:
        return []
    return [f"{row['network']}: losses differ by {row['loss']:.1e}, limit {row['limit']:g}"]


def _result(what: str, rows: Sequence[Row], wrong: Sequence[str]) -> Result:
    said = ", ".join(
        f"{row['network']}: {'equal' if row['equal'] else format(row['loss'], '.0e')}"
        for row in rows
    )
    figures = {"rows": list(rows), "summary": f"losses {what} differ by: {said}"}
    return Result(figures, "; ".join(wrong))
