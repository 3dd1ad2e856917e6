"""Health checks of a training run on MNIST: five checks, each with a level and a remedy.

The thresholds come from some 80 trainings on MNIST, half of them healthy: LSTM, GRU and RNN, 16 to
128 units, T from 28 to 112, batches of 1 to 1,024, each optimizer and schedule, and looked at some
30 times each from before the first step on. Beside a threshold stands what was seen on its sides.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from rnnviz.core.config import Optimizer
from rnnviz.data.sequences import STEP_WORDS
from rnnviz.training.health.check_result import Level, Light, amount, number, strength
from rnnviz.training.health.measurements import (
    RECENT_DIGITS,
    Seen,
    Stuck,
    find_stuck,
    look,
    weakest,
    window,
)
from rnnviz.training.jobs.protocol import Curve, Floats, HeldOut
from rnnviz.training.tasks.digits import RunConfig

GUESS = math.log(10)  # the loss of taking every digit for equally likely

# Loss now, in guesses. Healthy: 1.05 at most (a spike at T = 112). RNN, GRU or LSTM with a rate of
# 1 to 10: 1.3 to 130; a relu RNN's is lost within 30 steps.
HIGH_LOSS, EXPLODED_LOSS = 1.2, 2.0
# Largest norm now, unclipped. Healthy: 156 (spike at T = 112), 62 (batch of 1), else below 30. With
# Adam at 1 or RMSprop at 0.1: 1,300 to 22,000,000.
HUGE_GRADIENT = 1000.0

# Reach at the first step over that at the last, once the loss has begun to fall and 3T steps are
# done. Healthy: at least 0.016 at T = 112, 0.02 at T = 28, mostly 0.1 to 2. A forget bias of -6:
# 0.00007 to 0.003; an RNN or LSTM over T = 196: 6e-10 to 0.00003. Before the loss falls it is small
# in a healthy network too: 0.000003 for an LSTM, 0.0000002 for an RNN, 1e-22 at T = 112.
FAINT, GONE = 3e-3, 1e-6
LEARNING = 0.9  # guesses: below it the loss has begun to fall
GRADIENT_STEPS = 100  # or 3T if that is more

MANY_STUCK, MOST_STUCK = 0.2, 0.5  # of all units; what is stuck: see health_seen

# Train minus test accuracy after the first epoch, less twice the chance in the test digits, the
# smaller of two readings in a row. Healthy: 0.014 at most (8 epochs of 5,000 digits). 2,000 digits:
# 0.034 to 0.049; 1,000: 0.08 to 0.10; 300: 0.29; 100: 0.41 and more.
OVERFITS, OVERFITS_BADLY = 0.03, 0.15

# Loss now, in guesses, after so many steps at the full rate, or 3T, and so many digits. Healthy:
# 0.87 at most, mostly below 0.5; Adam at 0.0001: 0.956. Adam at 0.00001 and less: 0.998 and more.
NOTHING_LEARNT = 0.97
RATE_STEPS, RATE_DIGITS = 300, 5000
ROSE = 1.1  # guesses: a loss that was so high has been driven there (healthy: 1.05)
# Rates between which a training that learns nothing has another fault.
USUAL_RATES: Mapping[Optimizer, tuple[float, float]] = MappingProxyType(
    {"adam": (1e-4, 0.03), "adamw": (1e-4, 0.03), "rmsprop": (1e-4, 0.01), "sgd": (0.03, 0.3)}
)


def examine(
    config: RunConfig,
    history: Curve,
    held_out: HeldOut,
    *,
    reach_h: Floats | None,
    reach_c: Floats | None,
    h: Floats | None,
) -> tuple[Light, ...]:
    """Tell how a training is doing.

    Args:
        config: What is trained.
        history: Its curve so far.
        held_out: Its readings of test digits so far.
        reach_h: ‖∂L/∂h_t‖ with the newest weights, mean over some digits, shape (T,), as
            `gradients.reach` measures it; None: not measured.
        reach_c: ‖∂L/∂c_t‖, the same; None unless LSTM.
        h: What the top layer put out for some digits, shape (T, B, D·P); None: not measured.

    Returns: Loss, gradient, units, overfitting and learning rate, always in this order.
    """
    seen = look(config, history)
    stuck = None if h is None or not np.isfinite(h).all() else find_stuck(config, h)
    rate = _learning_rate(config, seen, stuck)
    too_low = rate.level in ("warn", "bad") and config.training.lr < _usual(config)[0]
    return (
        _loss(config, seen),
        _gradient(config, seen, reach_h, reach_c, too_low=too_low),
        _units(config, seen, stuck),
        _overfitting(config, history, held_out),
        rate,
    )


def _loss(config: RunConfig, seen: Seen) -> Light:
    lower = f"Start again with a lower learning rate than {number(config.training.lr)}"
    clip = "" if config.training.clip_norm else " and clip the gradients at 1"
    if seen.lost:
        says = f"By step {seen.lost:,} the loss or its gradient was no longer a number."
        return Light("loss", "bad", says, f"{lower}{clip}.")
    if seen.early:
        return _too_early("loss", seen)
    says = f"The loss is {amount(seen.loss)}; guessing blindly costs {GUESS:.2f}."
    if seen.loss > HIGH_LOSS * GUESS:
        level: Level = "bad" if seen.loss > EXPLODED_LOSS * GUESS else "warn"
        return Light("loss", level, says, f"{lower}{clip}.")
    if seen.grad_norm > HUGE_GRADIENT and not config.training.clip_norm:
        says = f"The gradients have grown to a norm of {seen.grad_norm:,.0f}; 1 to 30 is usual."
        return Light("loss", "warn", says, "Clip the gradients at 1, or lower the learning rate.")
    return Light("loss", "ok", says)


def _gradient(
    config: RunConfig, seen: Seen, reach_h: Floats | None, reach_c: Floats | None, *, too_low: bool
) -> Light:
    if reach_h is None:
        return Light("gradient", "unknown", "How far back the loss is felt is not measured yet.")
    reaches = (("h", reach_h), ("c", reach_c))
    felt = [(*weakest(config, reach), name) for name, reach in reaches if reach is not None]
    share, place, name = max(felt)
    if not math.isfinite(share):
        return Light("gradient", "unknown", "The gradients are no longer numbers to be measured.")
    word = STEP_WORDS[config.time_step]
    ends = f"{word}s 1 and" if config.model.bidirectional else word
    at_end = f"{strength(share)} at {ends} {len(reach_h)}"
    says = f"he loss is felt at {word} {place}: ∂L/∂{name} has {at_end}."
    if share >= FAINT:
        return Light("gradient", "ok", f"T{says}")
    learns = seen.loss < LEARNING * GUESS
    if too_low or seen.worth < _patience(config, GRADIENT_STEPS if learns else RATE_STEPS):
        return Light("gradient", "unknown", f"So far t{says}")
    level: Level = "bad" if share < GONE else "warn"
    return Light("gradient", level, f"T{says}", f"{_memory(config)}, or fewer, longer time steps.")


def _memory(config: RunConfig) -> str:
    """Return what makes this kind of network remember for longer."""
    if config.model.cell == "rnn":
        return "Try an LSTM or GRU"
    if config.model.cell == "lstm" and (config.training.forget_bias or 0) < 1:
        return "Try a forget-gate bias of 1"
    return "Try a head that reads the mean over all steps"


def _units(config: RunConfig, seen: Seen, stuck: Stuck | None) -> Light:
    if seen.early:
        return _too_early("units", seen)
    if stuck is None:
        return Light("units", "unknown", "What the units do is not measured yet.")
    word = STEP_WORDS[config.time_step]
    parts = []
    if stuck.saturated:
        parts.append(f"{stuck.saturated} saturated (nearly always close to −1 or 1)")
    if stuck.dead:
        parts.append(f"{stuck.dead} dead (hardly changing over all digits and {word}s)")
    if not parts:
        return Light("units", "ok", f"All {stuck.units} units change with what they read.")
    says = f"Units out of {stuck.units}: {' and '.join(parts)}."
    if stuck.share < MANY_STUCK:
        return Light("units", "ok", says)
    tanh = ", or with tanh" if config.model.nonlinearity == "relu" else ""
    level: Level = "bad" if stuck.share >= MOST_STUCK else "warn"
    return Light("units", level, says, f"Start again with a lower learning rate{tanh}.")


def _overfitting(config: RunConfig, history: Curve, held_out: HeldOut) -> Light:
    per_epoch = math.ceil(config.digits / config.training.batch_size)
    later = np.flatnonzero(held_out.step > per_epoch)[-2:]
    if len(later) < 2:
        return Light("overfitting", "unknown", "Too early to say: no digit has come back for long.")
    gaps = []
    for k in later:
        near = window(config, history, int(held_out.step[k]), RECENT_DIGITS)
        train, test = float(history.accuracy[near].mean()), float(held_out.accuracy[k])
        chance = math.sqrt(test * (1 - test) / held_out.read[k])
        gaps.append((train - test - 2 * chance, train, test))
    gap, train, test = min(gaps)
    judges = "test digits" if config.fold is None else "digits held out"
    says = f"It reads {train:.1%} of the digits it learns and {test:.1%} of the {judges}."
    says = says.replace("%", " %")
    if gap < OVERFITS:
        return Light("overfitting", "ok", says)
    ways = []
    if config.digits < config.most_digits:
        ways.append(f"learn more than {config.digits:,} digits")
    if config.augmentation == "none":
        ways.append("shift or redraw them in each epoch")
    ways += ["stop earlier", "take fewer units"]
    remedy = f"{', '.join(ways[:-1])}, or {ways[-1]}."
    level: Level = "bad" if gap >= OVERFITS_BADLY else "warn"
    return Light("overfitting", level, says, remedy[0].upper() + remedy[1:])


def _learning_rate(config: RunConfig, seen: Seen, stuck: Stuck | None) -> Light:
    name, lr = "learning rate", config.training.lr
    too_high = f"The rate of {number(lr)} is too high: try a tenth of it."
    if seen.lost:
        return Light(name, "bad", f"Nothing can be learnt since step {seen.lost:,}.", too_high)
    if seen.early:
        return _too_early(name, seen)
    told = f"{amount(seen.loss)} after {seen.step:,} steps; guessing blindly costs {GUESS:.2f}."
    if seen.loss > EXPLODED_LOSS * GUESS:
        return Light(name, "bad", f"The loss is {told}", too_high)
    if seen.loss < NOTHING_LEARNT * GUESS:
        return Light(name, "ok", f"The loss has fallen to {told}")
    rose = seen.worst > ROSE * GUESS
    patience = _patience(config, RATE_STEPS)
    waiting = seen.worth < patience or config.examples_after(seen.step) < RATE_DIGITS
    if waiting and not rose:
        return Light(name, "unknown", f"So far the loss is {told}")
    low, high = _usual(config)
    fell = seen.best < LEARNING * GUESS
    many = stuck is not None and stuck.share >= MANY_STUCK
    if rose or fell or many or lr > high:
        remedy = too_high
    elif lr < low:
        remedy = f"The rate of {number(lr)} is too low: try {number(low)} or more."
    else:
        remedy = f"A rate of {number(lr)} is usual: see how far back the loss is felt."
    level: Level = "bad" if seen.worth >= 2 * patience else "warn"
    return Light(name, level, f"The loss has not fallen: {told}", remedy)


def _patience(config: RunConfig, steps: int) -> int:
    """Return how many steps at the full rate a training may take before it has to show something.

    A plateau at the start grows with T: at 28 it ends by step 35 to 100, at 112 by step 50 to 150.
    """
    return max(steps, 3 * config.length)


def _usual(config: RunConfig) -> tuple[float, float]:
    return USUAL_RATES[config.training.optimizer]


def _too_early(name: str, seen: Seen) -> Light:
    done = "no step yet" if not seen.step else "1 step" if seen.step == 1 else f"{seen.step} steps"
    return Light(name, "unknown", f"Too early to say: {done} so far.")
