"""One time step of an RNN, a GRU and an LSTM, with every gate returned.

The weights are called as torch calls them, so the parameters of a one-layer module pass straight
through: `lstm_step(x, h, c, **{name.removesuffix("_l0"): p for name, p in named_parameters()})`.
Any leading axes may stand where the shapes say B; the gates of a whole sequence, say, have (T, B).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from rnnviz.core.config import Nonlinearity
from rnnviz.core.validation import check_shape


@dataclass(frozen=True)
class RNNStep:
    """What a plain RNN computes in one step.

    Attributes:
        a: Pre-activation, shape (B, H).
        h: New hidden state, in (-1, 1) for tanh and [0, ∞) for relu, shape (B, H).
    """

    a: Tensor
    h: Tensor

    @property
    def gates(self) -> dict[str, Tensor]:
        """No gates: empty."""
        return {}


@dataclass(frozen=True)
class GRUStep:
    """What a GRU computes in one step.

    Attributes:
        a_ih: The input's share of the pre-activation, W_ih x + b_ih, rows r, z, n, shape (B, 3H).
        a_hh: The state's share, W_hh h + b_hh, rows r, z, n, shape (B, 3H).
        r: Reset gate, how much of the state's share the candidate sees, in (0, 1), shape (B, H).
        z: Update gate, how much of the old state stays, in (0, 1), shape (B, H).
        n: Candidate of the hidden state, in (-1, 1), shape (B, H).
        h: New hidden state, shape (B, H).
    """

    a_ih: Tensor
    a_hh: Tensor
    r: Tensor
    z: Tensor
    n: Tensor
    h: Tensor

    @property
    def gates(self) -> dict[str, Tensor]:
        """The gates by name, in the order of torch's rows."""
        return {"r": self.r, "z": self.z, "n": self.n}

    @property
    def a(self) -> Tensor:
        """The pre-activations, rows r, z, n, shape (B, 3H); for n that is a_in + r · a_hn."""
        ones = torch.ones_like(self.r)
        return self.a_ih + torch.cat((ones, ones, self.r), dim=-1) * self.a_hh


@dataclass(frozen=True)
class LSTMStep:
    """What an LSTM computes in one step.

    Attributes:
        a: Pre-activations, rows i, f, g, o, shape (B, 4H).
        i: Input gate, in (0, 1), shape (B, H).
        f: Forget gate, in (0, 1), shape (B, H).
        g: Candidate of the cell state, in (-1, 1), shape (B, H).
        o: Output gate, in (0, 1), shape (B, H).
        c: New cell state, shape (B, H).
        h: New hidden state, shape (B, P).
    """

    a: Tensor
    i: Tensor
    f: Tensor
    g: Tensor
    o: Tensor
    c: Tensor
    h: Tensor

    @property
    def gates(self) -> dict[str, Tensor]:
        """The gates by name, in the order of torch's rows."""
        return {"i": self.i, "f": self.f, "g": self.g, "o": self.o}


Step = RNNStep | GRUStep | LSTMStep


def gru_gates(a_ih: Tensor, a_hh: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Open the gates of a GRU: (B, 3H) and (B, 3H) -> r, z, n, each (B, H).

    Source: torch.nn.GRU; unlike Cho et al. 2014, r scales W_hn h + b_hn and not h itself.
    """
    H = a_ih.shape[-1] // 3
    a_in, a_hn = a_ih[..., 2 * H :], a_hh[..., 2 * H :]
    r, z = (a_ih[..., : 2 * H] + a_hh[..., : 2 * H]).sigmoid().chunk(2, dim=-1)
    n = (a_in + r * a_hn).tanh()
    return r, z, n


def lstm_gates(a: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Open the gates of an LSTM: (B, 4H) -> i, f, g, o, each (B, H)."""
    i, f, g, o = a.chunk(4, dim=-1)
    return i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()


def rnn_step(
    x: Tensor,
    h_prev: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None = None,
    bias_hh: Tensor | None = None,
    *,
    nonlinearity: Nonlinearity = "tanh",
) -> RNNStep:
    """Advance a plain RNN by one time step.

    Args:
        x: Input x_t, shape (B, I).
        h_prev: Hidden state h_{t-1}, shape (B, H).
        weight_ih: Input to hidden, shape (H, I).
        weight_hh: Hidden to hidden, shape (H, H).
        bias_ih: Shape (H,); None means none.
        bias_hh: Shape (H,); None means none.
        nonlinearity: "tanh" or "relu".

    Returns: The pre-activation and the new state.

    Raises:
        ValueError: If a shape does not fit the others, or the nonlinearity is another one.

    Source: torch.nn.RNN.
    """
    H = h_prev.shape[-1]
    _check_step(x, {"h_prev": (h_prev, "H", H)}, (weight_ih, weight_hh, bias_ih, bias_hh), "", H, H)
    if nonlinearity not in ("tanh", "relu"):
        raise ValueError(f"nonlinearity must be tanh or relu, got {nonlinearity!r}")
    a = F.linear(x, weight_ih, bias_ih) + F.linear(h_prev, weight_hh, bias_hh)  # (B, H)
    h = a.relu() if nonlinearity == "relu" else a.tanh()
    return RNNStep(a=a, h=h)


def gru_step(
    x: Tensor,
    h_prev: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None = None,
    bias_hh: Tensor | None = None,
) -> GRUStep:
    """Advance a GRU by one time step.

    Args:
        x: Input x_t, shape (B, I).
        h_prev: Hidden state h_{t-1}, shape (B, H).
        weight_ih: Rows r, z, n, shape (3H, I).
        weight_hh: Rows r, z, n, shape (3H, H).
        bias_ih: Shape (3H,); None means none.
        bias_hh: Shape (3H,); None means none.

    Returns: The gates and the new state.

    Raises:
        ValueError: If a shape does not fit the others, e.g. "weight_ih must be (3H, I) = (9, 4),
            got (9, 5)".

    Source: torch.nn.GRU.
    """
    H = h_prev.shape[-1]
    weights = (weight_ih, weight_hh, bias_ih, bias_hh)
    _check_step(x, {"h_prev": (h_prev, "H", H)}, weights, "3", 3 * H, H)
    a_ih = F.linear(x, weight_ih, bias_ih)  # (B, 3H)
    a_hh = F.linear(h_prev, weight_hh, bias_hh)  # (B, 3H)
    r, z, n = gru_gates(a_ih, a_hh)
    h = (1 - z) * n + z * h_prev
    return GRUStep(a_ih=a_ih, a_hh=a_hh, r=r, z=z, n=n, h=h)


def lstm_step(
    x: Tensor,
    h_prev: Tensor,
    c_prev: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None = None,
    bias_hh: Tensor | None = None,
    weight_hr: Tensor | None = None,
) -> LSTMStep:
    """Advance an LSTM by one time step.

    Args:
        x: Input x_t, shape (B, I).
        h_prev: Hidden state h_{t-1}, shape (B, P).
        c_prev: Cell state c_{t-1}, shape (B, H).
        weight_ih: Rows i, f, g, o, shape (4H, I).
        weight_hh: Rows i, f, g, o, shape (4H, P).
        bias_ih: Shape (4H,); None means none.
        bias_hh: Shape (4H,); None means none.
        weight_hr: Projection of the hidden state, shape (P, H); None means P = H.

    Returns: The gates and the new states.

    Raises:
        ValueError: If a shape does not fit the others, e.g. "weight_ih must be (4H, I) = (12, 4),
            got (12, 5)".

    Source: torch.nn.LSTM; the projection is Sak et al. 2014, arXiv:1402.1128.
    """
    H = c_prev.shape[-1]
    P = H if weight_hr is None else h_prev.shape[-1]
    states = {"h_prev": (h_prev, "P", P), "c_prev": (c_prev, "H", H)}
    _check_step(x, states, (weight_ih, weight_hh, bias_ih, bias_hh), "4", 4 * H, P)
    if weight_hr is not None:
        check_shape("weight_hr", weight_hr, "(P, H)", (P, H))
    a = F.linear(x, weight_ih, bias_ih) + F.linear(h_prev, weight_hh, bias_hh)  # (B, 4H)
    i, f, g, o = lstm_gates(a)
    c = f * c_prev + i * g
    h = o * c.tanh()
    if weight_hr is not None:
        h = F.linear(h, weight_hr)  # (B, P)
    return LSTMStep(a=a, i=i, f=f, g=g, o=o, c=c, h=h)


def _check_step(
    x: Tensor,
    states: dict[str, tuple[Tensor, str, int]],
    weights: tuple[Tensor, Tensor, Tensor | None, Tensor | None],
    gates: str,
    rows: int,
    P: int,
) -> None:
    """Check a step's shapes against x and the states' widths; `gates` is the letter before H."""
    lead, width = tuple(x.shape[:-1]), x.shape[-1]
    for name, (state, letter, size) in states.items():
        check_shape(name, state, f"(B, {letter})", (*lead, size))
    weight_ih, weight_hh, bias_ih, bias_hh = weights
    check_shape("weight_ih", weight_ih, f"({gates}H, I)", (rows, width))
    check_shape("weight_hh", weight_hh, f"({gates}H, {'P' if gates == '4' else 'H'})", (rows, P))
    for name, bias in (("bias_ih", bias_ih), ("bias_hh", bias_hh)):
        if bias is not None:
            check_shape(name, bias, f"({gates}H,)", (rows,))
