"""Subject of the States page: a network, a digit, a layer and a direction."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.chapters.states.ablation.text import Where
from rnnviz.ui.figures import reading_text
from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets import digit_reading
from rnnviz.ui.widgets.model_choice import ChosenModel


@dataclass(frozen=True, eq=False)
class Subject:
    """What is looked into.

    Attributes:
        model: The network; shared, so not to be changed.
        frame: The digit, uint8, shape (28, 28).
        digit: What it is, e.g. "test digit 61, a 8".
        label: Its class; None if nobody knows, as of a drawing.
        layer: Counted from 0.
        direction: 0 forward, 1 reverse.
    """

    model: ChosenModel
    frame: NDArray[np.uint8]
    digit: str
    label: int | None = None
    layer: int = 0
    direction: int = 0

    @property
    def place(self) -> tuple[int, int]:
        """Layer and direction."""
        return self.layer, self.direction

    @property
    def place_words(self) -> str:
        """Where the units are, e.g. "layer 1, from the top"; "" where there is but one place."""
        return digit_reading.place_words(self.model, self.place)

    @property
    def x(self) -> Tensor:
        """What the network reads, (T, 1, I)."""
        images = torch.from_numpy(self.frame.copy())[None].to(embedded_models.device())
        return self.model.sequences(images)

    @property
    def frame_id(self) -> int:
        """Another for another digit."""
        return zlib.crc32(self.frame.tobytes())

    @property
    def where(self) -> Where:
        """What the network's parts are called."""
        config = self.model.model.config
        starts = reading_text.STARTS[self.model.time_step][: config.num_directions]
        return Where(self.model.length, self.model.word, config.num_layers, starts)
