"""Tests of `bench photos`: the simulated pictures, and its figures on a few digits."""

import json

import numpy as np
import pytest

from rnnviz import cli
from rnnviz.bench import photos
from tests.readme import README, labels


def test_bench_photos_reads_few_simulated_pictures_as_the_readme_says(capsys):
    assert cli.main(["bench", "photos", "--repeats", "30", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    counts = {row["kind"]: row for row in figures["rows"]}
    assert {kind: row["pictures"] for kind, row in counts.items()} == {
        "photos": 30,
        "tight cuts": 30,
        "blank pages": 6,
    }
    assert counts["photos"]["correct"] >= 28
    assert counts["photos"]["null"] == counts["tight cuts"]["null"] == 0
    assert counts["blank pages"]["null"] == 6
    rows = labels(photos.table(figures))
    assert len(rows) == 5
    assert rows - {"| pictures", "| ---"} <= labels(README)


def test_the_readme_holds_the_aims():
    rows = [line.split(" | ") for line in README.splitlines() if line.startswith("| photos: ")]
    (row,) = rows
    assert row[1] == f"{photos.DIGITS:,}"
    assert float(row[2].removesuffix(" %")) >= 97
    assert float(row[3].removesuffix(" % |")) <= 1


def test_a_photo_is_the_same_each_time_and_has_what_its_parameters_say(test_digits):
    digit = test_digits.images[0].numpy()
    first, again, other = (photos.photo(digit, index) for index in (4, 4, 5))
    np.testing.assert_array_equal(first, again)
    assert first.shape != other.shape
    assert photos.DIGIT_PX[0] <= max(first.shape)
    noise = np.diff(photos.blank(1).astype(float), axis=1)
    spread = np.median(np.abs(noise)) / 0.6745 / np.sqrt(2)
    assert spread == pytest.approx(photos.NOISE, rel=0.25)


def test_a_tight_cut_has_ink_at_all_four_edges(test_digits):
    cut = photos.tight_cut(test_digits.images[1].numpy())
    assert min(cut[0].min(), cut[-1].min(), cut[:, 0].min(), cut[:, -1].min()) < 250
    assert max(cut.shape) == 160
