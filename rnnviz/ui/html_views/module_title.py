"""Title of a recurrent module: how it is made."""

from __future__ import annotations

from rnnviz.training.module_calls import Recurrent, kind_of
from rnnviz.training.recording import config_of


def module_title(inner: Recurrent) -> str:
    """Return a module as it is made, e.g. "nn.LSTM(28, 128, num_layers=2)"."""
    config = config_of(inner)
    parts = [str(config.input_size), str(config.hidden_size)]
    plain = {"num_layers": 1, "bidirectional": False, "proj_size": 0, "bias": True}
    for name, default in (plain | {"nonlinearity": "tanh"}).items():
        if (value := getattr(config, name)) != default:
            parts.append(f"{name}={value!r}")
    if getattr(inner, "batch_first", False):
        parts.append("batch_first=True")
    return f"nn.{kind_of(inner)}({', '.join(parts)})"
