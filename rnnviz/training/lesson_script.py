"""A script of one file that trains a lesson's very network, on texts or on the delay task."""

from __future__ import annotations

from urllib.parse import quote

import torch

from rnnviz.core.config import TrainConfig
from rnnviz.core.delay_config import DelayConfig
from rnnviz.core.text_config import HELD_OUT, TextConfig
from rnnviz.data.characters import Line
from rnnviz.data.graphemes import graphemes
from rnnviz.training import lesson_networks as networks
from rnnviz.training import lesson_template as pieces
from rnnviz.training.export import CELLS, NAME
from rnnviz.training.export_template import PROMISE
from rnnviz.training.script_parts import (
    call,
    exported_from,
    fill,
    module_arguments,
    optimizer,
    quoted,
    symbols_literal,
    text_literal,
)

TASKS = {
    "cell": "to answer each symbol of a line",
    "rnn": "to answer each symbol of a line",
    "embedding": "to answer each symbol of a line",
    "language": "to foretell the next symbol of a text",
    "classifier": "to tell the class of a row of words",
    "writer": "to write a text for each text",
}


def script(
    config: TextConfig | DelayConfig,
    *,
    link: str = "",
    on_cpu: bool = True,
    torch_version: str = torch.__version__,
) -> str:
    """Write a script of one file that trains the very network of a lesson's run, with torch alone.

    On a CPU, with the same torch and one thread, its losses and weights are those of `loop.Loop`,
    bit for bit. What is learnt stands in it as literals, whatever a person typed.

    Args:
        config: Of the run.
        link: Where the run can be seen; written into the script.
        on_cpu: Whether the run was trained on a CPU.
        torch_version: What it was trained with.

    Returns: Python source, for a file of any name.

    Raises:
        ValueError: If the run has what the script does not tell of.
    """
    training = config.training
    if why := untold(config):
        raise ValueError(why)
    promise = fill(PROMISE[on_cpu], torch=quote(torch_version, safe="+"))
    head = _header(config, promise) + exported_from(link) + _constants(training)
    body = _recall(config) if isinstance(config, DelayConfig) else _texts(config)
    clip = fill(pieces.CLIP, clip_norm=repr(training.clip_norm)) if training.clip_norm else ""
    train = fill(pieces.TRAIN, optimizer=optimizer(training), clip=clip)
    told = pieces.TOLD[_kind(config)]
    return "".join((head, *body, _build(config), train, fill(pieces.MAIN, told=told)))


def untold(config: TextConfig | DelayConfig) -> str:
    """Return why there can be no script of a run; "" if there can."""
    training = config.training
    if training.schedule == "constant" and not config.model.dropout + training.label_smoothing:
        return ""
    return "a script is of runs with a constant rate, no dropout and no smoothing"


def _header(config: TextConfig | DelayConfig, promise: str) -> str:
    model = config.model
    network = f"{CELLS[model.cell]} of {model.hidden_size} units"
    if model.num_layers > 1:
        network += f" in each of {model.num_layers} layers"
    if isinstance(config, DelayConfig):
        task = f"to say a symbol again after {config.delay} distractors"
    else:
        task = TASKS[config.network]
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


def _kind(config: TextConfig | DelayConfig) -> str:
    if isinstance(config, DelayConfig):
        return "recall"
    return {"language": "text", "classifier": "rows", "writer": "writing"}.get(
        config.network, "lines"
    )


def _recall(config: DelayConfig) -> tuple[str, ...]:
    model = config.model
    rnn = call(f"nn.{model.cell.upper()}", module_arguments(model), 8, "self.rnn = ")
    data = fill(
        pieces.RECALL,
        symbols=config.symbols,
        delay=config.delay,
        sequences=f"{config.sequences:_}",
    )
    return (
        data,
        fill(
            networks.TAGGER, rnn=rnn.removeprefix("        self.rnn = "), hidden=model.output_size
        ),
        pieces.DRAWN,
        pieces.COSTS["recalled"],
    )


def _texts(config: TextConfig) -> tuple[str, ...]:
    if config.network == "language":
        return _text(config), _network(config), pieces.WINDOWED, pieces.COSTS["mean"]
    if config.network == "classifier":
        rows = fill(pieces.ROWS, pairs="".join(_row(line) for line in config.pairs))
        encode = fill(pieces.ENCODE, symbols="WORDS")
        return rows, _network(config), encode, pieces.SORTED, pieces.COSTS["last"]
    lines = fill(pieces.LINES, pairs="".join(_pair(line) for line in config.pairs))
    encode = fill(pieces.ENCODE, symbols="SYMBOLS")
    if config.network == "writer":
        cost = pieces.COSTS["with a teacher" if config.teacher_forcing else "alone"]
        return lines, _network(config), encode, pieces.WRITTEN, cost
    return lines, _network(config), encode, pieces.ALIGNED, pieces.COSTS["summed"]


def _pair(line: Line) -> str:
    source, target = (symbols_literal(graphemes(part)) for part in line)
    return f"    ({source}, {target}),\n"


def _row(line: Line) -> str:
    words = ", ".join(map(quoted, line[0].split()))
    return f"    ([{words}], {quoted(line[1])}),\n"


def _text(config: TextConfig) -> str:
    return fill(
        pieces.TEXT,
        window=config.window,
        windows=config.sequences,
        text=text_literal(graphemes(config.text)),
        held_out=HELD_OUT,
    )


def _network(config: TextConfig) -> str:
    if config.network in ("cell", "rnn"):
        return networks.CELL if config.network == "cell" else networks.RNN
    model, words = config.model, config.network == "classifier"
    return fill(
        networks.WRITER if config.network == "writer" else networks.EMBEDDING,
        **({} if config.network == "writer" else {"symbols": "WORDS" if words else "SYMBOLS"}),
        **({} if config.network == "writer" else {"answers": "CLASSES" if words else "SYMBOLS"}),
        width=model.input_size,
        hidden=model.hidden_size,
        rnn=f"nn.{model.cell.upper()}({', '.join(module_arguments(model))})",
    )


def _build(config: TextConfig | DelayConfig) -> str:
    bias, hidden = config.training.forget_bias, config.model.hidden_size
    if bias is None:
        return fill(pieces.BUILD, steps="    return Network()")
    steps = fill(pieces.FORGET, hidden=hidden, twice=2 * hidden, forget_bias=repr(bias))
    return fill(pieces.BUILD, steps=f"{steps}    return model")
