"""Feed-forward network over the whole sequence, the baseline without recurrence."""

from __future__ import annotations

from torch import Tensor, nn

from rnnviz.core.validation import check_shape


class WholeSequence(nn.Module):
    """Many to one without a state: every time step has weights of its own.

    It takes what a `SequenceClassifier` takes, so that the two can be trained and tested alike.

    Attributes:
        length: T, the only length that it can read.
        hidden: Linear, (T·I) -> H; column t·I + i belongs to input i of time step t.
        head: Linear, (H) -> K.
    """

    def __init__(
        self, length: int, input_size: int, hidden_size: int, num_classes: int = 10
    ) -> None:
        super().__init__()
        self.length, self.input_size = length, input_size
        self.hidden = nn.Linear(length * input_size, hidden_size)
        self.head = nn.Linear(hidden_size, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Answer a batch of sequences.

        Args:
            x: Input, shape (T, B, I).

        Returns: Logits, shape (B, K).

        Raises:
            ValueError: If x is of another length or width.
        """
        B = x.shape[1] if x.dim() == 3 else -1
        check_shape("x", x, "(T, B, I)", (self.length, B, self.input_size))
        logits: Tensor = self.head(self.hidden(x.transpose(0, 1).flatten(1)).relu())
        return logits
