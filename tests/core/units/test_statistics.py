"""Tests of unit statistics on planted units, by counting, and under permutation."""

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.core.config import ModelConfig
from rnnviz.core.inspect.trace import run_trace
from rnnviz.core.models import build_rnn
from rnnviz.core.units import orders
from rnnviz.core.units import statistics as units_statistics

always_the_same = settings(max_examples=30)


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def planted(B=200, T=4):
    """Unit 0 is 1 for the class 2 at step 2 alone, 1 is 0.5 throughout, 2 to 9 are noise."""
    labels = torch.arange(B) % 5
    h = noise(T, B, 10)
    h[:, :, 0] = noise(T, B, seed=1) * 0.1
    h[2, :, 0] = (labels == 2).float()
    h[:, :, 1] = 0.5
    return h, labels


def counted_auc(values, labels, digit):
    """By looking at every pair."""
    ours, others = values[labels == digit], values[labels != digit]
    if not len(ours) or not len(others):
        return 0.5
    more = (ours[:, None] > others).double() + 0.5 * (ours[:, None] == others).double()
    return more.mean().item()


@always_the_same
@given(
    T=st.integers(1, 3),
    B=st.integers(1, 30),
    H=st.integers(1, 4),
    levels=st.sampled_from([1, 3, 1000]),
    seed=st.integers(0, 99),
)
def test_auc_is_the_share_of_pairs_in_which_the_unit_is_higher(T, B, H, levels, seed):
    h = (noise(T, B, H, seed=seed) * levels).round() / levels
    labels = torch.randint(4, (B,), generator=torch.Generator().manual_seed(seed))
    found = units_statistics.selectivity(h, labels, 4, shuffles=3)
    assert found.auc.shape == (T, H, 4)
    for t in range(T):
        for unit in range(H):
            for digit in range(4):
                expected = counted_auc(h[t, :, unit], labels, digit)
                assert found.auc[t, unit, digit].item() == pytest.approx(expected, abs=1e-12)


def test_explained_is_what_lies_between_the_classes_of_the_variance_of_ranks():
    h, labels = planted()
    found = units_statistics.selectivity(h, labels, 5)
    ranks = h.argsort(dim=1).argsort(dim=1).double()  # right where no two are equal
    total = ranks.var(1, correction=0)
    means = torch.stack([ranks[:, labels == digit].mean(1) for digit in range(5)])
    expected = means.var(0, correction=0) / total  # classes of equal size
    torch.testing.assert_close(found.explained[:, 2:], expected[:, 2:], rtol=0, atol=1e-12)
    assert (found.explained >= 0).all()
    assert (found.explained <= 1).all()


def test_a_unit_that_is_the_labels_indicator_tells_it_and_no_other():
    h, labels = planted()
    found = units_statistics.selectivity(h, labels, 5)
    assert found.auc[2, 0, 2] == 1.0
    assert found.strength[0, 2] == 0.5
    assert found.best_step[0, 2] == 2
    assert found.tells[0, 2]
    # One of another class meets 40 of class 2, to whom it loses, and 120 of its own kind.
    assert found.auc[2, 0, 0].item() == pytest.approx(120 / 160 / 2)
    assert found.auc[:, 0].argmax(0)[2] == 2


def test_a_unit_that_is_low_for_a_class_tells_it_as_well():
    h, labels = planted()
    found, turned = (
        units_statistics.selectivity(h, labels, 5),
        units_statistics.selectivity(-h, labels, 5),
    )
    torch.testing.assert_close(turned.auc, 1 - found.auc, rtol=0, atol=1e-12)
    torch.testing.assert_close(turned.strength, found.strength, rtol=0, atol=1e-12)
    torch.testing.assert_close(turned.auc_chance, found.auc_chance, rtol=0, atol=1e-12)


def test_a_constant_unit_tells_nothing_and_noise_as_much_as_chance():
    h, labels = planted(B=500)
    found = units_statistics.selectivity(h, labels, 5, shuffles=100)
    assert (found.auc[:, 1] == 0.5).all()
    assert (found.explained[:, 1] == 0).all()
    assert not found.tells[1].any()
    assert found.tells[2:].double().mean() < 0.15  # 0.05 is meant, of 40
    assert found.auc_chance[2:].min() > 0.03
    # χ² with 4 degrees of freedom over B - 1: its quantile of 0.95, and that of the best of four.
    chance = found.explained_chance[2:]
    assert chance.min() > 9.49 / 499
    assert chance.mean().item() == pytest.approx(12.7 / 499, rel=0.15)


def test_chance_that_looks_at_more_steps_comes_farther():
    h, labels = planted(T=30)
    few = units_statistics.selectivity(h[:1], labels, 5).auc_chance[2:].mean()
    assert units_statistics.selectivity(h, labels, 5).auc_chance[2:].mean() > 1.3 * few


def test_the_share_of_false_finds_is_what_the_quantile_promises():
    labels = torch.arange(100) % 2
    found = units_statistics.selectivity(noise(3, 100, 400), labels, 2, shuffles=60, quantile=0.9)
    assert 0.05 < found.tells[:, 0].double().mean() < 0.16


def test_the_chance_level_repeats_by_its_seed():
    h, labels = planted()
    first = units_statistics.selectivity(h, labels, 5)
    assert torch.equal(units_statistics.selectivity(h, labels, 5).auc_chance, first.auc_chance)
    other = units_statistics.selectivity(h, labels, 5, seed=1)
    assert not torch.equal(other.auc_chance, first.auc_chance)
    assert torch.equal(other.auc, first.auc)


def test_selectivity_knows_no_scale_and_follows_relabelled_units():
    h, labels = planted()
    found = units_statistics.selectivity(h, labels, 5)
    order = torch.randperm(10, generator=torch.Generator().manual_seed(3))
    squeezed = units_statistics.selectivity(h[..., order].double().mul(3).exp(), labels, 5)
    assert torch.equal(squeezed.auc, found.auc[:, order])
    assert torch.equal(squeezed.auc_chance, found.auc_chance[order])
    assert torch.equal(squeezed.explained_chance, found.explained_chance[order])


@pytest.mark.parametrize(
    ("h", "labels", "message"),
    [
        (torch.zeros(2, 3), torch.zeros(3).long(), "h must be (T ≥ 1, B ≥ 1, H), got (2, 3)"),
        (torch.zeros(2, 3, 4), torch.zeros(2).long(), "labels must be (B,) = (3,), got (2,)"),
        (torch.zeros(2, 3, 4), torch.tensor([0, 1, 5]), "labels must be int64 classes in [0, 5)"),
        (torch.zeros(2, 3, 4), torch.zeros(3), "labels must be int64 classes in [0, 5)"),
        (
            torch.full((2, 3, 4), torch.nan),
            torch.zeros(3).long(),
            "h must be finite: infinity and NaN have no rank",
        ),
    ],
)
def test_what_does_not_fit_is_told(h, labels, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        units_statistics.selectivity(h, labels, 5)


def test_top_inputs_are_found_where_they_were_planted():
    h = noise(6, 50, 3) * 0.1
    h[4, 17, 1], h[2, 30, 1], h[5, 30, 1] = 3.0, 2.0, 1.5
    found = units_statistics.top_inputs(h, 2)
    assert found.items.shape == found.steps.shape == found.values.shape == (2, 3)
    assert found.items[:, 1].tolist() == [17, 30], "each sequence once"
    assert found.steps[:, 1].tolist() == [4, 2]
    assert found.values[:, 1].tolist() == [3.0, 2.0]
    lowest = units_statistics.top_inputs(-h, 2, lowest=True)
    assert torch.equal(lowest.items, found.items)
    assert torch.equal(lowest.values, -found.values)


@pytest.mark.parametrize("reverse", [False, True])
def test_a_unit_that_gathers_is_found_where_it_rises(reverse):
    steps = noise(8, 20, 2, seed=5).abs() * 0.1
    steps[3, 11, 0] = 5.0
    h = steps.flip(0).cumsum(0).flip(0) if reverse else steps.cumsum(0)
    found = units_statistics.top_inputs(h, 1, measure="rise", reverse=reverse)
    assert (found.items[0, 0], found.steps[0, 0]) == (11, 3)
    assert found.values[0, 0].item() == pytest.approx(5.0)
    assert units_statistics.top_inputs(h, 1).steps[0, 0] == (0 if reverse else 7)


def test_the_first_step_rises_from_0():
    h = torch.tensor([2.0, 3.0, 2.5]).view(3, 1, 1)
    found = units_statistics.top_inputs(h, 5, measure="rise")
    assert (found.steps.item(), found.values.item()) == (0, 2.0)


def test_of_equal_ones_the_first_are_taken():
    found = units_statistics.top_inputs(torch.ones(4, 300, 2), 3)
    assert found.items[:, 0].tolist() == [0, 1, 2]
    assert found.steps.eq(0).all()


def test_strips_show_the_rows_around_and_nothing_beyond_the_ends():
    x = torch.arange(1.0, 31.0).view(5, 3, 2)
    h = torch.zeros(5, 3, 1)
    h[0, 2], h[3, 1] = 2.0, 1.0
    cut = units_statistics.strips(x, units_statistics.top_inputs(h, 2), unit=0, radius=2)
    nothing = torch.zeros(2, 2)
    assert torch.equal(cut[0], torch.cat([nothing, x[:3, 2]]))
    assert torch.equal(cut[1], torch.cat([x[1:, 1], nothing[:1]]))


def test_the_course_of_a_class_is_the_mean_over_its_sequences():
    h, labels = planted()
    course = units_statistics.class_course(h, labels, 6)
    assert course.shape == (4, 6, 10)
    for digit in range(5):
        torch.testing.assert_close(course[:, digit], h[:, labels == digit].mean(1))
    assert course[:, 5].isnan().all()
    assert not course[:, :5].isnan().any()


def test_dead_and_saturated_units_are_told_from_the_others():
    h = noise(5, 40, 5).mul(0.3).clamp(-0.9, 0.9)
    h[..., 1] = 0.2 + 0.004 * noise(5, 40, seed=1).tanh()
    h[..., 2] = 0.97 * noise(5, 40, seed=2).sign()
    h[..., 3] = 0.9999
    h[..., 4] = 0.97
    h[0, :, 4] = 0.0  # of five steps one: not nearly always
    found = units_statistics.condition(h, bounded=True)
    assert found.dead.tolist() == [False, True, False, False, False]
    assert found.saturated.tolist() == [False, False, True, True, False]
    assert found.extreme.tolist() == pytest.approx([0, 0, 1, 1, 0.8])
    assert torch.equal(found.lowest, h.amin((0, 1)))
    assert torch.equal(found.highest, h.amax((0, 1)))
    unbounded = units_statistics.condition(h, bounded=False)
    assert not unbounded.saturated.any()
    assert unbounded.dead.tolist() == [False, True, False, True, False]


@pytest.mark.parametrize(("cell", "names"), [("rnn", "h"), ("gru", "hrzn"), ("lstm", "hcifgo")])
def test_states_are_those_of_a_trace_and_the_network_is_left_as_found(monkeypatch, cell, names):
    monkeypatch.setattr(units_statistics, "AT_ONCE", 3)
    rnn = build_rnn(ModelConfig(cell, 2, 4, num_layers=2, bidirectional=True, dropout=0.5)).double()
    x = noise(5, 7, 2).double()
    expected = run_trace(rnn.eval(), x)
    rnn.train()
    for name in names:
        for layer in (0, 1, -1):
            for direction in (0, 1):
                trace = expected.layers[layer][direction]
                want = trace.h if name == "h" else trace.c if name == "c" else trace.gates[name]
                got = units_statistics.states(rnn, x, name, layer=layer, direction=direction)
                torch.testing.assert_close(got, want, rtol=0, atol=1e-12)
                assert not got.requires_grad
    assert rnn.training
    with pytest.raises(ValueError, match=f"^name must be one of {', '.join(names)}, got 'x'$"):
        units_statistics.states(rnn, x, "x")


def test_the_most_active_unit_comes_first():
    h = noise(4, 30, 3) * torch.tensor([0.1, -3.0, 1.0])
    assert orders.by_activity(h).tolist() == [1, 2, 0]


def test_the_unit_that_tells_a_digit_best_comes_first():
    h, labels = planted()
    found = units_statistics.selectivity(h, labels, 5)
    assert orders.by_selectivity(found, 2)[0] == 0
    strength = found.strength[orders.by_selectivity(found, 3), 3]
    assert (strength.diff() <= 0).all()


def clusters(seed=0):
    """Three groups of four units in any order; two units never change."""
    sources = noise(6, 80, 3, seed=seed)
    group = torch.arange(12) % 3
    h = sources[..., group] + 0.3 * noise(6, 80, 12, seed=seed + 1)
    h = torch.cat([h, torch.full((6, 80, 1), 0.1), torch.zeros(6, 80, 1)], dim=-1)
    order = torch.randperm(14, generator=torch.Generator().manual_seed(seed))
    return h[..., order], torch.cat([group, torch.tensor([9, 9])])[order]


@pytest.mark.parametrize("seed", range(5))
def test_units_that_go_together_lie_together_and_still_ones_last(seed):
    h, group = clusters(seed)
    order = orders.by_cluster(h)
    assert sorted(order.tolist()) == list(range(14))
    assert (group[order].diff() != 0).sum() == 3
    assert group[order][-2:].tolist() == [9, 9]


def test_units_that_go_against_each_other_lie_apart():
    source = noise(6, 80, 1)
    h = torch.cat([source, -source, source, -source], dim=-1) + 0.2 * noise(6, 80, 4, seed=1)
    assert abs(orders.by_cluster(h).argsort()[[0, 2]].diff().item()) == 1


def test_ends_that_are_most_alike_meet():
    """Neighbours on a circle's arc have correlations that fall with their distance."""
    angles = torch.arange(8) * 0.35 + torch.tensor([0, 0.01, 0, 0.02, 0, 0.03, 0, 0.04])
    h = noise(6, 500, 2).double() @ torch.stack([angles.cos(), angles.sin()]).double()
    order = torch.tensor([3, 0, 6, 2, 7, 1, 5, 4])
    found = order[orders.by_cluster(h[..., order])]
    assert found.tolist() in ([*range(8)], [*range(7, -1, -1)])


def test_correlation_is_that_of_torch():
    h = noise(3, 40, 5).double()
    r, changing = orders.correlation(h)
    torch.testing.assert_close(r, h.flatten(0, 1).T.corrcoef(), rtol=0, atol=1e-12)
    assert changing.all()


def test_a_still_unit_goes_with_no_other():
    h = noise(3, 40, 3)
    h[..., 1] = 0.1
    r, changing = orders.correlation(h)
    assert changing.tolist() == [True, False, True]
    assert r[1].tolist() == r[:, 1].tolist() == [0, 0, 0]


def test_a_network_of_still_units_has_an_order_too():
    assert orders.by_cluster(torch.zeros(2, 3, 4)).tolist() == [0, 1, 2, 3]
    assert orders.by_cluster(noise(2, 3, 1)).tolist() == [0]
