from dataclasses import replace

import pytest
import torch

from rnnviz.chapters.runs.race.parameter_budget import contestants, rounds
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.tasks.digits import RunConfig

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
