"""Text about interventions on a network, and their effect on its predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.chapters.states.ablation.effects import Control, Effect
from rnnviz.chapters.states.ablation.unit_ranking import Ranking
from rnnviz.core.intervene.intervention_spec import Intervention
from rnnviz.ui.figures.gate_names import NAMES
from rnnviz.ui.figures.numbers import counted, listed, signed, true_minus, whole_percent

GATES = "iforz"  # what can be open or shut
MOST_NAMED = 4  # units that a sentence names


@dataclass(frozen=True)
class Where:
    """What a network's parts are called.

    Attributes:
        steps: T, time steps of a picture.
        word: What one of them is called.
        layers: How many there are.
        directions: Where each begins, e.g. ("the top", "the bottom"); one or two.
    """

    steps: int
    word: str
    layers: int
    directions: tuple[str, ...]

    def place(self, layer: int, direction: str) -> str:
        """Return e.g. "layer 1, from the top"; "" where there is but one place."""
        words = [f"layer {layer + 1}"] * (self.layers > 1)
        if len(self.directions) > 1:
            words.append(f"from {self.directions[direction == 'reverse']}")
        return ", ".join(words)


def units_words(units: Sequence[int] | None, *, most: int = MOST_NAMED) -> str:
    """Name units, counted from 1: "unit 3", "units 3 and 17", "7 units", "all units"."""
    if units is None:
        return "all units"
    if len(units) > most:
        return f"{len(units)} units"
    return f"unit{'s' if len(units) > 1 else ''} {listed([str(unit + 1) for unit in units])}"


def chip(act: Intervention, where: Where) -> str:
    """Return a change in a few words, e.g. "h of units 3 and 17 → 0, rows 15 to 28"."""
    to = {"zero": "0", "mean": "its mean", "clamp": true_minus(f"{act.value:g}")}[act.kind]
    if act.what in GATES and act.kind == "clamp" and act.value in (0, 1):
        to = "open" if act.value else "shut"
    elif act.what in GATES and act.kind == "zero":
        to = "shut"
    place = where.place(act.layer, act.direction)
    of = f"{act.what} of {units_words(act.units, most=6)}{f' ({place})' if place else ''}"
    return f"{of} → {to}{rows_words(act, where, ', ')}"


def rows_words(act: Intervention, where: Where, before: str) -> str:
    """Say at which rows a change holds; "" for all."""
    last = where.steps if act.stop is None else min(act.stop, where.steps)
    if act.start == 0 and last == where.steps:
        return ""
    if act.start >= where.steps:
        return f"{before}after the last {where.word}"
    return f"{before}{where.word}s {act.start + 1} to {last}"


def condition(acts: Sequence[Intervention], where: Where) -> str:
    """Begin a sentence with what is changed, e.g. "Without units 3 and 17"."""
    if not acts:
        return "As it is"
    if len(acts) > 1:
        return _all_out(acts, where) or f"With these {len(acts)} changes"
    act = acts[0]
    rows = rows_words(act, where, " at ")
    units = _placed(act, where)
    if act.what == "h" and act.kind == "zero":
        return f"Without {units}{rows}"
    what = f"the {NAMES[act.what]} of {units}"
    if act.kind == "mean":
        return f"With {what} at its mean{rows}"
    if act.what in GATES and act.value in (0, 1):
        return f"With {what} forced {'open' if act.value else 'shut'}{rows}"
    return f"With {what} held at {true_minus(f'{act.value:g}')}{rows}"


def _placed(act: Intervention, where: Where) -> str:
    place = where.place(act.layer, act.direction)
    return f"{units_words(act.units)}{f' of {place}' if place else ''}"


def _all_out(acts: Sequence[Intervention], where: Where) -> str:
    """The same for several changes that all take units of one place out; "" for others."""
    alike = {(act.place, act.kind, act.start, act.stop) for act in acts}
    if len(alike) > 1 or acts[0].what != "h" or acts[0].kind != "zero":
        return ""
    if any(act.units is None for act in acts):
        return ""
    units = tuple(sorted({unit for act in acts for unit in act.units or ()}))
    first = acts[0]
    joined = Intervention(
        first.layer, first.direction, "h", units, start=first.start, stop=first.stop
    )
    return f"Without {_placed(joined, where)}{rows_words(first, where, ' at ')}"


def a(digit: int) -> str:
    """Return a digit with its article."""
    return f"an {digit}" if digit == 8 else f"a {digit}"


def told(
    begun: str,
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    label: int | None,
    word: str,
) -> str:
    """Say what a change does to the answer on one digit.

    Args:
        begun: What is changed, as `condition` says it.
        before: Beliefs after each row of the network as it is, shape (T, K).
        after: The same when it is changed.
        label: What the digit is; None if nobody knows.
        word: What one time step is called.
    """
    this = "this drawing" if label is None else f"this {label}"
    was, now = int(before[-1].argmax()), int(after[-1].argmax())
    sure, share = whole_percent(float(before[-1, was])), whole_percent(float(after[-1, now]))
    if now == was:
        same = f"with {share}, as before" if sure == share else f"with {share}; before: {sure}"
        return f"{begun} it still takes {this} for {a(now)} {same}."
    since = decided(after)
    on = "" if since == 1 else f" from {word} {since} on"
    return f"{begun} it takes {this} for {a(now)} with {share}{on}; before: {was} with {sure}."


def decided(belief: NDArray[np.float32]) -> int:
    """Return the first row, from 1, from which the answer is the final one."""
    answers = belief.argmax(1)
    others = np.flatnonzero(answers != answers[-1])
    return int(others[-1]) + 2 if len(others) else 1


def as_it_is(before: NDArray[np.float32], label: int | None) -> str:
    """Say what the network answers, and what a person can do about it."""
    this = "this drawing" if label is None else f"this {label}"
    was = int(before[-1].argmax())
    share = whole_percent(float(before[-1, was]))
    return f"As it is, it takes {this} for {a(was)} with {share}. Pick units and take them out."


def points(share: float) -> str:
    """Return a difference of shares in points, with its sign: "−14.2", "+0.1"; "0.0" for none."""
    words = signed(100 * share, 1)
    return "0.0" if words in ("+0.0", "−0.0") else words


def cost(effect: Effect) -> str:
    """Say what a change costs on the digits that were read."""
    done = f"{effect.done:,}" + ("" if effect.done == effect.total else f" of {effect.total:,}")
    after, before = 100 * effect.accuracy_after, 100 * effect.accuracy_before
    lost = points(effect.accuracy_after - effect.accuracy_before)
    return f"{after:.1f} % of {done} test digits right, before {before:.1f} %: {lost} points."


def beside(control: Control | None, effect: Effect, count: int, why: str = "") -> str:
    """Say what as many units drawn by chance cost.

    Args:
        control: The draws so far; None before there is any.
        effect: What the chosen units cost.
        count: So many units are chosen.
        why: Why there is no control, or "".
    """
    if why:
        return f"No random sets beside it: {why}."
    sets = f"random sets of {counted(count, 'unit')}"
    drawn = 0 if control is None else len(control.accuracies)
    if control is None or control.interval is None:
        return f"{sets[0].upper()}{sets[1:]}: {drawn} drawn so far, an interval needs five."
    low, high = control.interval
    before = effect.accuracy_before
    least, most = points(high - before), points(low - before)
    bad = control.as_bad(effect.accuracy_after)
    which = f"{bad or 'none'} of the {drawn} cost as much{' or more' * (bad > 0)}"
    return f"{sets[0].upper()}{sets[1:]}: {least} to {most} points (95 of 100 such sets; {which})."


def most(ranking: Ranking | None, of: str) -> str:
    """Say which unit matters most, and how much."""
    if ranking is None or not len(ranking.units):
        return f"Not measured on {of} yet."
    first = ranking.most(1)[0]
    at = ranking.units.tolist().index(first)
    if ranking.accuracy_drop is None:
        lost = float(ranking.log_prob_drop[at])
        if lost < 0.005:
            return f"No single unit matters much for {of}."
        left = whole_percent(float(np.exp(-lost)))
        rest = f"without it the answer keeps {left} of its probability"
        return f"Unit {first + 1} matters most for {of}: {rest}."
    lost = float(ranking.accuracy_drop[at])
    return f"Unit {first + 1} matters most for {of}: {points(-lost)} points without it."


MEMORIES = {
    "kept": "memory kept",
    "reset": "memory reset",
    "other": "memory of another digit",
    "h": "h of another digit alone",
    "c": "c of another digit alone",
}


def spliced(
    beliefs: dict[str, NDArray[np.float32]], row: int, names: tuple[str, str], word: str
) -> str:
    """Say what two joined halves are taken for, by what became of the memory at the seam.

    Args:
        beliefs: After each row, shape (T, K), by the names of MEMORIES.
        row: The first row that comes from the second digit, from 0.
        names: What the two digits are.
        word: What one time step is called.
    """
    parts = []
    for name, belief in beliefs.items():
        best = int(belief[-1].argmax())
        parts.append(
            f"{MEMORIES[name]} it ends with {best} ({whole_percent(float(belief[-1, best]))})"
        )
    upper, lower = names
    return (
        f"{word.capitalize()}s 1 to {row} of {upper}, then {lower}: with {', with '.join(parts)}."
    )
