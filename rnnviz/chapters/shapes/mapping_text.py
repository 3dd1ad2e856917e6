"""Text about sequence mappings: the name of each, its use, and its shapes."""

from __future__ import annotations

from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.sequence_mappings import Mapped, Mapping

NAMES: dict[Mapping, str] = {
    "one_to_many": "one to many",
    "many_to_one": "many to one",
    "aligned": "many to many, aligned",
    "encoder_decoder": "many to many, encoder–decoder",
}
USES: dict[Mapping, str] = {
    "one_to_many": "Captioning: a picture's features go in once, and each word that comes out "
    "goes in again. Continuing a story works so as well.",
    "many_to_one": "Sentiment: a whole sentence is read, and one answer given at its end. The "
    "digits of this app are read so.",
    "aligned": "An answer for every step: a word's kind, a frame's label, or, while a network "
    "learns to continue a story, the next letter after each.",
    "encoder_decoder": "Translation: one network reads the sentence to its end, another begins "
    "with that state and writes as many words as it takes.",
}


def made(found: Mapped) -> str:
    """Say what comes out, from the shapes."""
    given, result = found.given, found.made
    return (
        f"`{given.name}` {given.letters} = {given.shape} goes in, "
        f"`{result.name}` {result.letters} = {result.shape} comes out."
    )


def title(found: Mapped, call: Call) -> str:
    """Describe the picture for who cannot see it."""
    return f"{call.config.cell.upper()} unrolled in time, {NAMES[found.mapping]}: {made(found)}"
