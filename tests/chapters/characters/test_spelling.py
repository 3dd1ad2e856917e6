"""Tests of the predictions for a line, and of the measured rates for "hello"."""

import pytest
import torch

from rnnviz.chapters.characters import hello, spelling, text_training
from rnnviz.chapters.characters.objectives import Spelling
from rnnviz.training.tasks import build as task_build


@pytest.mark.parametrize("network", hello.NETWORKS)
def test_what_is_said_has_the_loss_that_is_learnt_from(network):
    config = hello.default(network, seed=4)
    model, loop = task_build.prepare(config, None, torch.device("cpu"))
    vocabulary = text_training.alphabet(config)
    model.train()
    said = spelling.say(model, vocabulary, "hello", "ohlol")
    assert model.training
    learnt = text_training.examples(config, vocabulary)
    assert said.loss == pytest.approx(float(Spelling().loss(model, learnt)[0].detach()), abs=1e-5)
    assert said.source == tuple("hello")
    assert said.h.shape == (5, 8 if network == "embedding" else 4)
    torch.testing.assert_close(said.shares.sum(1), torch.ones(5))
    best = said.shares.argmax(1)
    assert said.said == "".join("ehlo"[code] for code in best)
    assert next(iter(loop)).loss == pytest.approx(said.loss, abs=1e-5)


def test_over_the_seeds_three_in_four_say_it_and_the_embedding_nearly_always():
    known = spelling.measured()
    assert 0.65 < known.share("cell") < 0.85
    assert 0.65 < known.share("rnn") < 0.85
    assert known.share("embedding") >= 0.95
    assert known.first["cell"] == known.first["rnn"]  # the same weights, drawn by the same seeds
