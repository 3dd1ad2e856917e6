"""Exported script of a run of any task, from the task's template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from urllib.parse import quote

from rnnviz.training.export.script_template import filled
from rnnviz.training.tasks.registry import task_of
from rnnviz.training.tasks.spec import AnyConfig, ScriptOrigin

NAME = "train.py"
NONE: Mapping[str, str] = MappingProxyType({})
CELLS = {"rnn": "an RNN", "gru": "a GRU", "lstm": "an LSTM"}
REPEATS = """On a CPU, with torch $torch and one thread, this repeats the run that it was
exported from: the same losses and the same predictions, to the last bit. Elsewhere sums are
rounded otherwise, small differences grow, and it becomes another network, about as good."""
RESEMBLES = """The run that it was exported from was trained on a GPU, which rounds sums otherwise:
small differences grow, and this becomes another network, about as good. On a CPU, with torch
$torch and one thread, it repeats what rnnviz trains there, to the last bit."""


def script(
    config: AnyConfig,
    origin: ScriptOrigin,
    *,
    template: str,
    values: Mapping[str, object] = NONE,
    words: Mapping[str, str] = NONE,
) -> str:
    """Return the script of a run: one file that trains its network without rnnviz.

    On a CPU, with the same torch and one thread, its losses and weights are those of the run, bit
    for bit.

    Args:
        config: Config of the run; the template's constants are named after its fields.
        origin: Where and with what the run was trained.
        template: Name of the task's template, see `script_template`.
        values: Constants that are not fields of the config, or have other values.
        words: Texts about the task.

    Raises:
        ValueError: If the task has no script of such a run.
    """
    task = task_of(config)
    if why := task.no_script(config):
        raise ValueError(f"there is no script of this run: {why}")
    model = config.model
    width = f"2 × {model.hidden_size}" if model.bidirectional else str(model.hidden_size)
    network = f"{CELLS[model.cell]} of {width} units"
    if model.num_layers > 1:
        network += f" in each of {model.num_layers} layers"
    promise = REPEATS if origin.on_cpu else RESEMBLES
    constants = _constants(config)
    texts = {
        **{name.lower(): str(value) for name, value in constants.items()},
        "network": network,
        "parameters": f"{config.parameters:,}",
        "name": task.script_name,
        "promise": promise.replace("$torch", quote(origin.torch_version, safe="+")),
    }
    return filled(template, {**constants, **values}, {**texts, **words}, origin.link)


def no_script(config: AnyConfig) -> str:
    """Return why a run of any task but MNIST has no script; "" if it has one."""
    training = config.training
    if training.schedule == "constant" and not config.model.dropout + training.label_smoothing:
        return ""
    return "a script is of runs with a constant rate, no dropout and no smoothing"


def _constants(config: AnyConfig) -> dict[str, object]:
    """Return the fields of a config, of its model and of its training, as constants."""
    model, training = config.model, config.training
    named = [
        (field.name.upper(), getattr(part, field.name))
        for part in (model, training, config)
        for field in fields(part)  # type: ignore[arg-type]
    ]
    return {
        **dict(named),
        "LEARNING_RATE": training.lr,
        "DROPOUT": model.dropout if model.num_layers > 1 else 0.0,  # between layers only
    }
