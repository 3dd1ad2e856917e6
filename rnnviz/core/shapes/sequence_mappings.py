"""Mappings of sequences: one-to-many, many-to-one, many-to-many, each in five lines of code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from rnnviz.core.shapes.call import Call

Mapping = Literal["one_to_many", "many_to_one", "aligned", "encoder_decoder"]
K, S = 10, 4  # classes, and the decoder's steps


@dataclass(frozen=True)
class Arrow:
    """A tensor that goes in, across or out of an unrolled network.

    Attributes:
        name: As in the code.
        letters: Its shape in letters.
        shape: The same in numbers.
    """

    name: str
    letters: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Mapped:
    """One way to map sequences.

    Attributes:
        mapping: Which.
        lines: The five lines, after `setup`.
        setup: Imports.
        given: What goes in: the whole input.
        carried: The state between two steps.
        made: What comes out in the end, under its name in the code.
    """

    mapping: Mapping
    setup: str
    lines: tuple[str, ...]
    given: Arrow
    carried: Arrow
    made: Arrow

    @property
    def code(self) -> str:
        """The whole program; it ends with printing the shape of what was made."""
        shown = f"print(tuple({self.made.name}.shape))  # {self.made.shape} {self.made.letters}"
        return "\n".join([self.setup, "", *self.lines, shown]) + "\n"


def mapped(call: Call, mapping: Mapping) -> Mapped:
    """Write one way of mapping with a call's cell and sizes: one layer, one direction, batch first.

    Args:
        call: Whose cell, input_size, hidden_size, batch and time are taken.
        mapping: Which.

    Raises:
        ValueError: If the mapping is none of these.
    """
    if mapping not in get_args(Mapping):
        raise ValueError(f"mapping must be one of {', '.join(get_args(Mapping))}, got {mapping!r}")
    return {
        "one_to_many": _one_to_many,
        "many_to_one": _many_to_one,
        "aligned": _aligned,
        "encoder_decoder": _encoder_decoder,
    }[mapping](call)


def _module(call: Call) -> str:
    config = call.config
    return f"nn.{config.cell.upper()}({config.input_size}, {config.hidden_size}, batch_first=True)"


def _mapped(
    call: Call, mapping: Mapping, lines: tuple[str, ...], steps: int, made: Arrow
) -> Mapped:
    B, I, H = call.batch, call.config.input_size, call.config.hidden_size
    letters = {1: "(B, 1, I)"} if mapping == "one_to_many" else {}
    given = Arrow("x", letters.get(steps, "(B, T, I)"), (B, steps, I))
    carried = Arrow("h, c" if call.config.cell == "lstm" else "h", "(1, B, H)", (1, B, H))
    return Mapped(mapping, "import torch\nfrom torch import nn", lines, given, carried, made)


def _one_to_many(call: Call) -> Mapped:
    """Feed each output back as the next input, from one given vector."""
    B, T, I, H = call.batch, call.time, call.config.input_size, call.config.hidden_size
    lines = (
        f"rnn, out = {_module(call)}, nn.Linear({H}, {I})",
        f"x, state, ys = torch.randn({B}, 1, {I}), None, []  # one picture's features",
        f"for _ in range({T}):",
        "    h, state = rnn(x, state); x = out(h); ys.append(x)  # what it says, it reads next",
        "y = torch.cat(ys, dim=1)",
    )
    return _mapped(call, "one_to_many", lines, 1, Arrow("y", "(B, T, I)", (B, T, I)))


def _many_to_one(call: Call) -> Mapped:
    """Read everything, answer once."""
    B, T, I, H = call.batch, call.time, call.config.input_size, call.config.hidden_size
    state = "(h_n, c_n)" if call.config.cell == "lstm" else "h_n"
    lines = (
        f"rnn, out = {_module(call)}, nn.Linear({H}, {K})",
        f"x = torch.randn({B}, {T}, {I})",
        f"output, {state} = rnn(x)",
        "last = h_n[-1]  # (B, H): when it has read everything",
        "y = out(last)",
    )
    return _mapped(call, "many_to_one", lines, T, Arrow("y", "(B, K)", (B, K)))


def _aligned(call: Call) -> Mapped:
    """Answer at every step."""
    B, T, I, H = call.batch, call.time, call.config.input_size, call.config.hidden_size
    lines = (
        f"rnn, out = {_module(call)}, nn.Linear({H}, {K})",
        f"x = torch.randn({B}, {T}, {I})",
        "output, state = rnn(x)",
        "y = out(output)  # the same Linear at every step",
        f"flat = y.view(-1, {K})  # (B·T, K): so that cross_entropy takes it",
    )
    return _mapped(call, "aligned", lines, T, Arrow("y", "(B, T, K)", (B, T, K)))


def _encoder_decoder(call: Call) -> Mapped:
    """Read everything, hand the state over, write as many steps as it takes."""
    B, T, I, H = call.batch, call.time, call.config.input_size, call.config.hidden_size
    lines = (
        f"encoder, decoder, out = {_module(call)}, {_module(call)}, nn.Linear({H}, {K})",
        f"x, shifted = torch.randn({B}, {T}, {I}), torch.randn({B}, {S}, {I})  # shifted target",
        "_, state = encoder(x)  # all that the decoder will know of x",
        "h, _ = decoder(shifted, state)",
        "y = out(h)",
    )
    return _mapped(call, "encoder_decoder", lines, T, Arrow("y", "(B, S, K)", (B, S, K)))
