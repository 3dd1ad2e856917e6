from dataclasses import replace

import pytest

from rnnviz.chapters.runs.search.plan import Range, Space
from rnnviz.chapters.runs.search.trial_table import axes, fit, verdict
from rnnviz.chapters.runs.search.trials import Trial


def judged(number, values, *held_out, train=None):
    learnt = train or tuple(min(1.0, share + 0.1) for share in held_out)
    return Trial(number, values, "done", held_out=held_out, train=learnt)


def ranked(*trials):
    return tuple(sorted(trials, key=lambda trial: -trial.accuracy))


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"hidden_size": (1, 2)}, ("hidden_size", None)),
        ({"lr": Range(0.1, 1), "cell": ("rnn", "gru")}, ("lr", "cell")),
        ({"cell": ("rnn", "gru"), "lr": (0.1,)}, ("lr", "cell")),
        ({"bidirectional": (True, False), "dropout": (0.0, 0.1)}, ("dropout", "bidirectional")),
        ({"cell": ("rnn", "gru")}, None),
        ({"lr": (0.1,), "hidden_size": (1,)}, None),
        ({"lr": (0.1,), "cell": ("rnn",), "pooling": ("max",)}, None),
        ({"forget_bias": (None, 1.0)}, None),
    ],
)
def test_results_are_drawn_against_the_only_setting_of_numbers(settings, found):
    assert axes(Space(settings)) == found


def test_a_point_holds_the_folds_of_its_trial():
    space = Space({"hidden_size": (8, 2)})
    trials = [
        judged(0, {"hidden_size": 8}, 0.5, 0.75, train=(1.0, 0.5)),
        judged(1, {"hidden_size": 2}, 0.25, 0.25),
        Trial(2, {"hidden_size": 4}, "failed"),
    ]
    two, eight = fit(trials, space)
    assert (two.value, eight.value) == (2, 8), "by value, whatever the order of the trials"
    assert (eight.held_out, eight.train) == ((0.5, 0.75), (1.0, 0.5))
    assert fit(trials, Space({"cell": ("rnn",)})) == ()


def test_kinds_are_kept_apart_and_equal_values_are_one_point():
    space = Space({"lr": (0.1, 0.01), "cell": ("gru", "rnn")})
    trials = [
        judged(k, {"lr": lr, "cell": cell}, 0.5)
        for k, (lr, cell) in enumerate([(0.1, "gru"), (0.1, "rnn"), (0.01, "gru"), (0.1, "gru")])
    ]
    assert [(point.kind, point.value) for point in fit(trials, space)] == [
        ("gru", 0.01),
        ("gru", 0.1),
        ("rnn", 0.1),
    ]


def test_nothing_is_said_of_nothing_and_no_second_of_one():
    assert verdict(()) is None
    found = verdict(ranked(judged(0, {"lr": 1}, 0.5), judged(1, {"lr": 1}, 0.5)))
    assert found.second is None, "the same values twice are one"


def test_with_one_fold_the_error_is_the_binomial_one_by_hand():
    found = verdict(ranked(judged(0, {"lr": 1}, 0.9), judged(1, {"lr": 2}, 0.8)))
    assert found.best.values == {"lr": 1}
    assert found.error == pytest.approx(0.0083154, abs=1e-6)  # 1.95996 · √(0.09 / 5000)
    assert found.interval is None


def test_with_folds_the_interval_is_paired_and_holds_for_all_pairs_by_hand():
    best = judged(0, {"lr": 1}, 0.82, 0.86, 0.9)
    second = judged(1, {"lr": 2}, 0.80, 0.85, 0.87)
    # Differences 0.02, 0.01, 0.03: mean 0.02, deviation 0.01, so its error is 0.01 / √3. Student's
    # t of two degrees of freedom: 4.30265 for 95 %, 7.64890 for the three pairs of three trials.
    two = verdict(ranked(best, second)).interval
    assert (two.mean, two.half_width) == pytest.approx((0.02, 4.30265 * 0.01 / 3**0.5), abs=1e-6)
    third = judged(2, {"lr": 3}, 0.5, 0.5, 0.5)
    three = verdict(ranked(best, second, third)).interval
    assert three.half_width == pytest.approx(7.64890 * 0.01 / 3**0.5, abs=1e-6)
    twin = replace(second, number=3)
    assert verdict(ranked(best, second, third, twin)).interval == three, "a twin is no more pairs"
