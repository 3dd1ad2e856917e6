"""Tests of which mapping of a checkpoint is read, and which parts of a file are ignored."""

import argparse
import datetime
import io
import pathlib
from collections import OrderedDict, defaultdict, deque
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.training.safe_unpickle import Opaque, tensors
from rnnviz.training.uploaded_weights import OwnModelError, read_network
from rnnviz.training.uploads.weight_mapping import _module_weights, module_path
from tests.training.uploads import student_networks as students
from tests.training.uploads.student_networks import as_pt, digits_like, made


@dataclass
class Settings:
    lr: float = 0.1


class Phase(Enum):
    TRAIN = 1


def checkpoint(network, key):
    """All that people put beside the weights, from a training that has made a step."""
    optimizer = torch.optim.Adam(network.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=9)
    network(digits_like().transpose(0, 1)).sum().backward()
    optimizer.step()
    return {
        "epoch": 3,
        "best": np.float32(0.97),
        "accuracy": np.float64(0.97),
        "steps": np.int64(8),
        "losses": [1.0, 0.5],
        "curve": np.linspace(0, 1, 9),
        "classes": [str(k) for k in range(10)],
        "note": "mine",
        "args": argparse.Namespace(lr=0.1, out=pathlib.PurePosixPath("a/b")),
        "settings": Settings(),
        "phase": Phase.TRAIN,
        "when": datetime.datetime(2026, 11, 30),
        "window": deque([1, 2], maxlen=3),
        "each": defaultdict(list, {"loss": [1.0]}),
        "criterion": nn.CrossEntropyLoss(weight=torch.ones(10)),
        "rng": torch.get_rng_state(),
        "seen": {1, 2},
        "slice": slice(1, 2),
        "optimizer": optimizer.state_dict(),
        "scheduler": schedule.state_dict(),
        key: network.state_dict(),
    }


def assert_reads(content, network):
    found = read_network(content)
    x = digits_like()
    with torch.no_grad():
        expected = network(x.transpose(0, 1))
        torch.testing.assert_close(found.candidates[0].model(x), expected, rtol=0, atol=1e-5)
    return found


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize(
    "key",
    [
        *("net", "model", "model_state", "network", "params", "state_dict", "model_state_dict"),
        *("weights", "generator", "a b"),
    ],
)
def test_weights_are_found_under_any_key_among_all_that_is_saved(key, old):
    network = made(students.TwoLinear)
    content = as_pt(checkpoint(network, key), _use_new_zipfile_serialization=not old)
    found = assert_reads(content, network)
    assert found.ignored[0] == f"The weights lie under {key}."
    assert found.ignored[1].startswith("Beside them epoch, best, accuracy, steps and ")


@pytest.mark.parametrize("outer", [("checkpoint",), ("run", "best")])
def test_weights_may_be_nested_more_than_once(outer):
    network = made(students.Last)
    held = checkpoint(network, "net")
    for key in reversed(outer):
        held = {key: held, "version": 2}
    found = assert_reads(as_pt(held), network)
    assert found.ignored[0] == f"The weights lie under {'.'.join(outer)}.net."


@pytest.mark.parametrize(
    "prefix", ["module.", "_orig_mod.", "module._orig_mod.", "model.", "model.net.", "a.b.c.d."]
)
def test_every_prefix_is_stripped(prefix):
    network = made(students.SequentialHead)
    weights = {prefix + name: value for name, value in network.state_dict().items()}
    labels = [one.label for one in read_network(as_pt(network.state_dict())).candidates]
    assert [one.label for one in read_network(as_pt(weights)).candidates] == labels
    wide = dict(weights)
    wide[prefix + "gru.weight_ih_l1"] = torch.ones(21, 14)
    with pytest.raises(OwnModelError, match="weight_hh_l1 is missing"):
        read_network(as_pt(wide))
    weights[prefix + "conv.weight"] = torch.ones(3, 1, 3, 3)
    with pytest.raises(OwnModelError, match=r"rnnviz\.record\(model\.gru, x") as caught:
        read_network(as_pt(weights))
    assert "conv.weight (3, 1, 3, 3)" in str(caught.value)


def test_a_state_dict_for_each_module_is_one_network():
    network = made(students.Last)
    parts = {name: module.state_dict() for name, module in network.named_children()}
    found = assert_reads(as_pt({"epoch": 1, **parts}), network)
    assert found.ignored == ("Beside them epoch is ignored.",)
    found = assert_reads(as_pt({"models": parts, "epoch": 1}), network)
    assert found.ignored[0] == "The weights lie under models."


@pytest.mark.parametrize("old", [False, True])
def test_a_whole_model_is_read_as_its_state_dict_and_nothing_of_it_runs(old, monkeypatch):
    network = made(students.TwoLinear)
    asked = as_pt(network, _use_new_zipfile_serialization=not old)
    beside = as_pt({"epoch": 1, "net": network, "loss": nn.CrossEntropyLoss(torch.ones(10))})
    monkeypatch.setattr(students.TwoLinear, "__setstate__", lambda *_: pytest.fail("was made"))
    said = "Of the whole model TwoLinear its weights alone are read."
    assert assert_reads(asked, network).ignored == (said,)
    assert assert_reads(beside, network).ignored[:2] == (said, "The weights lie under net.")
    of_dict = read_network(as_pt(network.state_dict()))
    assert [one.label for one in read_network(asked).candidates] == [
        one.label for one in of_dict.candidates
    ]


@pytest.mark.filterwarnings("ignore:.torch.jit")
def test_a_script_of_torch_is_read_as_its_state_dict():
    network, file = made(students.Last), io.BytesIO()
    torch.jit.save(torch.jit.script(network), file)
    found = assert_reads(file.getvalue(), network)
    assert found.ignored[0] == "Of the whole model Last its weights alone are read."


@pytest.mark.parametrize("kind", [list, tuple])
def test_weights_may_lie_in_a_list_or_a_tuple(kind):
    network = made(students.Last)
    found = assert_reads(as_pt(kind([{"lr": 1}, network.state_dict(), 3])), network)
    assert found.ignored == ("The weights lie under 1.", "Beside them 0, 2 is ignored.")


def test_a_model_that_holds_itself_ends():
    class Loop(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.RNN(28, 4)
            self._modules["me"] = self

    found = _module_weights(tensors(as_pt(_at_top(Loop)()), 10**6))
    assert {*found} == {f"rnn.{name}" for name in nn.RNN(28, 4).state_dict()}


def _at_top(kind):
    """Let a class be pickled."""
    kind.__qualname__ = kind.__name__
    globals()[kind.__name__] = kind
    return kind


def test_counts_of_a_metric_are_ignored_and_said():
    network = made(students.Last)
    beside = {"train_acc.tp": torch.zeros(10), "train_acc.fn": torch.zeros(10).long()}
    found = assert_reads(as_pt(network.state_dict() | beside), network)
    assert found.ignored == (
        "Beside the weights train_acc.fn is ignored.",
        "train_acc.tp is taken for a buffer of a loss or metric and ignored.",
    )


def test_buffers_of_a_loss_and_counts_are_ignored_and_said():
    network = made(students.TwoLinear)
    beside = {
        "loss.weight": torch.ones(10),
        "criterion.pos_weight": torch.ones(10),
        "class_weights": torch.ones(10),
        "ce.weight": torch.ones(10),
        "step": torch.tensor(3),
        "mask": torch.ones(28).bool(),
    }
    found = assert_reads(as_pt(network.state_dict() | beside), network)
    assert found.ignored == (
        "Beside the weights step, mask is ignored.",
        "loss.weight is taken for a buffer of a loss or metric and ignored.",
        "criterion.pos_weight is taken for a buffer of a loss or metric and ignored.",
        "class_weights is taken for a buffer of a loss or metric and ignored.",
        "ce.weight is taken for the classes' weights in the loss and ignored.",
    )


def test_of_two_networks_the_one_with_a_known_name_is_taken_and_else_both_are_named():
    network, other = made(students.Last), made(students.Last, seed=1)
    held = {"ema": other.state_dict(), "model": network.state_dict()}
    assert_reads(as_pt(held), network)
    held = {"teacher": other.state_dict(), "student": network.state_dict()}
    with pytest.raises(OwnModelError, match=r"^2 parts of the file hold .*, teacher, student$"):
        read_network(as_pt(held))


def test_layers_that_are_not_read_are_named_with_the_line_to_run():
    last = made(students.Last).state_dict()
    refused = {
        "rnn1 is an LSTM and rnn2 a GRU": (
            {f"rnn1.{k[4:]}": v for k, v in last.items() if k.startswith("rnn")}
            | {f"rnn2.{k}": v for k, v in nn.GRU(6, 4).state_dict().items()}
            | {"fc.weight": torch.ones(10, 4)},
            "model.rnn2",
        ),
        "attn (6 to 1)": (last | {"attn.weight": torch.ones(1, 6)}, "model.rnn"),
        "embed (28 to 28)": (last | {"embed.weight": torch.ones(28, 28)}, "model.rnn"),
        "h0 (1, 1, 6)": (last | {"h0": torch.ones(1, 1, 6)}, "model.rnn"),
        "bn normalizes 28 values": (
            last | {"bn.running_mean": torch.zeros(28), "bn.running_var": torch.ones(28)},
            "model.rnn",
        ),
        "reads 1 values at each step": (nn.LSTM(1, 6).state_dict(), "model"),
        "there is nothing; one nn.Linear(6, 10)": (
            {f"layers.0.{k}": v for k, v in nn.LSTM(28, 6).state_dict().items()},
            "model[0]",
        ),
    }
    for words, (weights, path) in refused.items():
        with pytest.raises(OwnModelError) as caught:
            read_network(as_pt(OrderedDict(weights)))
        assert words in str(caught.value)
        line = f'import rnnviz; rnnviz.record({path}, x, "recording.safetensors")'
        assert f"`{line}`" in str(caught.value)


def test_the_line_to_run_names_a_module_as_python_does(tmp_path):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.blocks = nn.ModuleList([nn.ModuleDict({"core": nn.LSTM(28, 5)})])
            self.conv = nn.Conv2d(1, 1, 3)

    model = Net()
    with pytest.raises(OwnModelError) as caught:
        read_network(as_pt(model.state_dict()))
    line = str(caught.value).split("`")[1]
    assert "model.blocks[0].core" in line
    line = line.replace("recording.safetensors", str(tmp_path / "a.safetensors"))
    run = compile(line, "line", "exec")  # what the person is told to run does run
    exec(run, {"model": model, "x": torch.rand(28, 2, 28)})
    assert (tmp_path / "a.safetensors").exists()
    assert module_path("module.model.0.lstm") == "model.model[0].lstm"


def test_what_is_no_plain_value_stays_a_name():
    found = tensors(as_pt({"a": np.float64(3), "b": argparse.Namespace(c=1), "d": 2}), 10**6)
    assert isinstance(found["a"], Opaque)
    assert found["b"].name == "argparse Namespace"
    assert found["d"] == 2
