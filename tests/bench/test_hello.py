"""Tests of the command `bench hello`."""

import json

from rnnviz import cli
from rnnviz.bench.hello import SEEDS, _first, measure
from rnnviz.chapters.characters import hello, spelling


def test_a_glance_is_printed_and_leaves_what_came_with_rnnviz_as_it_was(capsys):
    before = spelling.FILE.read_bytes()
    assert cli.main(["bench", "hello", "--repeats", "2", "--json"]) == 0
    told = capsys.readouterr()
    found = spelling.of(json.loads(told.out))
    assert found.first["embedding"] == spelling.measured().first["embedding"][:2]
    assert "of 2 seeds say ohlol within 15 epochs" in told.err
    assert spelling.FILE.read_bytes() == before


def test_what_came_with_rnnviz_is_what_these_seeds_say():
    known = spelling.measured()
    assert (known.seeds, known.epochs) == (SEEDS, hello.EPOCHS)
    for network in hello.NETWORKS:
        for seed in range(3):
            said = hello.printed(hello.default(network, seed))
            assert len(said) == 16
            assert _first(said[:-1]) == known.first[network][seed]
            assert (said[-1] == "ohlol") == known.at_end[network][seed]


def test_a_glance_measures_all_three_and_can_be_read_again():
    told = []
    figures = measure(1, tell=told.append)
    found = spelling.of(json.loads(json.dumps(figures)))
    assert (found.seeds, len(told)) == (1, 3)
    assert found.first["cell"] == spelling.measured().first["cell"][:1]
