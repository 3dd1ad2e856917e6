"""Result of a call: a real module run on random input; torch's global random state is unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnnviz.core.models import RNNModule, build_rnn
from rnnviz.core.shapes import table as shapes_table
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.code import falling
from rnnviz.core.shapes.expressions import Term

Given = Tensor | tuple[Tensor, Tensor]
State = Given | None
MOST_WORK = 2 * 10**9  # multiplications of one reading that a page can wait for
CELLS = {"rnn": nn.RNNCell, "gru": nn.GRUCell, "lstm": nn.LSTMCell}


@dataclass(frozen=True, eq=False)
class Run:
    """What a call gave.

    Attributes:
        call: What was called.
        rnn: The module; of a Cell the module of one layer with the same weights.
        cell: The Cell; None where the call has none.
        x: The input, as the call has it.
        further: As many further steps of random input, of the same shape.
        lengths: Of packed sequences, int64 (B,).
        values: By name: x, output, h_n and c_n, or h and c of a Cell.
    """

    call: Call
    rnn: RNNModule
    cell: nn.RNNCellBase | None
    x: Tensor
    further: Tensor
    lengths: Tensor | None
    values: Mapping[str, Tensor]

    def term(self, name: str) -> Term:
        """Return a tensor by its name, as code and value."""
        return Term(name, self.values[name])

    @property
    def time_axis(self) -> int:
        """Which axis of input and output is time."""
        return 1 if self.call.batch_first and not self.call.unbatched else 0


def fitting(call: Call) -> Call:
    """Return a call of fewer sequences, then steps, if one reading would take too long."""
    while call.work > MOST_WORK and (call.batch > 2 or call.time > 2):
        batch, time = call.batch, call.time
        batch, time = (max(batch // 2, 2), time) if batch > 2 else (batch, max(time // 2, 2))
        lengths = falling(batch, time) if call.lengths else ()
        call = replace(call, batch=batch, time=time, lengths=lengths)
    return call


def run(call: Call, seed: int = 0) -> Run:
    """Call a module of random weights on random input, without autograd.

    Args:
        call: What to call; its initial state, if given, is zeros.
        seed: Of weights and input.
    """
    chance = torch.Generator().manual_seed(seed)
    rnn = _filled(call, chance)
    shape = shapes_table.named(call)["x"].shape
    x, further = (torch.randn(shape, generator=chance) for _ in range(2))
    lengths = torch.tensor(call.lengths) if call.lengths else None
    with torch.no_grad():
        if call.stepwise:
            cell = _cell(call, rnn)
            given = zeros(call) if call.state_given else None
            axis = int(call.batch_first and not call.unbatched)
            output, last = step_through(cell, x, given, axis)
            found = {"x": x, "output": output, **_named(last, ("h", "c"))}
            return Run(call, rnn, cell, x, further, None, found)
        output, state = read(call, rnn, x, zeros(call) if call.state_given else None)
    return Run(
        call, rnn, None, x, further, lengths, {"x": x, "output": output, **_named(state, STATES)}
    )


STATES = ("h_n", "c_n")


def read(call: Call, rnn: RNNModule, x: Tensor, state: State = None) -> tuple[Tensor, Given]:
    """Call a module as the call says, packed if it has lengths; return output and state."""
    if not call.lengths:
        output, found = rnn(x, state)
        return output, found
    packed = pack_padded_sequence(
        x, torch.tensor(call.lengths), batch_first=call.batch_first, enforce_sorted=False
    )
    output, found = rnn(packed, state)
    assert isinstance(output, PackedSequence)
    return pad_packed_sequence(output, batch_first=call.batch_first)[0], found


def step_through(cell: nn.RNNCellBase, x: Tensor, state: State, axis: int) -> tuple[Tensor, Given]:
    """Call a Cell in a loop over the steps; return all its h and its last state."""
    kept = []
    for x_t in x.unbind(axis):
        state = cell(x_t, state)
        kept.append(state[0] if isinstance(state, tuple) else state)
    assert state is not None
    return torch.stack(kept, axis), state


def zeros(call: Call) -> Given:
    """Return an initial state of zeros, as None stands for."""
    config = call.config
    stack = () if call.stepwise else (config.num_layers * config.num_directions,)
    batch = () if call.unbatched else (call.batch,)
    h = torch.zeros(*stack, *batch, config.output_size)
    if config.cell != "lstm":
        return h
    return h, torch.zeros(*stack, *batch, config.hidden_size)


def _filled(call: Call, chance: torch.Generator) -> RNNModule:
    """Build the module and fill it as torch does, from a chance of its own."""
    with torch.device("meta"):  # draws nothing
        rnn = build_rnn(call.config)
    rnn.to_empty(device="cpu")
    bound = call.config.hidden_size**-0.5
    with torch.no_grad():
        for weight in rnn.parameters():
            weight.uniform_(-bound, bound, generator=chance)
    rnn.batch_first = call.batch_first
    return rnn.eval()


def _cell(call: Call, rnn: RNNModule) -> nn.RNNCellBase:
    """Build a Cell with the weights of a module of one layer."""
    config = call.config
    more = {"nonlinearity": config.nonlinearity} if config.cell == "rnn" else {}
    with torch.device("meta"):
        cell: nn.RNNCellBase = CELLS[config.cell](
            config.input_size, config.hidden_size, config.bias, **more
        )
    cell.to_empty(device="cpu")
    cell.load_state_dict(
        {name.removesuffix("_l0"): value for name, value in rnn.state_dict().items()}
    )
    return cell


def _named(state: Given, names: tuple[str, str]) -> dict[str, Tensor]:
    """Return h and c by their names; c only where there is one."""
    if isinstance(state, tuple):
        return dict(zip(names, state, strict=True))
    return {names[0]: state}
