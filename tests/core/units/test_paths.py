"""Tests of the state map's axes: laws, and NumPy's singular value decomposition."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.core.units import paths
from rnnviz.core.units.paths import fit, project
from tests.assertions import assert_near

always_the_same = settings(max_examples=30)


def states(*shape, seed=0):
    """States that vary by another amount along each unit, around a mean that is not 0."""
    generator = torch.Generator().manual_seed(seed)
    widths = torch.linspace(0.2, 2.0, shape[-1], dtype=torch.float64)
    drawn = torch.randn(*shape, generator=generator, dtype=torch.float64)
    mix = torch.randn(shape[-1], shape[-1], generator=generator, dtype=torch.float64)
    return (drawn * widths) @ mix + 3.0


@always_the_same
@given(
    T=st.integers(1, 5),
    B=st.integers(1, 20),
    H=st.integers(1, 6),
    components=st.integers(1, 8),
    seed=st.integers(0, 99),
)
def test_axes_are_orthonormal_and_their_variances_add_up(T, B, H, components, seed):
    h = states(T, B, H, seed=seed)
    axes = fit(h, components)
    C = min(components, H)
    assert_near(axes.directions @ axes.directions.T, torch.eye(C, dtype=torch.float64))
    assert_near(axes.variances.sum(), h.flatten(0, 1).var(0, correction=0).sum(), atol=1e-9)
    assert (axes.variances.diff() <= 0).all()
    along = project(axes, h)
    assert along.shape == (T, B, C)
    spread = along.flatten(0, 1).var(0, correction=0)
    assert_near(spread, axes.variances[:C], atol=1e-9)
    assert_near(along.mean((0, 1)), torch.zeros(C, dtype=torch.float64))


def test_they_are_those_of_numpys_singular_value_decomposition(monkeypatch):
    monkeypatch.setattr(paths, "AT_ONCE", 7)
    h = states(5, 20, 6)
    axes = fit(h, 4)
    flat = h.flatten(0, 1).numpy()
    u, s, vt = np.linalg.svd(flat - flat.mean(0), full_matrices=False)
    assert_near(axes.variances, torch.from_numpy(s**2 / 100))
    assert_near((axes.directions @ torch.from_numpy(vt[:4]).T).abs(), torch.eye(4).double())
    assert_near(project(axes, h).flatten(0, 1).abs(), torch.from_numpy(np.abs(u * s)[:, :4]))
    assert_near(axes.explained, torch.from_numpy(s**2 / (s**2).sum())[:4])


def test_two_axes_show_states_of_two_dimensions_as_they_are():
    plane = states(4, 30, 2)
    h = plane @ states(2, 7, seed=1) - 1.0
    axes = fit(h, 2)
    assert axes.explained.sum().item() == pytest.approx(1.0, abs=1e-12)
    assert_near(axes.center + project(axes, h) @ axes.directions, h)


def test_signs_and_axes_do_not_depend_on_the_order_of_units_or_states():
    h = states(4, 30, 6)
    axes = fit(h)
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    permuted = fit(h[..., order])
    assert_near(permuted.directions, axes.directions[:, order])
    assert_near(project(permuted, h[..., order]), project(axes, h))
    assert_near(fit(h.flip(0, 1)).directions, axes.directions)
    largest = axes.directions.abs().argmax(1, keepdim=True)
    assert (axes.directions.gather(1, largest) > 0).all()


def test_axes_fitted_once_serve_other_states():
    axes = fit(states(4, 30, 6), 2)
    one = states(28, 6, seed=9)
    assert_near(project(axes, one), (one - axes.center) @ axes.directions.T)


def test_float32_states_give_float32_axes_as_exact_as_that():
    h = states(4, 30, 6)
    exact, axes = fit(h), fit(h.float())
    assert axes.directions.dtype == axes.center.dtype == torch.float32
    assert_near(axes.directions.double(), exact.directions, atol=1e-5)


def test_states_that_never_change_lie_in_one_point():
    axes = fit(torch.full((3, 4, 5), 0.7))
    assert axes.explained.tolist() == pytest.approx([0, 0, 0], abs=1e-12)
    assert_near(project(axes, torch.full((5,), 0.7)), torch.zeros(3), atol=1e-6)


@pytest.mark.parametrize(
    ("h", "components", "message"),
    [
        (torch.zeros(0, 3), 2, "h must be (…, H) with at least one state, got (0, 3)"),
        (torch.zeros(3), 2, "h must be (…, H) with at least one state, got (3,)"),
        (torch.full((2, 3), torch.inf), 2, "h must be finite"),
        (torch.zeros(2, 3), 0, "components must be at least 1, got 0"),
    ],
)
def test_what_cannot_be_fitted_is_told(h, components, message):
    with pytest.raises(ValueError, match=re.escape(message) + "$"):
        fit(h, components)


def test_states_of_another_width_are_told():
    with pytest.raises(ValueError, match=re.escape("h must be (…, H) = (…, 3), got (4, 5)") + "$"):
        project(fit(torch.rand(9, 3)), torch.zeros(4, 5))
