"""Interventions of a session: added, removed, undone, and their values in the link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from rnnviz.chapters.states.ablation.ui.components.ablation import Command, command
from rnnviz.chapters.states.ui import keys
from rnnviz.core.intervene.checks import check_fits
from rnnviz.core.intervene.intervention_spec import Intervention, to_link
from rnnviz.core.models import RNNModule
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import linked_values
from rnnviz.ui.session.markdown_escape import plain

MOST = 24  # changes at once
REMEMBERED = 50  # of what can be undone

Acts = tuple[Intervention, ...]


@dataclass(frozen=True)
class Broken:
    """What is changed.

    Attributes:
        acts: The changes, in the order of the hand.
        past: What was changed before, the newest last.
        serial: Of the last command that was taken.
        picked: The last unit that was picked in a list, and that command's serial.
        measures: Whether the test set's ranking is asked for.
        stopped: Whether what is computed was cancelled.
        wrong: Sentences on what the link asked for and cannot be.
    """

    acts: Acts = ()
    past: tuple[Acts, ...] = ()
    serial: int = 0
    picked: tuple[int, int] | None = None
    measures: bool = False
    stopped: bool = False
    wrong: tuple[str, ...] = ()


def now(rnn: RNNModule, steps: int) -> tuple[Broken, list[str]]:
    """Return what is changed in this network, and sentences on what does not fit it."""
    broken = linked_values.stored(keys.BREAKS, _linked)
    left_out = list(broken.wrong)
    fitting = []
    for act in broken.acts:
        why = _unfit(rnn, act, steps)
        if why:
            left_out.append(f"The change {act.link} is left out: {why}.")
        else:
            fitting.append(act)
    return replace(broken, acts=tuple(fitting)), left_out


def take(key: str) -> None:
    """Do what a component asks for: called when it does. What comes twice is done once."""
    asked = command(session_keys.message(key, "do"))
    broken: Broken = st.session_state.get(keys.BREAKS, Broken())
    if asked is not None and asked.serial > broken.serial:
        st.session_state[keys.BREAKS] = replace(_done(broken, asked), serial=asked.serial)


def link(acts: Sequence[Intervention]) -> None:
    """Say in the link what is changed."""
    linked_values.link(keys.BROKEN, to_link(acts))


def _done(broken: Broken, asked: Command) -> Broken:
    if asked.do == "undo":
        if not broken.past:
            return broken
        return replace(broken, acts=broken.past[-1], past=broken.past[:-1], stopped=False)
    if asked.do == "pick":
        return replace(broken, picked=(asked.at, asked.serial))
    if asked.do == "measure":
        return replace(broken, measures=True, stopped=False)
    if asked.do in ("cancel", "again"):
        measures = broken.measures and asked.do == "again"
        return replace(broken, stopped=asked.do == "cancel", measures=measures)
    acts = _changed(broken.acts, asked)
    if acts == broken.acts:
        return broken
    past = (*broken.past, broken.acts)[-REMEMBERED:]
    return replace(broken, acts=acts, past=past, stopped=False, wrong=())


def _changed(acts: Acts, asked: Command) -> Acts:
    if asked.do == "clear":
        return ()
    try:
        act = Intervention.from_link(asked.act)
    except ValueError:
        return acts
    if asked.do == "add":
        return (*(one for one in acts if one != act), act)[-MOST:]
    return tuple(one for one in acts if one != act)  # remove


def _linked() -> Broken:
    """Read the link, each change by itself."""
    acts: list[Intervention] = []
    wrong: list[str] = []
    parts = st.query_params.get(keys.BROKEN, "")[:4000].split(";")
    for part in filter(None, parts[:MOST]):
        try:
            acts.append(Intervention.from_link(part))
        except ValueError as error:
            why = plain(str(error))
            wrong.append(f"The link asks for a change that cannot be: {why}. It is left out.")
    return Broken(tuple(dict.fromkeys(acts)), wrong=tuple(wrong))


def _unfit(rnn: RNNModule, act: Intervention, steps: int) -> str:
    try:
        check_fits(rnn, act)
    except ValueError as error:
        return str(error)
    return f"it begins after the last of {steps} steps" if act.start >= steps else ""
