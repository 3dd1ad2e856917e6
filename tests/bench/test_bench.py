"""Tests of the benchmarks' reports, without any assertion on speed."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rnnviz import cli
from rnnviz.bench import jax_loop, menu
from rnnviz.bench.step_profile import BETWEEN, summary
from tests.readme import assert_is_in_the_readme


def test_every_name_of_the_command_line_is_a_bench(capsys):
    with pytest.raises(SystemExit):
        cli.main(["bench", "nothing"])
    offered = re.search(r"\{(.+?)\}", capsys.readouterr().err)[1].split(",")
    assert {*offered} == {*menu.BENCHES}
    package = Path(menu.__file__).parent
    for name, bench in menu.BENCHES.items():
        assert (package / f"{bench.module or name}.py").is_file()


def test_a_bench_is_imported_only_when_it_runs():
    code = "import sys; from rnnviz import cli; cli._parser(); print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name for name in done.stdout.split() if name.startswith("rnnviz.bench.")}
    assert loaded == {"rnnviz.bench.menu"}


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
    assert_is_in_the_readme("trace", figures)


def test_bench_train_compares_the_loop_with_the_notebooks_and_with_itself_watched(capsys, home):
    assert cli.main(["bench", "train", "--json", "--repeats", "1"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    figures = json.loads(line)
    assert {"device", "torch", "threads", "model", "batch_size"} <= set(figures)
    rates = figures["steps_per_s"]
    peers = {"notebook", "tensors", *(["jax"] if jax_loop.installed() else [])}
    assert set(rates) == {*peers, "loop", "bfloat16", "joint", "alone", "watched"}
    assert figures["epoch_s"] == pytest.approx(938 / rates["loop"], rel=0.05)
    assert figures["quartiles"].keys() == rates.keys()
    pairs = {name: ("loop", name) for name in peers} | {"bfloat16": ("bfloat16", "notebook")}
    pairs |= {f"{name}_to_loop": (name, "loop") for name in ("bfloat16", "joint")}
    assert figures["ratios"].keys() == pairs.keys()
    for name, (one, other) in pairs.items():
        ratio = figures["ratios"][name]
        assert ratio["median"] == pytest.approx(rates[one] / rates[other], rel=0.1, abs=0.02)
        assert ratio["quartiles"] == [ratio["median"]] * 3, "of a single round"
    assert ("jax" in figures["left_out"]) != jax_loop.installed()
    assert min(rates.values()) > 0
    assert figures["view_cost"] == pytest.approx(1 - rates["watched"] / rates["alone"], abs=0.1)
    profile = figures["profile"]
    assert profile["lstm_share"] > 0, "above 1 where the machine is busier under the profiler"
    assert sum(row["share"] for row in profile["table"]) == pytest.approx(1, abs=0.01)
    assert_is_in_the_readme("train", figures)


def test_a_profile_counts_the_fused_kernels_once_and_adds_up_to_the_step():
    operations = [  # two steps: name, calls, own µs, µs with what it calls
        ("aten::lstm", 2, 10.0, 310.0),
        ("aten::mkldnn_rnn_layer", 2, 300.0, 300.0),
        ("MkldnnRnnLayerBackward0", 2, 20.0, 420.0),
        ("aten::mkldnn_rnn_layer_backward", 2, 400.0, 400.0),
        ("aten::linear", 2, 50.0, 50.0),
    ]
    found = summary(operations, 1000.0, 800.0, 2)
    assert (found["step_us"], found["profiled_step_us"]) == (400, 500)
    assert (found["lstm_forward_us"], found["lstm_backward_us"]) == (155, 210)
    assert found["lstm_share"] == round(365 / 400, 4)
    own = {row["operation"]: row["own_us"] for row in found["table"]}
    assert own[BETWEEN] == 110
    assert sum(own.values()) == 500


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
    assert figures["redraws_per_s"] > 0
    assert 0 < figures["gap_p50_ms"] <= figures["gap_max_ms"]
    assert figures["steps_per_s"] > 0


@pytest.mark.browser
@pytest.mark.slow
def test_bench_draw_measures_the_app_and_the_floor_in_one_run(home, chromium_path, capsys):
    from rnnviz.bench import draw

    figures = draw.measure(rounds=1, seconds=2.0)
    for name in ("app", "floor"):
        assert figures[name]["updates_per_s"] > 0
        assert 0 < figures[name]["p50_ms"] <= figures[name]["p95_ms"]
    assert figures["ratio_p50"] == pytest.approx(
        figures["app"]["p50_ms"] / figures["floor"]["p50_ms"], abs=0.01
    )
