"""The pieces of a lesson's exported script, as they stand in it; `lesson_script` fills them."""

from __future__ import annotations

from collections.abc import Mapping

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

# What is learnt.
LINES = """
# What is read, and what is to be answered to it, symbol by symbol.
PAIRS = [
$pairs]
SYMBOLS = sorted({symbol for pair in PAIRS for part in pair for symbol in part})
"""
ROWS = """
# Words, and the class of each row.
ROWS = [
$pairs]
WORDS = sorted({word for words, _ in ROWS for word in words})
CLASSES = sorted({name for _, name in ROWS})
"""
TEXT = """
WINDOW = $window  # symbols of a sequence
WINDOWS = $windows  # of an epoch

TEXT = $text
SYMBOLS = sorted(set(TEXT))
LEARNT = len(TEXT) - max(int(len(TEXT) * $held_out), 2)  # the rest is not learnt and judges
"""
RECALL = """
SYMBOLS = $symbols  # one of them comes first; as many others distract
DELAY = $delay  # so many distractors follow
SEQUENCES = $sequences  # of an epoch, all of them new
"""

# Examples as tensors, the first axis that of the examples; -100 stands where nothing is asked.
ENCODE = '''

def encode(symbols) -> Tensor:
    """Turn symbols into codes: their places in the alphabet."""
    return torch.tensor([$symbols.index(symbol) for symbol in symbols])


def pad(rows: list[Tensor], value: int) -> Tensor:
    """Put rows of different lengths under one another."""
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=value)
'''
ALIGNED = '''

def examples(chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return what is read and what is wanted, (lines, time)."""
    sources, targets = zip(*PAIRS, strict=True)
    return pad([encode(one) for one in sources], 0), pad([encode(one) for one in targets], -100)
'''
SORTED = '''

def examples(chance: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Return the words, (rows, time), how many they are, and the classes."""
    rows = [encode(words) for words, _ in ROWS]
    classes = torch.tensor([CLASSES.index(name) for _, name in ROWS])
    return pad(rows, 0), torch.tensor([len(row) for row in rows]), classes
'''
WRITTEN = '''

def examples(chance: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Return what is read, (lines, time), how long it is, and what is wanted, with an end mark."""
    sources = [encode(source) for source, _ in PAIRS]
    end = torch.tensor([len(SYMBOLS)])
    wanted = [torch.cat((encode(target), end)) for _, target in PAIRS]
    return pad(sources, 0), torch.tensor([len(one) for one in sources]), pad(wanted, -100)
'''
WINDOWED = '''

CODES = torch.tensor([SYMBOLS.index(symbol) for symbol in TEXT])


def examples(chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """Cut windows out of the text by chance; each symbol is answered by the next."""
    starts = torch.randint(LEARNT - WINDOW, (WINDOWS, 1), generator=chance)
    found = CODES[starts + torch.arange(WINDOW + 1)]
    return found[:, :-1], found[:, 1:]
'''
DRAWN = '''

def examples(chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw sequences, (sequences, time), and which symbol came first in each."""
    first = torch.randint(SYMBOLS, (SEQUENCES,), generator=chance)
    others = torch.randint(SYMBOLS, 2 * SYMBOLS, (SEQUENCES, DELAY), generator=chance)
    return torch.cat((first[:, None], others), 1), first
'''

COSTS: Mapping[str, str] = {
    "summed": '''

def cost(model: Network, codes: Tensor, wanted: Tensor) -> Tensor:
    """Return the cross-entropy, summed over the symbols of a line, a mean over lines."""
    logits = model(codes.T)
    total = F.cross_entropy(logits.flatten(0, 1), wanted.T.flatten(), reduction="sum")
    return total / len(codes)
''',
    "mean": '''

def cost(model: Network, codes: Tensor, wanted: Tensor) -> Tensor:
    """Return the mean cross-entropy of all symbols."""
    return F.cross_entropy(model(codes.T).flatten(0, 1), wanted.T.flatten())
''',
    "last": '''

def cost(model: Network, codes: Tensor, lengths: Tensor, wanted: Tensor) -> Tensor:
    """Return the mean cross-entropy after the last word of each row."""
    logits = model(codes.T)
    return F.cross_entropy(logits[lengths - 1, torch.arange(len(codes))], wanted)
''',
    "with a teacher": '''

def cost(model: Network, codes: Tensor, lengths: Tensor, wanted: Tensor) -> Tensor:
    """Return the mean cross-entropy, end marks included, with the right symbols going in."""
    logits = model(codes.T, lengths, wanted.T)
    return F.cross_entropy(logits.flatten(0, 1), wanted.T.flatten())
''',
    "alone": '''

def cost(model: Network, codes: Tensor, lengths: Tensor, wanted: Tensor) -> Tensor:
    """Return the mean cross-entropy, end marks included, with its own symbols going in."""
    logits = model.write(codes.T, lengths, wanted.shape[1])
    return F.cross_entropy(logits.flatten(0, 1), wanted.T.flatten())
''',
    "recalled": '''

def cost(model: Network, codes: Tensor, first: Tensor) -> Tensor:
    """Return the mean cross-entropy of all questions: one after each distractor."""
    logits = model(codes.T)[1:]
    asked = first.expand(logits.shape[:2])
    return F.cross_entropy(logits.flatten(0, 1), asked.flatten())
''',
}

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

# What was learnt, in words.
TOLD: Mapping[str, str] = {
    "lines": """    for source, _ in PAIRS:
        answers = model(encode(source)[:, None])[:, 0].argmax(1)
        print("".join(source), "->", "".join(SYMBOLS[code] for code in answers))
""",
    "rows": """    codes, lengths, _ = examples(torch.Generator())
    answers = model(codes.T)[lengths - 1, torch.arange(len(codes))].argmax(1)
    for (words, name), code in zip(ROWS, answers, strict=True):
        print(*words, "->", CLASSES[code], "" if CLASSES[code] == name else f"(not {name})")
""",
    "text": """    rest = CODES[LEARNT:]
    nats = F.cross_entropy(model(rest[:-1, None])[:, 0], rest[1:])
    print(f"{nats / torch.tensor(2.0).log():.3f} bits per character of the end, not learnt")
""",
    "writing": """    codes, lengths, wanted = examples(torch.Generator())
    written = model.write(codes.T, lengths, wanted.shape[1]).argmax(2).T
    for (source, _), row in zip(PAIRS, written.tolist(), strict=True):
        said = row[: row.index(model.end)] if model.end in row else row
        print("".join(source), "->", "".join(SYMBOLS[code] for code in said))
""",
    "recall": """    codes, first = examples(torch.Generator().manual_seed(2**40))  # not learnt
    right = (model(codes.T)[-1].argmax(1) == first).float().mean()
    print(f"{right:.1%} right after {DELAY} distractors; chance is {1 / SYMBOLS:.1%}")
""",
}

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
