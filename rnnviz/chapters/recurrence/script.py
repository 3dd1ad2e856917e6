"""Exported script of the delay task: one file that trains the network with torch alone."""

from __future__ import annotations

from rnnviz.chapters.recurrence import script_template as pieces
from rnnviz.chapters.recurrence.recall_config import DelayConfig
from rnnviz.training.export import task_script
from rnnviz.training.export.script_parts import call, fill, module_arguments
from rnnviz.training.tasks.spec import ScriptOrigin


def script(config: DelayConfig, origin: ScriptOrigin) -> str:
    """Return the script of a run; see `task_script.script`."""
    model = config.model
    rnn = call(f"nn.{model.cell.upper()}", module_arguments(model), 8, "self.rnn = ")
    data = fill(
        pieces.RECALL,
        symbols=config.symbols,
        delay=config.delay,
        sequences=f"{config.sequences:_}",
    )
    network = fill(
        pieces.TAGGER, rnn=rnn.removeprefix("        self.rnn = "), hidden=model.output_size
    )
    return task_script.script(
        config,
        origin,
        task=f"to say a symbol again after {config.delay} distractors",
        body=(data, network, pieces.DRAWN, pieces.COST),
        told=pieces.TOLD,
    )
