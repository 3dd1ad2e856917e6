"""Palette of rnnviz: one accent, one sequential and one diverging scale, ten class colors.

The app's theme (.streamlit/config.toml) holds the same values, and a test keeps the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """The colours of one theme, as #rrggbb.

    Attributes:
        background: The page.
        panel: What stands out from the page.
        text: Words.
        accent: What a person can act on, and the cursor.
        sequential: Probabilities, 0 … 1, ten steps.
        diverging: Signed values centred on 0 (h, c, gates' candidates), ten steps.
        classes: One colour for each digit, the same on every page.
        runs: One colour for each of the runs that are compared; reads as words on the background.
    """

    background: str
    panel: str
    text: str
    accent: str
    sequential: tuple[str, ...]
    diverging: tuple[str, ...]
    classes: tuple[str, ...]
    runs: tuple[str, ...]

    @property
    def cells(self) -> dict[str, str]:
        """One colour for each cell where cells stand beside one another."""
        return dict(
            zip(("rnn", "gru", "lstm"), (self.runs[1], self.runs[2], self.runs[0]), strict=True)
        )


# Petroff, Accessible Color Sequences for Data Visualization, arXiv:2107.02270.
_CLASSES = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)

LIGHT = Palette(
    background="#fcfcfd",
    panel="#f2f3f8",
    text="#1d1f2e",
    accent="#4a44c6",
    sequential=(
        "#f4f3fb",
        "#dfdcf5",
        "#c8c4ee",
        "#b0abe6",
        "#9791dd",
        "#7e77d3",
        "#665fc4",
        "#5049ad",
        "#3b348f",
        "#282168",
    ),
    diverging=(
        "#0b3d77",
        "#1f66ab",
        "#5595cb",
        "#99c1e0",
        "#dbe6ee",
        "#f3e4d6",
        "#f2bf8f",
        "#dc8d45",
        "#b45d14",
        "#7c3700",
    ),
    classes=_CLASSES,
    runs=("#2041c3", "#b45b05", "#008459", "#934487"),
)

DARK = Palette(
    background="#11131a",
    panel="#1a1d27",
    text="#e7e8ef",
    accent="#7d76f2",
    sequential=(
        "#1b1c2a",
        "#262544",
        "#33305e",
        "#423d79",
        "#534c95",
        "#675eb1",
        "#7e75cb",
        "#9990e0",
        "#b8b1f0",
        "#dcd8fc",
    ),
    diverging=(
        "#8fd0ff",
        "#5cabe8",
        "#3a80ba",
        "#265780",
        "#1d3144",
        "#3f2c1f",
        "#774a22",
        "#b36f2b",
        "#e69a4c",
        "#ffcb94",
    ),
    classes=_CLASSES,
    runs=("#7690f4", "#e96a20", "#2ce58a", "#ce98b8"),
)
