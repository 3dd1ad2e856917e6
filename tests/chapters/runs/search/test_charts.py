"""Tests of a search's charts by their data, and of its text by its claims."""

import math
from dataclasses import replace

import pytest

from rnnviz.chapters.runs.search import text as search_text
from rnnviz.chapters.runs.search.charts import FAINT, fit_overfit, parallel
from rnnviz.chapters.runs.search.plan import Range, SearchPlan, Space
from rnnviz.chapters.runs.search.trial_table import fit, verdict
from rnnviz.chapters.runs.search.trials import SearchSnapshot, Trial
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.figures import palette

SPACE = Space(
    {"cell": ("lstm", "gru"), "lr": Range(0.001, 0.1), "hidden_size": (1, 128), "dropout": (0.0,)}
)


def name(key):
    return key.replace("_", " ").capitalize()


def words(key, value):
    return value.upper() if isinstance(value, str) else f"{value:g}"


def judged(number, held_out, **values):
    shares = held_out if isinstance(held_out, tuple) else (held_out,)
    return Trial(
        number, values, "done", held_out=shares, train=tuple(min(1, s + 0.05) for s in shares)
    )


TRIALS = (
    judged(0, 0.5, cell="gru", lr=0.01, hidden_size=128, dropout=0.0),
    judged(1, 0.9, cell="lstm", lr=0.1, hidden_size=1, dropout=0.0),
    Trial(2, {"cell": "gru", "lr": 0.01, "hidden_size": 1, "dropout": 0.0}, "failed"),
)


def axes_of(figure):
    (lines,) = figure.data
    return {axis.label: axis for axis in lines.dimensions}, lines


def test_every_setting_is_an_axis_and_the_last_one_is_the_accuracy():
    axes, lines = axes_of(parallel(TRIALS, SPACE, name, words, palette.LIGHT))
    assert list(axes) == ["Cell", "Lr", "Hidden size", "Dropout", "held out, %"]
    assert list(axes["held out, %"].values) == [50, 90], "what failed has no line"
    assert list(lines.line.color) == [50, 90]
    assert (lines.line.cmin, lines.line.cmax) == (50, 90)


def test_each_line_goes_through_its_own_values_as_the_ticks_say():
    axes, _ = axes_of(parallel(TRIALS, SPACE, name, words, palette.LIGHT))

    def read(label, place):
        axis = axes[label]
        at = list(axis.tickvals).index(axis.values[place])
        return axis.ticktext[at]

    assert [read("Cell", k) for k in (0, 1)] == ["GRU", "LSTM"]
    assert [read("Hidden size", k) for k in (0, 1)] == ["128", "1"]
    assert list(axes["Lr"].values) == pytest.approx([-2, -1])
    assert list(axes["Lr"].range) == pytest.approx([-3, -1])
    assert [float(text) for text in axes["Lr"].ticktext][::2] == [0.001, 0.01, 0.1]
    for axis in axes.values():
        low, high = axis.range
        assert all(low <= value <= high for value in axis.values)


def test_a_range_of_sizes_has_whole_numbers_at_its_ticks_and_its_own_ends():
    space = Space({"hidden_size": Range(8, 128)})
    axes, _ = axes_of(parallel([judged(0, 0.5, hidden_size=9)], space, name, words, palette.DARK))
    assert list(axes["Hidden size"].ticktext) == ["8", "16", "32", "64", "128"]


def test_one_trial_alone_and_none_at_all_are_figures_too():
    for trials in (TRIALS[:1], ()):
        axes, lines = axes_of(parallel(trials, SPACE, name, words, palette.LIGHT))
        low, high = axes["held out, %"].range
        assert low < high
        assert lines.line.cmin < lines.line.cmax


@pytest.mark.parametrize("theme", [palette.LIGHT, palette.DARK])
def test_even_the_faintest_line_is_seen_on_the_page(theme):
    _, lines = axes_of(parallel(TRIALS, SPACE, name, words, theme))
    colours = [colour for _, colour in lines.line.colorscale]
    assert colours == list(theme.sequential[FAINT:])
    assert all(_contrast(colour, theme.background) >= 1.5 for colour in colours)
    assert lines.labelfont.color == theme.text


def _contrast(one, other):
    a, b = sorted((_luminance(one), _luminance(other)))
    return (b + 0.05) / (a + 0.05)


def _luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_fit_and_overfit_are_two_lines_with_the_folds_as_whiskers_on_a_log_axis():
    space = Space({"hidden_size": (2, 32)})
    trials = [judged(0, (0.2, 0.4), hidden_size=2), judged(1, (0.6, 0.6), hidden_size=32)]
    points = fit(trials, space)
    figure = fit_overfit(points, "hidden_size", None, name, words, palette.LIGHT)
    learnt, held_out = figure.data
    assert (learnt.name, held_out.name) == ("learnt", "held out")
    assert list(held_out.x) == [2, 32]
    assert list(held_out.y) == pytest.approx([30, 60])
    assert list(held_out.error_y.array) == pytest.approx([10, 0])
    assert list(held_out.error_y.arrayminus) == pytest.approx([10, 0])
    assert list(learnt.y) == pytest.approx([35, 65])
    assert figure.layout.xaxis.type == "log"
    assert list(figure.layout.xaxis.ticktext) == ["2", "32"]
    (chance,) = figure.layout.shapes
    assert (chance.y0, chance.y1) == (10, 10)


def test_another_setting_gives_lines_of_its_own_in_colours_that_differ():
    space = Space({"dropout": (0.0, 0.5), "cell": ("gru", "rnn")})
    combinations = [{"dropout": p, "cell": cell} for p in (0.0, 0.5) for cell in ("gru", "rnn")]
    trials = [judged(k, 0.5, **values) for k, values in enumerate(combinations)]
    figure = fit_overfit(fit(trials, space), "dropout", "cell", name, words, palette.DARK)
    assert [line.name for line in figure.data] == [
        "GRU, learnt",
        "GRU, held out",
        "RNN, learnt",
        "RNN, held out",
    ]
    assert len({line.line.color for line in figure.data}) == 2
    assert figure.layout.xaxis.type == "linear", "a dropout of 0 has no place on a log axis"


def test_many_values_have_few_ticks_and_both_ends_are_among_them():
    trials = [judged(k, 0.5, lr=0.001 * 1.1**k) for k in range(40)]
    points = fit(trials, Space({"lr": Range(0.001, 1)}))
    figure = fit_overfit(points, "lr", None, name, words, palette.LIGHT)
    ticks = figure.layout.xaxis.tickvals
    assert len(ticks) <= 12
    assert (ticks[0], ticks[-1]) == (points[0].value, points[-1].value)


PLAN = SearchPlan(
    RunConfig(ModelConfig("gru"), TrainConfig(), digits=100), Space({"lr": (0.1, 0.2)}), folds=2
)


def test_progress_says_which_trial_how_many_at_once_and_how_long_is_left():
    going = SearchSnapshot("a", PLAN, "running", (Trial(0, {"lr": 0.1}),), left_s=190.0)
    assert search_text.progress(going) == "trial 1 of 2 · about 3:10 left"
    both = replace(going, trials=(*going.trials, Trial(1, {"lr": 0.2})), left_s=None)
    assert search_text.progress(both) == "trial 1 of 2 · 2 at once"
    done = judged(0, (0.5, 0.5), lr=0.1)
    assert search_text.progress(replace(going, trials=(done,), left_s=None)) == "trial 2 of 2"
    for state in ("paused", "stopped"):
        found = search_text.progress(replace(going, state=state, trials=(done,)))
        assert found == f"{state} · 1 of 2 trials done"
    assert search_text.progress(replace(going, state="done", trials=(done,))) == "done · 2 trials"


def said(*trials, so_far=False):
    ranked = tuple(sorted(trials, key=lambda trial: -trial.accuracy))
    return search_text.sentence(verdict(ranked), name, words, so_far=so_far)


def test_of_one_fold_it_says_how_far_chance_goes_and_claims_no_winner():
    found = said(judged(0, 0.9, lr=0.1), judged(1, 0.8, lr=0.2))
    assert found.startswith("Best: lr 0.1, with 90.0 % of 5,000 digits held out.")
    assert "Second: lr 0.2, with 80.0 %." in found
    assert "below ± 0.8 points is not to be trusted" in found
    assert "ahead" not in found
    assert said() == "No trial is judged yet."
    assert said(judged(0, 0.9, lr=0.1), so_far=True).startswith("Best so far: lr 0.1")


def test_of_several_folds_it_claims_a_winner_only_where_the_interval_allows_it():
    ahead = said(judged(0, (0.9, 0.91, 0.92), lr=0.1), judged(1, (0.8, 0.81, 0.8201), lr=0.2))
    assert "a mean over 3 folds" in ahead
    assert "It is ahead of the second, lr 0.2, by 10.00 ± 0.01 points over the folds." in ahead
    level = said(judged(0, (0.9, 0.7, 0.92), lr=0.1), judged(1, (0.8, 0.81, 0.82), lr=0.2))
    assert "No difference to be seen from the second, lr 0.2 (3.0 ± 30.1 points)." in level
    assert level.endswith("More folds would tell more.")
    many = tuple(0.5 + 0.01 * math.sin(k) for k in range(12))
    quiet = said(judged(0, many, lr=0.1), judged(1, many[::-1], lr=0.2))
    assert "More folds" not in quiet
