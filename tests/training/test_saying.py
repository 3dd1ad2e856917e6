"""What a network says of a line, and that what was measured of "hello" is so."""

import json

import pytest
import torch

from rnnviz.bench import hello
from rnnviz.training import saying, tasks, text_tasks
from rnnviz.training.text_objectives import Spelling


@pytest.mark.parametrize("network", hello.NETWORKS)
def test_what_is_said_has_the_loss_that_is_learnt_from(network):
    config = hello.default(network, seed=4)
    model, loop = tasks.prepare(config, None, torch.device("cpu"))
    vocabulary = text_tasks.alphabet(config)
    model.train()
    said = saying.say(model, vocabulary, "hello", "ohlol")
    assert model.training
    learnt = text_tasks.examples(config, vocabulary)
    assert said.loss == pytest.approx(float(Spelling().loss(model, learnt)[0].detach()), abs=1e-5)
    assert said.source == tuple("hello")
    assert said.h.shape == (5, 8 if network == "embedding" else 4)
    torch.testing.assert_close(said.shares.sum(1), torch.ones(5))
    best = said.shares.argmax(1)
    assert said.said == "".join("ehlo"[code] for code in best)
    assert next(iter(loop)).loss == pytest.approx(said.loss, abs=1e-5)


def test_what_came_with_rnnviz_is_what_these_seeds_say():
    known = saying.measured()
    assert (known.seeds, known.epochs) == (hello.SEEDS, hello.EPOCHS)
    for network in hello.NETWORKS:
        for seed in range(3):
            said = hello.printed(hello.default(network, seed))
            assert len(said) == 16
            assert hello._first(said[:-1]) == known.first[network][seed]
            assert (said[-1] == "ohlol") == known.at_end[network][seed]


def test_over_the_seeds_three_in_four_say_it_and_the_embedding_nearly_always():
    known = saying.measured()
    assert 0.65 < known.share("cell") < 0.85
    assert 0.65 < known.share("rnn") < 0.85
    assert known.share("embedding") >= 0.95
    assert known.first["cell"] == known.first["rnn"]  # the same weights, drawn by the same seeds


def test_a_glance_measures_all_three_and_can_be_read_again():
    told = []
    figures = hello.measure(1, tell=told.append)
    found = saying.of(json.loads(json.dumps(figures)))
    assert (found.seeds, len(told)) == (1, 3)
    assert found.first["cell"] == saying.measured().first["cell"][:1]
