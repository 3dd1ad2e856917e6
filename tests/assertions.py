"""Assertions that many tests share: equal tensors, and a module left as found."""

import re
from contextlib import contextmanager

import torch


def assert_same(got, expected, atol=1e-12):
    """Assert that tensors are equal up to rounding in float64."""
    torch.testing.assert_close(got, expected, rtol=0, atol=atol)


def assert_all_same(got, expected, atol=1e-12):
    """Assert the same of each pair of two sequences of one length."""
    for one, other in zip(got, expected, strict=True):
        assert_same(one, other, atol)


def assert_near(got, expected, atol=1e-10):
    """Assert that tensors are equal up to the rounding of many steps in float64."""
    assert_same(got, expected, atol)


@contextmanager
def left_as_found(module):
    """Assert that a module, torch's random state and its gradient mode stay as they are."""

    def condition():
        hooks = [
            (m.training, len(m._forward_hooks), len(m._backward_hooks)) for m in module.modules()
        ]
        weights = [(p.requires_grad, p.grad, p._version, p.data_ptr()) for p in module.parameters()]
        return hooks, weights, torch.get_rng_state().tolist(), torch.is_grad_enabled()

    before = condition()
    yield
    assert condition() == before


def numbers(sentence):
    """Return the numbers of a sentence in their order, as they are written."""
    return re.findall(r"[+−]?\d+(?:[.,]\d+)*", sentence)
