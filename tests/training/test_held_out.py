"""A run that a fold judges has nothing of the test digits, not even by accident."""

import math
from dataclasses import replace
from multiprocessing import Pipe

import torch

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.run_config import RunConfig
from rnnviz.data import mnist
from rnnviz.data.folds import members, split
from rnnviz.training.crew import Crew
from rnnviz.training.evaluate import accuracy
from rnnviz.training.loop import GLANCE, seeded_model
from rnnviz.training.messages import NO_END, Start

JUDGED = RunConfig(
    ModelConfig("gru", hidden_size=4),
    TrainConfig(epochs=2, batch_size=50, lr=0.01),
    digits=200,
    device="cpu",
    fold=3,
)


def outcome(config, load):
    """Train in this process, with whatever digits `load` gives; return the last report."""
    ours, theirs = Pipe()
    with ours, theirs:
        Crew(theirs, (Start("a", config, True, NO_END),)).run(load)
        while ours.poll():
            last = ours.recv().snapshot
    return last


def test_a_run_that_a_fold_judges_never_asks_for_the_test_digits(training_digits):
    asked = []

    def load(train):
        asked.append(train)
        if not train:
            raise FileNotFoundError("the test digits were asked for")
        return training_digits

    done = outcome(JUDGED, load)
    assert (done.state, done.error) == ("done", None)
    assert set(asked) == {True}
    failed = outcome(replace(JUDGED, fold=None), load)
    assert failed.state == "failed", "else nothing was shown"
    assert "the test digits were asked for" in failed.error


def test_its_accuracy_is_that_of_the_fold_to_the_last_bit(training_digits):
    done = outcome(JUDGED, lambda train: training_digits if train else None)
    assert len(done.held_out.thorough()) == JUDGED.training.epochs
    assert sorted(set(done.held_out.read.tolist())) == [GLANCE, 5_000]
    model = seeded_model(JUDGED.model, 0)
    model.load_state_dict({name: torch.tensor(value) for name, value in done.weights.items()})
    _, fold = split(JUDGED, lambda train: training_digits)
    assert math.isclose(done.held_out.thorough()[-1], accuracy(model, fold), abs_tol=1e-7)


def test_nothing_that_stands_in_the_fold_is_learnt(training_digits):
    """What is held out is turned upside down: the weights are the same to the last bit."""
    images = training_digits.images.clone()
    before = outcome(JUDGED, lambda train: training_digits)
    inside = members(JUDGED.fold, training_digits.labels)
    images[inside] = images[inside].flip(1)
    turned = mnist.Digits(images, training_digits.labels)
    after = outcome(JUDGED, lambda train: turned)
    for name, value in before.weights.items():
        assert (after.weights[name] == value).all(), name
    assert after.held_out.thorough()[-1] != before.held_out.thorough()[-1]
