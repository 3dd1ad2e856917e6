"""Tests of backward through a whole graph, of dropout, and of shape errors."""

import numpy as np
import pytest

from rnnviz.scratch.tensor import Tensor, cat, zeros


def test_gradients_add_up_in_leaves_until_they_are_zeroed_and_not_in_between():
    a = Tensor(3.0, requires_grad=True)
    square = a**2
    square.backward()
    square.backward()
    assert a.grad == 12
    assert square.grad == 1
    a.zero_grad()
    square.backward()
    assert a.grad == 6


def test_a_leaf_that_is_not_trainable_gets_no_gradient():
    a, b = Tensor(2.0, requires_grad=True), Tensor(5.0)
    (a * b).backward()
    assert a.grad == 5
    assert b.grad is None


def test_what_nothing_trainable_led_to_remembers_nothing_and_has_no_backward():
    total = Tensor([1.0, 2.0]).sum()
    assert total.parents == ()
    with pytest.raises(ValueError, match=r"nothing trainable led to Tensor\(shape=\(\), op=sum\)"):
        total.backward()


def test_backward_goes_each_tensor_before_its_parents_and_hands_on_what_adds_up():
    a = Tensor([1.0, 2.0], requires_grad=True, name="a")
    b = a * 2.0
    loss = (b * a).sum()
    seen, got = [], np.zeros(2)
    for tensor, handed in loss.walk():
        seen.append(tensor)
        got += sum(share for parent, share in handed if parent is a)
    assert seen[0] is loss
    assert seen[-1] is a
    assert seen.index(b) < seen.index(a)
    np.testing.assert_array_equal(got, a.grad)


def test_ten_thousand_steps_one_after_the_other_go_back_without_recursion():
    a = end = Tensor(1.0, requires_grad=True)
    for _ in range(10_000):
        end = end + 1.0
    end.backward()
    assert a.grad == 1


def test_a_repr_says_shape_and_operation():
    a = zeros(2, 3, requires_grad=True)
    assert repr(a) == "Tensor(shape=(2, 3), leaf, requires_grad=True)"
    assert repr(a.tanh()) == "Tensor(shape=(2, 3), op=tanh)"
    assert repr(Tensor([1.0])) == "Tensor(shape=(1,), leaf)"
    assert a.size() == (2, 3)
    assert a.size(1) == 3
    assert a.sum().item() == 0


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9])
def test_dropout_keeps_the_mean(p):
    rng = np.random.default_rng(0)
    draws = 200_000
    mean = Tensor(np.full(draws, 3.0)).dropout(p, rng=rng).data.mean()
    spread = 3 * np.sqrt(p / (1 - p) / draws)  # of the mean: one number's is 3 √(p / (1 − p))
    assert abs(mean - 3) <= 5 * spread


def test_dropout_zeroes_or_divides_by_what_is_kept_and_its_gradient_does_the_same():
    a = Tensor(np.arange(1.0, 101), requires_grad=True)
    y = a.dropout(0.2, rng=np.random.default_rng(0))
    assert set((y.data / a.data).round(12)) == {0, 1.25}
    y.backward(np.ones(100))
    np.testing.assert_array_equal(a.grad, y.data / a.data)


def test_dropout_in_eval_is_the_very_same_tensor():
    a = Tensor([1.0, 2.0])
    assert a.dropout(0.9, training=False) is a


A, B = zeros(2, 3), zeros(4)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: A + B, r"add: shapes \(2, 3\) and \(4,\) do not broadcast"),
        (lambda: A * B, r"mul: shapes \(2, 3\) and \(4,\) do not broadcast"),
        (lambda: A @ A, r"\(…, n, k\) @ \(…, k, m\), got \(2, 3\) @ \(2, 3\)"),
        (lambda: A @ B, r"got \(2, 3\) @ \(4,\)"),
        (
            lambda: zeros(2, 1, 3) @ zeros(4, 3, 1),
            r"matmul: shapes \(2, 1, 3\) and \(4, 3, 1\) do not broadcast",
        ),
        (lambda: A.reshape(4), r"6 numbers \(2, 3\) do not fill \(4,\)"),
        (lambda: cat([A, zeros(2, 4)], 0), r"cat along 0: shapes \[\(2, 3\), \(2, 4\)\]"),
        (lambda: cat([A], 5), r"cat along 5: shapes \[\(2, 3\)\]"),
        (lambda: cat([]), r"cat along 0: shapes \[\]"),
        (lambda: A.dropout(1.0), "0 ≤ p < 1, got 1.0"),
        (lambda: zeros(2, requires_grad=True).backward(), r"of \(2,\)|Tensor\(shape=\(2,\)"),
        (lambda: zeros(2, requires_grad=True).backward(np.ones(3)), r"must be \(2,\), got \(3,\)"),
    ],
)
def test_an_error_names_the_shapes(act, words):
    with pytest.raises(ValueError, match=words):
        act()
