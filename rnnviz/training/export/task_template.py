"""Templates shared by the exported scripts of all tasks but MNIST; `task_script` fills them."""

from __future__ import annotations

HEADER = '''"""Train $network $task.

It needs torch, nothing else, and has $parameters numbers to learn.

    python $name                     train, then say what was learnt
    python $name --weights net.pt    keep what was learnt
    python $name --losses FILE       keep the loss of each step

$promise
"""
'''

CONSTANTS = """
import argparse
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

EPOCHS = $epochs
BATCH_SIZE = $batch_size
LEARNING_RATE = $lr
SEED = $seed  # of the weights and of everything else that chance decides
"""

BUILD = '''

def build() -> Network:
    """Draw the first weights; the seed decides them."""
    torch.manual_seed(SEED)
$steps
'''
FORGET = """    model = Network()
    # The biases of an LSTM's forget gates say how much it remembers at first.
    with torch.no_grad():
        for name, value in model.rnn.named_parameters():
            if name.startswith("bias_"):
                forget = value[$hidden:$twice]  # of the gates i, f, g, o
                forget.fill_($forget_bias if name.startswith("bias_ih") else 0.0)
"""

TRAIN = '''

def train(model: Network) -> list[float]:
    """Train in place; return the loss of every step."""
    torch.set_flush_denormal(True)  # numbers below 1.2e-38 count as 0: they slow a CPU down
    optimizer = torch.optim.$optimizer
    order = torch.Generator().manual_seed(SEED + 1)
    chance = torch.Generator().manual_seed(SEED + 2)
    losses: list[float] = []
    for _ in range(EPOCHS):
        parts = examples(chance)
        for batch in torch.randperm(len(parts[0]), generator=order).split(BATCH_SIZE):
            loss = cost(model, *(part[batch] for part in parts))
            optimizer.zero_grad()
            loss.backward()
$clip            optimizer.step()
            losses.append(loss.item())
    return losses
'''
CLIP = "            nn.utils.clip_grad_norm_(model.parameters(), $clip_norm)\n"

MAIN = '''

@torch.no_grad()
def tell(model: Network) -> None:
    """Say what was learnt."""
    model.eval()
$told

def main() -> None:
    """Train, and say how it went."""
    parser = argparse.ArgumentParser(description="Train this network.")
    parser.add_argument("--threads", type=int, default=1, help="of the CPU")
    parser.add_argument("--losses", type=Path, help="file for the loss of each step")
    parser.add_argument("--weights", type=Path, help="file for the weights, ending in .pt")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = build()
    losses = train(model)
    print(f"{len(losses):,} steps, the loss of the last {losses[-1]:.4f}")
    tell(model)
    if args.losses:
        args.losses.write_text("".join(f"{loss!r}\\n" for loss in losses))
    if args.weights:
        torch.save(model.state_dict(), args.weights)


if __name__ == "__main__":
    main()
'''
