"""Tests of the unit ranking against ablating one unit after another."""

import pytest
import torch
from torch.nn import functional as F

from rnnviz.chapters.states.ablation.unit_ranking import Ranking, rank_units, rank_units_for
from rnnviz.core.config import ModelConfig
from rnnviz.core.intervene.apply_interventions import answers
from rnnviz.core.intervene.intervention_spec import Intervention
from rnnviz.data.mnist import rows
from rnnviz.training.loop.loop import seeded_model


@pytest.fixture(scope="module")
def digits(test_digits):
    return test_digits[:70]


@pytest.fixture
def model():
    config = ModelConfig(cell="gru", hidden_size=10, num_layers=2, bidirectional=True)
    return seeded_model(config, 0)


@pytest.mark.parametrize("layer", [0, 1])
def test_every_unit_is_out_once_and_what_is_lost_is_told(model, digits, layer):
    seen = list(rank_units(model, digits, layer, "reverse", chunk=30))
    assert [one.done for one in seen] == [240, 480, 560, 620, 680, 700]
    assert {one.total for one in seen} == {700}
    assert [len(one.units) for one in seen] == [0, 0, 8, 8, 8, 10]
    x, last = rows(digits.images), seen[-1]
    assert last.units.tolist() == list(range(10))
    plain = model(x).detach()
    for unit in range(10):
        out = answers(model, x, [Intervention(layer, "reverse", "h", (unit,))]).detach()
        right = [(one.argmax(1) == digits.labels).double().mean() for one in (plain, out)]
        loss = [F.cross_entropy(one.double(), digits.labels) for one in (plain, out)]
        assert last.accuracy_drop[unit].item() == pytest.approx(float(right[0] - right[1]))
        assert last.log_prob_drop[unit].item() == pytest.approx(float(loss[1] - loss[0]), abs=1e-6)


def test_units_that_cost_as_many_answers_are_ordered_by_log_probability():
    seen = Ranking(
        torch.tensor([4, 5, 6, 7, 8]),
        torch.tensor([0.1, 0.2, 0.1, -0.1, 0.1]),
        torch.tensor([0.5, 0.0, 0.9, 9.0, 0.5]),
        0,
        0,
    )
    assert seen.most(4) == (5, 6, 4, 8)
    assert seen.most() == (5, 6, 4, 8, 7)
    assert Ranking(seen.units, None, seen.log_prob_drop, 0, 0).most(2) == (7, 6)


def test_a_unit_that_nobody_reads_loses_nothing_and_the_only_one_read_comes_first(model, digits):
    with torch.no_grad():
        model.head.weight.zero_()
        model.head.weight[3, 7] = 5.0  # forward unit 7 of the top layer
        for name in ("weight_hh_l1", "weight_hh_l1_reverse"):
            getattr(model.rnn, name).zero_()
    *_, last = rank_units(model, digits, 1)
    found = rank_units_for(model, rows(digits.images[:1]), 1)
    for one in (last, found):
        others = torch.arange(10) != 7
        assert one.log_prob_drop[others].abs().max() < 1e-6
        assert one.log_prob_drop[7].abs() > 1e-3


def test_for_one_digit_it_is_the_log_probability_of_the_networks_own_answer(model, digits):
    x = rows(digits.images[3:4])
    answer = int(model(x).argmax())
    found = rank_units_for(model, x, 0)
    assert found.accuracy_drop is None
    before = model(x).detach().double().log_softmax(1)[0, answer]
    for unit in range(10):
        out = answers(model, x, [Intervention(0, "forward", "h", (unit,))]).detach()
        lost = float(before - out.double().log_softmax(1)[0, answer])
        assert found.log_prob_drop[unit].item() == pytest.approx(lost, abs=1e-6)
    assert found.most(1) == (int(found.log_prob_drop.argmax()),)


def test_what_cannot_be_ranked_is_refused_in_a_sentence(model, digits):
    with pytest.raises(ValueError, match="digits and chunk must be 1 or more, got 0 and 250"):
        next(rank_units(model, digits[:0], 0))
    with pytest.raises(ValueError, match="layer must lie below num_layers = 2, got 2"):
        next(rank_units(model, digits, 2))
    with pytest.raises(ValueError, match=r"x must be one digit, .* got \(28, 2, 28\)"):
        rank_units_for(model, rows(digits.images[:2]), 0)


def test_the_model_is_left_as_found(digits):
    model = seeded_model(ModelConfig(hidden_size=8, num_layers=2, dropout=0.5), 0).train()
    first, second = ([*rank_units(model, digits, 0)][-1] for _ in range(2))
    assert torch.equal(first.log_prob_drop, second.log_prob_drop)
    assert all(module.training for module in model.modules())
