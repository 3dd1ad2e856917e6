"""Runs written into the store without training, as a worker would leave them."""

import secrets
import time
from functools import partial

import numpy as np
import torch

from rnnviz.training.jobs.protocol import Curve, HeldOut
from rnnviz.training.loop.loop import seeded
from rnnviz.training.store.checkpoint import save_weights
from rnnviz.training.store.run_record import Record
from rnnviz.training.tasks.build import network
from rnnviz.ui.server import run_manager
from tests import configs


def floats(*values):
    return np.array(values, np.float32)


def run_config(**given):
    """Return a small run of an LSTM, of which some settings may be given."""
    small = {"hidden_size": 7, "epochs": 1, "batch_size": 100, "lr": 0.01, "seed": 3}
    return configs.run_config(**{**small, "digits": 300, "device": "cpu"} | given)


def keep(config=None, *, checkpoints=(0, 3), scale=1.0, **others):
    """Store a run that is done; return its record and the network of its last checkpoint."""
    config = config or run_config()
    record = Record(
        **{
            "id": secrets.token_urlsafe(16),
            "config": config,
            "created": time.time(),
            "state": "done",
            "step": 3,
            "epoch": 1,
            "device": "CPU, 1 thread",
            "checkpoints": checkpoints,
            "history": Curve(floats(1, 2, 3), floats(2.3, 2.1, 1.9), *[floats(0.1, 0.2, 0.3)] * 2),
            "held_out": HeldOut(floats(3), floats(0.9812), floats(10_000)),
        }
        | others
    )
    run_manager.store().save(record)
    model = seeded(partial(network, config), 3).eval()
    for step in checkpoints:
        if step == max(checkpoints):
            with torch.no_grad():
                for weight in model.parameters():
                    weight *= scale
        save_weights(run_manager.store().folder(record.id) / f"{step}.safetensors", model)
    return record, model
