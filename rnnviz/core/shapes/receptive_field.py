"""Receptive field of a slice: the input steps that it depends on, by layer, direction and step."""

from __future__ import annotations

from rnnviz.core.config import ModelConfig
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.slices import Pick


def steps_read(
    config: ModelConfig, T: int, step: int, direction: int, layer: int | None = None
) -> range:
    """Return the input steps with a gradient to one state.

    In the first layer the forward state of step t has read steps 0…t, the reverse one t…T-1. From
    the second layer on a network in two directions reads, at whatever step, a half below that has
    read everything: the forward half of the last step, or the reverse half of the first. Then the
    field is the whole sequence.

    Args:
        config: The network.
        T: Steps of the sequence, without padding.
        step: t, from 0.
        direction: 0 forward, 1 reverse.
        layer: From 0; None is the top layer.

    Returns: The steps; none for a step of padding.
    """
    layer = config.num_layers - 1 if layer is None else layer
    if step >= T:
        return range(0)
    if config.bidirectional and layer:
        return range(T)
    return range(step, T) if direction else range(step + 1)


def receptive_field(call: Call, cut: Pick, length: int | None = None) -> range:
    """Return the input steps with a gradient to a part of output, h_n or c_n, or a Cell's h or c.

    Args:
        call: The network and its input.
        cut: The part; its `sequence` does not matter, since sequences do not mix.
        length: Valid steps of the sequence; None is all T.

    Raises:
        ValueError: If the tensor is none of these, or the part is one of all steps or places.
    """
    config, T = call.config, call.time if length is None else length
    D = config.num_directions
    if cut.tensor in ("h", "c"):
        return steps_read(config, T, T - 1, 0)
    if cut.tensor in ("h_n", "c_n") and cut.place is not None:
        layer, direction = divmod(cut.place, D)
        return steps_read(config, T, 0 if direction else T - 1, direction, layer)
    if cut.tensor == "output" and cut.step is not None:
        halves = range(D) if cut.direction is None or D == 1 else (cut.direction,)
        fields = [steps_read(config, T, cut.step, half) for half in halves]
        return range(min(f.start for f in fields), max(f.stop for f in fields))
    raise ValueError(f"cut must be one step of output or one place of a state, got {cut}")
