"""Registry of the tasks that a run can train, by name; each is imported on first use."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from rnnviz.training.tasks.config_parsing import check_named
from rnnviz.training.tasks.spec import AnyConfig, TaskSpec

DIGITS = "digits"  # the first task: its saved runs do not name it

# By name: its TaskSpec, and the kinds of groups that train it beside the kind of its own name.
_TASKS = {
    DIGITS: ("rnnviz.training.tasks.digits_task:SPEC", ""),
    "delay": ("rnnviz.chapters.recurrence.task:SPEC", ""),
    "sine": ("rnnviz.chapters.sine.task:SPEC", ""),
    "characters": ("rnnviz.chapters.characters.task:SPEC", "pairs language table rows writer"),
}
TASKS: Mapping[str, tuple[str, str]] = MappingProxyType(_TASKS)


def task(name: str) -> TaskSpec[Any]:
    """Return a task by its name.

    Raises:
        KeyError: If there is no such task.
    """
    module, attribute = TASKS[name][0].split(":")
    spec: TaskSpec[Any] = getattr(import_module(module), attribute)
    return spec


def task_of(config: AnyConfig) -> TaskSpec[Any]:
    """Return the task of a config."""
    return task(config.task)


def kinds(name: str) -> tuple[str, ...]:
    """Return the kinds of the groups of runs that a task trains side by side."""
    return () if name == DIGITS else (name, *TASKS[name][1].split())


def group_kinds() -> tuple[str, ...]:
    """Return the kinds of groups of all tasks."""
    return tuple(kind for name in TASKS for kind in kinds(name))


def task_of_kind(kind: str) -> TaskSpec[Any] | None:
    """Return the task whose runs are grouped under a kind; None for a race or a search."""
    name = next((name for name in TASKS if kind in kinds(name)), None)
    return None if name is None else task(name)


def config_from_dict(values: Mapping[str, Any]) -> AnyConfig:
    """Build the config that `to_dict` was called on.

    Raises:
        ValueError: If there is no such task, or a value is none that its config takes.
    """
    check_named("a config", values)
    name = values.get("task", DIGITS)
    if not isinstance(name, str) or name not in TASKS:
        names = ", ".join(sorted(TASKS))
        raise ValueError(f"task must be one of {names}, got {name!r:.60}")
    config: AnyConfig = task(name).config.from_dict(values)
    return config
