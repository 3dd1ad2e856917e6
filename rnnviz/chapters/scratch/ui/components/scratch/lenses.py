"""Component of the RNN line by line: formula, code and matrices under one cursor."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.chapters.scratch.line_by_line import Moment, Source, Walk
from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.packing import pack

FILES = ComponentFiles(__file__)
_lenses = st.components.v2.component(
    "rnnviz_lenses",
    html=FILES.source("./lenses.html"),
    css=FILES.source("component_view.css", "axes.css", "./matrices.css", "./lenses.css"),
    js=FILES.script("./lenses.js"),
)


def lenses(walk_id: str, walk: Walk, *, key: str) -> None:
    """Show a pass forward and back; moving about in it asks the server nothing.

    Args:
        walk_id: Changes with the numbers; the cursor then goes to the first line.
        walk: The pass.
        key: Of the component.
    """
    header = {
        "id": walk_id,
        "steps": len(walk.shares),
        "sources": [_source(walk.forward), _source(walk.back)],
        "moments": [_moment(moment) for moment in walk.moments],
        "shares": _rows(walk.shares),
    }
    _lenses(data=pack(header, {}), key=key)


def _source(one: Source) -> dict[str, object]:
    return {"file": one.file, "first": one.first, "text": one.text, "steps": one.steps}


def _moment(moment: Moment) -> dict[str, object]:
    return {
        "back": moment.back,
        "t": moment.t,
        "line": moment.line,
        "name": moment.name,
        "letters": moment.letters,
        "value": _rows(moment.value),
        "cells": moment.cells,
        "operands": [
            {"name": one.letters, "rows": _rows(one.value), "used": one.used}
            for one in moment.operands
        ],
    }


def _rows(array: NDArray[np.float64]) -> object:
    return array.round(9).tolist()
