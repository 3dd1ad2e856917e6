"""Configs of interrupted trainings, and the comparison of their tensors."""

from dataclasses import replace

import torch

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.tasks.digits import RunConfig

RUN = RunConfig(
    ModelConfig("gru", hidden_size=6, num_layers=2, dropout=0.4),
    TrainConfig(epochs=3, batch_size=50, lr=0.01, seed=3),
    digits=220,
    augmentation="shifted",
    device="cpu",
)
PER_EPOCH, STEPS = 5, 15


def with_optimizer(name, augmentation="shifted", **others):
    training = replace(RUN.training, optimizer=name, weight_decay=0.01, **others)
    return replace(RUN, training=training, augmentation=augmentation)


CONFIGS = {
    "adam": with_optimizer("adam"),
    "adamw": with_optimizer("adamw", schedule="cosine"),
    "adamw, redrawn": with_optimizer("adamw", "redrawn"),
    "sgd": with_optimizer("sgd", clip_norm=0.0),
    "sgd, no momentum": with_optimizer("sgd", "none", momentum=0.0),
    "rmsprop": with_optimizer("rmsprop"),
}


def same_tensors(some, others):
    assert some.keys() == others.keys()
    return all(torch.equal(value, others[name]) for name, value in some.items())
