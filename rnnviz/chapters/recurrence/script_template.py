"""Train $network to recall a symbol after $delay distractors.

It needs torch, nothing else, and has $parameters parameters.

    python $name                     train, then report the accuracy
    python $name --weights net.pt    save the weights
    python $name --losses FILE       save the loss of each step

$promise
"""
# ruff: noqa: T201

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rnnviz.training.export.network_template import (
    FORGET_BIAS,
    HIDDEN_SIZE,
    PROJ_SIZE,
    SEED,
    recurrent,
    set_forget_bias,
)
from rnnviz.training.export.task_template import main

# --- config of the run ---
SYMBOLS = 8  # one of them comes first; as many others distract
DELAY = 50  # distractors after it
SEQUENCES = 1600  # in an epoch, all of them new
# --- end of the config ---


class Network(nn.Module):
    """A recurrent network with a head on every step."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = recurrent()
        self.head = nn.Linear(PROJ_SIZE or HIDDEN_SIZE, SYMBOLS)
        if FORGET_BIAS is not None:
            set_forget_bias(self.rnn, FORGET_BIAS)

    def forward(self, codes: Tensor) -> Tensor:
        """Predict after each symbol: (time, batch) -> logits, (time, batch, symbols)."""
        output, _ = self.rnn(F.one_hot(codes, 2 * SYMBOLS).float())
        logits: Tensor = self.head(output)
        return logits


def build() -> Network:
    """Draw the first weights, which follow from the seed."""
    torch.manual_seed(SEED)
    return Network()


def examples(generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw sequences, (sequences, time), and the symbol that comes first in each."""
    first = torch.randint(SYMBOLS, (SEQUENCES,), generator=generator)
    others = torch.randint(SYMBOLS, 2 * SYMBOLS, (SEQUENCES, DELAY), generator=generator)
    return torch.cat((first[:, None], others), 1), first


def cost(model: Network, codes: Tensor, first: Tensor) -> Tensor:
    """Return the mean cross-entropy of the predictions after each distractor."""
    logits = model(codes.T)[1:]
    target = first.expand(logits.shape[:2])
    return F.cross_entropy(logits.flatten(0, 1), target.flatten())


def report(model: Network) -> None:
    """Print the accuracy after the last distractor, on sequences not trained on."""
    codes, first = examples(torch.Generator().manual_seed(2**40))
    right = (model(codes.T)[-1].argmax(1) == first).float().mean()
    print(f"{right:.1%} right after {DELAY} distractors; chance is {1 / SYMBOLS:.1%}")


if __name__ == "__main__":
    main(build, examples, cost, report)
