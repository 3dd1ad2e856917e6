"""Test of the benchmark of `rnnviz.show`: sizes, without any assertion on speed."""

import json

from rnnviz import cli
from rnnviz.bench import notebook
from tests.readme import README, labels


def test_bench_notebook_measures_both_lengths_beside_the_bare_module(capsys):
    assert cli.main(["bench", "notebook", "--json", "--repeats", "2"]) == 0
    figures = json.loads(capsys.readouterr().out)
    short, long = figures["rows"]
    assert (short["T"], long["T"], figures["H"]) == (28, 784, 128)
    for row in figures["rows"]:
        assert 100_000 < row["bytes"] <= 2_000_000
        for name in ("show_ms", "module_ms", "ratio"):
            low, _, high = row[name]["quartiles"]
            assert 0 < low <= row[name]["median"] <= high
    assert labels(notebook.table(figures)) <= labels(README)
