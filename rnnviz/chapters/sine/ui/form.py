"""Form of the Sine page: its settings, and the configs of the two runs that they define."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from rnnviz.chapters.sine import text
from rnnviz.chapters.sine.config import SINE_LIMITS, Carry, Signal, SineConfig, Target
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.ui.widgets import setting_controls
from rnnviz.ui.widgets.setting_kinds import Choice, Number, Setting, Value
from rnnviz.ui.widgets.training_settings import CELLS

SIGNALS: Mapping[str, Signal] = {
    "sine": "sine",
    "two sines": "two_sines",
    "chirp": "chirp",
    "noise": "noise",
}
TARGETS: Mapping[str, Target] = {"moved by a phase": "shift", "next step": "next"}
SPEEDS = {"5 a second": 5, "20 a second": 20, "100 a second": 100, "as fast as can be": 0}
CARRIES: Mapping[str, Carry] = {"carried": "detach", "reset": "reset"}

OPEN: tuple[Setting, ...] = (
    Choice(
        "sine_signal",
        "What is read",
        "sine",
        tuple(SIGNALS),
        "A sine; two sines, the second √2 times as fast; a chirp that goes faster and slower; "
        "noise: sixteen sines of rates and phases drawn by chance.",
    ),
    Choice(
        "sine_target",
        "What is asked for",
        "moved by a phase",
        tuple(TARGETS),
        "The same signal moved on by a phase, at 90° the cosine of a sine; or its next step.",
    ),
    Number("sine_phase", "Phase, degrees", 90, 0, SINE_LIMITS["phase"], "90° makes sin t cos t."),
    Number(
        "sine_length",
        "Steps of a segment",
        10,
        1,
        SINE_LIMITS["segment_length"],
        "The network reads so many steps, learns from them, and then comes to a border.",
    ),
    Choice(
        "sine_period",
        "Steps per period",
        "20",
        ("1", "1.25", "1.5", "2", "3", "5", "10", "20", "40", "100"),
        "Samples of one turn of the sine; below 2 it looks like a slower one.",
    ),
)
MORE: tuple[Setting, ...] = (
    Number("sine_segments", "Segments", 100, 1, 1000, "One optimizer step for each."),
    Choice("sine_cell", "Cell", "RNN", ("RNN", "GRU", "LSTM"), "An LSTM hands on c as well as h."),
    Choice("sine_hidden", "Hidden size", "32", ("2", "4", "8", "16", "32", "64", "128"), "Units."),
    Choice(
        "sine_lr",
        "Learning rate",
        "0.02",
        ("0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.5", "1"),
        "Of Adam. Large ones explode, and the light says so.",
    ),
    Number("sine_seed", "Seed", 0, 0, 999, "Of the first weights, and of noise."),
    Choice(
        "sine_speed",
        "Speed",
        "20 a second",
        tuple(SPEEDS),
        "Segments a second at most, so that one can watch; what is learnt stays the same.",
    ),
)


def choose() -> Sequence[SineConfig]:
    """Show all settings; return the two trainings, none if they cannot be, and say why."""
    values: dict[str, Value] = {}
    *columns, last = st.columns(len(OPEN) + 1, vertical_alignment="bottom")
    for column, setting in zip(columns, OPEN, strict=True):
        with column:
            values[setting.key] = setting_controls.show(setting)
    with last:
        values |= setting_controls.more(MORE, "More settings")
    planned = setting_controls.planned(lambda: plan(values))
    if not planned:
        return planned
    for said in (text.aliasing(planned[0]), text.short(planned[0])):
        if said:
            st.warning(said, icon=":material/info:")
    return planned


def plan(values: Mapping[str, Value], carries: Sequence[str] = tuple(CARRIES)) -> list[SineConfig]:
    """Return the trainings that settings ask for: the same, with the state carried and reset.

    Raises:
        ValueError: If they cannot be trained here.
    """
    training = TrainConfig(
        epochs=1,
        batch_size=1,
        lr=float(values["sine_lr"]),
        optimizer="adam",
        schedule="constant",
        clip_norm=0.0,
        seed=int(values["sine_seed"]),
    )
    cell = CELLS[str(values["sine_cell"])]
    return [
        SineConfig(
            ModelConfig(cell, 1, int(values["sine_hidden"])),
            training,
            signal=SIGNALS[str(values["sine_signal"])],
            target=TARGETS[str(values["sine_target"])],
            phase=int(values["sine_phase"]),
            steps_per_period=float(values["sine_period"]),
            segment_length=int(values["sine_length"]),
            segments=int(values["sine_segments"]),
            carry=CARRIES[carry],
            pace=len(carries) * SPEEDS[str(values["sine_speed"])],  # they take turns
        )
        for carry in carries
    ]


DEFAULTS: Mapping[str, Value] = {setting.key: setting.default for setting in (*OPEN, *MORE)}
