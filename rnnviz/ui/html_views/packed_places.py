"""Readings of a network's layers and directions, packed for a document of a limited size."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass

from rnnviz.core.inspect.layer_trace import DIRECTIONS
from rnnviz.core.inspect.trace import Trace
from rnnviz.ui.components.packing import pack
from rnnviz.ui.html_views.reading import Reading, Setting

Place = tuple[int, int]  # layer and direction, from 0

EXACT_BYTES = 1_000_000  # up to here all numbers are stored; above, what follows from others is not
PAGE_BYTES = 120_000  # of a document, without its readings
ALL = 2**62  # numbers
BYTES_A_NUMBER = 8  # in base64, with what comes beside the numbers; less, as they are deflated


@dataclass(frozen=True)
class PackedPlace:
    """One layer and direction as the document holds it.

    Attributes:
        layer: As its button shows it, e.g. "1".
        direction: "forward" or "reverse".
        first: Whether it is shown first.
        data: The reading, deflated, in base64; "" where there was no room for it.
    """

    layer: str
    direction: str
    first: bool
    data: str


def packed_places(
    trace: Trace, first: Place, reading_at: Callable[[Place, int], Reading], limit_mb: float
) -> list[PackedPlace]:
    """Pack the readings of all layers and directions, as far as there is room.

    Args:
        trace: Of one sequence, B = 1.
        first: The place that is shown first; of it the most active units have room at least.
        reading_at: Returns the reading of a place with so many numbers at most.
        limit_mb: Largest size of the document, in MB.

    Returns: The places, by layer and direction; those that had no room without data.
    """
    places = [(n, d) for n, layer in enumerate(trace.layers) for d in range(len(layer))]
    room = int(1e6 * limit_mb) - PAGE_BYTES  # characters
    data = dict.fromkeys(places, "")
    for place in (first, *(other for other in places if other != first)):
        h = trace.layers[place[0]][place[1]].h
        fits = 4 * h.numel() <= room  # else not even h would
        found = _packed(reading_at(place, ALL)) if fits else ""
        if place == first and not 0 < len(found) <= room:
            found = _packed(reading_at(place, max(1, room // BYTES_A_NUMBER)))
        if place == first or len(found) <= room:
            data[place] = found
            room -= len(found)
    return [
        PackedPlace(str(layer + 1), DIRECTIONS[direction], (layer, direction) == first, found)
        for (layer, direction), found in data.items()
    ]


def _packed(reading: Reading) -> str:
    """Return a reading deflated and in base64: all of it, or where it is large its states alone."""
    header, arrays = reading.header() | {"start": asdict(Setting())}, reading.arrays()
    size = sum(array.nbytes for array in arrays.values())
    if reading.weights and size > EXACT_BYTES:
        states = reading.states()
        if sum(array.nbytes for array in states.values()) < size:
            header, arrays = header | {"derived": True}, states
    return base64.b64encode(zlib.compress(pack(header, arrays), 9)).decode()
