"""A trained plain RNN run in NumPy: its weights as arrays, and its reading of a digit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnviz.core.models import SequenceClassifier
from rnnviz.scratch import rnn
from rnnviz.scratch.rnn import Weights
from rnnviz.scratch.tensor import Tensor


def weights_of(model: SequenceClassifier) -> Weights:
    """Return the weights of a plain RNN and its head, as `scratch.rnn` wants them.

    Torch's matrices stand the other way round, and its two biases are one.

    Raises:
        ValueError: If it is not one layer of tanh in one direction that answers at its end.
    """
    config = model.config
    plain = config.cell == "rnn" and config.nonlinearity == "tanh" and config.pooling == "last"
    if not plain or config.num_layers * config.num_directions != 1 or not config.bias:
        raise ValueError(
            "model must be one layer of tanh in one direction with a bias, read at its end, "
            f"got {config}"
        )
    found = {
        name: value.detach().cpu().double().numpy() for name, value in model.named_parameters()
    }
    return Weights(
        W_xh=found["rnn.weight_ih_l0"].T,
        W_hh=found["rnn.weight_hh_l0"].T,
        b_h=found["rnn.bias_ih_l0"] + found["rnn.bias_hh_l0"],
        W_hy=found["head.weight"].T,
        b_y=found["head.bias"],
    )


def read_digit(
    frame: NDArray[np.uint8], w: Weights
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Read a digit row by row.

    Args:
        frame: Grey values, uint8, shape (28, 28).
        w: The weights of a network that reads rows.

    Returns: Probabilities after each row, (28, K), and the hidden state there, (28, H).
    """
    x = frame[:, None, :] / 255  # (T, B, I)
    steps = rnn.forward(x, w)
    o = np.concatenate([step.o for step in steps])
    return Tensor(o).softmax().data, np.concatenate([step.h for step in steps])
