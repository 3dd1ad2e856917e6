"""A store of runs in a folder of its own, and trainings in pieces."""

import random
from functools import cache
from itertools import islice

import pytest
import torch

from rnnviz.training import resume
from rnnviz.training.augmentation import renewer
from rnnviz.training.loop import Loop, seeded_model
from rnnviz.training.messages import (
    Thinned,
)
from rnnviz.training.resume import Progress
from rnnviz.training.run_store import RunStore
from tests.lives import CONFIGS, STEPS


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store" / "runs"


@pytest.fixture
def store(root):
    return RunStore(root)


@pytest.fixture(scope="module")
def lives(training_digits, test_digits):
    """Trains a run in pieces, each as a process of its own would; returns all there is to see."""
    bones = {name: renewer(name, training_digits[:220]) for name in ("none", "shifted", "redrawn")}

    def live(config, folder, ends):
        logs, saved = [], None
        for end in [*ends, STEPS]:
            torch.manual_seed(config.training.seed if saved is None else random.randrange(2**32))
            model = seeded_model(config.model, config.training.seed + (saved is not None))
            if saved is not None:
                model.load_state_dict(saved.weights)
            loop = Loop(
                model,
                training_digits[: config.digits],
                config.training,
                held_out=test_digits[:300],
                renew=bones[config.augmentation],
                glances={1, 2, 4, 8},
                state=saved.state if saved is not None else None,
            )
            logs += islice(loop, end - len(logs))
            resume.save(folder / "run", config, model, loop.state(), Progress(Thinned().state()))
            saved = resume.load(folder / "run")
        assert saved.config == config
        return logs, saved

    with torch.random.fork_rng(devices=[]):
        yield live


@pytest.fixture(scope="module")
def straight(lives, tmp_path_factory):
    return cache(lambda name: lives(CONFIGS[name], tmp_path_factory.mktemp("straight"), []))
