"""Templates of the networks in the exported scripts on text; parameter names are rnnviz's."""

from __future__ import annotations

CELL = '''

class Network(nn.Module):
    """`nn.RNNCell` and a loop over the symbols; h itself is the answer."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.RNNCell(len(SYMBOLS), len(SYMBOLS))

    def forward(self, codes: Tensor) -> Tensor:
        """Answer texts: (time, batch) -> one logit per symbol, (time, batch, symbols)."""
        h = torch.zeros(codes.shape[1], len(SYMBOLS))
        states = []
        for x in F.one_hot(codes, len(SYMBOLS)).float():
            h = self.cell(x, h)
            states.append(h)
        return torch.stack(states)
'''
RNN = '''

class Network(nn.Module):
    """`nn.RNN` over the whole sequence; h itself is the answer."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.RNN(len(SYMBOLS), len(SYMBOLS))

    def forward(self, codes: Tensor) -> Tensor:
        """Answer texts: (time, batch) -> one logit per symbol, (time, batch, symbols)."""
        output, _ = self.rnn(F.one_hot(codes, len(SYMBOLS)).float())
        return output
'''
EMBEDDING = '''

class Network(nn.Module):
    """An embedding, a recurrent network, a head."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len($symbols), $width)
        self.rnn = $rnn
        self.head = nn.Linear($hidden, len($answers))

    def forward(self, codes: Tensor) -> Tensor:
        """Answer after each symbol: (time, batch) -> logits, (time, batch, answers)."""
        output, _ = self.rnn(self.embedding(codes))
        return self.head(output)
'''
WRITER = '''

class Network(nn.Module):
    """One network reads a text into its last state, another writes from there."""

    def __init__(self) -> None:
        super().__init__()
        self.end, self.begin = len(SYMBOLS), len(SYMBOLS) + 1
        self.embedding = nn.Embedding(len(SYMBOLS) + 2, $width)
        self.encoder = $rnn
        self.decoder = $rnn
        self.head = nn.Linear($hidden, len(SYMBOLS) + 1)

    def read(self, codes: Tensor, lengths: Tensor):
        """Return the state after the last symbol of each text, (time, batch)."""
        embedded = self.embedding(codes)
        packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, enforce_sorted=False)
        return self.encoder(packed)[1]

    def forward(self, codes: Tensor, lengths: Tensor, wanted: Tensor) -> Tensor:
        """Write with the right symbol before each given: teacher forcing."""
        said = wanted.masked_fill(wanted < 0, self.end)
        before = torch.cat((torch.full_like(said[:1], self.begin), said[:-1]))
        output, _ = self.decoder(self.embedding(before), self.read(codes, lengths))
        return self.head(output)

    def write(self, codes: Tensor, lengths: Tensor, steps: int) -> Tensor:
        """Write with what was written before given back in; return the logits."""
        state, code = self.read(codes, lengths), torch.full_like(codes[:1], self.begin)
        logits = []
        for _ in range(steps):
            output, state = self.decoder(self.embedding(code), state)
            logits.append(self.head(output[0]))
            code = logits[-1].detach().argmax(1)[None]
        return torch.stack(logits)
'''
