"""Train $network on a signal read in segments.

It needs torch, nothing else, and has $parameters parameters. `--carry detach` passes the state on
without its graph; `--carry reset` starts each segment with zeros; `--carry full` goes back through
all segments of an epoch in one step.

    python $name                     train, then report the error
    python $name --weights net.pt    save the weights
    python $name --losses FILE       save the loss of each step

$promise
"""
# ruff: noqa: T201

import argparse
import math
from pathlib import Path

import torch
from torch import Tensor, nn

from rnnviz.chapters.sine.signals import SINES_OF_NOISE, SWEEP
from rnnviz.training.export.network_template import (
    CLIP_NORM,
    FORGET_BIAS,
    HIDDEN_SIZE,
    PROJ_SIZE,
    SEED,
    optimizer_of,
    recurrent,
    set_forget_bias,
)

State = Tensor | tuple[Tensor, Tensor] | None

# --- config of the run ---
CARRY = "detach"
SEGMENT_LENGTH = 10
SEGMENTS = 100
EPOCHS = 15
SIGNAL = "sine"
TARGET = "shift"
STEPS_PER_PERIOD = 20.0
PHASE = 90  # degrees
# --- end of the config ---


def angles(steps: Tensor) -> Tensor:
    """Return the angle of each sine at each step, (T, number of sines)."""
    turn = 2 * math.pi * steps / STEPS_PER_PERIOD
    if SIGNAL == "two_sines":
        return turn[:, None] * torch.tensor([1.0, math.sqrt(2)], dtype=torch.float64)
    if SIGNAL == "noise":
        generator = torch.Generator().manual_seed(SEED)
        drawn = torch.rand((2, SINES_OF_NOISE), generator=generator, dtype=torch.float64)
        return turn[:, None] * (0.5 + drawn[0]) + 2 * math.pi * drawn[1]
    if SIGNAL == "chirp":  # its rate swings by half around 1
        turn = turn + SWEEP / 2 * (1 - torch.cos(turn / SWEEP))
    return turn[:, None]


def wave(steps: Tensor, phase: float = 0.0) -> Tensor:
    """Return the signal, shifted by a phase, (T,)."""
    at = angles(steps) + phase
    return at.sin().sum(1) / math.sqrt(at.shape[1])


def target(steps: Tensor) -> Tensor:
    """Return the target at all steps but the last, (T - 1,)."""
    if TARGET == "next":
        return wave(steps)[1:]
    return wave(steps[:-1], math.radians(PHASE))


def take(start: int, count: int) -> tuple[Tensor, Tensor]:
    """Return signal and target, each (T, 1, 1)."""
    steps = torch.arange(start, start + count + 1, dtype=torch.float64)
    x, y = wave(steps)[:-1], target(steps)
    return x.float().view(-1, 1, 1), y.float().view(-1, 1, 1)


class Network(nn.Module):
    """A recurrent network with a head on every step."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = recurrent()
        self.head = nn.Linear(PROJ_SIZE or HIDDEN_SIZE, 1)
        if FORGET_BIAS is not None:
            set_forget_bias(self.rnn, FORGET_BIAS)

    def forward(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """Predict each step of a segment; return the state that the next one may start with."""
        output, state = self.rnn(x, state)
        return self.head(output), state


def detached(state: State) -> State:
    """Return the same numbers without their graph."""
    if isinstance(state, tuple):
        return state[0].detach(), state[1].detach()
    return None if state is None else state.detach()


def train(model: Network, carry: str) -> list[float]:
    """Train in place; return the loss of every step."""
    torch.set_flush_denormal(True)  # numbers below 1.2e-38 count as 0: they slow a CPU down
    optimizer = optimizer_of(model.parameters())
    per_step = SEGMENTS if carry == "full" else 1
    state: State = None
    losses: list[float] = []
    for step in range(SEGMENTS // per_step * EPOCHS):
        x, y = take(step * per_step * SEGMENT_LENGTH, per_step * SEGMENT_LENGTH)
        outputs = []
        for segment in x.split(SEGMENT_LENGTH):  # type: ignore[no-untyped-call]
            output, state = model(segment, None if carry == "reset" else state)
            outputs.append(output)
        state = detached(state)  # the numbers go on, the gradient ends here
        loss = (torch.cat(outputs) - y).square().mean()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if CLIP_NORM:
            nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
        optimizer.step()
        losses.append(loss.item())
    return losses


def build() -> Network:
    """Draw the first weights, which follow from the seed."""
    torch.manual_seed(SEED)
    return Network()


def main() -> None:
    """Train, and report the error."""
    parser = argparse.ArgumentParser(description="Train a network on a signal read in segments.")
    parser.add_argument("--carry", choices=("detach", "reset", "full"), default=CARRY)
    parser.add_argument("--losses", type=Path, help="file for the loss of each step")
    parser.add_argument("--weights", type=Path, help="file for the weights, ending in .pt")
    args = parser.parse_args()
    torch.set_num_threads(1)
    model = build()
    losses = train(model, args.carry)
    recent = losses[-20:]
    print(f"{args.carry}: mean squared error of the last steps {sum(recent) / len(recent):.5f}")
    if args.losses:
        args.losses.write_text("".join(f"{loss!r}\n" for loss in losses), encoding="utf-8")
    if args.weights:
        torch.save(model.state_dict(), args.weights)


if __name__ == "__main__":
    main()
