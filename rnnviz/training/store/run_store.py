"""Run store: saved runs, found by id after a restart, with limits on their number and bytes.

`<root>/<id>/` holds a run: run.json and history.safetensors (see `run_record`), the checkpoints
that its worker writes, and `.lock`, which whoever trains it holds. `<root>/.trash/<ns>.<id>/` is a
deleted one. Several servers may share a store: who writes holds `<root>/.lock`; who reads waits for
nobody, but who asks whether a run is claimed holds `<root>/.look` for a moment.
"""

from __future__ import annotations

import contextlib
import math
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from rnnviz.data.atomic_write import move
from rnnviz.data.cache_dir import home
from rnnviz.training.jobs.protocol import State
from rnnviz.training.store.os_error_text import why
from rnnviz.training.store.run_lock import Claim, acquire, is_locked, release
from rnnviz.training.store.run_record import (
    LOCK,
    ClaimedError,
    DeletedRunError,
    Record,
    StoreError,
    UnknownRunError,
    folder_bytes,
    is_id,
    read_head,
    read_record,
    sweep,
    tidy_name,
    write_record,
)
from rnnviz.training.store.trash import Trash

StoredState = State | Literal["interrupted"]

MAX_RUNS = 200
MAX_BYTES = 2_000_000_000
_NEW = ".new"
_LOOK = ".look"


@dataclass(frozen=True)
class Usage:
    """What a store holds.

    Attributes:
        runs: Runs, those that are damaged included.
        deleted: Runs in the trash.
        stored_bytes: Bytes of all of them.
    """

    runs: int
    deleted: int
    stored_bytes: int


class RunStore:
    """Keeps runs. Every method may raise a StoreError, which says in one sentence what is wrong.

    An id that is not there raises an UnknownRunError, one in the trash a DeletedRunError. All may
    be called from any thread.

    Args:
        root: The folder; made when first written to. None means `home()/runs`.
        max_runs: See `make_room`.
        max_bytes: See `make_room`; those of the trash count too.
        clock: Says the unix seconds.
    """

    def __init__(
        self,
        root: Path | None = None,
        *,
        max_runs: int = MAX_RUNS,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.root = home() / "runs" if root is None else root
        self.max_runs, self.max_bytes = max_runs, max_bytes
        self._clock = clock
        self._trash = Trash(self.root)

    def folder(self, run_id: str) -> Path:
        """Return where a run's files are, or would be."""
        if not is_id(run_id):
            raise UnknownRunError(run_id)
        return self.root / run_id

    def save(self, record: Record) -> Record:
        """Write a run; a kill at any moment leaves the record before or this one.

        Returns: What is stored: the name and the birth of a run that was there before stay, so that
        who trains it cannot undo a `rename`.
        """
        with self._writing(f"run {record.id} could not be saved"):
            return self._save(record)

    def begin(self, record: Record) -> Claim:
        """Save a run and claim it, with no moment between at which others could remove it."""
        with self._writing(f"run {record.id} could not be saved"):
            known = self._claim(record.id) if self.folder(record.id).is_dir() else None
            try:
                self._save(record)
            except BaseException:
                if known is not None:
                    known.release()
                raise
            return known or self._claim(record.id)

    def load(self, run_id: str) -> Record:
        """Read a run."""
        folder = self.folder(run_id)
        with self._told(f"run {run_id} could not be read"):
            try:
                return read_record(folder)
            except FileNotFoundError as error:
                raise self._absent(run_id) from error

    def runs(self) -> tuple[tuple[Record, ...], tuple[StoreError, ...]]:
        """Return all runs that can be read, the newest first, and what is wrong with the others."""
        records, faults = [], []
        for run_id in self._ids():
            try:
                records.append(self.load(run_id))
            except (UnknownRunError, DeletedRunError):
                continue  # gone since it was listed
            except StoreError as error:
                faults.append(error)
        return tuple(sorted(records, key=_age, reverse=True)), tuple(faults)

    def rename(self, run_id: str, name: str | None) -> Record:
        """Call a run something, see `tidy_name`; blank or None takes its name away."""
        self.folder(run_id)
        with self._writing(f"run {run_id} could not be renamed"):
            record = replace(self.load(run_id), name=tidy_name(name))
            write_record(self.folder(run_id), record)
            return record

    def delete(self, run_id: str) -> None:
        """Move a run into the trash, in one step; a damaged one too, a deleted one stays there.

        The trash keeps the last `trash.TRASH_RUNS`, and none for longer than `trash.TRASH_S`.

        Raises:
            ClaimedError: If it is being trained.
        """
        self.folder(run_id)
        with self._writing(f"run {run_id} could not be deleted"):
            with contextlib.suppress(DeletedRunError):
                self._claim(run_id).release()  # before it moves: Windows moves no open file
                self._trash.take(self.folder(run_id), self._clock())
            self._trash.empty(self._clock())

    def restore(self, run_id: str) -> None:
        """Undo `delete`; a run that is not deleted stays as it is."""
        folder = self.folder(run_id)
        with self._writing(f"run {run_id} could not be restored"):
            if not self._trash.give_back(run_id, folder) and not folder.exists():
                raise UnknownRunError(run_id)

    def make_room(self) -> tuple[Record, ...]:
        """Remove for good what is beyond the bounds: the trash first, then the oldest runs.

        A run that has a name, is being trained or is damaged is spared, even if too much is left.

        Returns: The runs that were removed, so that a person can be told.
        """
        with self._writing("no room could be made for another run"):
            records, _ = self.runs()
            self._trash.empty(self._clock())
            stored_bytes, count = self.usage().stored_bytes, len(records)
            for trashed in self._trash.runs():
                if stored_bytes <= self.max_bytes:
                    break
                stored_bytes -= folder_bytes(trashed.path)
                self._trash.remove(trashed)
            removed = []
            for record in sorted(records, key=_age):
                if count <= self.max_runs and stored_bytes <= self.max_bytes:
                    break
                size = folder_bytes(self.folder(record.id))
                if record.name is None and self._discard(record.id):
                    removed.append(record)
                    count, stored_bytes = count - 1, stored_bytes - size
            return tuple(removed)

    def usage(self) -> Usage:
        """Return how much is stored."""
        with self._told("the store of runs could not be read"):
            runs = [self.folder(run_id) for run_id in self._ids()]
            trash = [trashed.path for trashed in self._trash.runs()]
            return Usage(len(runs), len(trash), sum(map(folder_bytes, runs + trash)))

    def claim(self, run_id: str) -> Claim:
        """Claim a run for training it.

        Raises:
            ClaimedError: If somebody trains it already.
        """
        self.folder(run_id)
        with self._writing(f"run {run_id} could not be claimed"):
            return self._claim(run_id)

    def claimed(self, run_id: str) -> bool:
        """Whether somebody trains a run now."""
        with self._told(f"run {run_id} could not be read"):
            try:
                return is_locked(self.folder(run_id) / LOCK, self.root / _LOOK)
            except FileNotFoundError:
                return False

    def state_of(self, record: Record) -> StoredState:
        """Return a run's state; one that should be going on and is not was "interrupted"."""
        if record.over or self.claimed(record.id):
            return record.state
        with contextlib.suppress(StoreError, OSError):
            now = read_head(self.folder(record.id))  # it may have ended since it was read
            return now.state if now.over else "interrupted"
        return "interrupted"

    def _ids(self) -> list[str]:
        with self._told("the store of runs could not be read"):
            try:
                return [path.name for path in self.root.iterdir() if is_id(path.name)]
            except FileNotFoundError:
                return []

    def _absent(self, run_id: str) -> StoreError:
        if any(trashed.run_id == run_id for trashed in self._trash.runs()):
            return DeletedRunError(run_id)
        if self.folder(run_id).exists():
            return StoreError(f"run {run_id} is damaged, a file of it is missing", run_id)
        return UnknownRunError(run_id)

    def _save(self, record: Record) -> Record:
        folder = self.folder(record.id)
        if not folder.is_dir():
            if isinstance(absent := self._absent(record.id), DeletedRunError):
                raise absent
            self._bear(folder, record)
            return record
        before = None
        with contextlib.suppress(FileNotFoundError, StoreError):  # a damaged one becomes whole
            before = read_head(folder)
            record = replace(record, name=before.name, created=before.created)
        write_record(folder, record, before=before)
        sweep(folder)
        return record

    def _bear(self, folder: Path, record: Record) -> None:
        """Write a run's first files; its folder appears with them."""
        new = self.root / _NEW
        shutil.rmtree(new, ignore_errors=True)
        try:
            new.mkdir()
            write_record(new, record)
            move(new, folder)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise

    def _claim(self, run_id: str) -> Claim:
        try:
            claim = Claim.of(self.folder(run_id) / LOCK)
        except FileNotFoundError as error:
            raise self._absent(run_id) from error
        if claim is None:
            raise ClaimedError(run_id)
        return claim

    def _discard(self, run_id: str) -> bool:
        """Remove a run for good, unless somebody trains it; whether that was done."""
        try:
            self._claim(run_id).release()
        except ClaimedError:
            return False
        self._trash.discard(self.folder(run_id))
        return True

    @contextlib.contextmanager
    def _writing(self, failed: str) -> Iterator[None]:
        """Be the only one who writes, of all threads and servers."""
        with self._told(failed):
            self.root.mkdir(parents=True, exist_ok=True)
            with (self.root / LOCK).open("ab") as lock:
                acquire(lock, math.inf)
                try:
                    yield
                finally:
                    release(lock)

    @contextlib.contextmanager
    def _told(self, failed: str) -> Iterator[None]:
        """Turn what the system says into one sentence."""
        try:
            yield
        except OSError as error:
            raise StoreError(f"{failed}: {why(error)}") from error


def _age(record: Record) -> tuple[float, str]:
    return record.created, record.id
