import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.run_config import RunConfig
from rnnviz.training.race import (
    contestants,
    duels,
    interval,
    rounds,
    sentence,
    student_quantile,
    student_within,
)

BASE = RunConfig(training=TrainConfig(seed=7, epochs=2), digits=600)


def sizes(budget, base=BASE, **others):
    return [run.model.hidden_size for run in contestants(budget, base=base, **others)]


def wider(run, by):
    return replace(run, model=replace(run.model, hidden_size=run.model.hidden_size + by))


def test_the_sizes_for_50_000_parameters_are_those_counted_by_hand():
    # gates · (28·H + H² + 2·H) + 10·H + 10: H = 204, 113 and 96 of one, three and four gates.
    by_hand = [g * (28 * h + h * h + 2 * h) + 10 * h + 10 for g, h in ((1, 204), (3, 113), (4, 96))]
    assert by_hand == [49_786, 49_617, 49_354]
    runs = contestants(50_000, base=BASE)
    assert [run.model.cell for run in runs] == ["rnn", "gru", "lstm"]
    assert [run.model.hidden_size for run in runs] == [204, 113, 96]
    assert [run.parameters for run in runs] == by_hand


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("budget", [3_000, 41_234, 118_282, 200_000])
def test_no_contestant_is_above_the_budget_and_one_unit_more_would_be(budget, bidirectional):
    model = ModelConfig(bidirectional=bidirectional, num_layers=2, bias=False)
    for run in contestants(budget, base=replace(BASE, model=model)):
        assert run.parameters <= budget < wider(run, 1).parameters


def test_a_budget_that_a_cell_meets_exactly_is_met():
    lstm = replace(BASE, model=ModelConfig(hidden_size=64))
    assert contestants(lstm.parameters, cells=["lstm"], base=BASE) == (lstm,)
    assert sizes(lstm.parameters - 1, cells=["lstm"]) == [63]


def test_contestants_differ_in_nothing_but_cell_and_size():
    for run in contestants(30_000, base=BASE):
        size = BASE.model.hidden_size
        assert replace(run, model=replace(run.model, cell="lstm", hidden_size=size)) == BASE


def test_a_forget_bias_stays_with_the_lstm():
    base = replace(BASE, training=replace(BASE.training, forget_bias=1.0))
    biases = [run.training.forget_bias for run in contestants(30_000, base=base)]
    assert biases == [None, None, 1.0]


def test_a_race_that_would_not_be_fair_is_refused_in_words():
    fullest = replace(BASE, model=ModelConfig(cell="rnn", hidden_size=512)).parameters
    assert fullest == 282_634
    unit = 28 + 2 + 512 + 513 + 10  # a 513th brings its own row and one more column
    assert sizes(fullest + unit - 1)[0] == 512
    with pytest.raises(ValueError, match=r"283,699 .* the RNN may have 512 units.* 282,634"):
        contestants(fullest + unit, base=BASE)
    with pytest.raises(
        ValueError, match=r"112 parameters is too small: the GRU of one unit .* 113"
    ):
        contestants(112, base=BASE)
    with pytest.raises(ValueError, match="no projections"):
        contestants(9_000, base=replace(BASE, model=ModelConfig(proj_size=4)))
    with pytest.raises(ValueError, match="races once, got rnn, rnn"):
        contestants(9_000, cells=["rnn", "rnn"], base=BASE)
    with pytest.raises(ValueError, match="races once, got none"):
        contestants(9_000, cells=[], base=BASE)


def test_solving_for_sizes_draws_nothing_from_torchs_chance():
    state = torch.get_rng_state()
    contestants(50_000, base=BASE)
    assert torch.equal(torch.get_rng_state(), state)


def test_in_each_round_all_have_one_seed_and_no_two_rounds_share_a_stream():
    runs = contestants(5_000, base=BASE)
    found = rounds(runs, 3)
    assert [[run.training.seed for run in part] for part in found] == [[7] * 3, [10] * 3, [13] * 3]
    assert found[0] == runs
    streams = [run.training.seed + i for part in found for run in part[:1] for i in range(3)]
    assert len(set(streams)) == len(streams)
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        rounds(runs, 0)


# Two-sided 95 % and 99 %, as every textbook has them.
TABLE = {
    1: (12.706, 63.657),
    2: (4.303, 9.925),
    3: (3.182, 5.841),
    4: (2.776, 4.604),
    5: (2.571, 4.032),
    9: (2.262, 3.250),
    10: (2.228, 3.169),
    29: (2.045, 2.756),
    30: (2.042, 2.750),
    120: (1.980, 2.617),
}


@pytest.mark.parametrize("df", TABLE)
def test_students_quantiles_are_those_of_the_textbooks(df):
    assert student_quantile(0.95, df) == pytest.approx(TABLE[df][0], abs=5.1e-4)
    assert student_quantile(0.99, df) == pytest.approx(TABLE[df][1], abs=5.1e-4)


@pytest.mark.parametrize("df", [1, 2, 3, 4, 7, 12])
def test_students_sum_is_the_integral_of_his_density(df):
    t, width = 1.7, 1.7 / 4000
    constant = math.gamma((df + 1) / 2) / (math.sqrt(df * math.pi) * math.gamma(df / 2))
    middles = (np.arange(4000) + 0.5) * width
    area = 2 * constant * float(((1 + middles**2 / df) ** (-(df + 1) / 2)).sum()) * width
    assert student_within(t, df) == pytest.approx(area, abs=1e-7)
    assert student_quantile(student_within(t, df), df) == pytest.approx(t, rel=1e-12)


@pytest.mark.parametrize(("level", "df"), [(0.0, 3), (1.0, 3), (0.95, 0)])
def test_a_quantile_of_nothing_is_refused(level, df):
    with pytest.raises(ValueError, match="level must lie in"):
        student_quantile(level, df)


def test_an_interval_is_the_one_worked_out_by_hand():
    # Differences 1, 2, 3, 4, 5 hundredths: mean 3, variance 10/4, 2.776445 · √(2.5/5) = 1.963243
    a, b = [0.91, 0.93, 0.95, 0.97, 0.99], [0.90, 0.91, 0.92, 0.93, 0.94]
    found = interval(a, b)
    assert found.mean == pytest.approx(0.03)
    assert found.half_width == pytest.approx(0.01963243, abs=1e-8)
    assert (found.low, found.high) == pytest.approx((0.01036757, 0.04963243), abs=1e-8)
    assert found.k == 5
    assert found.tells


def test_with_three_comparisons_it_is_as_wide_as_bonferroni_says():
    # t at 1 - 0.05/3 with 4 degrees of freedom, two-sided: 3.961
    a, b = [0.91, 0.93, 0.95, 0.97, 0.99], [0.90, 0.91, 0.92, 0.93, 0.94]
    assert interval(a, b, comparisons=3).half_width == pytest.approx(
        3.961 * math.sqrt(0.5) / 100, abs=5e-6
    )


def test_what_a_seed_does_to_both_changes_nothing():
    chance = np.random.default_rng(0)
    a, b, seeds = chance.random((3, 6))
    found, moved = interval(a, b), interval(a + seeds, b + seeds)
    assert moved.mean == pytest.approx(found.mean)
    assert moved.half_width == pytest.approx(found.half_width)


def test_turned_round_the_interval_is_mirrored_and_in_other_units_it_scales():
    a, b = np.random.default_rng(1).random((2, 4))
    found, turned, scaled = interval(a, b), interval(b, a), interval(100 * a, 100 * b)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))
    assert (scaled.low, scaled.high) == pytest.approx((100 * found.low, 100 * found.high))


def test_about_95_of_100_intervals_hold_the_true_difference():
    chance, times, true = np.random.default_rng(2), 4000, 0.4
    held = 0
    for _ in range(times):
        a, b = chance.standard_normal((2, 5)) + chance.standard_normal(5)
        found = interval(a + true, b)
        held += found.low <= true <= found.high
    assert held / times == pytest.approx(0.95, abs=0.01)  # three standard errors


def test_among_three_equals_a_winner_is_found_in_no_more_than_5_of_100_races():
    chance, times = np.random.default_rng(3), 3000
    told = naive = 0
    for _ in range(times):
        results = dict(zip("abc", chance.standard_normal((3, 5)), strict=True))
        found = duels(results)
        told += any(duel.interval.tells for duel in found)
        naive += any(interval(results[d.better], results[d.other]).tells for d in found)
    assert told / times <= 0.05 + 0.012  # three standard errors
    assert naive / times > 0.08, "else there would be nothing to correct"


def test_one_seed_has_an_interval_without_end():
    found = interval([0.9], [0.8])
    assert (found.low, found.high, found.k) == (-math.inf, math.inf, 1)
    assert not found.tells


def test_accuracies_that_make_no_pairs_are_refused():
    with pytest.raises(ValueError, match=r"must be \(k,\) with k ≥ 1, got \(2,\) and \(1,\)"):
        interval([0.9, 0.8], [0.9])
    with pytest.raises(ValueError, match=r"got \(0,\) and \(0,\)"):
        interval([], [])
    with pytest.raises(ValueError, match="an accuracy is missing"):
        interval([0.9, math.nan], [0.9, 0.8])
    with pytest.raises(ValueError, match="at least two contestants, got 1"):
        duels({"RNN": [0.9]})


def test_a_clear_race_names_the_one_ahead_whatever_the_order():
    # Differences 1.0, 1.1, 1.1, 1.1, 1.2: 2.776 · 0.0707 / √5 = 0.088
    lstm, rnn = [0.980, 0.982, 0.981, 0.983, 0.982], [0.970, 0.971, 0.970, 0.972, 0.970]
    told = "LSTM ahead of RNN by 1.1 ± 0.1 points over 5 seeds"
    assert sentence({"RNN": rnn, "LSTM": lstm}) == told
    assert sentence({"LSTM": lstm, "RNN": rnn}) == told


def test_an_open_race_says_that_there_is_no_difference_to_be_seen():
    # Differences 0.4, -0.2, 0.1, 0.5, -0.3: mean 0.1, 2.776 · 0.3536 / √5 = 0.44
    gru, lstm = [0.984, 0.978, 0.981, 0.985, 0.977], [0.98] * 5
    told = "no difference to be seen between GRU and LSTM (0.1 ± 0.4 points over 5 seeds)"
    assert sentence({"LSTM": lstm, "GRU": gru}) == told


def test_one_seed_says_nothing():
    assert sentence({"RNN": [0.9], "GRU": [0.95]}) == "one seed says nothing about the difference"
    three = {"RNN": [0.9], "GRU": [0.95], "LSTM": [0.96]}
    assert sentence(three) == "one seed says nothing about the differences"


def test_three_are_compared_each_with_each_the_best_first():
    results = {
        "RNN": [0.970, 0.971, 0.970, 0.972, 0.970],
        "GRU": [0.980, 0.981, 0.983, 0.981, 0.981],
        "LSTM": [0.980, 0.982, 0.981, 0.983, 0.982],
    }
    assert [(d.better, d.other) for d in duels(results)] == [
        ("LSTM", "GRU"),
        ("LSTM", "RNN"),
        ("GRU", "RNN"),
    ]
    # GRU - RNN is 1.0, 1.0, 1.3, 0.9, 1.1: 3.961 · √(0.092 / 4 / 5) = 0.269
    assert sentence(results) == (
        "no difference to be seen between LSTM and GRU (0.0 ± 0.3 points); "
        "LSTM ahead of RNN by 1.1 ± 0.1 points; GRU ahead of RNN by 1.1 ± 0.3 points "
        "(over 5 seeds; all three hold together with 95 %)"
    )


def test_numbers_have_the_digits_that_make_them_say_what_the_sentence_says():
    # Differences 0.10 and 0.11 hundredths of two seeds: 0.105 ± 12.706 · 0.005 = 0.064
    narrow = sentence({"A": [0.9810, 0.9811], "B": [0.98, 0.98]})
    assert narrow == "A ahead of B by 0.10 ± 0.06 points over 2 seeds"
    same = sentence({"A": [0.11, 0.92, 0.95], "B": [0.10, 0.91, 0.94]})  # to 1e-17 the same
    assert same == "A ahead of B by 1.0 ± 0.0 points over 3 seeds"


def test_equals_are_not_told_apart_and_nothing_is_minus_0():
    same = [0.91, 0.92, 0.93]
    told = "no difference to be seen between A and B (0.0 ± 0.0 points over 3 seeds)"
    assert sentence({"A": same, "B": same}) == told
    turned = {"A": [0.1, 0.2, 0.6], "B": [0.6, 0.1, 0.2]}
    assert "(0.0 ± " in sentence(turned)
