"""Tests of `bench sine`: the state carried against reset, as the README reports it."""

import json

import pytest

from rnnviz import cli


def test_bench_sine_keeps_the_bar_of_the_readme_on_a_few_seeds(capsys):
    assert cli.main(["bench", "sine", "--json", "--repeats", "5"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    figures = json.loads(line)
    assert {key: figures[key] for key in ("hidden_size", "lr", "segment_length", "segments")} == {
        "hidden_size": 32,
        "lr": 0.02,
        "segment_length": 10,
        "segments": 100,
    }
    carried, reset = figures["carried"], figures["reset"]
    assert carried["median"] < 0.01
    assert figures["carried_wins"] >= 4
    # Reset, a seam shows nothing of the state to come: 1 at one place of ten, whatever is learnt.
    assert 0.0999 < reset["range"][0] <= reset["median"] < 0.12
    assert reset["by_place"]["median"][0] == pytest.approx(1, abs=0.1)
    assert max(reset["by_place"]["median"][2:]) < 0.05
    for kind in (carried, reset):
        places = kind["by_place"]
        assert all(len(values) == 10 for values in places.values())
        assert len(kind["by_seed"]) == 5
        assert kind["range"][0] <= kind["quartiles"][0] <= kind["median"] <= kind["quartiles"][1]
        for low, middle, high in zip(
            places["lower_quartile"], places["median"], places["upper_quartile"], strict=True
        ):
            assert low <= middle <= high
