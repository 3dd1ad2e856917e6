"""Networks as people write them, for the tests that read their files back."""

import io

import torch
from torch import nn
from torch.nn import functional as F


class Last(nn.Module):
    """The tutorial's network: the last output, one linear layer."""

    def __init__(self, kind=nn.LSTM, H=6, **options):
        super().__init__()
        self.rnn = kind(28, H, batch_first=True, **options)
        self.fc = nn.Linear(H, 10)

    def forward(self, x):
        return self.fc(self.rnn(x)[0][:, -1])


class TwoLinear(nn.Module):
    def __init__(self, activation=F.relu, first=None, same=False):
        super().__init__()
        self.lstm = nn.LSTM(28, 8, 2, batch_first=True)
        self.fc1 = nn.Linear(8, 8 if same else 6)
        self.fc2 = nn.Linear(8 if same else 6, 10)
        self.activation, self.first = activation, first

    def forward(self, x):
        x = self.lstm(x)[0][:, -1]
        x = self.first(x) if self.first else x
        return self.fc2(self.activation(self.fc1(x)))


class SequentialHead(nn.Module):
    """A head in one nn.Sequential, with everything that has weights and what has none."""

    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(28, 7, bidirectional=True, batch_first=True)
        self.head = nn.Sequential(
            nn.LayerNorm(14),
            nn.Dropout(0.5),
            nn.Linear(14, 12),
            nn.BatchNorm1d(12),
            nn.Tanh(),
            nn.Dropout(0.2),
            nn.Linear(12, 9, bias=False),
            nn.Tanh(),
            nn.Linear(9, 10),
        )

    def forward(self, x):
        h_n = self.gru(x)[1]
        return self.head(torch.cat([h_n[-2], h_n[-1]], -1))


class ActivationFirst(nn.Module):
    """Batch normalization behind the activation, and defined after all linear layers."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(28, 8, batch_first=True)
        self.fc1 = nn.Linear(8, 6)
        self.fc2 = nn.Linear(6, 10)
        self.norm = nn.BatchNorm1d(6)

    def forward(self, x):
        return self.fc2(self.norm(F.relu(self.fc1(self.rnn(x)[0][:, -1]))))


class AllSteps(nn.Module):
    def __init__(self, two=False, kind=nn.LSTM):
        super().__init__()
        self.lstm = kind(28, 5, batch_first=True, bidirectional=two)
        self.fc = nn.Linear(28 * 5 * (1 + two), 10)

    def forward(self, x):
        return self.fc(self.lstm(x)[0].reshape(len(x), -1))


class Stacked(nn.Module):
    """Modules of different sizes; the first in two directions, the second in one."""

    def __init__(self, kind=nn.LSTM, two=(True, False), sizes=(9, 4), layers=(1, 2), **options):
        super().__init__()
        width = sizes[0] * (1 + two[0])
        common = {"batch_first": True, **options}
        self.rnn1 = kind(28, sizes[0], layers[0], bidirectional=two[0], **common)
        self.dropout = nn.Dropout(0.3)
        self.rnn2 = kind(width, sizes[1], layers[1], bidirectional=two[1], **common)
        self.out = nn.Linear(sizes[1] * (1 + two[1]), 10)

    def forward(self, x):
        x = self.dropout(self.rnn1(x)[0])
        output, state = self.rnn2(x)
        h_n = state[0] if isinstance(state, tuple) else state
        if self.rnn2.bidirectional:
            return self.out(torch.cat([h_n[-2], h_n[-1]], -1))
        return self.out(output[:, -1])


class StackedAllSteps(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.GRU(28, 3, batch_first=True)
        self.b = nn.GRU(3, 5, batch_first=True, bidirectional=True)
        self.c = nn.GRU(10, 4, batch_first=True)
        self.fc1 = nn.Linear(28 * 4, 11)
        self.fc2 = nn.Linear(11, 10)

    def forward(self, x):
        x = self.c(self.b(self.a(x)[0])[0])[0]
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


class Cells(nn.Module):
    """A loop over cells, in a list or with names."""

    def __init__(self, kind=nn.LSTMCell, sizes=(6,), **options):
        super().__init__()
        widths = [28, *sizes]
        self.cells = nn.ModuleList(
            kind(i, o, **options) for i, o in zip(widths, sizes, strict=False)
        )
        self.fc = nn.Linear(sizes[-1], 10)

    def forward(self, x):
        states = [None] * len(self.cells)
        for t in range(x.shape[1]):
            h = x[:, t]
            for k, cell in enumerate(self.cells):
                states[k] = cell(h, states[k])
                h = states[k][0] if isinstance(states[k], tuple) else states[k]
        return self.fc(h)


class ReverseOnly(nn.Module):
    """h_n[-1] of two directions, which is the reverse one."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(28, 6, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(6, 10)

    def forward(self, x):
        return self.fc(self.lstm(x)[1][0][-1])


class SumOfDirections(ReverseOnly):
    def forward(self, x):
        h_n = self.lstm(x)[1][0]
        return self.fc(h_n[0] + h_n[1])


class WithPReLU(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(28, 6, batch_first=True)
        self.fc1 = nn.Linear(6, 5)
        self.act = nn.PReLU()
        self.fc2 = nn.Linear(5, 10)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(self.lstm(x)[0][:, -1])))


def made(build, seed=0, scale=4.0):
    """Build a network with large weights and uneven statistics, so that no two ways agree."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build()
        for name, value in network.state_dict().items():
            if name.endswith("running_mean"):
                value.normal_()
            elif name.endswith("running_var"):
                value.uniform_(0.5, 2.0)
            elif value.dim() == 2 and not name.startswith(("rnn", "lstm", "gru", "cells")):
                value.mul_(scale)
    return network.eval()


def as_pt(values, **options):
    file = io.BytesIO()
    torch.save(values, file, **options)
    return file.getvalue()


def as_safetensors(values):
    from safetensors.torch import save

    return save({name: value.detach().clone().contiguous() for name, value in values.items()})


def digits_like(B=5, T=28):
    return torch.rand(T, B, 28, generator=torch.Generator().manual_seed(1))
