import numpy as np
import pytest
import torch

from rnnviz.chapters.scratch.numpy_mnist import read_digit, weights_of
from rnnviz.core.config import ModelConfig
from rnnviz.core.inspect.reading import read
from rnnviz.core.models import SequenceClassifier
from rnnviz.data.sequences import sequences
from rnnviz.training.store import checkpoint


def test_numpy_reads_test_digits_with_torchs_probabilities_after_every_row(test_digits):
    model = checkpoint.embedded("rnn-128")[0]
    w, images = weights_of(model), test_digits.images[:50]
    with torch.inference_mode():
        reading = read(model, sequences(images))
    for n, image in enumerate(images):
        belief, h = read_digit(image.numpy(), w)
        np.testing.assert_allclose(belief, reading.belief[:, n], rtol=0, atol=1e-5)
        np.testing.assert_allclose(h, reading.h[:, n], rtol=0, atol=1e-4)
        assert belief[-1].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    "options",
    [
        {"cell": "gru"},
        {"cell": "rnn", "nonlinearity": "relu"},
        {"cell": "rnn", "num_layers": 2},
        {"cell": "rnn", "bidirectional": True},
        {"cell": "rnn", "bias": False},
        {"cell": "rnn", "pooling": "mean"},
    ],
)
def test_another_network_is_refused(options):
    with pytest.raises(ValueError, match="one layer of tanh in one direction"):
        weights_of(SequenceClassifier(ModelConfig(hidden_size=4, **options)))
