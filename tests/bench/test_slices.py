"""Tests of `bench slices`: both networks train, and differ only in the slice."""

import json

import pytest
import torch

from rnnviz import cli
from rnnviz.bench import slices
from rnnviz.chapters.shapes import slice_cost_results
from rnnviz.training.loop.loop import seeded_model


def test_bench_slices_trains_both_slices_at_a_glance_and_keeps_only_what_is_whole(
    capsys, home, tmp_path
):
    kept = slice_cost_results.FILE.read_bytes()
    assert cli.main(["bench", "slices", "--json", "--repeats", "2"]) == 0
    assert slice_cost_results.FILE.read_bytes() == kept  # a glance is not what the page shows
    (line,) = capsys.readouterr().out.splitlines()
    figures = json.loads(line)
    slices.write(figures, tmp_path / "figures.json")
    assert slice_cost_results.load(tmp_path / "figures.json") == figures
    assert figures["seeds"] == [0, 1]
    assert (figures["digits"], figures["test_digits"]) == (640, 500)
    for name, shares in figures["accuracy"].items():
        assert len(shares) == 2
        assert all(0 <= share <= 1 for share in shares)
        assert figures["mean"][name] == pytest.approx(sum(shares) / 2, abs=1e-6)


def test_the_wrong_slice_is_the_last_step_of_both_directions_and_nothing_else_differs():
    right = seeded_model(slices.MODEL, 3)
    wrong = slices._with_wrong_slice(right)
    x = torch.randn(28, 5, 28, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        output, _ = right.rnn(x)
        torch.testing.assert_close(wrong(x), right.head(output[-1]), rtol=0, atol=0)
        forward = right(x) - wrong(x)
        reverse = (output[0] - output[-1])[:, 64:] @ right.head.weight[:, 64:].T
    torch.testing.assert_close(forward, reverse, rtol=0, atol=1e-5)
