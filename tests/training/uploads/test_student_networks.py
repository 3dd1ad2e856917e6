"""Tests that the files of common classifiers are read, and compute what their modules did."""

import copy
from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from rnnviz.training.uploaded_weights import read_network
from tests.training.uploads import student_networks as students
from tests.training.uploads.student_networks import as_pt, as_safetensors, digits_like, made

NETWORKS = {
    "plain": (students.Last, ""),
    "gru": (partial(students.Last, nn.GRU), ""),
    "rnn": (partial(students.Last, nn.RNN), "tanh in the RNN"),
    "rnn relu": (partial(students.Last, nn.RNN, nonlinearity="relu"), "relu in the RNN"),
    "relu": (students.TwoLinear, "ReLU between the head's layers"),
    "linear": (partial(students.TwoLinear, lambda x: x), "no activation between the head's layers"),
    "tanh": (partial(students.TwoLinear, torch.tanh), "Tanh between the head's layers"),
    "sigmoid": (partial(students.TwoLinear, torch.sigmoid), "Sigmoid between the head's layers"),
    "leaky": (partial(students.TwoLinear, F.leaky_relu), "LeakyReLU between the head's layers"),
    "relu first": (
        partial(students.TwoLinear, F.relu, first=F.relu),
        "ReLU between the head's layers and before the head's first layer",
    ),
    "square": (partial(students.TwoLinear, same=True), "ReLU between the head's layers"),
    "sequential": (students.SequentialHead, "Tanh between the head's layers"),
    "activation, then norm": (
        students.ActivationFirst,
        "ReLU between the head's layers, before the normalization",
    ),
    "all steps": (students.AllSteps, ""),
    "all steps of two directions": (partial(students.AllSteps, two=True), ""),
    "all steps of a gru": (partial(students.AllSteps, kind=nn.GRU), ""),
    "stacked": (students.Stacked, ""),
    "stacked gru": (partial(students.Stacked, nn.GRU, sizes=(4, 9)), ""),
    "stacked rnn": (partial(students.Stacked, nn.RNN), "tanh in the RNN"),
    "stacked both ways": (partial(students.Stacked, two=(True, True)), ""),
    "one, then two directions": (partial(students.Stacked, two=(False, True)), ""),
    "stacked alike": (partial(students.Stacked, two=(False, False), sizes=(5, 5)), ""),
    "stacked without biases": (
        partial(students.Stacked, two=(False, False), sizes=(5, 5), layers=(2, 1), bias=False),
        "",
    ),
    "three gru": (students.StackedAllSteps, "ReLU between the head's layers"),
    "lstm cell": (students.Cells, ""),
    "gru cells": (partial(students.Cells, nn.GRUCell, (6, 6)), ""),
    "cells of two sizes": (partial(students.Cells, nn.LSTMCell, (4, 7), bias=False), ""),
    "rnn cells": (
        partial(students.Cells, nn.RNNCell, (4, 3), nonlinearity="relu"),
        "relu in the RNN",
    ),
    "reverse only": (students.ReverseOnly, "the head reads the reverse direction"),
    "sum of both": (students.SumOfDirections, "the head reads the sum of both directions"),
    "prelu": (students.WithPReLU, ""),
}


def logits(model, x):
    """Compute in float64, on a copy: the weights are those of the file to the last bit."""
    with torch.no_grad():
        return copy.deepcopy(model).double()(x.double())


@pytest.mark.parametrize("write", [as_pt, as_safetensors])
@pytest.mark.parametrize("name", NETWORKS)
def test_one_candidate_computes_what_the_network_did(name, write):
    build, label = NETWORKS[name]
    theirs = made(build)
    network = read_network(write(theirs.state_dict()))
    x = digits_like()
    expected = logits(theirs, x.transpose(0, 1))
    found = {one.label: logits(one.model, x) for one in network.candidates}
    same = [one for one, value in found.items() if (value - expected).abs().max() < 1e-10]
    assert same == [label]
    if not label:
        assert len(network.candidates) == 1
    assert len(found) == len(network.candidates) <= 48
    for one in network.candidates:
        assert not any(module.training for module in one.model.modules())
        assert {value.dtype for value in one.model.parameters()} == {torch.float32}


@pytest.mark.parametrize("name", ["relu", "sequential", "stacked both ways", "rnn", "sum of both"])
def test_candidates_share_their_tensors(name):
    network = read_network(as_pt(made(NETWORKS[name][0]).state_dict()))
    each = [
        {id(value) for value in one.model.state_dict(keep_vars=True).values() if value.dim() == 2}
        for one in network.candidates
    ]
    of_file = max(map(len, each))
    kinds = {one.model.config.nonlinearity for one in network.candidates}
    recurrent = sum("weight" in name for name in network.candidates[0].model.rnn.state_dict())
    # An RNN is a module for tanh and one for relu; their parameters differ, their numbers do not.
    assert len(set().union(*each)) == of_file + recurrent * (len(kinds) - 1)
    numbers = {
        value.data_ptr() for one in network.candidates for value in one.model.rnn.parameters()
    }
    assert len(numbers) == len(list(network.candidates[0].model.rnn.parameters()))


def test_narrow_layers_are_said_and_their_other_units_stay_0():
    network = read_network(as_pt(made(students.Stacked).state_dict()))
    (one,) = network.candidates
    assert one.model.config.hidden_size == 9
    assert one.model.config.num_layers == 3
    assert "9 and 4 units, 3 layers, two directions" in network.found
    assert "Layer 2 has 4 units of 9; the others stay 0." in network.assumed
    assert "Layer 3 reads in one direction; its reverse one stays 0." in network.assumed
    assert not any("Layer 1" in sentence for sentence in network.assumed)
    output, (h_n, c_n) = one.model.rnn(digits_like())
    assert output[..., :4].abs().min() > 0
    assert output[..., 4:].abs().max() == 0
    assert h_n[:2].abs().min() > 0
    assert c_n[2:, :, 4:].abs().max() == 0


def test_a_projection_is_widened_too():
    class Projected(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.LSTM(28, 9, proj_size=3, bidirectional=True)
            self.b = nn.LSTM(6, 5, proj_size=4)
            self.fc = nn.Linear(4, 10)

        def forward(self, x):
            return self.fc(self.b(self.a(x)[0])[0][-1])

    theirs = made(Projected)
    (one,) = read_network(as_pt(theirs.state_dict())).candidates
    x = digits_like()
    torch.testing.assert_close(logits(one.model, x), logits(theirs, x), rtol=0, atol=1e-10)


def test_a_wide_network_is_read_and_its_numbers_are_those_of_the_file():
    theirs = students.Last(nn.GRU, H=2048).half()  # 25 MB, as float32 51 MB
    (one,) = read_network(as_pt(theirs.state_dict())).candidates
    assert one.model.config.hidden_size == 2048
    assert torch.equal(one.model.rnn.weight_hh_l0, theirs.rnn.weight_hh_l0.float())


def test_what_is_found_assumed_and_ignored_is_said():
    theirs = made(students.TwoLinear)
    own = read_network(as_pt({"net": theirs.state_dict(), "epoch": 3}))
    assert own.found.endswith("and a head of Linear(8, 6), Linear(6, 10)")
    assert own.candidates[0].label == "ReLU between the head's layers"
    assert own.ignored == ("The weights lie under net.", "Beside them epoch is ignored.")
    over_all = read_network(as_pt(made(students.AllSteps).state_dict()))
    assert over_all.candidates[0].model.config.pooling == "all"
    assert "those of the steps not yet read count as 0" in over_all.assumed[0]


def test_the_prediction_after_a_row_takes_what_is_not_read_for_0():
    from rnnviz.core.inspect.reading import belief, read
    from rnnviz.core.intervene.apply_interventions import Intervention
    from rnnviz.core.intervene.apply_interventions import belief as changed_belief

    for two in (False, True):
        theirs = made(partial(students.AllSteps, two=two))
        (one,) = read_network(as_pt(theirs.state_dict())).candidates
        x = digits_like()
        found = belief(one.model, x)
        torch.testing.assert_close(read(one.model, x).belief, found)
        with torch.no_grad():
            torch.testing.assert_close(found[-1], theirs(x.transpose(0, 1)).softmax(-1))
            output = theirs.lstm(x[:9].transpose(0, 1))[0]
            rest = F.pad(output, (0, 0, 0, 19)).flatten(1)
            torch.testing.assert_close(found[8], theirs.fc(rest).softmax(-1))
        nothing = Intervention(0, "forward", "h", (0,), start=28)
        torch.testing.assert_close(changed_belief(one.model, x, [nothing]), found)
        with pytest.raises(ValueError, match="the head reads 28 steps, got 29"):
            one.model(digits_like(T=29))
