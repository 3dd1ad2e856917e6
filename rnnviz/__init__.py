"""rnnviz: recurrent networks, visualized step by step."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnnviz.training.recording import record
    from rnnviz.ui.html_views.sequence_view import show
    from rnnviz.ui.html_views.shape_view import shapes

__all__ = ["record", "shapes", "show"]


def __getattr__(name: str) -> object:
    """Import what the package offers when it is first asked for: torch is not loaded before."""
    places = {
        "record": "rnnviz.training.recording",
        "shapes": "rnnviz.ui.html_views.shape_view",
        "show": "rnnviz.ui.html_views.sequence_view",
    }
    if name not in places:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(places[name]), name)
