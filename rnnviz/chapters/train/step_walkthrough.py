"""Walkthrough of one training step, line by line, with the tensors of a real run."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from rnnviz.core.models import SequenceClassifier
from rnnviz.core.shapes.receptive_field import steps_read
from rnnviz.data.mnist import Digits
from rnnviz.data.sequences import sequences
from rnnviz.training.loop.schedule import batch_of_step
from rnnviz.training.tasks.digits import RunConfig

SHOWN = 6  # numbers of each tensor


@dataclass(frozen=True)
class Line:
    """One line of the notebook's loop, and the tensor that it makes.

    Attributes:
        code: The line.
        letters: Its shape in letters, e.g. "(B, T, H)".
        value: The tensor.
        says: What to notice, one sentence.
    """

    code: str
    letters: str
    value: Tensor
    says: str

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape in numbers."""
        return tuple(self.value.shape)

    @property
    def numbers(self) -> str:
        """A few numbers from the middle, e.g. "… 0.12 -0.98 …"."""
        flat = self.value.detach().flatten()
        start = max(0, (len(flat) - SHOWN) // 2)
        some = flat[start : start + SHOWN].tolist()
        words = " ".join(str(v) if isinstance(v, int) else f"{v:.3g}" for v in some)
        return f"… {words} …" if len(flat) > SHOWN else words


def lines(
    config: RunConfig, model: SequenceClassifier, digits: Digits, step: int
) -> tuple[Line, ...]:
    """Go through one step of the notebook's loop.

    Args:
        config: Of the run.
        model: With the weights of the moment, on the CPU; left as found, read without dropout.
        digits: All training digits.
        step: Whose batch is taken, from 1.

    Returns: The lines, with the tensors batch first, as the notebooks have them.
    """
    batch = digits[batch_of_step(config.training, config.digits, step)]
    with torch.no_grad():
        return _lines(config, deepcopy(model).eval(), batch)


def _lines(config: RunConfig, model: SequenceClassifier, batch: Digits) -> tuple[Line, ...]:
    b_x, b_y = batch.images[:, None].float() / 255, batch.labels
    x = sequences(batch.images, config.time_step, config.chunk).transpose(0, 1)
    r_out, state = model.rnn(x.transpose(0, 1))
    r_out = r_out.transpose(0, 1)  # (B, T, D·H)
    pooled = model.pool(r_out.transpose(0, 1), state)
    out = model.head(pooled)
    predicted = torch.max(out, 1)[1]
    right = int((predicted == b_y).sum())
    states = "(h_n, h_c)" if config.model.cell == "lstm" else "h_n"
    both = "D·H" if config.model.bidirectional else "H"
    return (
        Line(
            "b_x, b_y = next(iter(loader))",
            "(batch, channels, height, width)",
            b_x,
            "The batch as it comes: grey values from 0 to 1, one channel.",
        ),
        Line(_view_code(config), "(B, T, I)", x, _view_says(config)),
        Line(
            f"r_out, {states} = self.rnn(x, None)",
            f"(B, T, {both})",
            r_out,
            "The hidden state after every time step. " + _none_says(model, x, r_out, state),
        ),
        Line(_pool_code(config), f"(B, {both})", pooled, _pool_says(config)),
        Line(
            "out = self.out(…)", "(B, K)", out, "One score for each class: logits, no softmax yet."
        ),
        Line(
            "b_y",
            "(B,)",
            b_y,
            "The targets are class indices, not one-hot: "
            f"F.one_hot(b_y) would be {tuple(F.one_hot(b_y, 10).shape)}, and is not needed.",
        ),
        Line(
            "loss = loss_func(out, b_y)",
            "()",
            F.cross_entropy(out, b_y),
            "One number: the mean of −log softmax(out) at the target of each digit.",
        ),
        Line(
            "torch.max(out, 1)[1]",
            "(B,)",
            predicted,
            f"[0] would be the largest scores, [1] is where: {right} of {len(b_y)} are right.",
        ),
    )


def _view_code(config: RunConfig) -> str:
    if config.time_step == "pixels":
        return f"x = b_x.view(-1, {config.length}, {config.chunk})"
    after = {"columns": ".transpose(1, 2)", "permuted": "[:, order]"}.get(config.time_step, "")
    return f"x = b_x.view(-1, 28, 28){after}"


def _view_says(config: RunConfig) -> str:
    return {
        "rows": "Each row becomes a time step: 28 steps of 28 pixels.",
        "columns": "Transposed, each column becomes a time step: 28 steps of 28 pixels.",
        "permuted": "Each row becomes a time step, in an order that is the same for all digits.",
        "pixels": f"{config.length} time steps of {config.chunk} pixels, in reading order.",
    }[config.time_step]


def _none_says(
    model: SequenceClassifier, x: Tensor, r_out: Tensor, state: Tensor | tuple[Tensor, Tensor]
) -> str:
    """Show that no first state is a first state of zeros."""
    zeros = (
        tuple(torch.zeros_like(part) for part in state)
        if isinstance(state, tuple)
        else torch.zeros_like(state)
    )
    again, _ = model.rnn(x.transpose(0, 1), zeros)
    difference = float((again.transpose(0, 1) - r_out).abs().max())
    return f"None as first state equals zeros: the largest difference is {difference:.1g}."


def _pool_code(config: RunConfig) -> str:
    if config.model.pooling == "mean":
        return "r_out.mean(1)"
    if config.model.pooling == "max":
        return "r_out.max(1)[0]"
    return "torch.cat((h_n[-2], h_n[-1]), 1)" if config.model.bidirectional else "r_out[:, -1, :]"


def _pool_says(config: RunConfig) -> str:
    if config.model.pooling != "last":
        return "The head reads all time steps at once."
    if config.model.bidirectional:
        return f"What each direction holds at its end; {_last_output_says(config)}."
    return "The head reads the state after the last time step."


def _last_output_says(config: RunConfig) -> str:
    """Say what r_out[:, -1, :] holds of the backward direction."""
    T, layers = config.length, config.model.num_layers
    if T == 1:
        return "with one step r_out[:, -1, :] is the same"
    read = len(steps_read(config.model, T, T - 1, 1))
    if layers == 1:
        return f"in r_out[:, -1, :] the backward one has read {read} of {T} steps"
    return (
        f"in r_out[:, -1, :] the backward one of layer {layers} has made 1 of {T} steps and "
        f"depends on {read} of {T} through layer {layers - 1}"
    )
