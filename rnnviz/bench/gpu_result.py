"""Result of one part of `bench gpu`, and the error of a part that cannot run on a device."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

Figures = Mapping[str, Any]
Keep = Callable[[Figures], None]


class NotRunError(Exception):
    """A part that cannot run here; the message says why, in one sentence without its full stop."""


@dataclass(frozen=True)
class Result:
    """What a part measured.

    Attributes:
        figures: JSON-ready values; "summary" is the part's cell in the table.
        wrong: What is not as it should be; "" if nothing.
    """

    figures: Figures
    wrong: str = ""


# A part gets the device, and whom to pass the figures so far: they outlive a part that dies.
PartFunction = Callable[[torch.device, Keep], Result]
