"""Tests of the row-order networks: they match their JSON and can be trained again."""

import json
from dataclasses import replace
from functools import partial
from itertools import product

import pytest
import torch

from rnnviz.chapters.recurrence import row_order_experiment
from rnnviz.chapters.recurrence.row_order_experiment import (
    ASSET,
    KINDS,
    LEARNT,
    TRAINING,
    fresh,
    load,
    make,
)
from rnnviz.chapters.recurrence.row_permutations import ROW_ORDERS, in_row_order
from rnnviz.core.config import TrainConfig
from rnnviz.data import mnist
from rnnviz.training.loop.evaluate import accuracy
from rnnviz.training.loop.loop import train
from rnnviz.training.store.checkpoint import CheckpointError

BOTH = [*product(KINDS, LEARNT)]


def test_the_networks_are_of_one_size_and_the_json_says_how_they_were_made():
    nets = load()
    meta = nets.settings
    for (kind, _), network in nets.networks.items():
        parameters = sum(p.numel() for p in network.parameters())
        assert parameters == meta["parameters"][kind]
        assert parameters == pytest.approx(21_500, rel=0.01)
    assert set(nets.networks) == set(BOTH)
    assert TrainConfig.from_dict(meta["training"]) == TRAINING
    assert meta["row_orders"] == {order: list(rows) for order, rows in ROW_ORDERS.items()}
    assert meta["data_md5"] == mnist.MD5
    assert meta["digits"] == 60_000
    assert meta["command"] == "python -m rnnviz train --recipe order"
    assert {path.name for path in ASSET.parent.iterdir()} == {"order.safetensors", "order.json"}


@pytest.mark.parametrize(("kind", "learnt"), BOTH)
def test_in_the_order_that_it_learnt_each_reads_a_thousand_digits_about_as_well_as_all(
    kind, learnt, test_digits
):
    nets, some = load(), test_digits[:1000]
    read = partial(in_row_order, order=learnt)
    found = accuracy(nets.networks[kind, learnt], some, sequences=read)
    assert found == pytest.approx(nets.accuracies[kind, learnt, learnt], abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "learnt"), BOTH)
def test_each_reads_the_share_of_test_digits_that_its_json_says(kind, learnt, test_digits):
    nets = load()
    for order, found in row_order_experiment.readings(
        nets.networks[kind, learnt], test_digits
    ).items():
        assert found == pytest.approx(nets.accuracies[kind, learnt, order], abs=0.0005)


def test_the_story_of_the_numbers_holds():
    right = load().accuracies
    for kind in KINDS:
        for learnt, other in (LEARNT, LEARNT[::-1]):
            assert right[kind, learnt, learnt] > 0.94
            assert right[kind, learnt, other] < 0.4, "in an order that it did not learn"
            assert right[kind, learnt, "shuffled anew"] < 0.4
    assert abs(right["feed-forward", *LEARNT[::-1]] - right["feed-forward", *LEARNT]) < 0.2
    ordered, shuffled = (right["feed-forward", each, each] for each in LEARNT)
    assert abs(ordered - shuffled) < 0.01, "order is nothing to a network that sees all at once"


def test_they_are_made_again_by_one_command_which_writes_what_it_measured(
    tmp_path, training_digits, test_digits
):
    few, seen = training_digits[:256], test_digits[:100]
    path = tmp_path / "order.safetensors"
    config = replace(TRAINING, epochs=1)
    logs = list(make(path, config, digits=few, test=seen))
    assert len(logs) == 6 * 4
    nets = load(path)
    for learnt in LEARNT:
        again = fresh("rnn", 0)
        for _ in train(again, few, config, sequences=partial(in_row_order, order=learnt)):
            pass
        for (name, p), other in zip(
            again.named_parameters(), nets.networks["rnn", learnt].parameters(), strict=True
        ):
            torch.testing.assert_close(p, other, rtol=0, atol=0, msg=name)
        expected = row_order_experiment.readings(again, seen)
        assert {order: nets.accuracies["rnn", learnt, order] for order in ROW_ORDERS} == expected


def test_what_is_not_there_or_damaged_is_said(tmp_path):
    with pytest.raises(CheckpointError, match="there is no file"):
        load(tmp_path / "none.safetensors")
    path = tmp_path / "order.safetensors"
    path.write_bytes(ASSET.read_bytes())
    path.with_suffix(".json").write_text(json.dumps({}))
    with pytest.raises(CheckpointError, match="is not what it should be"):
        load(path)
    with pytest.raises(ValueError, match=r"must end in \.safetensors"):
        make(tmp_path / "a.txt")
    with pytest.raises(ValueError, match="kind must be one of lstm, rnn, feed-forward"):
        fresh("gru", 0)
