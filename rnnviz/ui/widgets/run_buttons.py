"""Buttons of a training: Start, Pause or Resume, Step and Stop, with the same words everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import streamlit as st

from rnnviz.ui.session import keys as session_keys

STEPS = (1, 10, 100)


class Training(Protocol):
    """What the buttons ask of a training."""

    @property
    def over(self) -> bool:
        """Whether nothing of it will change by itself."""

    @property
    def paused(self) -> bool:
        """Whether it waits for Resume."""

    @property
    def can_go_on(self) -> bool:
        """Whether it is over before its end."""


@dataclass(frozen=True)
class Commands:
    """What a press does; twice is once.

    Attributes:
        start: Begin a new training; of True, one that pauses after the steps of a press of Step.
        pause: Pause after the step under way.
        resume: Go on with what is paused or ended early, to the end that it would have had.
        step: Do the steps of a press, then pause.
        stop: End it; what it has shown stays.
    """

    start: Callable[[bool], None]
    pause: Callable[[], None]
    resume: Callable[[], None]
    step: Callable[[], None]
    stop: Callable[[], None]


def show(
    prefix: str, found: Training | None, commands: Commands, *, can_start: bool, what: str
) -> None:
    """Show the buttons in a row, beside which the caller may put more.

    Args:
        prefix: Of the buttons' keys, e.g. "sine_".
        found: The training that is shown; None before the first.
        commands: What a press does.
        can_start: Whether there is something to train.
        what: Is trained, e.g. "three networks".
    """
    going = found is not None and not found.over
    paused = found is not None and found.paused
    stands = paused or (found is not None and found.can_go_on)
    st.button(
        "Start",
        key=f"{prefix}start",
        type="primary",
        icon=":material/play_arrow:",
        disabled=going or not can_start,
        on_click=commands.start,
        args=(False,),
        help=f"Train {what} anew with these settings",
    )
    st.button(
        "Resume" if stands else "Pause",
        key=f"{prefix}pause",
        icon=":material/play_arrow:" if stands else ":material/pause:",
        disabled=not (going or stands),
        on_click=commands.resume if stands else commands.pause,
        help="Go on, to the very end that it would have had"
        if stands
        else "Pause after the step under way",
    )
    st.button(
        "Step",
        key=f"{prefix}step",
        icon=":material/skip_next:",
        disabled=not (paused or (can_start and not going)),
        on_click=commands.step if paused else commands.start,
        args=() if paused else (True,),
        help="Do so many steps, then pause; before a training, start one and pause",
    )
    st.segmented_control(
        "Steps at a press",
        STEPS,
        default=1,
        key=session_keys.BATCHES,
        label_visibility="collapsed",
        required=True,
    )
    st.button(
        "Stop",
        key=f"{prefix}stop",
        icon=":material/stop:",
        disabled=not going,
        on_click=commands.stop,
        help="End the training; what it has shown stays, and Resume goes on with it",
    )
