"""Tests of `bench lesson`: the Recurrence page's claims hold for more than one seed."""

import json

import pytest

from rnnviz import cli
from rnnviz.bench import lesson


@pytest.mark.parametrize("experiment", ["left alone", "what is left", "clipping"])
def test_the_story_of_an_experiment_holds_for_two_seeds(experiment, home):
    told = []
    figures = lesson.measure(seeds=2, experiments=[experiment], tell=told.append)
    assert told == [f"{experiment}, seed {seed}: holds" for seed in (0, 1)]
    assert [row["holds"] for row in figures["rows"]] == [True, True]
    first, second = figures["rows"]
    changed = [key for key in first if key not in ("experiment", "seed", "holds")]
    assert any(first[key] != second[key] for key in changed), "another seed is another network"


@pytest.mark.slow
def test_the_story_of_the_order_holds_for_networks_that_learn_for_a_moment(home):
    (row,) = lesson.measure(seeds=1, digits=5_000, experiments=["order"])["rows"]
    assert row["holds"]
    assert row["feed-forward shuffled"] > 2 * row["feed-forward in order, read shuffled"]


def test_the_table_has_a_column_for_each_seed_and_says_what_does_not_hold():
    rows = [
        {"experiment": "clipping", "seed": 0, "loss": 5.891, "after a step": None, "holds": True},
        {"experiment": "clipping", "seed": 1, "loss": 7e5, "after a step": 3.0, "holds": False},
    ]
    told = lesson.table({"stories": {"clipping": "it explodes"}, "rows": rows})
    assert told.splitlines() == [
        "clipping: it explodes",
        "  seed                  0          1",
        "  loss               5.89      7e+05",
        "  after a step  no number          3",
        "  holds               yes         NO",
    ]


@pytest.mark.slow
def test_the_command_prints_one_line_of_json(capsys, home):
    assert cli.main(["bench", "lesson", "--json", "--repeats", "1"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    figures = json.loads(line)
    assert {row["experiment"] for row in figures["rows"]} == set(figures["stories"])
    assert "NaN" not in line
