import numpy as np
import pytest

from rnnviz.chapters.runs.race.pairwise_comparison import duels, sentence
from rnnviz.training.statistics import interval


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


def test_one_contestant_is_no_race():
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
