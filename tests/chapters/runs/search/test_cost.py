from dataclasses import replace

import pytest

from rnnviz.chapters.runs.search.cost import Work, work
from rnnviz.chapters.runs.search.plan import PRESETS, Range, SearchPlan, Space
from rnnviz.chapters.runs.search.trials import Trial
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.tasks.digits import RunConfig

BASE = RunConfig(ModelConfig("gru", hidden_size=4), TrainConfig(), digits=200, device="cpu")
PLAN = SearchPlan(BASE, Space({"hidden_size": (4, 64)}), folds=2)


def judged(number, values, folds, took_s=0.0, state="done"):
    shares = (0.5,) * folds
    return Trial(number, values, state, held_out=shares, train=shares, took_s=took_s)


def test_in_the_beginning_nothing_is_done_and_in_the_end_all_of_it():
    values = list(PLAN.space.grid())
    done, whole, pace_s = Work(PLAN).so_far(())
    assert (done, pace_s) == (0.0, 0.0)
    assert whole == pytest.approx(sum(work(PLAN, each) for each in values))
    every = tuple(judged(k, each, 2) for k, each in enumerate(values))
    assert Work(PLAN).so_far(every)[:2] == pytest.approx((whole, whole))


def test_half_of_a_trials_folds_are_half_of_it_and_the_large_one_is_the_longer_half():
    small, _ = PLAN.space.grid()
    half = Work(PLAN).so_far((judged(0, small, 1, state="running"),))
    assert half[0] == pytest.approx(work(PLAN, small) / 2)
    one = Work(PLAN).so_far((judged(0, small, 2, took_s=3.0),))
    assert one[0] < one[1] / 2
    assert one[2] * one[0] == pytest.approx(3.0), "so long took what is done"


def test_what_is_refused_is_no_work_and_what_failed_is_behind_us():
    plan = replace(PLAN, space=Space({"cell": ("rnn", "lstm"), "forget_bias": (1.0,)}))
    rnn, lstm = plan.space.grid()
    assert work(plan, rnn) == 0
    done, whole, _ = Work(plan).so_far((Trial(0, rnn, "refused"), Trial(1, lstm, "failed")))
    assert done == whole > 0


def test_of_drawn_trials_those_to_come_are_as_long_as_drawn_ones_are_on_average():
    plan = replace(PLAN, space=Space({"hidden_size": Range(4, 64)}), method="random", trials=10)
    _, whole, _ = Work(plan).so_far(())
    ends = [work(plan, {"hidden_size": size}) * 10 for size in (4, 64)]
    assert ends[0] < whole < ends[1]
    first = judged(0, {"hidden_size": 64}, 2)
    assert Work(plan).so_far((first,))[1] == pytest.approx(whole * 0.9 + ends[1] / 10)


def test_the_shares_are_those_that_were_measured():
    """Seconds of LSTMs of 1 to 128 units on one thread, 1,000 digits, 30 epochs."""
    plan = replace(next(iter(PRESETS.values())), folds=1)
    seconds = {8: 2.0, 16: 2.2, 32: 2.9, 64: 6.5, 128: 18.7}
    each = {size: work(plan, {"hidden_size": size}) / took for size, took in seconds.items()}
    middle = sorted(each.values())[2]
    assert all(0.6 < pace / middle < 1.6 for pace in each.values()), each
