"""Component of a network unrolled in time, with the shapes on its arrows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.packing import pack

FILES = ComponentFiles(__file__)
_unrolled = st.components.v2.component(
    "rnnviz_unrolled",
    html=FILES.source("./unrolling.html"),
    css=FILES.source("component_view.css", "./unrolling.css"),
    js=FILES.script("./unrolling.js"),
)


@dataclass(frozen=True)
class Flow:
    """A tensor on an arrow: its name, and its shape in letters and numbers."""

    name: str
    shape: str


@dataclass(frozen=True)
class Cell:
    """One step of the network.

    Attributes:
        label: What stands in it.
        given: What goes in; None where nothing does.
        made: What comes out; None where nothing does.
        part: "encoder" or "decoder".
        gap: Whether it stands for the steps that are left out.
        fed: Whether what comes out goes into the next step.
        handover: Whether the state is handed to the decoder after it.
    """

    label: str
    given: Flow | None = None
    made: Flow | None = None
    part: str = "encoder"
    gap: bool = False
    fed: bool = False
    handover: bool = False


def unrolled(title: str, cells: Sequence[Cell], carried: Flow, *, key: str) -> None:
    """Show the network, one cell for each step.

    Args:
        title: What it shows, for who cannot see it.
        cells: From left to right.
        carried: The state between two steps.
        key: Of the component.
    """
    header = {
        "title": title,
        "cells": [asdict(cell) for cell in cells],
        "carried": asdict(carried),
    }
    _unrolled(data=pack(header, {}), key=key)
