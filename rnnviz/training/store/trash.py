"""Trash of the run store: deleted runs in `.trash/<ns>.<id>/`, which can be restored."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import NamedTuple

from rnnviz.data.atomic_write import move

TRASH_RUNS = 20
TRASH_S = 7 * 86_400.0

_TRASH = ".trash"
_GONE = ".gone"
_TRASHED = re.compile(r"(\d+)\.(.+)")


class Trashed(NamedTuple):
    """A deleted run.

    Attributes:
        when_ns: When it was deleted, in unix nanoseconds.
        run_id: Of the run.
        path: Where it is.
    """

    when_ns: int
    run_id: str
    path: Path


class Trash:
    """The deleted runs of a store.

    Args:
        root: Folder of the store.
    """

    def __init__(self, root: Path) -> None:
        self._folder = root / _TRASH

    def runs(self) -> list[Trashed]:
        """Return what was deleted, the first first."""
        try:
            paths = list(self._folder.iterdir())
        except FileNotFoundError:
            return []
        found = [(match, path) for path in paths if (match := _TRASHED.fullmatch(path.name))]
        return sorted(Trashed(int(match[1]), match[2], path) for match, path in found)

    def take(self, run: Path, now_s: float) -> None:
        """Move a run here, in one step."""
        self._move(run, f"{int(now_s * 1e9)}.{run.name}")

    def give_back(self, run_id: str, folder: Path) -> bool:
        """Move the run that was deleted last under an id to a folder; whether there was one."""
        for trashed in reversed(self.runs()):
            if trashed.run_id == run_id:
                move(trashed.path, folder)
                return True
        return False

    def empty(self, now_s: float) -> None:
        """Remove what is older than `TRASH_S`, or not of the last `TRASH_RUNS`."""
        runs = self.runs()
        oldest = (now_s - TRASH_S) * 1e9
        for place, trashed in enumerate(runs):
            if trashed.when_ns < oldest or place < len(runs) - TRASH_RUNS:
                self.remove(trashed)
        for left in self._folder.glob(f"{_GONE}.*"):  # by a kill while it was removed
            shutil.rmtree(left)

    def remove(self, trashed: Trashed) -> None:
        """Remove for good; half of a run is never found here."""
        path = trashed.path
        shutil.rmtree(move(path, path.with_name(f"{_GONE}.{path.name}")))

    def discard(self, run: Path) -> None:
        """Remove a run for good that was not deleted before."""
        shutil.rmtree(self._move(run, f"{_GONE}.{run.name}"))

    def _move(self, run: Path, name: str) -> Path:
        self._folder.mkdir(exist_ok=True)
        return move(run, self._folder / name)
