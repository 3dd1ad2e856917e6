"""Tests of the data that the blocks component receives, and of its messages."""

from dataclasses import replace

import numpy as np
import pytest

from rnnviz.chapters.shapes.ui import tabs, view
from rnnviz.chapters.shapes.ui.components import shapes as component
from rnnviz.chapters.shapes.ui.components.shapes import Product, blocks
from rnnviz.chapters.shapes.ui.view import proved, scene
from rnnviz.core.config import ModelConfig
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.slices import Pick
from tests.apptest import unpack

START = Pick("output", 5)
TWO = Call(ModelConfig("gru", 5, 4, 2, bidirectional=True), 3, 6)


def product(**shapes_):
    sizes = {"x": (6, 3, 5), "weight": (3, 5, 4), "product": (3, 6, 3, 4)} | shapes_
    return Product(**{name: np.zeros(size, np.float32) for name, size in sizes.items()})


def test_every_axis_comes_with_its_role_in_both_orders(monkeypatch):
    sent = {}
    monkeypatch.setattr(component, "_blocks", lambda **given: sent.update(given))
    blocks("one", scene(TWO, proved(TWO)), product(), START, key="b")
    header, arrays = unpack(sent["data"])
    x, output, h_n = header["blocks"]
    assert x["roles"] == {
        "mine": ["batch", "time", "features"],
        "other": ["time", "batch", "features"],
    }
    assert h_n["roles"]["mine"] == h_n["roles"]["other"] == ["stack", "batch", "features"]
    assert output["shape"] == [3, 6, 8]
    assert (header["batchFirst"], header["orders"], header["module"]) == (True, True, "GRU")
    assert arrays["weight"].shape == (3, 5, 4)
    assert header["sizes"]["D"] == 2
    assert header["start"] == {
        "tensor": "output",
        "step": 5,
        "sequence": None,
        "half": None,
        "place": None,
    }


def test_shapes_that_do_not_fit_are_refused():
    found = scene(TWO, proved(TWO))
    with pytest.raises(ValueError, match="weight must be"):
        blocks("one", found, product(weight=(2, 5, 4)), START, key="b")
    with pytest.raises(ValueError, match="product must be"):
        blocks("one", found, product(product=(3, 6, 2, 4)), START, key="b")
    short = replace(found.blocks[0], roles=("time",))
    with pytest.raises(ValueError, match="x must have a role for each of 3 axes"):
        blocks("one", replace(found, blocks=[short]), product(), START, key="b")


def test_facts_are_the_proofs_of_the_slices_that_they_stand_at():
    facts = scene(TWO, proved(TWO)).facts
    assert facts["output|5|0|"].startswith("✓ output[:, -1, :4] == h_n[-2].")
    assert facts["output|0|1|"].startswith("✓ output[:, 0, 4:] == h_n[-1].")
    assert facts["output|5|1|"].startswith("✗ output[:, -1, 4:] == h_n[-1]. No: ")
    assert facts["h_n|||2"] == facts["output|5|0|"]
    assert facts["h_n|||3"] == facts["output|0|1|"]
    one = replace(TWO, time=1)
    assert "Equal only since T = 1" in scene(one, proved(one)).facts["output|0|1|"]
    cell = Call(ModelConfig("lstm", 5, 4), 3, 6, stepwise=True)
    assert set(scene(cell, proved(cell)).facts) == {"output|5||", "h|||"}
    padded = replace(TWO, lengths=(6, 4, 1))
    assert "padding" in scene(padded, proved(padded)).facts["output|5|0|"]


def test_a_call_too_large_to_run_keeps_its_blocks_and_has_no_facts():
    large = Call(ModelConfig("lstm", 256, 512, bidirectional=True), 64, 56)
    found = scene(large, proved(large))
    assert found.blocks[1].shape == (64, 56, 1024)
    assert not found.facts
    assert view.ran(large).call.batch < 64


def test_proofs_are_laid_out_with_both_sides_beside_one_another():
    table = tabs.table(proved(TWO), TWO)
    assert len({len(column) for column in table.values()}) == 1
    assert table[""][:3] == ["✓", "✓", "✗"]
    assert table["this begins"][0] == table["that begins"][0]
    assert table["this begins"][2] != table["that begins"][2]
    assert all("−" in words or "+" in words for words in table["this begins"])
