"""Record of a group of runs, e.g. a race or a search: which runs, and with which settings."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rnnviz.data.atomic_write import write_whole
from rnnviz.training.store.os_error_text import why
from rnnviz.training.store.run_record import StoreError, UnknownRunError, is_id
from rnnviz.training.store.run_store import RunStore
from rnnviz.training.tasks.registry import group_kinds

KINDS = ("race", "search", *group_kinds())

VERSION = 1
FOLDER = ".groups"  # of the store; no run can have that name


@dataclass(frozen=True)
class Group:
    """Runs that belong together.

    Attributes:
        id: As `secrets.token_urlsafe(16)` gives it.
        kind: "race", "search", or what a task trains side by side, e.g. "delay".
        runs: Their ids; they may have been deleted since.
        settings: What was asked for, JSON-ready.
        created: In unix seconds.

    Raises:
        ValueError: If a value is not of its kind; the message names it.
    """

    id: str
    kind: str
    runs: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    created: float = field(default_factory=time.time)

    def __post_init__(self) -> None:
        if not is_id(self.id):
            raise ValueError(f"id must be 22 letters and digits, got {self.id!r}")
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {self.kind!r}")
        object.__setattr__(self, "runs", tuple(self.runs))
        if not all(map(is_id, self.runs)):
            raise ValueError(f"runs must be ids of runs, got {self.runs!r}")
        if not isinstance(self.settings, Mapping):
            raise ValueError(f"settings must be named values, got {self.settings!r}")
        if isinstance(self.created, bool) or not isinstance(self.created, int | float):
            raise ValueError(f"created must be unix seconds, got {self.created!r}")
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))


def path_of(store: RunStore, group_id: str, suffix: str = ".json") -> Path:
    """Return where a file of a group is, or would be.

    Raises:
        UnknownRunError: If no group can have that id.
    """
    if not is_id(group_id):
        raise UnknownRunError(group_id)
    return store.root / FOLDER / f"{group_id}{suffix}"


def save_group(store: RunStore, group: Group) -> None:
    """Write a group, in one step.

    Raises:
        StoreError: If it cannot be written; what was there before is as it was.
    """
    path = path_of(store, group.id)
    values = {"version": VERSION, **vars(group), "settings": dict(group.settings)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, (json.dumps(values, indent=2, allow_nan=False) + "\n").encode())
    except OSError as error:
        told = f"{group.kind} {group.id} could not be saved: {why(error)}"
        raise StoreError(told, group.id) from error


def load_group(store: RunStore, group_id: str) -> Group:
    """Read a group.

    Raises:
        StoreError: If there is none, or it is damaged or cannot be read.
    """
    path = path_of(store, group_id)
    try:
        values = json.loads(path.read_bytes())
        if (version := values.pop("version")) != VERSION:
            raise ValueError(f"its format is {version!r}, and this rnnviz reads {VERSION}")
        if values["id"] != group_id:
            raise ValueError(f"it is that of {values['id']!r}")
        return Group(**values)
    except FileNotFoundError as error:
        raise UnknownRunError(group_id) from error
    except OSError as error:
        raise StoreError(f"{group_id} could not be read: {why(error)}", group_id) from error
    except Exception as error:  # whatever odd values lead to
        reason = " ".join(f"{type(error).__name__} {error}".split())[:200]
        told = f"{path.name} is damaged and cannot be read: {reason}"
        raise StoreError(told, group_id) from error


def groups(store: RunStore) -> tuple[tuple[Group, ...], tuple[StoreError, ...]]:
    """Return all groups that can be read, the newest first, and what is wrong with the others."""
    found, faults = [], []
    for path in sorted((store.root / FOLDER).glob("*.json")):
        if is_id(path.stem):
            try:
                found.append(load_group(store, path.stem))
            except StoreError as error:
                faults.append(error)
    return tuple(sorted(found, key=lambda group: -group.created)), tuple(faults)
