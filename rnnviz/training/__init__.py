"""Training: the loop, tasks, jobs, run store, health checks and exported scripts."""

from __future__ import annotations

from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """Find `checkpoint` where snippets that users copied earlier import it from."""
    if name == "checkpoint":
        from rnnviz.training.store import checkpoint

        return checkpoint
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
