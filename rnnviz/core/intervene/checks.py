"""Validation of interventions against a network, and their masks and values for each layer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from torch import Tensor, nn

from rnnviz.core.inspect.layer_trace import Direction
from rnnviz.core.inspect.trace import first_weight
from rnnviz.core.intervene.intervened_layer import Changes, Edit
from rnnviz.core.intervene.intervention_spec import RANGES, Intervention, Place, What
from rnnviz.core.models import RNNModule

Means = Mapping[Place, Tensor]
ChangesOf = Mapping[tuple[int, Direction], Changes]


def resolve(
    rnn: RNNModule, interventions: Sequence[Intervention], T: int, means: Means | None
) -> ChangesOf:
    """Say for each layer and direction that is changed what becomes of which row and unit.

    Args:
        rnn: The network that is changed.
        interventions: Where two meet, the later one holds.
        T: Rows of the sequence; what would begin later does nothing.
        means: For "mean", by place: of each unit, shape (H,), or of each row and unit, shape (at
            least T, H); for h it is P instead of H.

    Returns: What `intervened_layer.read_changed` takes, by layer and direction.

    Raises:
        ValueError: If the network has no such layer, direction, gate or unit, or a mean is missing
            or of another shape, dtype or device.
    """
    found: dict[tuple[int, Direction], dict[str, Edit]] = {}
    for intervention in interventions:
        width = check_fits(rnn, intervention)
        here = found.setdefault((intervention.layer, intervention.direction), {})
        edit = here.setdefault(intervention.what, Edit.none(T, width, first_weight(rnn)))
        by_row = _values(rnn, intervention, T, width, means)
        stop = T if intervention.stop is None else min(intervention.stop, T)
        here[intervention.what] = edit.changed(intervention.start, stop, intervention.units, by_row)
    return {place: Changes(edits) for place, edits in found.items()}


def check_fits(rnn: RNNModule, intervention: Intervention) -> int:
    """Raise ValueError unless a network has what is to be changed; return how many units it has."""
    layer, direction, what = intervention.place
    if layer >= rnn.num_layers:
        raise ValueError(f"layer must lie below num_layers = {rnn.num_layers}, got {layer}")
    if direction == "reverse" and not rnn.bidirectional:
        raise ValueError("this network reads in one direction: it has no reverse one to change")
    if what not in (there := places_in(rnn)):
        raise ValueError(f"{type(rnn).__name__} has {', '.join(there)} to change, and no {what}")
    width = (rnn.proj_size or rnn.hidden_size) if what == "h" else rnn.hidden_size
    if intervention.units is not None and intervention.units[-1] >= width:
        raise ValueError(f"{what} has {width} units, from 0, so no unit {intervention.units[-1]}")
    return width


def places_in(rnn: RNNModule) -> tuple[What, ...]:
    """What of a cell can be changed: its states, then its gates in the order of torch's rows."""
    if isinstance(rnn, nn.LSTM):
        return ("h", "c", "i", "f", "g", "o")
    return ("h", "r", "z", "n") if isinstance(rnn, nn.GRU) else ("h",)


def _values(
    rnn: RNNModule, intervention: Intervention, T: int, width: int, means: Means | None
) -> Tensor:
    """What is put there, shape (width,), or (T, width) where it changes with the row."""
    weight = first_weight(rnn)
    if intervention.kind != "mean":
        return weight.new_full((width,), intervention.value)
    given = (means or {}).get(intervention.place)
    place = f"layer {intervention.layer}, {intervention.direction}, {intervention.what}"
    if given is None:
        raise ValueError(f"kind mean needs the means of {place}, and none were given")
    by_row = given.dim() == 2 and given.shape[0] >= T
    if given.shape[-1:] != (width,) or not (given.dim() == 1 or by_row):
        letter = "P" if intervention.what == "h" else "H"
        raise ValueError(
            f"means of {place} must be ({letter},) or (T, {letter}) = ({T}, {width}), "
            f"got {tuple(given.shape)}"
        )
    if given.dtype != weight.dtype or given.device != weight.device:
        raise ValueError(
            f"means must have the weights' dtype and device, {weight.dtype} on {weight.device}, "
            f"got {given.dtype} on {given.device}"
        )
    low, high = RANGES.get(intervention.what, (-math.inf, math.inf))
    if not ((given >= low) & (given <= high)).all():
        raise ValueError(f"means of {place} must lie in [{low:g}, {high:g}], as the gate does")
    return given[:T] if by_row else given
