"""History of a run, its loss and accuracy curves, as CSV."""

from __future__ import annotations

import csv
import io

import numpy as np

from rnnviz.training.jobs.protocol import Snapshot

COLUMNS = ("kind", "step", "loss", "accuracy", "grad_norm", "digits_read")


def history_csv(snapshot: Snapshot, judges: str = "test", unit: str = "digits") -> str:
    """Write a run's history as one tidy table, a row for each point, by step.

    Rows of kind "training" have loss, accuracy and grad_norm: the means, and the largest norm, of
    the steps since the row before. Rows of kind `judges` have the accuracy and how many digits, or
    whatever the run learns, were read for it. What a row does not have is empty; a number is
    written as short as it is exact.

    Args:
        snapshot: Of the run, at any moment.
        judges: The kind of the rows that tell of what judges the run.
        unit: What was read for that: the last column tells how many.
    """
    history, tests = snapshot.history, snapshot.held_out
    table: list[tuple[float, tuple[object, ...]]] = []
    for step, *values in zip(*vars(history).values(), strict=True):
        table.append((float(step), ("training", int(step), *map(_exact, values), "")))
    for step, share, read in zip(*vars(tests).values(), strict=True):
        table.append((float(step), (judges, int(step), "", _exact(share), "", int(read))))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS[:-1], f"{unit}_read"))
    writer.writerows(row for _, row in sorted(table, key=lambda entry: entry[0]))
    return text.getvalue()


def _exact(value: np.float32) -> str:
    return str(np.float32(value))
