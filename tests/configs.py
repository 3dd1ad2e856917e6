"""Runs on digits from settings of the model, the training and the run, given side by side."""

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.tasks.digits import RunConfig


def run_config(**values):
    """Return a run on digits: each setting goes to the part that has it.

    Args:
        values: Settings of `ModelConfig`, `TrainConfig` and `RunConfig`. Without an input_size
            it is the chunk, and a chunk is read as pixels.
    """
    chunk = values.get("chunk", 28)
    values = {"input_size": chunk, "time_step": "rows" if chunk == 28 else "pixels"} | values
    parts = {}
    for name, kind in (("model", ModelConfig), ("training", TrainConfig)):
        names = kind.__dataclass_fields__
        parts[name] = kind(**{key: values.pop(key) for key in [*values] if key in names})
    return RunConfig(**parts, **values)
