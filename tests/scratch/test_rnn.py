import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.scratch import rnn
from rnnviz.scratch.tensor import Tensor, stack

sizes = st.integers(1, 4)
always_the_same = settings(max_examples=50)
EXACT = {"rtol": 1e-9, "atol": 1e-9}


def test_three_steps_of_two_features_three_units_four_outputs_by_closed_form():
    w = rnn.Weights(
        W_xh=np.eye(2, 3),
        W_hh=np.roll(np.eye(3), 1, axis=1),  # h moves on by one unit
        b_h=np.zeros(3),
        W_hy=np.full((3, 4), 2.0),
        b_y=np.arange(4.0),
    )
    x = np.zeros((3, 1, 2))
    x[0, 0] = [1.0, 0.0]
    one, two, three = rnn.forward(x, w)
    np.testing.assert_allclose(one.h, [[np.tanh(1), 0, 0]])
    np.testing.assert_allclose(two.h, [[0, np.tanh(np.tanh(1)), 0]])
    np.testing.assert_allclose(three.h, [[0, 0, np.tanh(np.tanh(np.tanh(1)))]])
    np.testing.assert_allclose(three.o, 2 * np.tanh(np.tanh(np.tanh(1))) + [[0, 1, 2, 3]])


@always_the_same
@given(T=sizes, B=sizes, I=sizes, H=sizes, K=sizes, begin=st.booleans(), seed=st.integers(0, 9999))
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
@given(T=sizes, B=sizes, I=sizes, H=sizes, begin=st.booleans(), seed=st.integers(0, 9999))
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


def test_no_initial_state_is_zeros_and_a_sequence_goes_on_where_it_was_left():
    rng = np.random.default_rng(0)
    net = rnn.RNN(rnn.RNNCell(rng.normal(size=(2, 3)), rng.normal(size=(3, 3)), np.zeros(3)))
    x = rng.normal(size=(5, 2, 2))
    whole, _ = net(x)
    np.testing.assert_array_equal(net(x, np.zeros((2, 3)))[0], whole)
    first, h = net(x[:2])
    np.testing.assert_array_equal(np.concatenate([first, net(x[2:], h)[0]]), whole)


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
