"""Templates of the exported scripts on rows of different lengths, or with rows held out."""

from __future__ import annotations

ROWS = """
# What is read, and the class of each row.
ROWS = [
$pairs]
# Rows that are not trained on.
HELD_OUT = [
$held_out]
WORDS = sorted({word for words, _ in ROWS + HELD_OUT for word in words})
CLASSES = sorted({name for _, name in ROWS})
"""
PLACES = """
PLACES = {word: place for place, word in enumerate(WORDS)}
"""
PACKED = '''

class Network(nn.Module):
    """An embedding, a recurrent network, a head."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len($symbols), $width)
        self.rnn = $rnn
        self.head = nn.Linear($hidden, len($answers))

    def forward(self, codes: Tensor, lengths: Tensor) -> Tensor:
        """Answer after each symbol: (time, batch) -> logits; packed, padding is not read."""
        embedded = self.embedding(codes)
        packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, enforce_sorted=False)
        output, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0])
        return self.head(output)
'''
BATCH = '''

def batch(rows: list) -> tuple[Tensor, Tensor, Tensor]:
    """Return the symbols, (rows, time), how many they are, and the classes."""
    coded = [encode(words) for words, _ in rows]
    classes = torch.tensor([CLASSES.index(name) for _, name in rows])
    return pad(coded, 0), torch.tensor([len(row) for row in coded]), classes


def examples(chance: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Return the rows that are trained on."""
    return batch(ROWS)
'''
LAST = '''

def last(model: Network, codes: Tensor, lengths: Tensor) -> Tensor:
    """Return the logits after the last symbol of each row, (rows, classes)."""
    return model($arguments)[lengths - 1, torch.arange(len(codes))]


def cost(model: Network, codes: Tensor, lengths: Tensor, wanted: Tensor) -> Tensor:
    """Return the mean cross-entropy after the last symbol of each row."""
    return F.cross_entropy(last(model, codes, lengths), wanted)
'''
TOLD = """    codes, lengths, _ = batch(ROWS)
    answers = last(model, codes, lengths).argmax(1)
    for (words, name), code in zip(ROWS, answers, strict=True):
        print(*words, "->", CLASSES[code], "" if CLASSES[code] == name else f"(not {name})")
"""
TOLD_HELD_OUT = """    codes, lengths, wanted = batch(HELD_OUT)
    answers = last(model, codes, lengths).argmax(1)
    print(int((answers == wanted).sum()), "of", len(HELD_OUT), "rows right that were held out")
"""
