"""Parameter counts of a recurrent network and of a feed-forward net over the whole sequence."""

from __future__ import annotations


def recurrent_parameters(input_size: int, hidden_size: int, num_classes: int) -> dict[str, int]:
    """Count the parameters of a plain RNN and its head, as torch keeps them.

    However long a sequence is, these are the same at every time step.

    Args:
        input_size: I.
        hidden_size: H.
        num_classes: K.

    Returns: Of each letter its count: U (H, I), W (H, H), b, which torch keeps as two of (H,), V
        (K, H) and c (K,).
    """
    I, H, K = _positive(input_size=input_size, hidden_size=hidden_size, num_classes=num_classes)
    return {"U": H * I, "W": H * H, "b": 2 * H, "V": K * H, "c": K}


def whole_sequence_parameters(
    length: int, input_size: int, hidden_size: int, num_classes: int
) -> dict[str, int]:
    """Count the parameters of a feed-forward net with a hidden layer over a whole sequence.

    Args:
        length: T.
        input_size: I.
        hidden_size: H.
        num_classes: K.

    Returns: Of each letter its count: U (H, T·I), b (H,), V (K, H) and c (K,).
    """
    T, I, H, K = _positive(
        length=length, input_size=input_size, hidden_size=hidden_size, num_classes=num_classes
    )
    return {"U": H * T * I, "b": H, "V": K * H, "c": K}


def dearer_from(input_size: int, hidden_size: int, num_classes: int) -> int:
    """Return the first length T at which the feed-forward net has more parameters."""
    recurrent = sum(recurrent_parameters(input_size, hidden_size, num_classes).values())
    T = 1
    while sum(whole_sequence_parameters(T, input_size, hidden_size, num_classes).values()) <= (
        recurrent
    ):
        T += 1
    return T


def _positive(**sizes: int) -> tuple[int, ...]:
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
    return tuple(sizes.values())
