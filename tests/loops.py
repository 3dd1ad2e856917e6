"""A small training, and the bitwise comparison of two networks."""

import torch

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.loop.loop import seeded_model, train

SMALL = ModelConfig(cell="gru", hidden_size=12)
QUICK = TrainConfig(epochs=2, batch_size=50, lr=0.01, seed=3)


def trained(digits, config=QUICK, **others):
    model = seeded_model(SMALL, config.seed)
    return model, list(train(model, digits, config, **others))


def same(model, other):
    pairs = zip(model.parameters(), other.parameters(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)
