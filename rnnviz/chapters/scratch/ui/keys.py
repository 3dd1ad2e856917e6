"""Session keys and controls of the Scratch page, with their values in the link."""

from __future__ import annotations

from functools import partial

from rnnviz.ui.widgets import setting_controls

LENSES, GRAPH, OPERATIONS = "hand_lenses", "hand_graph", "hand_operations"  # components
DROPPED, CURVES, BEYOND, LESSON = "hand_dropped", "hand_curves", "hand_beyond", "hand_lesson_view"
MNIST = "hand_mnist"
LIVE, LIVE_LESSON = "live_hand", "live_hand_lesson"  # fragments

choice = setting_controls.one_of
number = partial(setting_controls.number, width=150, narrow=True)
