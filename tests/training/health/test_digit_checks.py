"""Tests of each health check in real trainings, with planted faults, and by its rules."""

import math
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pytest
import torch

from rnnviz.core.inspect.gradients import reach
from rnnviz.data.sequences import sequences
from rnnviz.training.health.check_result import Light
from rnnviz.training.health.digit_checks import examine
from rnnviz.training.jobs.protocol import Curve, HeldOut, Thinned
from rnnviz.training.loop.loop import seeded_model, train
from tests import configs

NAMES = ("loss", "gradient", "units", "overfitting", "learning rate")
HOW = {"batch_size": 64, "optimizer": "adam", "schedule": "constant", "clip_norm": 0.0}


def run_config(model=(), **given):
    usual = {"hidden_size": 64, "epochs": 1, "lr": 0.01, **HOW}
    return configs.run_config(**usual | given | dict(model))


@dataclass(frozen=True)
class Moment:
    step: int
    lights: tuple[Light, ...]

    def __getitem__(self, name):
        return self.lights[NAMES.index(name)]


@pytest.fixture(scope="module")
def watched(training_digits, test_digits):
    """Train for real and look at the lights after some steps; 0 is before the first."""
    few, test = test_digits[:64], test_digits[:2000]

    def watch(config, steps, glances=()):
        seed, bias = config.training.seed, config.training.forget_bias
        model = seeded_model(config.model, seed, bias)
        as_steps = partial(sequences, time_step=config.time_step, chunk=config.chunk)
        x = as_steps(few.images)
        curve, tests, moments = Thinned(), [], []

        def look(step):
            felt = reach(model, x, few.labels)
            with torch.no_grad():
                h = model.rnn(x)[0]
            held_out = HeldOut(*np.array(tests, np.float32).reshape(-1, 3).T.copy())
            lights = examine(
                config,
                curve.curve(),
                held_out,
                reach_h=felt.h.mean(1).numpy(),
                reach_c=None if felt.c is None else felt.c.mean(1).numpy(),
                h=h.numpy(),
            )
            moments.append(Moment(step, lights))

        look(0)
        logs = train(
            model,
            training_digits[: config.digits],
            config.training,
            held_out=test,
            sequences=as_steps,
            glances=glances,
        )
        for log in logs:
            curve.add(log.step, log.loss, log.accuracy, log.grad_norm)
            if log.held_out is not None:
                tests.append((log.step, log.held_out, log.read))
            if log.step in steps:
                look(log.step)
            if log.step == max(steps):
                return moments
        raise AssertionError("the training ended before the last look")

    return watch


@pytest.fixture(scope="module")
def healthy(watched):
    """The notebook's preset, on fewer digits, so that they come back."""
    steps = (1, 5, 10, 20, 35, 50, 75, 100, 150, 200, 250, 300, 320)
    config = run_config(digits=10_000, epochs=3)
    return watched(config, steps, glances=(100, 200, 260))


@pytest.fixture(scope="module")
def blown_up(watched):
    """A tanh RNN whose steps are far too large: no number is lost, but everything else."""
    return watched(run_config(model={"cell": "rnn"}, lr=1.0, optimizer="sgd"), (5, 60))


@pytest.fixture(scope="module")
def stands_still(watched):
    return watched(run_config(lr=1e-7), (50, 300))


def amber_or_red(moments):
    return [
        (moment.step, light)
        for moment in moments
        for light in moment.lights
        if light.level in ("warn", "bad")
    ]


def test_a_healthy_training_is_never_alarmed_and_every_light_is_green_in_the_end(healthy):
    assert amber_or_red(healthy) == []
    assert [light.level for light in healthy[-1].lights] == ["ok"] * 5
    assert [light.name for light in healthy[-1].lights] == list(NAMES)


def test_before_the_first_step_no_light_of_a_healthy_training_says_anything(healthy):
    assert healthy[0].step == 0
    assert {light.level for light in healthy[0].lights} == {"unknown"}
    assert healthy[0]["loss"].says == "Too early to say: no step yet so far."
    assert healthy[0]["gradient"].says.startswith(
        "So far the loss is felt at row 1: ∂L/∂c has 0.000"
    )


@pytest.mark.parametrize(
    ("model", "training"),
    [
        ({"cell": "gru"}, {}),
        ({"cell": "rnn"}, {"lr": 1e-3, "clip_norm": 1.0}),
        ({"cell": "rnn", "nonlinearity": "relu"}, {"lr": 1e-3, "clip_norm": 1.0}),
        ({"bidirectional": True, "hidden_size": 32}, {}),
        ({"pooling": "mean"}, {}),
    ],
)
def test_other_healthy_networks_raise_no_alarm_either(watched, model, training):
    moments = watched(run_config(model=model, **training), (1, 5, 10, 30, 60, 110))
    assert amber_or_red(moments) == []
    known = {light.name for light in moments[-1].lights if light.level == "ok"}
    assert known == {"loss", "gradient", "units", "learning rate"}


def test_a_loss_that_is_no_number_is_seen_at_once(watched):
    relu = {"cell": "rnn", "nonlinearity": "relu"}
    moment = watched(run_config(model=relu, lr=10.0, optimizer="sgd"), (9,))[-1]
    assert moment["loss"].level == "bad"
    assert moment["loss"].says == "By step 6 the loss or its gradient was no longer a number."
    assert "lower learning rate than 10 and clip the gradients" in moment["loss"].remedy
    assert moment["learning rate"].level == "bad"
    assert "a tenth" in moment["learning rate"].remedy
    assert moment["gradient"].level == moment["units"].level == "unknown"


def test_a_loss_that_explodes_is_seen_and_so_are_the_units_it_has_saturated(blown_up):
    early, late = blown_up[1:]
    assert early["loss"].level == "unknown"
    assert late["loss"].level == "bad"
    assert late["learning rate"].level == "bad"
    assert "too high" in late["learning rate"].remedy
    assert late["units"].level == "bad"
    assert "saturated" in late["units"].says


def test_an_lstm_that_forgets_at_once_does_not_feel_the_loss_at_the_first_row(watched):
    early, late = watched(run_config(forget_bias=-6.0), (50, 100))[1:]
    assert early["gradient"].level == "unknown", "it has not had its chance yet"
    assert late["gradient"].level == "warn"
    assert late["gradient"].says.startswith("The loss is felt at row 1: ∂L/∂c has 0.0")
    assert late["gradient"].says.endswith("% of its strength at row 28.")
    assert "forget-gate bias of 1" in late["gradient"].remedy
    assert late["learning rate"].level == "ok", "it learns, but from the last rows only"


def test_too_large_steps_leave_dead_units(watched):
    moment = watched(run_config(lr=10.0, optimizer="sgd"), (20,))[-1]
    assert moment["units"].level == "bad"
    assert " dead (hardly changing over all digits and rows)" in moment["units"].says


def test_three_hundred_digits_are_learnt_by_heart(watched):
    moments = watched(run_config(digits=300, epochs=15), (5, 75))
    assert moments[1]["overfitting"].level == "unknown"
    light = moments[2]["overfitting"]
    assert light.level == "bad"
    assert light.remedy.startswith("Learn more than 300 digits, shift or redraw them")


def test_a_tiny_rate_does_nothing_and_is_called_too_low(stands_still):
    early, late = stands_still[1:]
    assert early["learning rate"].level == "unknown"
    assert late["learning rate"].level == "warn"
    assert late["learning rate"].remedy == ("The rate of 0.0000001 is too low: try 0.0001 or more.")
    assert late["gradient"].level == "unknown", "an untrained network is no vanishing one"


# The rules one by one, on curves made by hand.

CONFIG = run_config()
GUESS = math.log(10)
ALIVE = np.random.default_rng(0).uniform(-0.9, 0.9, (28, 4, 64)).astype(np.float32)
EVEN = np.ones(28, np.float32)


def curve(loss, grad_norm=1.0, accuracy=0.5, stride=1):
    loss = np.asarray(loss, np.float32)
    step = stride * np.arange(1, len(loss) + 1, dtype=np.float32)
    return Curve(step, loss, np.full_like(loss, accuracy), np.full_like(loss, grad_norm))


def light(name, config=CONFIG, history=None, held_out=None, **measured):
    history = curve(np.full(400, 0.5)) if history is None else history
    measured = {"reach_h": EVEN, "reach_c": EVEN, "h": ALIVE} | measured
    lights = examine(config, history, held_out or HeldOut(), **measured)
    assert [one.name for one in lights] == list(NAMES)
    for one in lights:
        assert bool(one.remedy) == (one.level in ("warn", "bad"))
        assert one.says.endswith(".")
    return lights[NAMES.index(name)]


def faint(share):
    return np.linspace(share, 1.0, 28).astype(np.float32)


def test_without_a_step_and_a_measurement_all_five_are_unknown():
    lights = examine(CONFIG, Curve(), HeldOut(), reach_h=None, reach_c=None, h=None)
    assert [one.name for one in lights] == list(NAMES)
    assert {one.level for one in lights} == {"unknown"}
    assert {one.remedy for one in lights} == {""}


@pytest.mark.parametrize("what", [math.nan, math.inf])
def test_one_lost_number_is_enough_and_its_step_is_told(what):
    loss = np.full(40, 0.5)
    loss[20:] = what
    found = light("loss", history=curve(loss, stride=4))
    assert (found.level, found.says[:10]) == ("bad", "By step 84")


def test_what_was_high_once_and_is_low_now_is_well():
    assert light("loss", history=curve([9.0] * 20 + [0.4] * 50)).level == "ok"
    assert light("loss", history=curve([0.4] * 50 + [9.0] * 20)).level == "bad"
    assert light("loss", history=curve([0.4] * 50 + [3.2] * 20)).level == "warn"


def test_huge_gradients_are_told_unless_they_are_clipped():
    huge = curve(np.full(50, 0.5), grad_norm=36_000)
    found = light("loss", history=huge)
    assert found.level == "warn"
    assert "a norm of 36,000" in found.says
    assert light("loss", run_config(clip_norm=1.0), huge).level == "ok"


def test_a_point_that_stands_for_many_steps_counts_as_now():
    assert light("loss", history=curve([0.5, 0.5, 9.0], stride=128)).level == "bad"


def test_an_lstm_vanishes_only_if_both_paths_do():
    gone, there = faint(1e-4), faint(0.2)
    assert light("gradient", reach_h=gone, reach_c=there).level == "ok"
    assert light("gradient", reach_h=there, reach_c=gone).level == "ok"
    assert light("gradient", reach_h=gone, reach_c=gone).level == "warn"
    assert light("gradient", reach_h=faint(1e-9), reach_c=faint(1e-9)).level == "bad"
    assert light("gradient", reach_h=faint(math.nan), reach_c=gone).level == "unknown"


def test_in_two_directions_the_middle_is_where_the_loss_could_be_lost():
    config = run_config(model={"bidirectional": True})
    valley = np.abs(np.linspace(-1.0, 1.0, 28)).astype(np.float32) ** 4
    found = light("gradient", config, reach_h=valley, reach_c=valley)
    assert found.level == "warn"
    assert "at row 14: ∂L/∂h has" in found.says
    assert found.says.endswith("at rows 1 and 28.")
    loud_at_one_end = np.r_[np.float32(1e4), EVEN[1:]]
    assert light("gradient", config, reach_h=loud_at_one_end, reach_c=None).level == "ok"


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (4.2, "4 times its strength"),
        (1.0, "100 % of its strength"),
        (0.234, "23 % of its strength"),
        (0.0234, "2 % of its strength"),
        (3.1e-7, "0.00003 % of its strength"),
        (1e-30, "less than a millionth of a percent of its strength"),
    ],
)
def test_how_strongly_the_loss_is_felt_is_told_in_numbers_that_can_be_read(share, told):
    found = light("gradient", reach_h=faint(share), reach_c=None)
    assert found.says == f"The loss is felt at row 1: ∂L/∂h has {told} at row 28."


def test_the_word_for_a_time_step_and_the_remedy_fit_what_is_trained():
    config = run_config(time_step="pixels", chunk=14, model={"cell": "rnn"})
    found = light("gradient", config, reach_h=faint(1e-4), reach_c=None)
    assert "felt at step 1: ∂L/∂h has" in found.says
    assert found.remedy.startswith("Try an LSTM or GRU")
    remembering = run_config(forget_bias=1.0)
    found = light("gradient", remembering, reach_h=faint(1e-4), reach_c=faint(1e-4))
    assert "bias" not in found.remedy


@pytest.mark.parametrize(("chunk", "patience"), [(7, 3 * 112), (98, 100)])
def test_longer_sequences_are_given_more_time_before_their_gradient_is_judged(chunk, patience):
    config = run_config(time_step="pixels", chunk=chunk)
    measured = {"reach_h": faint(1e-4), "reach_c": None}
    before, after = (curve(np.full(steps, 0.5)) for steps in (patience - 1, patience))
    assert light("gradient", config, before, **measured).level == "unknown"
    assert light("gradient", config, after, **measured).level == "warn"


def test_stuck_units_are_counted_and_a_few_of_them_are_nothing_to_worry_about():
    def units(saturated, dead, config=CONFIG):
        h = ALIVE.copy()
        h[..., :saturated] = 0.99
        h[2:, :, :saturated] *= -1  # it switches: saturated, not dead
        h[..., saturated : saturated + dead] = 0.3
        return light("units", config, h=h)

    assert units(0, 0).says == "All 64 units change with what they read."
    assert units(2, 0).level == units(0, 12).level == "ok"
    assert units(7, 6).level == "warn"
    assert units(7, 6).says.startswith("Units out of 64: 7 saturated (nearly always")
    assert units(0, 32).level == "bad"
    frozen_at_one = np.full_like(ALIVE, 0.99)
    assert "dead" not in light("units", h=frozen_at_one).says, "each unit is counted once"
    relu = run_config(model={"cell": "rnn", "nonlinearity": "relu"})
    assert units(40, 0, relu).level == "ok", "a relu has no ceiling to be stuck at"


def test_overfitting_needs_two_readings_in_a_row_and_more_than_the_chance_in_them():
    config = run_config(digits=640, epochs=50)  # 10 steps each
    history = curve(np.full(400, 0.1), accuracy=0.99)

    def gap(*tests, read=500):
        step = np.arange(20, 20 * len(tests) + 1, 20, dtype=np.float32)
        accuracy, read = np.array(tests, np.float32), np.full(len(tests), read, np.float32)
        return light("overfitting", config, history, HeldOut(step, accuracy, read)).level

    assert gap(0.7) == "unknown"
    assert gap(0.7, 0.7) == "bad"
    assert gap(0.7, 0.98) == gap(0.98, 0.7) == "ok"
    assert gap(0.5, 0.9, 0.9) == "warn"
    assert gap(0.955, 0.955, read=10_000) == "warn"
    assert gap(0.955, 0.955, read=500) == "ok"


def test_within_the_first_epoch_nothing_can_be_learnt_by_heart():
    steps = np.array([100, 200], np.float32)
    tests = HeldOut(steps, np.full(2, 0.3, np.float32), np.full(2, 500, np.float32))
    assert light("overfitting", held_out=tests).level == "unknown"
    assert light("overfitting", run_config(digits=640), held_out=tests).level == "bad"


def test_a_loss_that_has_not_fallen_is_told_apart_by_what_the_rate_did():
    flat = np.full(400, GUESS)
    low = light("learning rate", run_config(lr=1e-6), curve(flat))
    assert (low.level, "too low" in low.remedy) == ("warn", True)
    usual = light("learning rate", history=curve(flat))
    assert "is usual" in usual.remedy
    fell_first = curve(np.concatenate([np.full(50, 1.2), flat]))
    assert "too high" in light("learning rate", history=fell_first).remedy
    rose = curve(np.concatenate([np.full(50, 2.8), flat[:30]]))
    assert "too high" in light("learning rate", history=rose).remedy
    stuck = light("learning rate", history=curve(flat), h=np.ones_like(ALIVE))
    assert "too high" in stuck.remedy
    assert "too high" in light("learning rate", run_config(lr=0.1), curve(flat)).remedy
    assert light("learning rate", history=curve(np.full(700, GUESS))).level == "bad"


def test_a_rate_that_still_rises_and_small_batches_are_given_more_time():
    flat = curve(np.full(400, GUESS))
    assert light("learning rate", history=flat).level == "warn"
    rising = run_config(schedule="one_cycle", epochs=10)  # at step 400 a fifth of the full rate
    assert light("learning rate", rising, flat).level == "unknown"
    long = curve(np.full(450, GUESS), stride=3)
    assert light("learning rate", rising, long).level == "warn"
    risen = run_config(schedule="one_cycle")  # by step 188: 306 steps at the full rate by now
    assert light("learning rate", risen, flat).level == "warn"
    assert light("learning rate", run_config(batch_size=8), flat).level == "unknown"
    assert light("learning rate", replace(CONFIG, digits=300), flat).level == "warn"
