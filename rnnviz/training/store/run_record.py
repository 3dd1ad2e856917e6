"""Record of a stored run as files: run.json has its settings, history.safetensors its curves.

Knows neither torch nor which runs there are; that is `run_store`'s.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
import unicodedata
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np

from rnnviz.data.atomic_write import write_whole
from rnnviz.training.jobs.protocol import OVER, Curve, HeldOut, Snapshot, State
from rnnviz.training.tasks.registry import config_from_dict
from rnnviz.training.tasks.spec import AnyConfig

VERSION = 1
RECORD = "run.json"
HISTORY = "history.safetensors"
LOCK = ".lock"
NAME_LENGTH = 80
STALE_S = 600.0  # a file that is being written is younger

_ID = re.compile(r"[A-Za-z0-9_-]{22}")  # what secrets.token_urlsafe(16) gives
_KINDS: dict[str, tuple[type, ...]] = {
    "created": (int, float),
    "name": (str, type(None)),
    "step": (int,),
    "epoch": (int,),
    "wall_s": (int, float),
    "device": (str,),
    "torch_version": (str,),
    "error": (str, type(None)),
    "note": (str,),
}


class StoreError(ValueError):
    """Something of the store of runs cannot be read or written; the message is one sentence.

    Attributes:
        run_id: Of the run that is meant, None if it is the whole store.
    """

    def __init__(self, message: str, run_id: str | None = None) -> None:
        super().__init__(message)
        self.run_id = run_id


class UnknownRunError(StoreError):
    """There is no such run, or none any more."""

    def __init__(self, run_id: object) -> None:
        # It may come from a link, whose maker is not to choose the words of our sentences,
        # nor an address: what looks like one becomes a link on a page.
        shown = re.sub(r"[^A-Za-z0-9_-]", "?", str(run_id)[:41])
        shown = shown if len(shown) <= 40 else f"{shown[:40]}…"
        super().__init__(f"there is no run {shown!r}, or none any more", str(run_id))


class DeletedRunError(StoreError):
    """The run was deleted, and can still be restored."""

    def __init__(self, run_id: str) -> None:
        super().__init__(f"run {run_id} was deleted", run_id)


class ClaimedError(StoreError):
    """The run is being trained, so nobody else may train or delete it."""

    def __init__(self, run_id: str) -> None:
        told = f"run {run_id} is being trained right now, here or by another server"
        super().__init__(told, run_id)


@dataclass(frozen=True, eq=False)
class Record:
    """A run as it is kept. Its arrays are read-only.

    Attributes:
        id: As `secrets.token_urlsafe(16)` gives it.
        config: What is trained.
        created: When it was submitted, in unix seconds.
        state: As it was when last written; `RunStore.state_of` knows whether that still holds.
        name: What a person called it, see `tidy_name`; a run with a name is never removed unasked.
        step: Steps done.
        epoch: Of the last step, from 1; 0 before the first.
        wall_s: Time spent on training and evaluation, pauses left out.
        device: What computed, e.g. "CPU, 1 thread"; empty while unknown.
        torch_version: Of the torch that trained; empty while unknown.
        error: Why it failed or was stopped, one sentence.
        note: What else there is to say.
        checkpoints: Steps whose weights are kept, as `<step>.safetensors`.
        history: Loss and accuracy on the way.
        held_out: Test digits, or those of a fold, read right on the way.

    Raises:
        ValueError: If a value is not of its kind; the message names it.
    """

    id: str
    config: AnyConfig
    created: float
    state: State
    name: str | None = None
    step: int = 0
    epoch: int = 0
    wall_s: float = 0.0
    device: str = ""
    torch_version: str = ""
    error: str | None = None
    note: str = ""
    checkpoints: tuple[int, ...] = ()
    history: Curve = field(default_factory=Curve)
    held_out: HeldOut = field(default_factory=HeldOut)

    def __post_init__(self) -> None:
        if not is_id(self.id):
            raise ValueError(f"id must be 22 letters and digits, got {self.id!r}")
        if self.state not in get_args(State):
            raise ValueError(f"state must be one of {', '.join(get_args(State))}, got {self.state}")
        for name, kinds in _KINDS.items():
            if not isinstance(value := getattr(self, name), kinds) or isinstance(value, bool):
                raise ValueError(f"{name} is a {type(value).__name__}, and must not be one")
        most = {"created": 1e12, "wall_s": 1e12}  # 30,000 years
        most |= {"step": self.config.steps, "epoch": self.config.training.epochs}
        for name, limit in most.items():
            if not 0 <= (value := getattr(self, name)) <= limit:
                raise ValueError(f"{name} must lie in [0, {limit:.0f}], got {value}")
        if self.name is not None and self.name != tidy_name(self.name):
            raise ValueError(f"name must be tidy, got {self.name!r}")
        for step in self.checkpoints:
            if type(step) is not int or not 0 <= step <= self.config.steps:
                raise ValueError(f"checkpoints must be steps, got {step!r}")
        for array in (*vars(self.history).values(), *vars(self.held_out).values()):
            array.flags.writeable = False

    @property
    def over(self) -> bool:
        """Whether nothing would have changed any more."""
        return self.state in OVER

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        config: AnyConfig,
        *,
        name: str | None = None,
        created: float | None = None,
    ) -> Record:
        """Keep what a snapshot says.

        Args:
            snapshot: How a job stands.
            config: What it trains.
            name: What a person called it.
            created: In unix seconds; None means now. `RunStore.save` keeps that of the first time.
        """
        return cls(
            id=snapshot.id,
            config=config,
            created=time.time() if created is None else created,
            state=snapshot.state,
            name=name,
            step=snapshot.step,
            epoch=snapshot.epoch,
            wall_s=snapshot.wall_s,
            device=snapshot.device,
            torch_version=snapshot.torch_version,
            error=snapshot.error,
            note=snapshot.note,
            checkpoints=snapshot.checkpoints,
            history=snapshot.history,
            held_out=snapshot.held_out,
        )

    def snapshot(self) -> Snapshot:
        """Return the job as it stood, without weights, place in a queue or time left."""
        digits = self.config.examples_after(self.step)
        return Snapshot(
            id=self.id,
            state=self.state,
            steps=self.config.steps,
            epochs=self.config.training.epochs,
            step=self.step,
            epoch=self.epoch,
            history=self.history,
            held_out=self.held_out,
            digits_per_s=digits / self.wall_s if self.wall_s else 0.0,
            wall_s=self.wall_s,
            device=self.device,
            torch_version=self.torch_version,
            error=self.error,
            note=self.note,
            checkpoints=self.checkpoints,
        )


def is_id(run_id: object) -> bool:
    """Whether it could be the id of a run; what could not is never looked for on the disk."""
    return isinstance(run_id, str) and _ID.fullmatch(run_id) is not None


def tidy_name(name: str | None) -> str | None:
    """Return a name as it is kept: one line, at most `NAME_LENGTH`; None if blank."""
    kinds = ((c, unicodedata.category(c)) for c in name or "")
    plain = "".join(" " if kind == "Cc" else c for c, kind in kinds if kind != "Cs")
    return " ".join(plain.split())[:NAME_LENGTH].rstrip() or None


def write_record(folder: Path, record: Record, *, before: Record | None = None) -> None:
    """Write both files, each in one step; whenever this is cut off, a readable record is left.

    One writer at a time. Of the two the history is never behind, and what it is ahead is cut off
    when read, see `read_record`. Holds against a kill at any moment, not against a power cut.

    Args:
        folder: Of the run.
        record: What to write.
        before: What run.json says now.
    """
    from safetensors.numpy import save as to_bytes

    arrays = {
        f"{part}.{name}": np.ascontiguousarray(array, np.float32)
        for part in ("history", "held_out")
        for name, array in vars(getattr(record, part)).items()
    }
    values = {"version": VERSION, "id": record.id, "config": record.config.to_dict()}
    values |= {name: getattr(record, name) for name in ("state", *_KINDS, "checkpoints")}
    text = json.dumps(values, indent=2, allow_nan=False) + "\n"
    contents = {HISTORY: to_bytes(arrays), RECORD: text.encode()}
    goes_back = before is not None and record.step < before.step  # resumed at a checkpoint
    for name in (RECORD, HISTORY) if goes_back else (HISTORY, RECORD):
        write_whole(folder / name, contents[name])


def read_record(folder: Path) -> Record:
    """Read both files.

    Raises:
        StoreError: If one is damaged; the message names the run.
        OSError: If one cannot be read.
    """
    record = read_head(folder)
    content = (folder / HISTORY).read_bytes()
    try:
        curve, held_out = _parse_history(content, record.step)
    except Exception as error:  # safetensors raises several kinds, some of its own
        raise _damaged(folder, HISTORY, error) from error
    return replace(record, history=curve, held_out=held_out)


def read_head(folder: Path) -> Record:
    """Read run.json alone, as `read_record` does; the history is left empty."""
    content = (folder / RECORD).read_bytes()
    try:
        values = json.loads(content)
        if not isinstance(values, dict):
            raise ValueError(f"it must hold an object, got {type(values).__name__}")
        if (version := values.pop("version", None)) != VERSION:
            raise ValueError(f"its format is {version!r}, and this rnnviz reads {VERSION}")
        if values["id"] != folder.name:
            raise ValueError(f"it is that of run {values['id']!r}")
        values["config"] = config_from_dict(values["config"])
        values["checkpoints"] = tuple(values["checkpoints"])
        return Record(**values)
    except Exception as error:  # whatever a config makes of odd values
        raise _damaged(folder, RECORD, error) from error


def sweep(folder: Path) -> None:
    """Remove what was begun by writers that were killed; no record may be written meanwhile.

    What a worker writes, it may still be writing: of that only what is old goes.
    """
    for path in folder.glob(".*"):
        with contextlib.suppress(FileNotFoundError):  # finished meanwhile
            ours = path.name.startswith((f".{RECORD}.", f".{HISTORY}."))
            old = path.name != LOCK and path.stat().st_mtime < time.time() - STALE_S
            if ours or old:
                path.unlink()


def folder_bytes(folder: Path) -> int:
    """Return the bytes of all files of a folder."""
    total = 0
    for parent, _, names in os.walk(folder):  # not rglob, which minds what goes meanwhile
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += (Path(parent) / name).lstat().st_size
    return total


def _parse_history(content: bytes, step: int) -> tuple[Curve, HeldOut]:
    from safetensors.numpy import load as from_bytes

    columns: dict[str, dict[str, Any]] = {"history": {}, "held_out": {}}
    for key, array in from_bytes(content).items():
        part, _, name = key.partition(".")
        if array.dtype != np.float32 or array.ndim != 1:
            raise ValueError(f"{key} must be float32 (N,), got {array.dtype} {array.shape}")
        columns[part][name] = array
    for part, (first, *others) in ((part, vars(kind())) for part, kind in _PARTS.items()):
        steps = columns[part][first]
        if any(columns[part][other].shape != steps.shape for other in others):
            raise ValueError(f"the columns of {part} differ in length")
        # After a cut between the two files the history is ahead, see `write_record`.
        columns[part] = {name: array[steps <= step] for name, array in columns[part].items()}
    return Curve(**columns["history"]), HeldOut(**columns["held_out"])


_PARTS = {"history": Curve, "held_out": HeldOut}


def _damaged(folder: Path, name: str, error: Exception) -> StoreError:
    why = f"{type(error).__name__} {error}" if isinstance(error, KeyError) else str(error)
    why = " ".join(why.split())
    why = why if len(why) <= 200 else f"{why[:200]}…"
    return StoreError(
        f"run {folder.name} is damaged, its {name} cannot be read: {why}", folder.name
    )
