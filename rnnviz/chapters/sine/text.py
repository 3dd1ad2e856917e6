"""Text of the Sine page: sentences computed from errors, states and settings."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnviz.chapters.sine.config import SineConfig, seen_period
from rnnviz.chapters.sine.frozen_eval import NEAR, Wrong
from rnnviz.chapters.sine.full_graph import Growth
from rnnviz.chapters.sine.oscillation import STILL, Swing
from rnnviz.training.health.check_result import number
from rnnviz.ui.figures.numbers import amount, counted, listed, times, whole_percent

Floats = NDArray[np.float64]

CLOSES = 0.05  # of its size: a loop whose gap is less is called closed
ALIKE = 1.2  # errors within that factor are said to be alike


def verdict(carried: Floats, reset: Floats, *, step: int, steps: int, begun: bool = True) -> str:
    """Compare the errors carried and reset.

    Args:
        carried: Squared errors by segment and place, shape (N, T).
        reset: The same with the state reset.
        step: Steps done.
        steps: Of the whole training.
        begun: Whether there is a training.
    """
    if not step:
        now = "Nothing is learnt yet." if begun else "Press Start."
        return (
            "Two networks with the same first weights read the same signal in segments: one is "
            f"handed its state at each border, the other begins anew. {now}"
        )
    when = "At the end" if step == steps else f"After {step:,} of {steps:,} segments"
    one, other = float(carried.mean()), float(reset.mean())
    if not (math.isfinite(one) and math.isfinite(other)):
        lost = [n for n, e in (("carried", one), ("reset", other)) if not math.isfinite(e)]
        return f"{when} the numbers of the network {listed(lost)} are lost."
    told = f"{when}, over the segments shown, carried errs by {amount(one)}, reset by "
    told += amount(other)
    ratio = other / one if one else math.inf
    if 1 / ALIKE < ratio < ALIKE:
        told += ": about alike."
    elif ratio > 1:
        told += f", {_times(ratio)} as much."
    else:
        told += f": carried {_times(1 / ratio)} as much, so far."
    return f"{told} {_seam(reset)}"


def _seam(reset: Floats) -> str:
    places = reset.mean(0)
    if len(places) == 1:
        return "With one step a segment, reset is a network without any memory."
    share = float(places[0] / places.sum()) if places.sum() else 0.0
    if share > 1.5 / len(places):
        return (
            f"Reset, {whole_percent(share)} of the error falls on the first of {len(places)} "
            "steps: the seam, where the state would have told what the input cannot."
        )
    return f"Reset, the seam stands out by nothing yet: {whole_percent(share)} of the error."


def handed(wrong: Wrong, recovered: int | None, read: int) -> str:
    """Say when a wrong state was over.

    Args:
        wrong: What was handed over.
        recovered: After how many steps; None if never.
        read: Steps that were read.
    """
    what = {"zeros": "zeros", "noise": "noise", "another phase": "the state of another phase"}
    told = f"Handed {what[wrong]} at the accented border, the network "
    if recovered is None:
        return f"{told}has not recovered within the {read} steps that were read."
    if not recovered:
        return f"{told}answers as with the right state, within {NEAR}."
    return f"{told}has recovered after {counted(recovered, 'step')}: from there on within {NEAR}."


def aliasing(config: SineConfig) -> str:
    """Say what too few steps per period do; "" if they suffice."""
    period = config.steps_per_period
    if period > 2:
        return ""
    if period == 2:
        return (
            "At 2 steps per period each step meets sin t at 0: the network reads nothing but zeros."
        )
    seen = seen_period(period)
    looks = "stands still" if math.isinf(seen) else f"looks like one of {seen:.3g} steps per period"
    return (
        f"{period:g} steps per period are below 2: sampled so rarely the sine {looks} (aliasing), "
        "and that is what the network learns."
    )


def short(config: SineConfig) -> str:
    """Say what segments of one step do; "" if they are longer."""
    if config.segment_length > 1:
        return ""
    return (
        "Segments of one step: detached, no gradient reaches further back than the step itself, so "
        "W_hh learns to use what it is handed, not to hand on what will be needed."
    )


def freely(found: Swing, period: float, steps: int, amplitude: float = 1.0) -> str:
    """Say what a network does that reads its own answers.

    Args:
        found: How it swings.
        period: Of the signal, in steps.
        steps: For how long.
        amplitude: Of the signal.
    """
    told = f"Left to itself for {counted(steps, 'step')}, it "
    if math.isnan(found.amplitude):
        return f"{told}loses its numbers."
    if found.amplitude < STILL:
        return f"{told}comes to rest."
    if found.period is None:
        return f"{told}moves by ±{amount(found.amplitude)}, without coming round twice."
    off = abs(found.period / period - 1)
    pace = "in time" if off < 0.01 else f"{whole_percent(off)} too {_pace(found.period, period)}"
    return (
        f"{told}swings on by ±{amount(found.amplitude)} (the signal: ±{amount(amplitude)}) with a "
        f"period of {found.period:.1f} steps (the signal: {period:g}), {pace}."
    )


def loop(gap: float | None, share: float) -> str:
    """Say whether the states close into a loop.

    Args:
        gap: As `oscillation.gap`; None where the signal does not come round in whole steps.
        share: Of their variance that the two axes hold.
    """
    axes = f"The two axes hold {whole_percent(share)} of how the states vary."
    if gap is None:
        return f"{axes} The signal does not come round in a whole number of steps, nor do they."
    if not math.isfinite(gap):
        return "The states are no longer numbers."
    closes = "They close into a loop" if gap < CLOSES else "They do not close into a loop"
    return f"{axes} {closes}: a period later they are {_percent(gap)} of its size away."


def borders(states: Floats, per_period: float) -> str:
    """Say how the states at the borders differ.

    Args:
        states: Shape (N, P), N at least 2.
        per_period: Segments in a period of the signal.
    """
    apart = float(np.linalg.norm(np.diff(states, axis=0), axis=1).mean())
    told = f"From one border to the next the state moves by {amount(apart)} on average"
    back = round(per_period)
    if back >= 1 and abs(per_period - back) < 1e-9 and len(states) > back:
        again = float(np.linalg.norm(states[back:] - states[:-back], axis=1).mean())
        what = "segment" if back == 1 else f"{back} segments"
        return f"{told}; a period, {what}, later it is {amount(again)} from where it was."
    return f"{told}; the borders fall on other phases each time."


def lengths(found: Sequence[tuple[int, float, float]], learnt: int) -> str:
    """Say what other segments than those of the training do.

    Args:
        found: Length, error carried and error reset, ascending.
        learnt: The length of the training.
    """
    carried = [errors for _, errors, _ in found]
    if not all(math.isfinite(each) for each in carried):
        return "The weights are lost: there is nothing to compare."
    first, last = found[0], found[-1]
    return (
        f"Carried, the length makes no difference: {amount(carried[0])} in segments of {first[0]} "
        f"as of {last[0]}, since the numbers are those of one long pass. Reset, it errs by "
        f"{amount(first[2])} in segments of {first[0]} and by {amount(last[2])} in those of "
        f"{last[0]}; it was trained on {learnt}."
    )


def heads(difference: float) -> str:
    """Say whether the head as a loop over steps and as one Linear answer the same."""
    if difference == 0:
        return "The same to the last bit: the largest difference is 0."
    if not math.isfinite(difference):
        return "The weights are lost: neither answers with numbers."
    return f"The same but for rounding: the largest difference is {number(difference, 1)}."


def grown(found: Sequence[Growth]) -> str:
    """Say what full back-propagation costs, as measured."""
    if len(found) < 2:
        return ""
    first, last = found[0], found[-1]
    return (
        f"From {first.segments} to {last.segments} segments in one graph, "
        f"{last.segments / first.segments:.3g} times as many: {last.nodes / first.nodes:.3g} times "
        f"the operations, {last.kept_bytes / first.kept_bytes:.3g} times the memory, "
        f"{last.step_s / first.step_s:.3g} times the time, for one optimizer step. Detached, all "
        "three stay those of one segment."
    )


def _percent(share: float) -> str:
    return "less than 0.001 %" if share < 1e-5 else f"{number(100 * share)} %"


def _times(ratio: float) -> str:
    return "more than 1,000 times" if ratio > 1000 else f"{times(ratio)} times"


def _pace(found: float, period: float) -> str:
    return "slow" if found > period else "fast"
