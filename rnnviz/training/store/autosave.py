"""Saves runs while they train, about once a second, and releases them when they stop."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rnnviz.training.jobs.protocol import RESUME_FILE, Snapshot, State
from rnnviz.training.store import event_log
from rnnviz.training.store.os_error_text import why
from rnnviz.training.store.run_lock import Claim
from rnnviz.training.store.run_record import Record, StoreError
from rnnviz.training.store.run_store import RunStore
from rnnviz.training.tasks.spec import AnyConfig

EVERY_S = 1.0
RETRY_S = 5.0  # after a fault, e.g. a full disk
SETTLE_S = 3.0
TOLD = 20


@dataclass(frozen=True)
class Removal:
    """A run that had to make room for a newer one.

    Attributes:
        unix_s: When, in unix seconds.
        record: What is gone.
    """

    unix_s: float
    record: Record


@dataclass(eq=False)
class _Entry:
    config: AnyConfig
    claim: Claim
    snapshot: Snapshot
    owner: str | None = None
    saved: int = 0  # version
    fault: str = ""
    next_s: float = 0.0


class Keeper:
    """Claims runs, saves what changes of them, and gives them back when they are over.

    Args:
        store: Where to.
        tell: Called with an id and why it cannot be saved, "" when it can again; from the thread,
            with no lock held.
    """

    def __init__(self, store: RunStore, tell: Callable[[str, str], None]) -> None:
        self._store, self._tell = store, tell
        self._changed = threading.Condition()
        self._entries: dict[str, _Entry] = {}
        self._removed: deque[Removal] = deque(maxlen=TOLD)
        self._crowded = self._closed = False
        self._thread = threading.Thread(target=self._keep, name="rnnviz keeper", daemon=True)
        self._thread.start()

    def begin(self, snapshot: Snapshot, config: AnyConfig, owner: str | None = None) -> Path:
        """Take a new run of somebody into the store; return the folder for its worker.

        Raises:
            StoreError: If it cannot be kept.
        """
        event_log.log("submitted", snapshot.id, owner=owner)
        claim = self._store.begin(Record.of(snapshot, config))
        self._enter(_Entry(config, claim, snapshot, owner, saved=snapshot.version))
        return self._store.folder(snapshot.id)

    def take_up(self, run_id: str, owner: str | None = None) -> Record | None:
        """Claim a run that is there, for somebody to go on with it; None if it is done.

        Raises:
            StoreError: If it cannot be; a ClaimedError if somebody trains it.
        """
        claim = self._store.claim(run_id)
        try:
            record = self._store.load(run_id)
        except StoreError:
            claim.release()
            raise
        if record.state == "done":
            claim.release()
            return None
        event_log.log("submitted", run_id, record.step, owner)
        self._enter(_Entry(record.config, claim, record.snapshot(), owner))
        return record

    def note(self, snapshot: Snapshot, before: State | None = None) -> None:
        """Let a run's newest snapshot be saved soon, at once if it is over; never waits.

        Args:
            snapshot: The newest.
            before: The state that the run was in; a new one is an event.
        """
        entry = self._entries.get(snapshot.id)
        if before is not None and before != snapshot.state:
            owner = None if entry is None else entry.owner
            event_log.log(snapshot.state, snapshot.id, snapshot.step, owner)
        with self._changed:
            if (entry := self._entries.get(snapshot.id)) is not None:
                entry.snapshot = snapshot
                if snapshot.over:
                    entry.next_s = 0.0
                    self._changed.notify_all()

    def settled(self, run_id: str, timeout_s: float = SETTLE_S) -> bool:
        """Wait until a run that is over is saved and given back; whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: run_id not in self._entries, timeout_s)

    def removed(self) -> tuple[Removal, ...]:
        """Return the last runs that had to make room, the newest last."""
        return tuple(self._removed)

    def close(self) -> None:
        """Save what there is and give all back; the thread is gone when this returns."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _enter(self, entry: _Entry) -> None:
        with self._changed:
            self._entries[entry.snapshot.id] = entry
            self._crowded = True
            self._changed.notify_all()

    def _keep(self) -> None:
        while True:
            with self._changed:
                if not (self._crowded or self._closed or self._due()):
                    self._changed.wait(EVERY_S if self._entries else None)
                crowded, self._crowded = self._crowded, False
                closed, due = self._closed, self._due()
            for entry in due:
                self._save(entry)
            if crowded:
                self._make_room()
            if closed:
                self._release_all()
                return

    def _due(self) -> list[_Entry]:
        now = time.monotonic()
        entries = self._entries.values()
        return [e for e in entries if self._waits(e) and (now >= e.next_s or self._closed)]

    @staticmethod
    def _waits(entry: _Entry) -> bool:
        return entry.snapshot.version != entry.saved

    def _save(self, entry: _Entry) -> None:
        snapshot, fault = entry.snapshot, ""
        try:
            self._store.save(Record.of(snapshot, entry.config))
            entry.saved = snapshot.version
            if snapshot.state == "done":  # nothing is left to go on with
                (self._store.folder(snapshot.id) / RESUME_FILE).unlink(missing_ok=True)
        except (StoreError, OSError) as error:
            fault = why(error) if isinstance(error, OSError) else str(error)
        entry.next_s = time.monotonic() + (RETRY_S if fault else EVERY_S)
        if fault != entry.fault:
            entry.fault = fault
            self._tell(snapshot.id, fault)
        if snapshot.over and not fault:
            self._leave(snapshot.id, entry)

    def _leave(self, run_id: str, entry: _Entry) -> None:
        entry.claim.release()
        with self._changed:
            self._entries.pop(run_id, None)
            self._changed.notify_all()

    def _make_room(self) -> None:
        try:
            gone = self._store.make_room()
        except StoreError:
            return  # the next run tries again
        self._removed.extend(Removal(time.time(), record) for record in gone)

    def _release_all(self) -> None:
        with self._changed:
            for entry in self._entries.values():
                entry.claim.release()
            self._entries.clear()
