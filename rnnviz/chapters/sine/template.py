"""Templates of the exported script of the sine task; `script.script` fills them."""

from __future__ import annotations

from collections.abc import Mapping

SIGNALS: Mapping[str, str] = {
    "sine": "    return turn[:, None]",
    "two_sines": (
        "    return turn[:, None] * torch.tensor([1.0, math.sqrt(2)], dtype=torch.float64)"
    ),
    "chirp": (
        "    # Its rate swings by half around 1.\n"
        "    return (turn + $sweep / 2 * (1 - torch.cos(turn / $sweep)))[:, None]"
    ),
    "noise": """    chance = torch.Generator().manual_seed($seed)
    drawn = torch.rand((2, $sines), generator=chance, dtype=torch.float64)
    return turn[:, None] * (0.5 + drawn[0]) + 2 * math.pi * drawn[1]""",
}
TARGETS: Mapping[str, str] = {
    "shift": "    y = wave(steps[:-1], math.radians(PHASE))",
    "next": "    y = x[1:]",
}
INPUT = "    x = wave(steps)"
ADAM = "torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, betas=BETAS, fused=True)"

SCRIPT = '''"""Train a network on a signal read in segments; made by rnnviz.

Needs torch alone. `--carry detach` hands the state on, without its graph; `--carry reset` begins
each segment with zeros; `--carry full` goes back through all segments of an epoch in one step.$link
"""

from __future__ import annotations

import argparse
import math

import torch
from torch import Tensor, nn

CARRY = "$carry"
SEGMENT_LENGTH = $length
SEGMENTS = $segments
EPOCHS = $epochs
STEPS_PER_PERIOD = $period
PHASE = $phase  # degrees
LEARNING_RATE = $lr
BETAS = $betas
SEED = $seed


def angles(steps: Tensor) -> Tensor:
    """Return the angle of each sine at each step, (T, number of sines)."""
    turn = 2 * math.pi * steps / STEPS_PER_PERIOD
$angles


def wave(steps: Tensor, moved: float = 0.0) -> Tensor:
    """Return the signal, moved on by a phase, (T,)."""
    at = angles(steps) + moved
    return at.sin().sum(1) / math.sqrt(at.shape[1])


def take(start: int, count: int) -> tuple[Tensor, Tensor]:
    """Return what is read and what is asked for, each (T, 1, 1)."""
    steps = torch.arange(start, start + count + 1, dtype=torch.float64)
$input
$target
    return x[:-1].float().view(-1, 1, 1), y.float().view(-1, 1, 1)


class Network(nn.Module):
    """A recurrent network with a head on every step."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = $module
        self.head = nn.Linear($width, 1)

    def forward(self, x: Tensor, state=None):
        """Answer each step of a segment; return the state that the next one may begin with."""
        r_out, state = self.rnn(x, state)
        return self.head(r_out), state  # one Linear over all steps


def detached(state):
    """Return the same numbers without the graph that made them."""
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def train(model: Network, carry: str) -> list[float]:
    """Train in place; return the loss of every step."""
    torch.set_flush_denormal(True)  # numbers below 1.2e-38 count as 0: they slow a CPU down
    optimizer = $adam
    per_step = SEGMENTS if carry == "full" else 1
    h_state, losses = None, []
    for step in range(SEGMENTS // per_step * EPOCHS):
        x, y = take(step * per_step * SEGMENT_LENGTH, per_step * SEGMENT_LENGTH)
        answers = []
        for segment in x.split(SEGMENT_LENGTH):
            answer, h_state = model(segment, None if carry == "reset" else h_state)
            answers.append(answer)
        h_state = detached(h_state)  # the numbers go on, the gradient ends here
        loss = (torch.cat(answers) - y).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def build() -> Network:
    """Draw the first weights; the seed decides them."""
    torch.manual_seed(SEED)
    return Network()


def main() -> None:
    """Train, and say how it went."""
    parser = argparse.ArgumentParser(description="Train a network on a signal read in segments.")
    parser.add_argument("--carry", choices=("detach", "reset", "full"), default=CARRY)
    parser.add_argument("--losses", help="file for the loss of each step")
    parser.add_argument("--weights", help="file for the weights, ending in .pt")
    args = parser.parse_args()
    torch.set_num_threads(1)
    model = build()
    losses = train(model, args.carry)
    last = losses[-20:]
    print(f"{args.carry}: mean squared error of the last steps {sum(last) / len(last):.5f}")
    if args.losses:
        with open(args.losses, "w") as file:
            file.writelines(f"{loss!r}\\n" for loss in losses)
    if args.weights:
        torch.save(model.state_dict(), args.weights)


if __name__ == "__main__":
    main()
'''
