"""Exports of the Sine page: a script that trains the network, and its outputs as a table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from string import Template

from rnnviz.chapters.sine import signals
from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.frozen_eval import Frozen
from rnnviz.chapters.sine.template import ADAM, INPUT, SCRIPT, SIGNALS, TARGETS
from rnnviz.training.export.script_parts import module_arguments

NAME = "sine.py"


def script(config: SineConfig, *, link: str = "") -> str:
    """Write a script of one file that trains the very network of a run, with torch alone.

    On a CPU, with the same torch and one thread, its losses are those of `segment_loop.run`.

    Args:
        config: Of the run: Adam, a constant rate, no clipping, no dropout.
        link: Where it can be seen; written into the script.

    Returns: Python source, for a file of any name.

    Raises:
        ValueError: If the run has what the script does not tell of.
    """
    training, model = config.training, config.model
    told = (training.optimizer, training.schedule, training.clip_norm, training.weight_decay)
    if told != ("adam", "constant", 0.0, 0.0) or model.dropout or training.forget_bias is not None:
        raise ValueError("a script is of runs with Adam, a constant rate and nothing beside it")
    kind = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}[model.cell]
    return Template(SCRIPT).substitute(
        link=f"\n\nThe run: {_plain(link)}" if link else "",
        carry=config.carry,
        length=config.segment_length,
        segments=config.segments,
        epochs=training.epochs,
        period=config.steps_per_period,
        phase=config.phase,
        lr=training.lr,
        betas=training.betas,
        seed=training.seed,
        module=f"nn.{kind}({', '.join(module_arguments(model))})",
        width=model.output_size,
        angles=Template(SIGNALS[config.signal]).substitute(
            seed=training.seed, sines=signals.SINES_OF_NOISE, sweep=signals.SWEEP
        ),
        target=TARGETS[config.target],
        input=INPUT,
        adam=ADAM,
    )


def table(reads: Mapping[str, Frozen]) -> str:
    """Write what networks answered as one table, a row for each time step.

    Args:
        reads: By name, e.g. "carried"; all of the same steps.
    """
    first = next(iter(reads.values()))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["step", "step_in_segment", "input", "target", *(f"answer_{name}" for name in reads)]
    )
    for k, step in enumerate(first.steps.tolist()):
        numbers = [first.x[k], first.y[k], *(each.outputs[k] for each in reads.values())]
        place = k % first.segment_length + 1
        writer.writerow([step, place, *(f"{float(number):.9g}" for number in numbers)])
    return text.getvalue()


def _plain(link: str) -> str:
    """Return a link without anything that could end a docstring."""
    return re.sub(r"[^\w:/?&=.%+~,-]", "", link)[:500]
