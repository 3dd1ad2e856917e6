"""The benches are checked for what they report, never for how fast it was."""

import json

import pytest

from rnnviz import cli


def test_bench_trace_compares_each_cell_with_its_bare_module(capsys):
    assert cli.main(["bench", "trace", "--json", "--repeats", "2"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    figures = json.loads(line)
    assert {"device", "torch", "T", "I", "H"} <= set(figures)
    rows = {(row["cell"], row["batch"]): row for row in figures["rows"]}
    assert set(rows) == {(cell, batch) for cell in ("rnn", "gru", "lstm") for batch in (1, 1000)}
    for row in rows.values():
        assert row["module_ms"] > 0
        assert row["trace_ms"] > 0
        assert row["ratio"] > 0


@pytest.mark.browser
@pytest.mark.slow
def test_bench_draw_measures_the_app_and_the_floor_in_one_run(home, chromium_path, capsys):
    from rnnviz.bench import draw

    figures = draw.measure(rounds=1, seconds=2.0)
    for name in ("app", "floor"):
        assert figures[name]["updates_per_s"] > 1
        assert 0 < figures[name]["p50_ms"] <= figures[name]["p95_ms"]
    assert figures["ratio_p50"] == pytest.approx(
        figures["app"]["p50_ms"] / figures["floor"]["p50_ms"], abs=0.01
    )
