"""Tests of the embedded results of `bench slices`, and of their text."""

import json

import pytest

from rnnviz.bench.slices import MODEL, RECIPE, SEEDS
from rnnviz.chapters.shapes import slice_cost_results
from rnnviz.chapters.shapes import slice_cost_text as words
from rnnviz.training.statistics import interval, points


def test_the_kept_figures_are_of_five_seeds_and_of_the_settings_of_the_bench():
    found = slice_cost_results.load()
    assert found["seeds"] == list(range(SEEDS))
    assert SEEDS == 5
    assert found["model"] == MODEL.to_dict()
    assert found["training"] == RECIPE
    assert (found["digits"], found["test_digits"]) == (60_000, 10_000)
    for way in slice_cost_results.WAYS:
        shares = found["accuracy"][way]
        assert len(shares) == SEEDS
        assert all(0 <= share <= 1 for share in shares)
        assert found["mean"][way] == pytest.approx(sum(shares) / SEEDS, abs=1e-6)


@pytest.mark.parametrize(
    "damage",
    [
        lambda found: found["accuracy"]["right"].pop(),
        lambda found: found["accuracy"].pop("wrong"),
        lambda found: found["accuracy"]["wrong"].__setitem__(0, 97.4),
        lambda found: found.pop("seeds"),
    ],
)
def test_damaged_figures_are_refused(damage, tmp_path):
    found = json.loads(slice_cost_results.FILE.read_text())
    damage(found)
    path = tmp_path / "wrong-slice.json"
    path.write_text(json.dumps(found))
    with pytest.raises(ValueError, match=r"wrong-slice\.json is damaged"):
        slice_cost_results.load(path)
    with pytest.raises(ValueError, match="damaged or missing"):
        slice_cost_results.load(tmp_path / "none.json")


def test_a_difference_is_told_only_where_the_seeds_tell_it():
    found = slice_cost_results.load()

    def cost(right, wrong):
        accuracy = {"right": right, "wrong": wrong, "read_wrongly": wrong}
        mean = {name: sum(shares) / len(shares) for name, shares in accuracy.items()}
        return words.Cost(accuracy, mean, interval(right, wrong), interval(right, wrong), found)

    assert "no difference to be seen" in words.sentence(cost([0.97, 0.96], [0.96, 0.97]))
    told = words.sentence(cost([0.97, 0.96, 0.98], [0.96, 0.95, 0.9701]))
    assert "1.0 ± 0.0" in told or "points fewer than with the right one, 97.0 %" in told
    assert "python -m rnnviz bench slices" in words.caption(cost([0.97], [0.96]))


def test_the_readme_tells_what_was_measured():
    found = slice_cost_results.load()
    readme = (slice_cost_results.FILE.parents[2] / "README.md").read_text(encoding="utf-8")
    (line,) = (part for part in readme.split("\n\n") if "`output[:, -1]`, costs" in part)
    accuracy, mean = found["accuracy"], found["mean"]
    assert points(interval(accuracy["right"], accuracy["wrong"])) in line
    assert f"{100 * (mean['right'] - mean['read_wrongly']):.1f} where" in line
    for way in slice_cost_results.WAYS:
        assert f"{100 * mean[way]:.1f} %" in line
