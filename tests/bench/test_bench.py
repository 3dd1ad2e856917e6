"""The benches are checked for what they report, never for how fast it was."""

import json
import sys

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
    for name, other in (("accuracy_after", "changed_ms"), ("single_units", "ranked_ms")):
        row = figures[name]
        assert row["digits"] > 0
        assert row["plain_ms"] > 0
        assert row[other] > 0
        assert row["pairs"] == 2
        low, _, high = row["ratio_quartiles"]
        assert low <= row["ratio"] <= high
    assert figures["single_units"]["units"] == figures["H"] == 128


def test_bench_train_compares_the_loop_with_the_notebooks_and_with_itself_watched(capsys, home):
    assert cli.main(["bench", "train", "--json", "--repeats", "1"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    figures = json.loads(line)
    assert {"device", "torch", "threads", "model", "batch_size"} <= set(figures)
    rates = figures["steps_per_s"]
    assert set(rates) == {"notebook", "loop", "alone", "watched"}
    assert min(rates.values()) > 0
    ratio = rates["loop"] / rates["notebook"]
    assert figures["ratio_to_notebook"] == pytest.approx(ratio, abs=0.02)
    assert figures["view_cost"] == pytest.approx(1 - rates["watched"] / rates["alone"], abs=0.01)


@pytest.mark.parametrize("bench", ["draw", "live"])
def test_without_chromium_or_playwright_a_bench_says_what_to_install(bench, capsys, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert cli.main(["bench", bench]) == 2
    assert f"bench {bench} needs Chromium: apt-get install chromium" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    assert cli.main(["bench", bench]) == 2
    assert f"bench {bench} needs Playwright: pip install -r" in capsys.readouterr().err


@pytest.mark.browser
@pytest.mark.slow
def test_bench_live_counts_the_redraws_of_a_training(home, chromium_path):
    from rnnviz.bench import live

    figures = live.measure(seconds=4.0)
    assert figures["hidden_size"] == 128
    assert figures["redraws_per_s"] > 1
    assert 0 < figures["gap_p50_ms"] <= figures["gap_max_ms"]
    assert figures["steps_per_s"] > 0


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
