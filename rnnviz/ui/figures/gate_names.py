"""Names of the states and gates by their letters."""

from __future__ import annotations

NAMES = {
    "h": "hidden state",
    "c": "cell state",
    "i": "input gate",
    "f": "forget gate",
    "g": "candidate",
    "o": "output gate",
    "r": "reset gate",
    "z": "update gate",
    "n": "candidate",
}
LABELS = {letter: f"{letter}, {name}" for letter, name in NAMES.items()}
