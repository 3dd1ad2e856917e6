"""Saved runs that a session may see, each with its current state."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from rnnviz.training.jobs.protocol import Snapshot, UnknownJobError
from rnnviz.training.store.group_record import groups
from rnnviz.training.store.run_record import Record, StoreError
from rnnviz.ui.figures import progress_text
from rnnviz.ui.server import run_manager
from rnnviz.ui.session import selected_runs
from rnnviz.ui.widgets import model_choice


@dataclass(frozen=True, eq=False)
class Listed:
    """A run of the list.

    Attributes:
        record: As it is kept.
        snapshot: As it stands now.
    """

    record: Record
    snapshot: Snapshot

    @property
    def title(self) -> str:
        """What it is called."""
        config = self.record.config
        return (
            self.record.name or f"{progress_text.network(config.model)}, lr {config.training.lr:g}"
        )


def listed(*, grouped: bool = True) -> tuple[list[Listed], list[StoreError]]:
    """Return the runs that this session may see, the newest first, and those that are damaged.

    Args:
        grouped: Whether those of races and searches are among them.

    Raises:
        StoreError: If the store cannot be read.
    """
    records, faults = run_manager.store().runs()
    hidden = set() if grouped else _grouped()
    if model_choice.shared():
        mine = selected_runs.opened_runs()
        records = tuple(record for record in records if record.id in mine)
        faults = tuple(fault for fault in faults if fault.run_id in mine)
    return [_listed(record) for record in records if record.id not in hidden], list(faults)


def _listed(record: Record) -> Listed:
    with suppress(UnknownJobError):
        return Listed(record, run_manager.jobs().snapshot(record.id))
    return Listed(record, run_manager.as_it_stands(record))


def _grouped() -> set[str]:
    return {run_id for group in groups(run_manager.store())[0] for run_id in group.runs}
