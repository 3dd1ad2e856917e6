"""Outputs of networks on the sine task as a CSV table."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from rnnviz.chapters.sine.frozen_eval import Frozen


def outputs_csv(reads: Mapping[str, Frozen]) -> str:
    """Return the outputs of networks as one table, a row for each time step.

    Args:
        reads: By name, e.g. "carried"; all of the same steps.
    """
    first = next(iter(reads.values()))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["step", "step_in_segment", "input", "target", *(f"answer_{name}" for name in reads)]
    )
    for k, step in enumerate(first.steps.tolist()):
        numbers = [first.x[k], first.y[k], *(each.outputs[k] for each in reads.values())]
        place = k % first.segment_length + 1
        writer.writerow([step, place, *(f"{float(number):.9g}" for number in numbers)])
    return text.getvalue()
