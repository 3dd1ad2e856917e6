"""View of the accuracy lost by interventions, beside random units, and the unit ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st
from torch import Tensor

from rnnviz.chapters.states.ablation import text as words
from rnnviz.chapters.states.ablation.effects import DRAWS, Control, Effect
from rnnviz.chapters.states.ablation.ui import edits
from rnnviz.chapters.states.ablation.ui.components import ablation as view
from rnnviz.chapters.states.ablation.ui.edits import Acts, Broken
from rnnviz.chapters.states.ablation.ui.jobs import RANKED, Measures, chosen_units
from rnnviz.chapters.states.ablation.unit_ranking import Ranking
from rnnviz.chapters.states.ui import keys
from rnnviz.core.intervene.apply_interventions import Means
from rnnviz.ui.widgets.incremental import Job, work
from rnnviz.ui.widgets.model_choice import ChosenModel

LISTED = 10


@dataclass(frozen=True, eq=False)
class Costing:
    """What is to be measured.

    Attributes:
        measures: The session's.
        network: The network.
        x: The digit, (T, 1, I).
        picture: Another for another digit.
        place: Layer and direction, both from 0.
        acts: What is changed.
        means: What "mean" puts there.
    """

    measures: Measures
    network: ChosenModel
    x: Tensor
    picture: int
    place: tuple[int, int]
    acts: Acts
    means: Means | None


def show(
    costing: Costing, broken: Broken, *, busy: str, said: str, first: Sequence[Job[Any]] = ()
) -> bool:
    """Go on with the measuring, and show what the changes cost as far as it is known then.

    Args:
        costing: What is to be measured.
        broken: What the person asked for.
        busy: What must be computed before, or "".
        said: The digit, e.g. "this 7".
        first: What is to be gone on with before.

    Returns: Whether all is known.
    """
    effect, control, why = _jobs(costing, busy)
    measures, network = costing.measures, costing.network
    for_digit = measures.digit_ranking(network, costing.x, costing.picture, costing.place)
    for_test = measures.test_ranking(network, costing.place)
    wanted: list[Job[Any]] = [*first, for_digit]
    if not broken.stopped:
        asked = for_test if broken.measures else None  # before the longest
        wanted += [job for job in (effect, asked, control) if job is not None]
        wanted.append(measures.as_it_is(network))  # so that the next change is measured sooner
    over = work(*([job] for job in wanted))
    share, doing = _progress(effect, control, busy)
    costs = replace(
        _told(effect, control, chosen_units(costing.acts), why),
        progress=None if broken.stopped else share,
        doing=doing,
        stopped=broken.stopped and share is not None,
        rankings=(
            _ranked(for_digit, f"What matters most for {said}", said),
            _ranked(for_test, f"… and on {RANKED:,} test digits", "them", broken),
        ),
    )
    view.effect(costs, key=keys.EFFECT, on_do=lambda: edits.take(keys.EFFECT))
    _tables(effect, for_digit, for_test)
    return over


def _jobs(costing: Costing, busy: str) -> tuple[Job[Effect] | None, Job[Control] | None, str]:
    """Return the measuring of the chosen units and of random ones, and why the latter is none."""
    acts = costing.acts
    if not acts or busy:
        return None, None, ""
    asked = costing.network, acts, costing.means
    effect = costing.measures.effect(*asked)
    if not chosen_units(acts):
        return effect, None, "all units are changed, there are no others to draw"
    return effect, costing.measures.control(*asked), ""


def _told(
    effect: Job[Effect] | None, control: Job[Control] | None, units: int, why: str
) -> view.Costs:
    """Say what is known so far."""
    found = None if effect is None else effect.newest
    if effect is None or found is None:
        fault = "" if effect is None else effect.fault
        nothing = "Change something, and what it costs on them will be here."
        return view.Costs([f"It cannot be measured: {fault}." if fault else nothing])
    drawn = None if control is None else control.newest
    why = why or ("" if control is None else control.fault)
    before = found.accuracy_before
    count, right_before, right_after = found.per_class()
    shares = np.stack(
        [(one / count.clamp(min=1)).cpu().numpy() for one in (right_before, right_after)]
    )
    interval = None if drawn is None else drawn.interval
    return view.Costs(
        told=[words.cost(found), words.beside(drawn, found, units, why)],
        classes=shares.astype(np.float32),
        draws=[] if drawn is None else [100 * (before - one) for one in drawn.accuracies],
        interval=None
        if interval is None
        else (100 * (before - interval[1]), 100 * (before - interval[0])),
        cost=100 * (before - found.accuracy_after),
    )


def _progress(
    effect: Job[Effect] | None, control: Job[Control] | None, busy: str
) -> tuple[float | None, str]:
    """Say how far the measuring is, the test digits with the random sets, and what is done now."""
    if busy:
        return 0.0, busy
    if effect is None or (effect.over and (control is None or control.over)):
        return None, ""
    found = effect.newest
    total = 1 + (0 if control is None else DRAWS)
    if not effect.over:
        share = 0.0 if found is None else found.done / found.total
        done = 0 if found is None else found.done
        return share / total, f"{done:,} test digits read"
    drawn = None if control is None else control.newest
    share = 0.0 if drawn is None else drawn.done / drawn.total
    sets = 0 if drawn is None else len(drawn.accuracies)
    return (1 + share * DRAWS) / total, f"{sets} of {DRAWS} random sets measured"


def _ranked(job: Job[Ranking], title: str, said: str, broken: Broken | None = None) -> view.Ranked:
    """List the units that matter most; `broken` where a person asks for it."""
    found = job.newest
    told = words.most(found, said)
    if broken is not None:
        button = "" if broken.measures else "Measure"
        if found is None or not job.over:
            told = "Every unit is taken out by itself, in all of them."
        goes_on = broken.measures and not job.over
        share = None if not goes_on or found is None else found.done / found.total
    else:
        button, share = "", None
    if found is None or not len(found.units):
        return view.Ranked(title, told, button=button, share=share)
    units, drops = _drops(found, LISTED)
    if found.accuracy_drop is None:
        named = [_left(drop) for drop in drops]
    else:
        named = [f"{words.points(-drop)} pts" for drop in drops]
    most = max(max(drops), 1e-9)
    lengths = [max(drop, 0.0) / most for drop in drops]
    return view.Ranked(title, told, units, named, lengths, button, share)


def _left(drop: float) -> str:
    """Say how much of the answer's probability is left."""
    share = 100 * float(np.exp(-drop))
    return ">99.9 % left" if 99.95 <= share < 100 else f"{share:.1f} % left"


def _drops(found: Ranking, count: int) -> tuple[list[int], list[float]]:
    """Return the units that matter most and what is lost without each."""
    units = [*found.most(count)]
    lost = found.log_prob_drop if found.accuracy_drop is None else found.accuracy_drop
    place = {unit: at for at, unit in enumerate(found.units.tolist())}
    return units, [float(lost[place[unit]]) for unit in units]


def _tables(effect: Job[Effect] | None, digit: Job[Ranking], test: Job[Ranking]) -> None:
    """Show the numbers once they are complete."""
    with st.expander("The numbers of the test digits and of single units"):
        found = None if effect is None else effect.newest
        if effect is not None and effect.over and found is not None:
            count, before, after = (one.cpu().numpy() for one in found.per_class())
            columns = {"class": np.arange(10), "digits": count, "right as it is": before}
            st.dataframe(columns | {"right when changed": after}, hide_index=True)
        rankings: Sequence[tuple[str, Ranking | None]] = (
            ("log-probability lost, this digit", digit.newest),
            ("accuracy lost, test digits", test.newest if test.over else None),
        )
        for name, ranking in rankings:
            if ranking is not None and len(ranking.units):
                units, drops = _drops(ranking, len(ranking.units))
                st.dataframe({"unit": [unit + 1 for unit in units], name: drops}, hide_index=True)
