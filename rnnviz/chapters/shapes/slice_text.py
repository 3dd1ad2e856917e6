"""Text about slices: which ones are equal and why, computed from the proofs."""

from __future__ import annotations

from collections.abc import Sequence

from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.proofs import Proof
from rnnviz.core.shapes.receptive_field import steps_read
from rnnviz.core.shapes.recipes import Answer, Want
from rnnviz.core.shapes.slices import Pick, expression
from rnnviz.ui.figures.numbers import difference, signed

WANTS: dict[Want, str] = {
    "last": "the last state of the top layer",
    "both": "a summary of both directions",
    "steps": "one vector per step",
    "pool": "to pool",
    "carry": "to carry on later",
}

GATES = {
    "i": "the input gate: how much of g is written",
    "f": "the forget gate: how much of c is kept",
    "g": "the candidate for c",
    "o": "the output gate: how much of c is shown as h",
    "r": "the reset gate: how much of h the candidate sees",
    "z": "the update gate: 1 keeps the old h",
    "n": "the candidate for h",
    "h": "the new h itself: a plain RNN has no gate",
}

Facts = dict[str, str]


def headline(call: Call, proofs: Sequence[Proof]) -> str:
    """Say in one sentence which slice to take, and which one only looks like it."""
    cut = expression(call, Pick("output", step=call.time - 1))
    if call.stepwise:
        return (
            f"A Cell has no output of its own: stack its h, and `{cut}` is the last one, "
            "as nn's whole module of the same weights gives it."
        )
    ends = {proof.reason: proof for proof in proofs}
    if call.lengths and min(call.lengths) < call.time:
        found, wrong = ends["valid"], ends["padding"]
        return (
            f"`{wrong.left.code}` reads padding, off by up to {difference(wrong.difference)}: the "
            f"last valid step of each sequence is `{found.left.code}`, and `{found.right.code}` "
            "has it."
        )
    if call.config.bidirectional:
        return _two(call, cut, ends["reverse_end"])
    found = ends.get("one_direction") or ends["valid"]
    turned = "h_n keeps its layers first, whatever batch_first says"
    off = "to the last bit" if found.difference == 0 else f"within {difference(found.difference)}"
    return f"`{found.left.code}` is `{found.right.code}`, {off}; {turned}."


def _two(call: Call, cut: str, wrong: Proof) -> str:
    joined = "`torch.cat((h_n[-2], h_n[-1]), dim=-1)`"
    if call.time == 1:
        return f"With one step both directions have read it all: `{cut}` is {joined} here only."
    return (
        f"`{cut}` is not the last state of both directions (off by up to "
        f"{difference(wrong.difference)}): {_first_of_reverse(call)}. Take {joined}."
    )


def _first_of_reverse(call: Call) -> str:
    """Say what the reverse half of a sequence's last step has read, as `steps_read` counts."""
    T, read = call.time, len(steps_read(call.config, call.time, call.time - 1, 1))
    even, layers = not call.lengths or min(call.lengths) == T, call.config.num_layers
    steps = f"{T} steps" if even else f"up to {T} steps"
    if layers == 1:
        return f"its reverse half has read {read} of {steps}"
    inputs = f"{read} of {T} steps of x" if even else "all steps of its sequence"
    return (
        f"its reverse half is layer {layers}'s reverse state after 1 of {steps}; through "
        f"layer {layers - 1} it depends on {inputs}"
    )


def why(proof: Proof, call: Call) -> str:
    """Say why two slices are equal, or are not."""
    T = call.time
    if proof.reason == "reverse_end":
        if proof.holds and T == 1:
            return "Equal only since T = 1: the one step is the first and the last."
        if proof.holds:
            return "Equal only since no sequence has more than one step."
        return f"No: {_first_of_reverse(call)}."
    if proof.reason == "padding":
        if proof.holds:
            return "Equal only since every sequence is as long as the longest."
        return "No: behind a shorter sequence there is padding, zeros."
    if proof.reason == "carried":
        if proof.holds:
            return "A state handed over goes on as if there had been no break."
        return "No: what reads from the end would have to begin in the further part."
    return {
        "forward_end": "The forward direction has read everything at the last step.",
        "reverse_start": "The reverse direction has read everything at the first step.",
        "one_direction": "In one direction the last step has read everything.",
        "valid": "The last valid step has read everything, padding left out.",
        "view": "num_layers first, then directions: that is how h_n is stacked.",
        "zeros": "None as the initial state stands for zeros.",
        "loop": "The loop over the Cell is what the module does, with the same weights.",
        "prefix": "A step's vector is the state after all steps up to it.",
        "mean": "By hand, sequence by sequence: the same, but for rounding.",
    }[proof.reason]


def side(proof: Proof) -> tuple[str, str]:
    """Write the first numbers of both sides, to be read beside one another."""
    found = []
    for term in (proof.left, proof.right):
        values = term.value.flatten()[:3].tolist()
        more = ", …" if term.value.numel() > 3 else ""
        found.append(", ".join(signed(value, 3) for value in values) + more)
    return found[0], found[1]


def want(answer: Answer, call: Call) -> str:
    """Say what an answer gives, and what to mind."""
    two = call.config.bidirectional
    if answer.want == "carry":
        cut = "detach() ends the gradient there; the numbers stay."
        if two:
            return f"Hand the state over, yet the reverse direction cannot go on from it. {cut}"
        return f"Hand the state over and go on with the next part. {cut}"
    if answer.want == "both" and not two:
        return "There is one direction here, so its last state is the whole summary."
    if answer.want == "last" and two:
        return "Two states, one for each direction: [0] is forward, [1] from the end."
    return {
        "last": "What the top layer holds when it has read everything: one vector per sequence.",
        "both": "Both directions where each has read everything, side by side.",
        "steps": "The top layer's h after every step"
        + (", forward and reverse halves." if two else "."),
        "pool": "The mean over the steps, and of each unit the largest"
        + (": padding must not count." if call.lengths else "."),
    }[answer.want]


def facts(call: Call, proofs: Sequence[Proof]) -> Facts:
    """Return what picks are equal to, under "tensor|step|direction|place"."""
    config = call.config
    end, top = call.time - 1, (config.num_layers - 1) * config.num_directions
    found: Facts = {}
    if call.stepwise:
        found[f"output|{end}||"] = "✓ the last h."
        found["h|||"] = "✓ the state after the last step: output's last entry."
        return found
    for proof in proofs:
        mark, reason = "✓" if proof.holds else "✗", why(proof, call)
        says = f"{mark} {proof.left.code} == {proof.right.code}. {reason}"
        if proof.reason == "one_direction":
            found[f"output|{end}||"] = found[f"h_n|||{top}"] = says
        if proof.reason == "forward_end":
            found[f"output|{end}|0|"] = found[f"h_n|||{top}"] = says
        if proof.reason == "valid":
            found[f"h_n|||{top}"] = says
        if proof.reason == "padding":
            found[f"output|{end}||"] = found[f"output|{end}|0|"] = says
        if proof.reason == "reverse_start":
            found["output|0|1|"] = found[f"h_n|||{top + 1}"] = says
        if proof.reason == "reverse_end" and not call.lengths:
            found[f"output|{end}|1|"] = says
            if call.time > 1:
                found[f"output|{end}||"] = (
                    f"✗ Its forward half is h_n[-2]; {_first_of_reverse(call)}. "
                    "Both: torch.cat((h_n[-2], h_n[-1]), dim=-1)."
                )
    return found
