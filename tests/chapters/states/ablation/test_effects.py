"""Tests of accuracy under interventions, in chunks, beside random units."""

import itertools
import re
from statistics import fmean, stdev

import pytest
import torch

from rnnviz.chapters.states.ablation.effects import Control, Effect, control, effect
from rnnviz.core.config import ModelConfig
from rnnviz.core.intervene.apply_interventions import answers, mean_values
from rnnviz.core.intervene.intervention_spec import Intervention
from rnnviz.data.mnist import rows
from rnnviz.data.sequences import sequences
from rnnviz.training.loop.loop import seeded_model

OUT = Intervention(0, "forward", "h", (0, 3, 5), start=4)


@pytest.fixture(scope="module")
def digits(test_digits):
    return test_digits[:130]


@pytest.fixture
def model():
    return seeded_model(ModelConfig(hidden_size=8), 0)


def test_effect_tells_after_each_chunk_what_is_known_so_far(model, digits):
    seen = list(effect(model, digits, [OUT], chunk=50))
    assert [one.done for one in seen] == [50, 100, 130]
    assert {one.total for one in seen} == {130}
    x = rows(digits.images)
    for one in seen:
        assert one.before.tolist() == model(x).argmax(1)[: one.done].tolist()
        assert one.after.tolist() == answers(model, x, [OUT]).argmax(1)[: one.done].tolist()
        assert one.labels.tolist() == digits.labels[: one.done].tolist()
    assert (seen[-1].before != seen[-1].after).any()


def test_accuracy_and_the_classes_add_up():
    labels, before, after = ([0, 0, 1, 2, 2], [0, 0, 1, 1, 2], [0, 1, 1, 1, 0])
    seen = Effect(5, *(torch.tensor(one) for one in (labels, before, after)))
    assert seen.accuracy_before == 0.8
    assert seen.accuracy_after == 0.4
    count, right_before, right_after = seen.per_class(4)
    assert count.tolist() == [2, 1, 2, 0]
    assert right_before.tolist() == [2, 1, 1, 0]
    assert right_after.tolist() == [1, 1, 0, 0]


def test_changing_nothing_changes_no_answer(model, digits):
    *_, last = effect(model, digits, [])
    assert torch.equal(last.before, last.after)


def test_answers_that_are_known_are_not_asked_again(model, digits):
    known = torch.arange(130) % 10
    *_, last = effect(model, digits, [OUT], before=known, chunk=60)
    assert torch.equal(last.before, known)
    *_, fresh = effect(model, digits, [OUT])
    assert torch.equal(last.after, fresh.after)


def test_means_and_another_time_step_are_passed_on(model, digits):
    def columns(images):
        return sequences(images, "columns")

    x = columns(digits.images)
    means = mean_values(model, x)
    mean = [Intervention(0, "forward", "c", (1, 2, 6), "mean")]
    *_, last = effect(model, digits, mean, means=means, sequences=columns, chunk=64)
    assert last.after.tolist() == answers(model, x, mean, means=means).argmax(1).tolist()
    assert last.before.tolist() == model(x).argmax(1).tolist()


def test_nothing_is_read_ahead_of_who_asks(model, digits):
    asked = []

    def counted(images):
        asked.append(len(images))
        return rows(images)

    next(effect(model, digits, [OUT], sequences=counted, chunk=40))
    next(control(model, digits, [OUT], sequences=counted, chunk=40))
    assert asked == [40, 40]


def test_control_draws_as_many_units_each_time_the_same_ones_for_a_seed(model, digits):
    both = [OUT, Intervention(0, "forward", "f", (0, 3), "clamp", 1.0)]
    seen = list(control(model, digits, both, seed=1, draws=6, chunk=50))
    assert [len(one.accuracies) for one in seen] == [k // 3 for k in range(1, 19)]
    assert [one.done for one in seen[:4]] == [50, 100, 130, 180]
    assert seen[-1].done == seen[-1].total == 6 * 130
    assert list(control(model, digits, both, seed=1, draws=6))[-1].accuracies == seen[-1].accuracies
    x, possible = rows(digits.images), set()
    for units in itertools.permutations(range(8), 3):  # which are 0, 3 and 5, and so hold f
        drawn = [
            Intervention(0, "forward", "h", tuple(sorted(units)), start=4),
            Intervention(0, "forward", "f", tuple(sorted(units[:2])), "clamp", 1.0),
        ]
        right = answers(model, x, drawn).argmax(1) == digits.labels
        possible.add(int(right.sum()) / 130)
    assert set(seen[-1].accuracies) <= possible
    assert len(set(seen[-1].accuracies)) > 1


def test_interval_is_where_one_more_draw_would_fall():
    """Draws 0.8, 0.9 by turns, n = 20: mean 0.85, s = 0.0513, t = 2.093, times √1.05: ± 0.110."""
    seen = Control((0.8, 0.9) * 10, 0, 0)
    assert seen.mean == pytest.approx(0.85)
    assert seen.interval == pytest.approx((0.7400, 0.9600), abs=1e-4)
    low, high = Control((0.0, 1.0) * 3, 0, 0).interval
    assert (low, high) == (0.0, 1.0)
    assert Control((0.5,) * 4, 0, 0).interval is None
    assert Control((), 0, 0).mean is None
    assert seen.as_bad(0.8) == 10
    assert seen.as_bad(0.79) == 0


def test_of_draws_from_a_normal_law_the_interval_holds_the_next_95_times_in_100():
    generator = torch.Generator().manual_seed(0)
    draws = 0.5 + 0.05 * torch.randn(4000, 21, generator=generator, dtype=torch.float64)
    held = 0
    for *some, following in draws.tolist():
        low, high = Control(tuple(some), 0, 0).interval
        assert low < fmean(some) - stdev(some)
        held += low <= following <= high
    assert held / 4000 == pytest.approx(0.95, abs=0.011)


@pytest.mark.parametrize(
    ("run", "sentence"),
    [
        (lambda m, d: effect(m, d[:0], [OUT]), "digits and chunk must be 1 or more, got 0 and"),
        (lambda m, d: effect(m, d, [OUT], chunk=0), "must be 1 or more, got 130 and 0"),
        (lambda m, d: control(m, d[:0], [OUT]), "digits and chunk must be 1 or more, got 0 and"),
        (lambda m, d: control(m, d, [OUT], draws=4), "draws must be 5 or more, got 4"),
        (
            lambda m, d: control(m, d, [Intervention(0, "forward", "f", None)]),
            "all units are changed: there are no others to draw",
        ),
        (lambda m, d: control(m, d, []), "all units are changed: there are no others to draw"),
        (
            lambda m, d: control(m, d, [Intervention(1, "forward", "h", (0,))]),
            "layer must lie below num_layers = 1, got 1",
        ),
    ],
)
def test_what_cannot_be_measured_is_refused_in_a_sentence(model, digits, run, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        next(run(model, digits))
