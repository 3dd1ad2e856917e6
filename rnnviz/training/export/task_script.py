"""Header, constants, training loop and main of the scripts of all tasks but MNIST."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from rnnviz.core.config import TrainConfig
from rnnviz.training.export import task_template as pieces
from rnnviz.training.export.digits_script import CELLS, NAME
from rnnviz.training.export.digits_template import PROMISE
from rnnviz.training.export.script_parts import exported_from, fill, optimizer
from rnnviz.training.tasks.spec import AnyConfig, ScriptOrigin

__all__ = ["NAME", "no_script", "script"]


def script(
    config: AnyConfig, origin: ScriptOrigin, *, task: str, body: Sequence[str], told: str
) -> str:
    """Return a script of one file that trains the network of a run with torch alone.

    On a CPU, with the same torch and one thread, its losses and weights are those of `loop.Loop`,
    bit for bit.

    Args:
        config: Config of the run.
        origin: Where and with what the run was trained.
        task: What the network is trained to do, e.g. "to answer each symbol of a line".
        body: Data, network, examples and loss of the task, as they stand in the script.
        told: Lines that print what was learned.

    Returns: Python source, for a file of any name.

    Raises:
        ValueError: If the run has what the script does not contain.
    """
    training = config.training
    if why := no_script(config):
        raise ValueError(why)
    promise = fill(PROMISE[origin.on_cpu], torch=quote(origin.torch_version, safe="+"))
    head = _header(config, task, promise) + exported_from(origin.link) + _constants(training)
    clip = fill(pieces.CLIP, clip_norm=repr(training.clip_norm)) if training.clip_norm else ""
    train = fill(pieces.TRAIN, optimizer=optimizer(training), clip=clip)
    return "".join((head, *body, _build(config), train, fill(pieces.MAIN, told=told)))


def no_script(config: AnyConfig) -> str:
    """Return why a run has no script; "" if it has one."""
    training = config.training
    if training.schedule == "constant" and not config.model.dropout + training.label_smoothing:
        return ""
    return "a script is of runs with a constant rate, no dropout and no smoothing"


def _header(config: AnyConfig, task: str, promise: str) -> str:
    model = config.model
    network = f"{CELLS[model.cell]} of {model.hidden_size} units"
    if model.num_layers > 1:
        network += f" in each of {model.num_layers} layers"
    return fill(
        pieces.HEADER,
        network=network,
        task=task,
        parameters=f"{config.parameters:,}",
        name=NAME,
        promise=promise,
    )


def _constants(training: TrainConfig) -> str:
    return fill(
        pieces.CONSTANTS,
        epochs=training.epochs,
        batch_size=training.batch_size,
        lr=repr(training.lr),
        seed=f"{training.seed:_}",
    )


def _build(config: AnyConfig) -> str:
    bias, hidden = config.training.forget_bias, config.model.hidden_size
    if bias is None:
        return fill(pieces.BUILD, steps="    return Network()")
    steps = fill(pieces.FORGET, hidden=hidden, twice=2 * hidden, forget_bias=repr(bias))
    return fill(pieces.BUILD, steps=f"{steps}    return model")
