"""Generated code of a call: a complete program that runs, and prints the shapes it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rnnviz.core.shapes import table as shapes_table
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.table import ShapeRow

PACKING = "from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence"
RESULTS = ("output", "h_n", "c_n", "h", "c", "logits", "flat")
LISTED = 8  # lengths written out in one line of code


def program(call: Call, more: Sequence[str] = (), printed: Sequence[str] | None = None) -> str:
    """Write a whole program: imports, input, modules, the call, and its shapes.

    Args:
        call: What is called.
        more: Lines after the call.
        printed: Names whose shapes are printed at the end; None stands for what came out.
    """
    rows = shapes_table.named(call)
    results = [name for name in rows if name in RESULTS] if printed is None else printed
    parts = [
        "import torch\nfrom torch import nn" + (f"\n{PACKING}" if call.lengths else ""),
        "\n".join([*inputs(call), *modules(call), *states(call)]),
        "\n".join([*calling(call), *more]),
        "\n".join(_print(rows[name]) for name in results),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _print(row: ShapeRow) -> str:
    return f"print(tuple({row.name}.shape))  # {row.shape} {row.letters}"


def modules(call: Call) -> list[str]:
    """Write the lines that build the modules."""
    lines = [f"embedding = nn.Embedding({call.vocabulary}, {call.config.input_size})"]
    lines = lines if call.source == "tokens" else []
    lines.append(f"rnn = {constructor(call)}")
    if call.head != "none":
        width = call.config.num_directions * call.config.output_size
        lines.append(f"linear = nn.Linear({width}, {call.classes})")
    return lines


def constructor(call: Call) -> str:
    """Write the recurrent module's line, e.g. "nn.LSTM(12, 64, 2, batch_first=True)"."""
    config = call.config
    said = [str(config.input_size), str(config.hidden_size)]
    if config.num_layers > 1:
        said.append(str(config.num_layers))
    if config.cell == "rnn" and config.nonlinearity != "tanh":
        said.append(f'nonlinearity="{config.nonlinearity}"')
    if not config.bias:
        said.append("bias=False")
    if call.batch_first and not call.stepwise and not call.unbatched:
        said.append("batch_first=True")
    if config.bidirectional:
        said.append("bidirectional=True")
    if config.proj_size:
        said.append(f"proj_size={config.proj_size}")
    return f"nn.{call.module}({', '.join(said)})"


def inputs(call: Call) -> list[str]:
    """Write the lines that make the input x of random numbers."""
    rows = shapes_table.named(call)
    x = rows["x"]
    if call.source == "tokens":
        ids = rows["ids"]
        lines = [f"ids = torch.randint({call.vocabulary}, {ids.shape})  # {ids.letters}, int64"]
    elif call.source == "pictures":
        lines = [f"images = torch.randn{rows['images'].shape}  # {rows['images'].letters}"]
    else:
        lines = [f"x = torch.randn{x.shape}  # {x.letters}"]
    if call.lengths:
        lines.append(f"lengths = {_lengths(call)}  # (B,)")
    return lines


def _lengths(call: Call) -> str:
    """Write the lengths; many of them as they repeat or fall, as `falling` makes them."""
    if len(call.lengths) <= LISTED or call.lengths != falling(call.batch, call.time):
        return f"torch.tensor({list(call.lengths)})"
    last = max(call.batch - 1, 1)
    return f"{call.time} - torch.arange({call.batch}) * {call.time - 1} // {last}"


def falling(batch: int, time: int) -> tuple[int, ...]:
    """Return lengths for a batch that fall evenly from T to 1; one sequence has T."""
    return tuple(time - b * (time - 1) // max(batch - 1, 1) for b in range(batch))


def states(call: Call) -> list[str]:
    """Write the lines that make an initial state; what is not given is zeros for torch."""
    rows = shapes_table.named(call)
    names = [name for name in ("h_0", "c_0") if name in rows]
    if not names:
        return []
    if rows["h_0"].shape[0] == 1 and not (call.unbatched or call.stepwise):
        return [
            line
            for name in names
            for line in (
                f"{name[0]}_prev = torch.zeros{rows[name].shape[1:]}  # (B, {'PH'[name == 'c_0']})",
                f"{name} = {name[0]}_prev.unsqueeze(0)  # {rows[name].letters}",
            )
        ]
    return [f"{name} = torch.zeros{rows[name].shape}  # {rows[name].letters}" for name in names]


def calling(call: Call) -> list[str]:
    """Write the lines that call the modules, input to output."""
    lines = []
    x = shapes_table.named(call)["x"]
    if call.source == "tokens":
        lines.append(f"x = embedding(ids)  # {x.letters}")
    if call.source == "pictures":
        turn = "" if call.batch_first else ".transpose(0, 1)"
        view = f"images.view(-1, {call.time}, {call.config.input_size})"
        lines.append(f"x = {view}{turn}  # {x.letters}")
    lines += _stepping(call) if call.stepwise else _reading(call)
    return [*lines, *_head(call)]


def _stepping(call: Call) -> list[str]:
    axis = 1 if call.batch_first and not call.unbatched else 0
    lstm = call.config.cell == "lstm"
    state = ("(h_0, c_0)" if lstm else "h_0") if call.state_given else "None"
    if lstm:
        begin, step = f"state, hs = {state}, []", "    h, c = state = rnn(x_t, state)"
    else:
        begin, step = f"h, hs = {state}, []", "    h = rnn(x_t, h)"
    letters = "(I,)" if call.unbatched else "(B, I)"
    loop = f"for x_t in x.unbind({axis}):  # {letters}, one step at a time"
    return [begin, loop, step, "    hs.append(h)", f"output = torch.stack(hs, {axis})"]


def beside(call: Call) -> list[str]:
    """Write the lines that build, beside a Cell, the whole module of the same weights."""
    module = constructor(replace(call, stepwise=False))
    weights = '{f"{name}_l0": value for name, value in rnn.state_dict().items()}'
    return [
        f"whole = {module}",
        f"whole.load_state_dict({weights})",
        "print(torch.allclose(whole(x)[0], output, atol=1e-6))  # True",
    ]


def _reading(call: Call) -> list[str]:
    lstm = call.config.cell == "lstm"
    result = "(h_n, c_n)" if lstm else "h_n"
    state = (", (h_0, c_0)" if lstm else ", h_0") if call.state_given else ""
    if not call.lengths:
        return [f"output, {result} = rnn(x{state})"]
    first = ", batch_first=True" if call.batch_first else ""
    return [
        f"packed = pack_padded_sequence(x, lengths{first}, enforce_sorted=False)",
        f"packed_output, {result} = rnn(packed{state})",
        f"output, _ = pad_packed_sequence(packed_output{first})",
    ]


def _head(call: Call) -> list[str]:
    if call.head == "steps":
        axes = "(T, K)" if call.unbatched else "(B·T, K)"
        return ["logits = linear(output)", f"flat = logits.view(-1, {call.classes})  # {axes}"]
    if call.head == "none":
        return []
    if call.stepwise:
        found = "h"
    elif call.config.bidirectional:
        found = "torch.cat((h_n[-2], h_n[-1]), dim=-1)"
    else:
        found = "h_n[-1]"
    return [f"features = {found}", "logits = linear(features)"]
