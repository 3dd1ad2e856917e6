"""Train $network $task.

It needs torch, nothing else, and has $parameters parameters.

    python $name                     train, then show what was learned
    python $name --weights net.pt    save the weights
    python $name --losses FILE       save the loss of each step

$promise
"""
# ruff: noqa: T201

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from rnnviz.training.export.network_template import (
    FORGET_BIAS,
    HIDDEN_SIZE,
    INPUT_SIZE,
    SEED,
    recurrent,
    set_forget_bias,
)
from rnnviz.training.export.task_template import main

Row = tuple[Sequence[str], str]

# --- config of the run ---
NETWORK = "rnn"
PACKED = False
TEACHER_FORCING = True
WINDOW = 32  # symbols of a sequence
WINDOWS = 40  # in an epoch
TRAINED = 1000  # symbols of the text; the rest evaluates the network
# The text.
TEXT: Sequence[str] = "hello"
# Each line, and its target symbol by symbol.
PAIRS: list[tuple[Sequence[str], Sequence[str]]] = [("hello", "ohlol")]
# Each row, and its class.
ROWS: list[Row] = [(["so", "good"], "1")]
# Rows that are not trained on.
HELD_OUT: list[Row] = []
# --- end of the config ---

if NETWORK == "language":
    SYMBOLS = sorted(set(TEXT))
elif NETWORK == "classifier":
    SYMBOLS = sorted({symbol for symbols, _ in ROWS + HELD_OUT for symbol in symbols})
else:
    SYMBOLS = sorted({symbol for pair in PAIRS for part in pair for symbol in part})
CODES = {symbol: code for code, symbol in enumerate(SYMBOLS)}
CLASSES = sorted({name for _, name in ROWS})


class CellNetwork(nn.Module):
    """`nn.RNNCell` and a loop over the symbols; h itself is the prediction."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.RNNCell(len(SYMBOLS), len(SYMBOLS))

    def forward(self, codes: Tensor) -> Tensor:
        """Predict: (time, batch) -> one logit per symbol, (time, batch, symbols)."""
        h = torch.zeros(codes.shape[1], len(SYMBOLS))
        states = []
        for x in F.one_hot(codes, len(SYMBOLS)).float():
            h = self.cell(x, h)
            states.append(h)
        return torch.stack(states)


class PlainNetwork(nn.Module):
    """`nn.RNN` over the whole sequence; h itself is the prediction."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.RNN(len(SYMBOLS), len(SYMBOLS))

    def forward(self, codes: Tensor) -> Tensor:
        """Predict: (time, batch) -> one logit per symbol, (time, batch, symbols)."""
        output: Tensor = self.rnn(F.one_hot(codes, len(SYMBOLS)).float())[0]
        return output


class Network(nn.Module):
    """An embedding, a recurrent network, and a head on every step."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(SYMBOLS), INPUT_SIZE)
        self.rnn = recurrent()
        if NETWORK == "classifier":
            self.head = nn.Linear(HIDDEN_SIZE, len(CLASSES))
        else:
            self.head = nn.Linear(HIDDEN_SIZE, len(SYMBOLS))
        if FORGET_BIAS is not None:
            set_forget_bias(self.rnn, FORGET_BIAS)

    def forward(self, codes: Tensor, *lengths: Tensor) -> Tensor:
        """Predict after each symbol: (time, batch) -> logits, (time, batch, outputs)."""
        embedded = self.embedding(codes)
        if PACKED:  # the padding of short rows is not read
            packed = pack_padded_sequence(embedded, lengths[0], enforce_sorted=False)
            output, _ = pad_packed_sequence(self.rnn(packed)[0])
        else:
            output, _ = self.rnn(embedded)
        logits: Tensor = self.head(output)
        return logits


class EncoderDecoder(nn.Module):
    """One network reads a text into its last state, another writes from there."""

    def __init__(self) -> None:
        super().__init__()
        self.end, self.begin = len(SYMBOLS), len(SYMBOLS) + 1
        self.embedding = nn.Embedding(len(SYMBOLS) + 2, INPUT_SIZE)
        self.encoder = recurrent()
        self.decoder = recurrent()
        self.head = nn.Linear(HIDDEN_SIZE, len(SYMBOLS) + 1)

    def forward(self, codes: Tensor, lengths: Tensor, target: Tensor) -> Tensor:
        """Write as many symbols as the target has, (time, batch); return their logits.

        With teacher forcing the input of each step in training is the target before it, else the
        symbol that was written before it.
        """
        packed = pack_padded_sequence(self.embedding(codes), lengths, enforce_sorted=False)
        _, state = self.encoder(packed)
        code = torch.full_like(codes[:1], self.begin)
        if TEACHER_FORCING and self.training:
            before = torch.cat((code, target.masked_fill(target < 0, self.end)[:-1]))
            output, _ = self.decoder(self.embedding(before), state)
            forced: Tensor = self.head(output)
            return forced
        logits: list[Tensor] = []
        for _ in range(len(target)):
            output, state = self.decoder(self.embedding(code), state)
            logits.append(self.head(output[0]))
            code = logits[-1].detach().argmax(1)[None]
        return torch.stack(logits)


def build() -> nn.Module:
    """Draw the first weights, which follow from the seed."""
    torch.manual_seed(SEED)
    if NETWORK == "cell":
        return CellNetwork()
    if NETWORK == "rnn":
        return PlainNetwork()
    if NETWORK == "writer":
        return EncoderDecoder()
    return Network()


def encode(symbols: Iterable[str]) -> Tensor:
    """Return the codes of symbols."""
    return torch.tensor([CODES[symbol] for symbol in symbols])


TEXT_CODES = encode(TEXT)


def pad(rows: list[Tensor], value: int) -> Tensor:
    """Stack rows of different lengths."""
    return pad_sequence(rows, batch_first=True, padding_value=value)


def batch_of(rows: list[Row]) -> tuple[Tensor, Tensor, Tensor]:
    """Return codes, (rows, time), classes and lengths of rows."""
    codes = [encode(symbols) for symbols, _ in rows]
    classes = torch.tensor([CLASSES.index(name) for _, name in rows])
    return pad(codes, 0), classes, torch.tensor([len(row) for row in codes])


def examples(generator: torch.Generator) -> tuple[Tensor, ...]:
    """Return codes and targets, (examples, time) or a class each; lengths where they are needed."""
    if NETWORK == "language":
        starts = torch.randint(TRAINED - WINDOW, (WINDOWS, 1), generator=generator)
        found = TEXT_CODES[starts + torch.arange(WINDOW + 1)]
        return found[:, :-1], found[:, 1:]
    if NETWORK == "classifier":
        return batch_of(ROWS)
    sources = [encode(source) for source, _ in PAIRS]
    if NETWORK == "writer":
        end = torch.tensor([len(SYMBOLS)])
        targets = [torch.cat((encode(target), end)) for _, target in PAIRS]
        return pad(sources, 0), pad(targets, -100), torch.tensor([len(one) for one in sources])
    return pad(sources, 0), pad([encode(target) for _, target in PAIRS], -100)


def last(model: Callable[..., Tensor], codes: Tensor, lengths: Tensor) -> Tensor:
    """Return the logits after the last symbol of each row, (rows, classes)."""
    return model(codes.T, lengths)[lengths - 1, torch.arange(len(codes))]


def cost(model: Callable[..., Tensor], codes: Tensor, target: Tensor, *lengths: Tensor) -> Tensor:
    """Return the cross-entropy of the predictions."""
    if NETWORK == "classifier":
        return F.cross_entropy(last(model, codes, *lengths), target)
    if NETWORK == "writer":
        logits = model(codes.T, *lengths, target.T)
        return F.cross_entropy(logits.flatten(0, 1), target.T.flatten())
    logits = model(codes.T)
    if NETWORK == "language":
        return F.cross_entropy(logits.flatten(0, 1), target.T.flatten())
    # The sum over the symbols of a line, the mean over lines.
    total = F.cross_entropy(logits.flatten(0, 1), target.T.flatten(), reduction="sum")
    return total / len(codes)


def report(model: Callable[..., Tensor]) -> None:
    """Print what was learned."""
    if NETWORK == "language":
        rest = TEXT_CODES[TRAINED:]
        nats = F.cross_entropy(model(rest[:-1, None])[:, 0], rest[1:])
        print(f"{nats / torch.tensor(2.0).log():.3f} bits per character of the end, not trained on")
    elif NETWORK == "classifier" and HELD_OUT:
        codes, target, lengths = batch_of(HELD_OUT)
        predicted = last(model, codes, lengths).argmax(1)
        print(int((predicted == target).sum()), "of", len(HELD_OUT), "held-out rows right")
    elif NETWORK == "classifier":
        codes, _, lengths = batch_of(ROWS)
        predicted = last(model, codes, lengths).argmax(1)
        for (symbols, name), code in zip(ROWS, predicted, strict=True):
            found = CLASSES[code]
            print(*symbols, "->", found, "" if found == name else f"(not {name})")
    elif NETWORK == "writer":
        codes, target, lengths = examples(torch.Generator())
        predicted = model(codes.T, lengths, target.T).argmax(2).T
        for (source, _), row in zip(PAIRS, predicted.tolist(), strict=True):
            end = row.index(len(SYMBOLS)) if len(SYMBOLS) in row else len(row)
            print("".join(source), "->", "".join(SYMBOLS[code] for code in row[:end]))
    else:
        for source, _ in PAIRS:
            predicted = model(encode(source)[:, None])[:, 0].argmax(1)
            print("".join(source), "->", "".join(SYMBOLS[code] for code in predicted))


if __name__ == "__main__":
    main(build, examples, cost, report)
