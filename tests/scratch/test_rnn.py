import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.scratch import rnn
from rnnviz.scratch.tensor import Tensor, stack
from tests.scratch.laws import EXACT, always_the_same, seeds, sizes


@always_the_same
@given(T=sizes, B=sizes, I=sizes, H=sizes, K=sizes, begin=st.booleans(), seed=seeds)
def test_forward_and_backward_by_hand_are_torchs_and_the_autograds(T, B, I, H, K, begin, seed):
    rng = np.random.default_rng(seed)
    w = rnn.draw_weights(I, H, K, rng)
    x, targets = rng.normal(size=(T, B, I)), rng.normal(size=(T, B, K))
    h_0 = rng.normal(size=(B, H)) if begin else None
    steps = rnn.forward(x, w, h_0)
    back, found = rnn.backward(steps, targets, w)

    module = torch.nn.RNN(I, H, dtype=torch.float64)
    head = torch.nn.Linear(H, K, dtype=torch.float64)
    with torch.no_grad():
        for name, value in (("ih", w.W_xh.T), ("hh", w.W_hh.T)):
            getattr(module, f"weight_{name}_l0").copy_(torch.tensor(value))
        module.bias_ih_l0.copy_(torch.tensor(w.b_h))
        module.bias_hh_l0.zero_()
        head.weight.copy_(torch.tensor(w.W_hy.T))
        head.bias.copy_(torch.tensor(w.b_y))
    output, _ = module(torch.tensor(x), None if h_0 is None else torch.tensor(h_0)[None])
    np.testing.assert_allclose([s.h for s in steps], output.detach().numpy(), **EXACT)
    answer = head(output)
    np.testing.assert_allclose([s.o for s in steps], answer.detach().numpy(), **EXACT)
    (0.5 * (answer - torch.tensor(targets)) ** 2).sum().backward()
    expected = {
        "W_xh": module.weight_ih_l0.grad.T,
        "W_hh": module.weight_hh_l0.grad.T,
        "b_h": module.bias_ih_l0.grad,
        "W_hy": head.weight.grad.T,
        "b_y": head.bias.grad,
    }
    leaves = {name: Tensor(getattr(w, name), True) for name in expected}
    h, outputs = Tensor(np.zeros((B, H)) if h_0 is None else h_0), []
    for x_t in x:
        h = (x_t @ leaves["W_xh"] + h @ leaves["W_hh"] + leaves["b_h"]).tanh()
        outputs.append(h @ leaves["W_hy"] + leaves["b_y"])
    (0.5 * (stack(outputs) - targets) ** 2).sum().backward()
    for name, grad in expected.items():
        np.testing.assert_allclose(getattr(found, name), grad.numpy(), err_msg=name, **EXACT)
        np.testing.assert_allclose(leaves[name].grad, grad.numpy(), err_msg=name, **EXACT)
        shares = [getattr(b, f"d{name}") for b in back]
        np.testing.assert_allclose(sum(shares), getattr(found, name), err_msg=name, **EXACT)


@always_the_same
@given(T=sizes, B=sizes, I=sizes, H=sizes, begin=st.booleans(), seed=seeds)
def test_batch_first_moves_the_axes_and_nothing_else(T, B, I, H, begin, seed):
    rng = np.random.default_rng(seed)
    cell = rnn.RNNCell(rng.normal(size=(I, H)), rng.normal(size=(H, H)), rng.normal(size=H))
    x = rng.normal(size=(T, B, I))
    h_0 = rng.normal(size=(B, H)) if begin else None
    states, last = rnn.RNN(cell)(x, h_0)
    moved, moved_last = rnn.RNN(cell, batch_first=True)(x.swapaxes(0, 1), h_0)
    assert states.shape == (T, B, H)
    np.testing.assert_array_equal(moved, states.swapaxes(0, 1))
    np.testing.assert_array_equal(last, states[-1])
    np.testing.assert_array_equal(moved_last, last)
    w = rnn.Weights(cell.W_xh, cell.W_hh, cell.b_h, np.ones((H, 1)), np.zeros(1))
    np.testing.assert_array_equal(states, [s.h for s in rnn.forward(x, w, h_0)])


W = rnn.draw_weights(2, 3, 4, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: rnn.forward(np.zeros((3, 1, 5)), W), r"I = 2, got \(3, 1, 5\)"),
        (lambda: rnn.forward(np.zeros((0, 1, 2)), W), r"T ≥ 1 and I = 2, got \(0, 1, 2\)"),
        (
            lambda: rnn.forward(np.zeros((3, 1, 2)), W, np.zeros((2, 3))),
            r"\(B, H\) = \(1, 3\), got \(2, 3\)",
        ),
        (
            lambda: rnn.backward(rnn.forward(np.zeros((3, 1, 2)), W), np.zeros((3, 4)), W),
            r"\(T, B, K\) = \(3, 1, 4\), got \(3, 4\)",
        ),
        (
            lambda: rnn.Weights(W.W_xh, np.zeros((3, 2)), W.b_h, W.W_hy, W.b_y),
            r"W_hh must be \(3, 3\) where I, H, K = 2, 3, 4, got \(3, 2\)",
        ),
    ],
)
def test_an_error_names_the_shapes(act, words):
    with pytest.raises(ValueError, match=words):
        act()
