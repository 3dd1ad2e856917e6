"""Reading of a digit by a chosen model: layer by layer for the Watch view, or as one HTML file."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.core.inspect.layer_trace import DIRECTIONS
from rnnviz.core.inspect.reading import evaluating, read
from rnnviz.core.inspect.trace import Trace, run_trace
from rnnviz.core.shapes.table import GATES
from rnnviz.data import sequences
from rnnviz.ui.figures import progress_text, reading_text
from rnnviz.ui.figures.numbers import counted
from rnnviz.ui.figures.reading_svg import reading_svg
from rnnviz.ui.html_views import sequence_view
from rnnviz.ui.html_views.document import Document, document
from rnnviz.ui.html_views.packed_places import Place, packed_places
from rnnviz.ui.html_views.reading import Picture, Reading, Words
from rnnviz.ui.html_views.traced_reading import ROOM, traced_reading
from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets import download_panel, pad_reading
from rnnviz.ui.widgets.download_panel import File, Offer
from rnnviz.ui.widgets.model_choice import ChosenModel, ModelError

LIMIT_MB = 2.0  # of a file
LOST = "this network's numbers were lost while it was trained"
NAME, HELP = "reading.html", "Save as HTML: this reading, to move about in without this app"

Orders = Mapping[str, list[int]]


def digit_reading(
    model: ChosenModel,
    frame: NDArray[np.uint8],
    digit: str,
    place: Place,
    orders: Callable[[], Orders],
) -> Reading | None:
    """Return how one layer and direction reads a digit; None if its numbers are none any more.

    Args:
        model: The network; only read.
        frame: The digit, uint8, shape (28, 28).
        digit: What it is, e.g. "test digit 61, a 8".
        place: Layer and direction, from 0.
        orders: Returns all units in some orders.
    """
    found = _traced(model, frame)
    if found is None:
        return None
    x, trace, belief = found
    return _reading(model, frame, digit, place, x, trace, belief, orders(), ROOM)


def digit_document(model: ChosenModel, frame: NDArray[np.uint8], digit: str) -> Document:
    """Return how a network reads a digit, all layers and directions, as one HTML document.

    Raises:
        ModelError: If the network's numbers are none any more.
    """
    found = _traced(model, frame)
    if found is None:
        raise ModelError(LOST)
    x, trace, belief = found

    def reading_at(place: Place, room: int) -> Reading:
        orders = sequence_view.orders_of(trace, place)
        return _reading(model, frame, digit, place, x, trace, belief, orders, room)

    places = packed_places(trace, (0, 0), reading_at, LIMIT_MB)
    missing = sum(not one.data for one in places)
    note = f"{missing} of {len(places)} layers and directions do not fit into {LIMIT_MB:g} MB."
    title = f"{progress_text.network(model.model.config)} reads {digit}"
    return document(title, places, note if missing else "")


def files(
    model: Callable[[], ChosenModel], frame: NDArray[np.uint8], digit: str, when: str
) -> tuple[File, File]:
    """Return a reading as two files: a figure, and HTML.

    Args:
        model: Returns the network; raises a ModelError if there is none any more.
        frame: The digit, uint8, shape (28, 28).
        digit: What it is.
        when: At what step of its training, e.g. " after 3 steps".
    """
    words = f"How it reads {digit}{when}, as a figure"
    figure = partial(_figure, model, frame, digit)
    return File("reading.svg", "image/svg+xml", "grid_on", words, figure), _html(
        model, frame, digit
    )


def offer(model: ChosenModel, frame: NDArray[np.uint8], digit: str) -> None:
    """Offer the HTML of a reading in a folded panel.

    Args:
        model: The network.
        frame: The digit, uint8, shape (28, 28).
        digit: What it is.
    """
    html = _html(lambda: model, frame, digit)
    download_panel.show(lambda: Offer((html,), "take-reading"))


def _html(model: Callable[[], ChosenModel], frame: NDArray[np.uint8], digit: str) -> File:
    return File(
        NAME, "text/html", "ads_click", HELP, lambda: digit_document(model(), frame, digit).html
    )


def _figure(model: Callable[[], ChosenModel], frame: NDArray[np.uint8], digit: str) -> str:
    network = model()
    seen = pad_reading.see(network, frame)
    return reading_svg(
        frame,
        seen.belief,
        seen.h,
        seen.decided,
        title=network.title,
        caption=digit,
        word=network.word,
        reach=seen.reach,
    )


def place_words(model: ChosenModel, place: Place) -> str:
    """Say where units are, e.g. "layer 1, reading from the top"; "" if there is one place."""
    config = model.model.config
    words = [f"layer {place[0] + 1}"] * (config.num_layers > 1)
    if config.bidirectional:
        words.append(f"reading from {reading_text.STARTS[model.time_step][place[1]]}")
    return ", ".join(words)


def _traced(model: ChosenModel, frame: NDArray[np.uint8]) -> tuple[Tensor, Trace, Tensor] | None:
    """Return what a network read, its trace and its beliefs (T, K); None if they are no numbers."""
    embedded_models.one_thread()
    x = model.sequences(torch.from_numpy(frame.copy())[None].to(embedded_models.device()))
    belief = read(model.model, x).belief[:, 0]
    with torch.inference_mode(), evaluating(model.model):
        trace = run_trace(model.model.rnn, x)
    lost = not (torch.isfinite(belief).all() and torch.isfinite(trace.output).all())
    return None if lost else (x, trace, belief)


def _reading(
    model: ChosenModel,
    frame: NDArray[np.uint8],
    digit: str,
    place: Place,
    x: Tensor,
    trace: Trace,
    belief: Tensor,
    orders: Orders,
    room: int,
) -> Reading:
    entering = sequences.entering(model.time_step, model.chunk).numpy()
    with torch.inference_mode():
        return traced_reading(
            model.model.rnn,
            x,
            trace,
            place,
            id=f"{model.identity}:{place[0]}.{place[1]}:{zlib.crc32(frame.tobytes())}",
            words=_words(model, digit, place),
            orders=orders,
            belief=belief,
            picture=Picture(frame, entering),
            room=room,
        )


def _words(model: ChosenModel, digit: str, place: Place) -> Words:
    config, (layer, direction) = model.model.config, place
    pixels = counted(model.chunk, "pixel")
    return Words(
        cell=config.cell,
        gates=GATES[config.cell],
        nonlinearity=config.nonlinearity,
        word=model.word,
        digit=digit,
        place=place_words(model, place),
        reverse=DIRECTIONS[direction] == "reverse",
        below=f"h of layer {layer}" if layer else pixels,
        feature="unit" if layer else "pixel",
    )
