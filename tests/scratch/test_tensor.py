import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rnnviz.scratch.tensor import Tensor, cat, stack
from tests.scratch.laws import EXACT, always_the_same, seeds


def draw(shape, rng):
    """Numbers away from 0, where relu has no slope and a quotient no end."""
    return np.asarray(rng.choice([-1, 1], shape) * rng.uniform(0.3, 2, shape))


def torch_gives(function, values):
    leaves = [torch.tensor(value, requires_grad=True) for value in values]
    y = function(*leaves)
    weight = torch.arange(1.0, 1 + y.numel(), dtype=torch.float64).reshape(y.shape)
    (y * weight).sum().backward()
    return y.detach().numpy(), [leaf.grad.numpy() for leaf in leaves]


def ours_gives(function, values):
    leaves = [Tensor(value, requires_grad=True) for value in values]
    y = function(*leaves)
    y.backward(np.arange(1.0, 1 + y.data.size).reshape(y.shape))
    return y.data, [leaf.grad for leaf in leaves]


def agree(ours, theirs, *values):
    """Values and gradients as torch at 1e-9."""
    y, grads = ours_gives(ours, values)
    expected, expected_grads = torch_gives(theirs, values)
    np.testing.assert_allclose(y, expected, **EXACT)
    for grad, other in zip(grads, expected_grads, strict=True):
        assert grad.shape == other.shape
        np.testing.assert_allclose(grad, other, **EXACT)


def squared_wrong(a):
    y = a * a
    y.parents = ((a, lambda g: g),)  # a gradient that is not a square's
    return y


def test_the_comparison_notices_a_wrong_gradient():
    with pytest.raises(AssertionError):
        agree(squared_wrong, lambda a: a * a, np.array([2.0, 3.0]))


BINARY = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
}


@pytest.mark.parametrize("name", BINARY)
@always_the_same
@given(
    shapes=arrays.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3), seed=seeds
)
def test_two_operands_that_broadcast_in_either_direction(name, shapes, seed):
    rng = np.random.default_rng(seed)
    values = [draw(shape, rng) for shape in shapes.input_shapes]
    agree(BINARY[name], BINARY[name], *values)


UNARY = {
    "tanh": (lambda a: a.tanh(), torch.tanh),
    "sigmoid": (lambda a: a.sigmoid(), torch.sigmoid),
    "relu": (lambda a: a.relu(), torch.relu),
    "neg": (lambda a: -a, lambda a: -a),
    "square": (lambda a: a**2, lambda a: a**2),
    "cube": (lambda a: a**3, lambda a: a**3),
    "reciprocal": (lambda a: a**-1.0, lambda a: a**-1.0),
    "sum": (lambda a: a.sum(), torch.sum),
    "mean": (lambda a: a.mean(), torch.mean),
    "plus one": (lambda a: 1 + a, lambda a: 1 + a),
    "one minus": (lambda a: 1 - a, lambda a: 1 - a),
    "three over": (lambda a: 3 / a, lambda a: 3 / a),
    "twice": (lambda a: 2.0 * a + a, lambda a: 2.0 * a + a),
}
shapes = arrays.array_shapes(min_dims=0, max_dims=3, max_side=3)


@pytest.mark.parametrize("name", UNARY)
@always_the_same
@given(shape=shapes, seed=seeds)
def test_an_operation_on_each_number(name, shape, seed):
    agree(*UNARY[name], draw(shape, np.random.default_rng(seed)))


ALONG = {
    "sum": lambda a, dim: a.sum(dim),
    "sum, kept": lambda a, dim: a.sum(dim, keepdim=True),
    "mean": lambda a, dim: a.mean(dim),
    "mean, kept": lambda a, dim: a.mean(dim, keepdim=True),
    "softmax": lambda a, dim: a.softmax(dim),
    "log_softmax": lambda a, dim: a.log_softmax(dim),
    "transpose": lambda a, dim: a.transpose(0, dim),
}


@pytest.mark.parametrize("name", ALONG)
@always_the_same
@given(shape=arrays.array_shapes(max_dims=3, max_side=3), data=st.data(), seed=seeds)
def test_an_operation_along_an_axis(name, shape, data, seed):
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))

    def apply(a):
        return ALONG[name](a, dim)

    agree(apply, apply, draw(shape, np.random.default_rng(seed)))


@always_the_same
@given(
    sizes=st.tuples(*[st.integers(1, 3)] * 3),
    batch=arrays.mutually_broadcastable_shapes(num_shapes=2, max_dims=2, max_side=2),
    seed=seeds,
)
def test_matrix_products_of_batches_that_broadcast(sizes, batch, seed):
    (n, k, m), (left, right) = sizes, batch.input_shapes
    rng = np.random.default_rng(seed)
    agree(
        lambda a, b: a @ b,
        lambda a, b: a @ b,
        draw((*left, n, k), rng),
        draw((*right, k, m), rng),
    )


@always_the_same
@given(seed=seeds)
def test_an_array_on_the_left_is_ours_to_compute(seed):
    rng = np.random.default_rng(seed)
    left, value = draw((2, 3), rng), draw((3, 2), rng)
    agree(lambda a: left @ a, lambda a: torch.tensor(left) @ a, value)
    agree(lambda a: left.T * a - left.T, lambda a: torch.tensor(left.T) * (a - 1), value)


@pytest.mark.parametrize(
    "index", [1, slice(1, 3), (slice(None), 0), ([0, 0, 2], [1, 1, 0]), (Ellipsis, -1)]
)
def test_indexing_gives_back_to_each_place_what_was_taken_there(index):
    agree(lambda a: a[index], lambda a: a[index], draw((3, 2), np.random.default_rng(0)))


@always_the_same
@given(shape=arrays.array_shapes(max_dims=3, max_side=3), seed=seeds)
def test_reshape_lays_the_numbers_out_anew(shape, seed):
    value = draw(shape, np.random.default_rng(seed))
    agree(lambda a: a.reshape(-1, 1), lambda a: a.reshape(-1, 1), value)


@always_the_same
@given(shape=arrays.array_shapes(max_dims=3, max_side=3), data=st.data(), seed=seeds)
def test_cat_is_torchs(shape, data, seed):
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    sides = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    rng = np.random.default_rng(seed)
    parts = [
        draw((*shape[: dim % len(shape)], n, *shape[dim % len(shape) + 1 :]), rng) for n in sides
    ]
    agree(lambda *a: cat(a, dim), lambda *a: torch.cat(a, dim), *parts)


@always_the_same
@given(seed=seeds, count=st.integers(1, 4))
def test_stack_is_torchs(seed, count):
    rng = np.random.default_rng(seed)
    agree(
        lambda *a: stack(a), lambda *a: torch.stack(a), *[draw((2, 3), rng) for _ in range(count)]
    )


def test_large_numbers_overflow_neither_softmax_nor_sigmoid():
    far = Tensor([-1e4, 0.0, 1e4])
    np.testing.assert_array_equal(far.softmax().data, [0, 0, 1])
    np.testing.assert_array_equal(far.sigmoid().data, [0, 0.5, 1])
    np.testing.assert_array_equal(far.log_softmax().data, [-2e4, -1e4, 0])
