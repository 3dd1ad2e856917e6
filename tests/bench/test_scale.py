"""Tests of `bench scale` with known slopes, without any assertion on speed."""

from xml.etree import ElementTree

import pytest
import torch

from rnnviz.bench import scale
from rnnviz.bench.memory import in_child, peak_bytes
from rnnviz.bench.trace_memory import trace
from tests.readme import assert_is_in_the_readme

CPU = torch.device("cpu")


def planted(power):
    ms = {"median": 1.0}
    return [
        {
            "grows": "T",
            "size": size,
            "trace": {"ms": {"median": 3.0 * size**power}, "bytes": 5 * size},
            "step": {"ms": ms, "bytes": 7 * size**2},
        }
        for size in (2, 4, 8)
    ]


def test_the_slope_of_a_power_is_its_exponent():
    assert scale.slopes_of(planted(1.5)) == {
        "trace time": 1.5,
        "trace memory": 1.0,
        "step time": 0.0,
        "step memory": 2.0,
    }


def test_peak_bytes_counts_what_is_held_at_once_and_not_what_was_freed():
    def run():
        for _ in range(3):
            torch.empty(1000, dtype=torch.float32)
        return torch.empty(500, dtype=torch.float32)

    assert peak_bytes(run, CPU) == 4000
    two = peak_bytes(lambda: [torch.empty(1000), torch.empty(1000)], CPU)
    assert two == 8000


def test_a_trace_in_chunks_sees_what_a_trace_in_one_piece_sees():
    torch.manual_seed(0)
    parts = trace(60, 25, 8)
    torch.manual_seed(0)
    whole = trace(60, 60, 8)
    assert parts["mean_h"] == pytest.approx(whole["mean_h"], abs=1e-6)
    assert whole["mean_h"] != 0


def test_a_child_that_fails_is_told_in_words():
    with pytest.raises(ValueError, match=r"trace_memory ended with 1: .*invalid literal"):
        in_child("rnnviz.bench.trace_memory", "many", 1, 1)


def test_bench_scale_reports_each_size_and_draws_one_figure(tmp_path):
    sizes = {"T": (4, 8), "layers": (1, 2)}
    figures = scale.measure(repeats=1, sizes=sizes, many=40)
    assert [(row["grows"], row["size"]) for row in figures["rows"]] == [
        (name, size) for name, values in sizes.items() for size in values
    ]
    for row in figures["rows"]:
        for work in scale.WORKS:
            assert row[work]["ms"]["median"] > 0
            assert row[work]["bytes"] > 0
    assert set(figures["slopes"]) == set(sizes)
    assert 0 < figures["slopes"]["T"]["trace memory"] <= 1.01
    many = figures["many"]
    assert (many["tenth"]["digits"], many["chunked"]["digits"], many["whole"]["digits"]) == (
        4,
        40,
        40,
    )
    assert 0 <= many["tenth"]["peak_mb"] <= many["chunked"]["peak_mb"] <= many["whole"]["peak_mb"]
    assert len(figures["told"]) == 3
    assert_is_in_the_readme("scale", figures)
    scale.write(figures, tmp_path / "scale.svg")
    drawn = ElementTree.parse(tmp_path / "scale.svg").getroot()
    lines = drawn.findall(".//{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 2 * 2 * 2  # time and memory, of two sizes, of two works
