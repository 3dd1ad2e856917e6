"""What a job can train: a network on digits, or on one of the lessons' tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnnviz.core.config_parts import check_named
from rnnviz.core.delay_config import DelayConfig
from rnnviz.core.run_config import RunConfig
from rnnviz.core.sine_config import SineConfig
from rnnviz.core.text_config import TextConfig

AnyConfig = RunConfig | DelayConfig | SineConfig | TextConfig


def config_from_dict(values: Mapping[str, Any]) -> AnyConfig:
    """Build the config that `to_dict` was called on.

    Raises:
        ValueError: If there is no such task, or a value is none that its config takes.
    """
    check_named("a config", values)
    task = values.get("task")
    if task is None:  # digits came first, and their runs do not say so
        return RunConfig.from_dict(dict(values))
    if task == "delay":
        return DelayConfig.from_dict(values)
    if task == "characters":
        return TextConfig.from_dict(values)
    if task == "sine":
        return SineConfig.from_dict(values)
    raise ValueError(f"task must be one of characters, delay, sine, got {task!r:.60}")
