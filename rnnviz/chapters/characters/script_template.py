"""Templates of the exported scripts on text; `script` fills them."""

from __future__ import annotations

from collections.abc import Mapping

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
LEARNT = len(TEXT) - $held_out  # the rest is not learnt and judges
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

$codes


def examples(chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """Cut windows out of the text by chance; each symbol is answered by the next."""
    starts = torch.randint(LEARNT - WINDOW, (WINDOWS, 1), generator=chance)
    found = CODES[starts + torch.arange(WINDOW + 1)]
    return found[:, :-1], found[:, 1:]
'''

CODES = "CODES = torch.tensor([SYMBOLS.index(symbol) for symbol in TEXT])"
# The same for many symbols: to look each up in the list would take minutes.
PLACED_CODES = """PLACES = {symbol: place for place, symbol in enumerate(SYMBOLS)}
CODES = torch.tensor([PLACES[symbol] for symbol in TEXT])"""

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
}

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
}
