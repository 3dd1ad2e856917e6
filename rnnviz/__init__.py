"""rnnviz: see how a recurrent network reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor, nn


def record(
    rnn: nn.Module, x: Tensor, path: str | Path, labels: Tensor | Sequence[int] | None = None
) -> None:
    """Write what a network does with some sequences, for the States page to open.

    See `rnnviz.training.recording.record`; nothing heavy is imported before the first call.
    """
    from rnnviz.training import recording

    recording.record(rnn, x, path, labels)
