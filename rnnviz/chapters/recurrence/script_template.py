"""Templates of the delay task's exported script; `script` fills them."""

from __future__ import annotations

RECALL = """
SYMBOLS = $symbols  # one of them comes first; as many others distract
DELAY = $delay  # so many distractors follow
SEQUENCES = $sequences  # of an epoch, all of them new
"""

DRAWN = '''

def examples(chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw sequences, (sequences, time), and which symbol came first in each."""
    first = torch.randint(SYMBOLS, (SEQUENCES,), generator=chance)
    others = torch.randint(SYMBOLS, 2 * SYMBOLS, (SEQUENCES, DELAY), generator=chance)
    return torch.cat((first[:, None], others), 1), first
'''

COST = '''

def cost(model: Network, codes: Tensor, first: Tensor) -> Tensor:
    """Return the mean cross-entropy of all questions: one after each distractor."""
    logits = model(codes.T)[1:]
    asked = first.expand(logits.shape[:2])
    return F.cross_entropy(logits.flatten(0, 1), asked.flatten())
'''

TOLD = """    codes, first = examples(torch.Generator().manual_seed(2**40))  # not learnt
    right = (model(codes.T)[-1].argmax(1) == first).float().mean()
    print(f"{right:.1%} right after {DELAY} distractors; chance is {1 / SYMBOLS:.1%}")
"""

TAGGER = '''

class Network(nn.Module):
    """A recurrent network with a head on every step."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = $rnn
        self.head = nn.Linear($hidden, SYMBOLS)

    def forward(self, codes: Tensor) -> Tensor:
        """Answer after each symbol: (time, batch) -> logits, (time, batch, symbols)."""
        output, _ = self.rnn(F.one_hot(codes, 2 * SYMBOLS).float())
        return self.head(output)
'''
