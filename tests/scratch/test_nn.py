import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.chapters.scratch.torch_twin import torch_twin
from rnnviz.scratch import nn
from rnnviz.scratch.tensor import Tensor, zeros
from tests.scratch.laws import EXACT, always_the_same, seeds, sizes


def of(cell, I, H, layers, bias, batch_first, rng, nonlinearity="tanh"):
    options = {"nonlinearity": nonlinearity} if cell == "RNN" else {}
    return getattr(nn, cell)(I, H, layers, bias, batch_first, rng=rng, **options)


def check_as_torch(ours, x, states):
    """Values, and gradients of input, states and all weights, as the torch module of the same."""
    theirs = torch_twin(ours)
    given_ours = [Tensor(array, True) for array in (x, *states)]
    given_torch = [torch.tensor(array, requires_grad=True) for array in (x, *states)]
    begin = lambda parts: tuple(parts[1:]) if len(parts) > 2 else parts[1]  # noqa: E731
    output, last = ours(given_ours[0], begin(given_ours) if states else None)
    expected, expected_last = theirs.module(given_torch[0], begin(given_torch) if states else None)
    weight = np.random.default_rng(0).normal(size=output.shape)
    ends = last if isinstance(last, tuple) else (last,)
    expected_ends = expected_last if isinstance(expected_last, tuple) else (expected_last,)
    loss = (output * weight).sum()
    expected_loss = (expected * torch.tensor(weight)).sum()
    for end, other in zip(ends, expected_ends, strict=True):
        np.testing.assert_allclose(end.data, other.detach().numpy(), **EXACT)
        loss, expected_loss = loss + (end**2).sum(), expected_loss + (other**2).sum()
    np.testing.assert_allclose(output.data, expected.detach().numpy(), **EXACT)
    loss.backward()
    expected_loss.backward()
    for one, other in zip(given_ours, given_torch, strict=True):
        np.testing.assert_allclose(one.grad, other.grad.numpy(), **EXACT)
    for (name, one), other in zip(ours.named_parameters(), theirs.gradients(), strict=True):
        np.testing.assert_allclose(one.grad, other, err_msg=name, **EXACT)


@always_the_same
@given(
    cell=st.sampled_from(["RNN", "GRU", "LSTM"]),
    T=sizes,
    B=sizes,
    I=sizes,
    H=sizes,
    layers=st.integers(1, 3),
    bias=st.booleans(),
    batch_first=st.booleans(),
    given_state=st.booleans(),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    seed=seeds,
)
def test_recurrent_layers_are_torchs(
    cell, T, B, I, H, layers, bias, batch_first, given_state, nonlinearity, seed
):
    rng = np.random.default_rng(seed)
    ours = of(cell, I, H, layers, bias, batch_first, rng, nonlinearity)
    x = rng.normal(size=(B, T, I) if batch_first else (T, B, I))
    count = (1 + (cell == "LSTM")) * given_state
    check_as_torch(ours, x, [rng.normal(size=(layers, B, H)) for _ in range(count)])


def test_the_comparison_notices_swapped_gates():
    rng = np.random.default_rng(0)
    ours = nn.LSTM(2, 3, rng=rng)

    class Swapped(nn.LSTMCell):
        def forward(self, x, state):
            h, c = state
            a = self.linear(nn.cat([x, h], 1))
            f, i, g, o = (a[:, 3 * n : 3 * n + 3] for n in range(4))
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            return o.sigmoid() * c.tanh(), c

    ours.cells[0].__class__ = Swapped
    with pytest.raises(AssertionError):
        check_as_torch(ours, rng.normal(size=(2, 1, 2)), [])


@always_the_same
@given(B=sizes, K=sizes, bias=st.booleans(), seed=seeds)
def test_linear_and_both_losses_are_torchs(B, K, bias, seed):
    rng = np.random.default_rng(seed)
    ours = nn.Linear(3, K, bias, rng=rng)
    x, target, classes = rng.normal(size=(B, 3)), rng.normal(size=(B, K)), rng.integers(0, K, B)
    theirs = torch.nn.Linear(3, K, bias, dtype=torch.float64)
    with torch.no_grad():
        for name, parameter in ours.named_parameters():
            getattr(theirs, name).copy_(torch.tensor(parameter.data))
    y, expected = ours(Tensor(x)), theirs(torch.tensor(x))
    loss = nn.MSELoss()(y, Tensor(target)) + nn.CrossEntropyLoss()(y, classes)
    other = torch.nn.MSELoss()(expected, torch.tensor(target))
    other = other + torch.nn.CrossEntropyLoss()(expected, torch.tensor(classes))
    np.testing.assert_allclose(loss.item(), other.item(), **EXACT)
    loss.backward()
    other.backward()
    for name, parameter in ours.named_parameters():
        np.testing.assert_allclose(parameter.grad, getattr(theirs, name).grad.numpy(), **EXACT)


def test_parameters_are_found_by_name_through_lists():
    names = [name for name, _ in nn.RNN(1, 2, 2).named_parameters()]
    expected = [f"cells.{n}.linear.{part}" for n in range(2) for part in ("weight", "bias")]
    assert names == expected
    assert [name for name, _ in nn.Linear(1, 2, bias=False).named_parameters()] == ["weight"]


def test_eval_switches_dropout_off_in_all_children_and_train_on_again():
    class Dropping(nn.Module):
        def __init__(self):
            self.parts = [nn.Dropout(0.5, rng=np.random.default_rng(0))]

        def forward(self, x):
            return self.parts[0](x)

    module, x = Dropping(), Tensor(np.ones(100))
    assert (module(x).data == 0).any()
    module.eval()
    assert module(x) is x
    module.train()
    assert (module(x).data == 0).any()


def test_zero_grad_forgets_all_gradients():
    rnn = nn.RNN(1, 2)
    rnn(zeros(3, 1, 1))[0].sum().backward()
    assert all(parameter.grad is not None for parameter in rnn.parameters())
    rnn.zero_grad()
    assert all(parameter.grad is None for parameter in rnn.parameters())


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: nn.RNN(2, 3)(zeros(4, 1, 5)), r"the last I = 2, got \(4, 1, 5\)"),
        (lambda: nn.RNN(2, 3)(zeros(4, 2)), r"3 axes, the last I = 2, got \(4, 2\)"),
        (lambda: nn.RNN(2, 3)(zeros(0, 1, 2)), r"got \(0, 1, 2\)"),
        (
            lambda: nn.RNN(2, 3)(zeros(4, 1, 2), zeros(1, 2, 3)),
            r"\(num_layers, B, H\) = \(1, 1, 3\), got \[\(1, 2, 3\)\]",
        ),
        (lambda: nn.LSTM(2, 3)(zeros(4, 1, 2), zeros(1, 1, 3)), r"h_0 must be 2 × "),
        (lambda: nn.RNN(2, 3, nonlinearity="gelu"), "'gelu'"),
        (lambda: nn.GRU(2, 0), r"1 or more, got \(2, 0, 1\)"),
        (lambda: nn.MSELoss()(zeros(2), zeros(3)), r"must be \(2,\) as y, got \(3,\)"),
        (
            lambda: nn.CrossEntropyLoss()(zeros(2, 3), np.array([0, 3])),
            r"\(B,\) = \(2,\) of 0 … 2",
        ),
    ],
)
def test_an_error_names_the_shapes(act, words):
    with pytest.raises(ValueError, match=words):
        act()
