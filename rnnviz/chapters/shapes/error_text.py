"""Text about common shape errors: what each means, and how to notice a silent one."""

from __future__ import annotations

from rnnviz.core.shapes.errors import Kind, Mistake
from rnnviz.ui.figures.numbers import difference

KINDS: dict[Kind, str] = {
    "refused": "Torch refuses it",
    "warned": "Torch only warns of it",
    "silent": "It runs, and is wrong",
}
TITLES = {
    "layers": "An initial state of the wrong size",
    "width": "One feature too many",
    "projection": "A projection that is not narrower",
    "order": "Lengths that do not fall",
    "tokens": "Floats for an Embedding",
    "pictures": "Pictures with their channel",
    "dropout": "Dropout with one layer",
    "swapped": "Batch and time swapped",
    "unbatched": "An axis is missing, and the rest is taken for one sequence",
    "last_output": "The last step of both directions",
    "padding": "Reading on over the padding",
    "turned": "h_n taken for batch first",
    "viewed_input": "view where transpose is meant",
    "viewed": "h_n brought into (B, ·) by view",
}
MEANINGS = {
    "layers": "h_0 has an entry for every layer and direction, whatever batch_first says, then the "
    "batch.",
    "width": "The last axis must be input_size: the weights have one column for each feature.",
    "projection": "proj_size makes h narrower than H; to be as wide as H, leave it out.",
    "order": "pack_padded_sequence wants the longest first unless it may sort them itself.",
    "tokens": "An Embedding looks rows up: its input is numbers of rows, int64.",
    "pictures": "A recurrent module takes (B, T, I): the channel goes by a view.",
    "dropout": "Dropout works between layers: with one there is no place for it, and nothing "
    "is dropped.",
}
SILENT = {
    "unbatched": "A batch of single vectors is read as one sequence of so many steps: {shape}; the "
    "same steps, {differ}. How to notice: output has two axes, h_n too.",
    "last_output": "Here the top layer's reverse cell has made its first step only: {shape}, "
    "{differ}. How to notice: the reverse half is not h_n[-1].",
    "padding": "Without packing the state runs on over the padding: {shape}, {differ}. How to "
    "notice: a sequence alone, without its padding, gives another h_n.",
    "turned": "This is the last sequence's state in every layer: {shape}. How to notice: its first "
    "axis is layers · directions, not the batch.",
    "viewed_input": "view cuts the same numbers anew, so that sequences are mixed: {shape}, "
    "{differ}. How to notice: x[t, b] is not step t of sequence b.",
    "viewed": "A row holds states of several sequences: {shape}, {differ}. How to notice: row b is "
    "not made of h_n[:, b].",
}


def meaning(mistake: Mistake) -> str:
    """Say what is wrong, and of what runs how to notice it."""
    if mistake.kind != "silent":
        return MEANINGS[mistake.name]
    wrong, right = mistake.shapes
    differ = f"off by up to {difference(mistake.difference)}"
    if mistake.name == "swapped":
        same = wrong == right
        seen = (
            f"h_n is {wrong} either way, so no shape tells"
            if same
            else f"h_n is {wrong} where {right} is meant"
        )
        if mistake.difference == 0:
            return f"Every sequence is read alone, step by step, without memory. {seen}."
        return (
            f"Each sequence reads the others as its past. How to notice: {seen}; and when the "
            "first one is changed the others' output moves by up to "
            f"{difference(mistake.difference)}, which must be 0."
        )
    shape = f"the shape is {wrong}" + (" in both" if wrong == right else f", not {right}")
    return SILENT[mistake.name].format(shape=shape, differ=differ)
