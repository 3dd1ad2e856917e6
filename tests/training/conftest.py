"""Fixtures: a run store in its own folder, and trainings that are interrupted."""

import random
from functools import cache
from itertools import islice

import pytest
import torch

from rnnviz.training.jobs import resume_state
from rnnviz.training.jobs.protocol import Thinned
from rnnviz.training.jobs.resume_state import Progress
from rnnviz.training.loop.loop import Loop, seeded_model
from rnnviz.training.store.run_store import RunStore
from rnnviz.training.tasks.augmentation import renewer
from tests.interrupted_training import CONFIGS, STEPS


@pytest.fixture(scope="module")
def digits(training_digits):
    """Some training digits: five batches of 50, the last a short one."""
    return training_digits[:220]


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
            resume_state.save(
                folder / "run", config, model, loop.state(), Progress(Thinned().state())
            )
            saved = resume_state.load(folder / "run")
        assert saved.config == config
        return logs, saved

    with torch.random.fork_rng(devices=[]):
        yield live


@pytest.fixture(scope="module")
def straight(lives, tmp_path_factory):
    return cache(lambda name: lives(CONFIGS[name], tmp_path_factory.mktemp("straight"), []))
