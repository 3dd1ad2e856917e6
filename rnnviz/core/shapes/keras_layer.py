"""Translation of a Keras layer such as `LSTM(64, input_shape=(28, 28))` to torch's arguments."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

LAYERS = {"SimpleRNN": "RNN", "LSTM": "LSTM", "GRU": "GRU"}
PREFIXES = (
    ["layers"],
    ["keras", "layers"],
    ["tf", "keras", "layers"],
    ["tensorflow", "keras", "layers"],
    ["L"],
)
SHAPES = ("input_shape", "batch_input_shape", "batch_shape", "shape")
OWN = frozenset(
    {
        *("units", *SHAPES, "input_dim", "input_length", "return_sequences", "return_state"),
        *("go_backwards", "stateful", "unroll", "time_major", "activation", "use_bias"),
        *("recurrent_activation", "recurrent_dropout", "recurrent_initializer"),
        "kernel_initializer",
    }
)


@dataclass
class KerasLayer:
    """A Keras layer in torch's terms.

    Attributes:
        name: Of the module in torch.nn.
        arguments: What stands for torch's arguments, as code, by their names.
        time: What stands for the steps in its input_shape; None: not told.
        hints: What is different in torch, a sentence each.
    """

    name: str
    arguments: dict[str, ast.expr]
    time: ast.expr | None = None
    hints: list[str] = field(default_factory=list)


def is_named(parts: list[str]) -> bool:
    """Whether a name is one of a Keras layer."""
    return parts[-1] in LAYERS and parts[:-1] in ([], *PREFIXES)


def is_keras(parts: list[str], call: ast.Call, wrappers: list[ast.Call]) -> bool:
    """Whether a call builds a Keras layer.

    Args:
        parts: Its name, e.g. ["layers", "LSTM"].
        call: The call.
        wrappers: The calls in whose arguments it stands.
    """
    if not is_named(parts):
        return False
    if parts[:-1] or parts[-1] == "SimpleRNN":
        return True
    keywords = {keyword.arg for keyword in call.keywords}
    torchs = keywords & {"input_size", "hidden_size", "num_layers", "batch_first"}
    wrapped = any(_last(one.func) in ("add", "Bidirectional") for one in wrappers)
    return not torchs and bool(keywords & OWN or wrapped or len(call.args) == 1)


def translated(parts: list[str], call: ast.Call, wrappers: list[ast.Call]) -> KerasLayer:
    """Translate a layer, as `is_keras` knows it."""
    given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    if call.args:
        given.setdefault("units", call.args[0])
    around = [one for one in wrappers if _last(one.func) == "Bidirectional"]
    for wrapper in around:
        given |= {one.arg: one.value for one in wrapper.keywords if one.arg in SHAPES}
    found = KerasLayer(LAYERS[parts[-1]], {})
    width = given.get("input_dim")
    shape = next((given[name] for name in SHAPES if name in given), None)
    if isinstance(shape, ast.Tuple | ast.List) and len(shape.elts) >= 2:
        found.time, width = shape.elts[-2], shape.elts[-1]
    found.arguments["input_size"] = width or ast.Name("input_size")
    if "units" in given:
        found.arguments["hidden_size"] = given["units"]
    found.arguments["batch_first"] = ast.Constant(True)
    if around:
        found.arguments["bidirectional"] = ast.Constant(True)
    if "use_bias" in given:
        found.arguments["bias"] = given["use_bias"]
    activation = given.get("activation")
    relu = isinstance(activation, ast.Constant) and activation.value == "relu"
    if found.name == "RNN" and relu:
        found.arguments["nonlinearity"] = ast.Constant("relu")
    elif activation is not None and not _is_tanh(activation):
        found.hints.append(f"torch's {found.name} has tanh for its activation.")
    sequences = given.get("return_sequences")
    every = isinstance(sequences, ast.Constant) and sequences.value is True
    found.hints.append(
        "What it returns, with return_sequences=True, is torch's output."
        if every
        else "What it returns, the last state, is torch's h_n[-1]; output holds every step."
    )
    if "dropout" in given or "recurrent_dropout" in given:
        found.hints.append("Keras drops inputs and states; torch drops between layers alone.")
    return found


def _is_tanh(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == "tanh"


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
