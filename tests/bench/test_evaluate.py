"""Tests of `bench evaluate` and of paired timing, without any assertion on speed."""

import json

import pytest
import torch

from rnnviz import cli
from rnnviz.bench import evaluate
from rnnviz.bench.paired_timing import ratio, spread, time_in_turns
from rnnviz.training.loop.evaluate import BATCH
from tests.readme import assert_is_in_the_readme

CPU = torch.device("cpu")


def test_things_are_timed_in_every_round_and_every_other_round_backwards():
    called = []
    things = {name: lambda name=name: called.append(name) for name in "abc"}
    times = time_in_turns(things, 2, CPU, warmups=1)
    assert called == [*"abc", *"cba", *"abc"]
    assert {name: len(ms) for name, ms in times.items()} == {"a": 2, "b": 2, "c": 2}
    assert min(min(ms) for ms in times.values()) >= 0


def test_ratios_compare_neighbours_of_a_round_and_not_the_medians():
    assert ratio([2.0, 30.0, 8.0], [1.0, 10.0, 8.0])["median"] == 2
    assert spread([1.0, 2.0, 3.0, 4.0, 5.0]) == {"median": 3.0, "quartiles": [2.0, 3.0, 4.0]}
    assert spread([7.0]) == {"median": 7.0, "quartiles": [7.0, 7.0, 7.0]}


def test_bench_evaluate_compares_two_networks_with_their_bare_modules(capsys):
    before = torch.get_num_threads()
    assert cli.main(["bench", "evaluate", "--json", "--repeats", "1"]) == 0
    assert torch.get_num_threads() == before
    (line,) = capsys.readouterr().out.splitlines()
    figures = json.loads(line)
    assert figures["default_batch"] == BATCH
    assert figures["digits"] == evaluate.GLANCE
    assert {"cores", "threads", "versions", "processor"} <= set(figures["machine"])
    assert len(figures["rows"]) == len(figures["told"]) == 4
    assert_is_in_the_readme("evaluate", figures)
    assert {row["threads"] for row in figures["rows"]} == {1, 2}
    for row, told in zip(figures["rows"], figures["told"], strict=True):
        assert set(row["by_batch"]) == {str(batch) for batch in evaluate.BATCHES}
        assert row["ratio"] == row["by_batch"][str(BATCH)]["ratio"]
        default = row["by_batch"][str(BATCH)]["median"]
        assert row["ratio"]["median"] == pytest.approx(default / row["module"]["median"], rel=0.01)
        assert row["by_batch"][str(row["best"])]["median"] <= default
        assert ("within" in told) == (row["ratio"]["median"] <= evaluate.AIM)
