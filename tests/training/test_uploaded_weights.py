"""Tests of uploaded weights: valid files predict as before, invalid ones give one message."""

import argparse
import builtins
import io
import pickle
import re
import time
import zipfile

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnnviz.training import uploaded_weights
from rnnviz.training.uploaded_weights import OwnModelError, read_network
from tests.assertions import numbers
from tests.training.uploads import student_networks as students
from tests.training.uploads.student_networks import as_pt, as_safetensors

always_the_same = settings(max_examples=25)
KINDS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


class Net(nn.Module):
    """As people write it, with the names that they give."""

    def __init__(self, kind=nn.LSTM, H=6, K=10, I=28, head_bias=True, **options):
        super().__init__()
        self.encoder = kind(I, H, batch_first=True, **options)
        D = 2 if self.encoder.bidirectional else 1
        self.fc = nn.Linear(D * (self.encoder.proj_size or H), K, bias=head_bias)

    def forward(self, x):
        output, state = self.encoder(x)
        h_n = state[0] if isinstance(state, tuple) else state
        if self.encoder.bidirectional:
            return self.fc(torch.cat([h_n[-2], h_n[-1]], -1))
        return self.fc(output[:, -1])


def net(seed=0, **options):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Net(**options).eval()


def read_first(content):
    return read_network(content).candidates[0]


def refused(content, message, **options):
    with pytest.raises(OwnModelError, match=f"^{re.escape(message)}") as caught:
        read_network(content, **options)
    text = str(caught.value)
    assert "\n" not in text
    assert not text.endswith(".")
    return text


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@always_the_same
@given(
    cell=st.sampled_from(sorted(KINDS)),
    num_layers=st.integers(1, 3),
    bidirectional=st.booleans(),
    bias=st.booleans(),
    head_bias=st.booleans(),
    proj_size=st.sampled_from([0, 4]),
    prefix=st.sampled_from(["", "module.", "_orig_mod.model."]),
    write=st.sampled_from([as_pt, as_safetensors]),
)
def test_a_network_reads_as_it_did_at_home(cell, prefix, write, proj_size, **options):
    if cell == "lstm":
        options["proj_size"] = proj_size
    theirs = net(kind=KINDS[cell], **options)
    state = torch.get_rng_state()
    weights = {prefix + name: value for name, value in theirs.state_dict().items()}
    own = read_first(write(weights))
    assert torch.equal(torch.get_rng_state(), state)
    assert not own.model.training
    config = own.model.config
    assert (config.cell, config.hidden_size, config.input_size) == (cell, 6, 28)
    for name in ("num_layers", "bidirectional", "bias"):
        assert getattr(config, name) == options[name]
    x = torch.rand(5, 3, 28, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        torch.testing.assert_close(own.model(x), theirs(x.transpose(0, 1)), rtol=0, atol=1e-6)


def test_what_was_inferred_and_what_was_assumed_is_said():
    options = {"num_layers": 2, "bidirectional": True, "proj_size": 4, "bias": False}
    own = read_network(as_pt(net(head_bias=False, **options).state_dict()))
    assert numbers(own.found) == ["28", "6", "2", "4", "10"]
    assert "two directions" in own.found
    assert own.assumed == ("The head has no bias.",)
    tanh, relu = read_network(as_pt(net(kind=nn.RNN).state_dict())).candidates
    assert (tanh.model.config.nonlinearity, relu.model.config.nonlinearity) == ("tanh", "relu")
    assert "tanh" in tanh.label
    assert "relu" in relu.label


@pytest.mark.parametrize("name", ["state_dict", "model_state_dict", "model"])
def test_a_checkpoint_that_holds_a_state_dict_among_other_things_is_read(name):
    theirs = net()
    own = read_first(as_pt({"epoch": 3, name: theirs.state_dict()}))
    assert torch.equal(own.model.head.weight, theirs.fc.weight)


def test_the_old_way_of_torch_save_is_read_too():
    theirs, file = net(), io.BytesIO()
    torch.save(theirs.state_dict(), file, _use_new_zipfile_serialization=False)
    assert torch.equal(read_first(file.getvalue()).model.head.weight, theirs.fc.weight)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("write", [as_pt, as_safetensors])
def test_other_precisions_become_float32(write, dtype):
    own = read_first(write(net().to(dtype).state_dict()))
    assert {weight.dtype for weight in own.model.parameters()} == {torch.float32}


class Runs:
    """What asks to be run when it is unpickled."""

    def __reduce__(self):
        return (exec, ("import builtins; builtins.it_ran = True",))


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps(Runs(), protocol=2),
        as_pt(Runs()),
        as_pt({"encoder.weight_ih_l0": Runs()}),
    ],
    ids=["alone", "saved by torch", "among weights"],
)
def test_a_pickle_that_wants_to_run_is_refused(content):
    refused(content, "the file holds more than weights, which is not run here; save model.state")
    assert not hasattr(builtins, "it_ran")


def changed(change, **options):
    weights = dict(net(**options).state_dict())
    change(weights)
    return as_safetensors(weights)


ONE = "the state_dict of one nn.RNN, nn.GRU or nn.LSTM and one nn.Linear is expected"
RECORD = 'run `import rnnviz; rnnviz.record({}, x, "recording.safetensors")` where it was trained'
HEAD = "one nn.Linear(6, 10) that reads the network is expected"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is neither a whole safetensors file nor a .pt that torch.save wrote"),
        (b"PK\x03\x04", "the .pt file is damaged, or is not one that torch.save wrote"),
        (as_pt({}), f"the file holds nothing; {ONE}"),
        (as_pt([1, 2]), f"the file holds an object of type list; {ONE}"),
        (as_pt(torch.ones(2)), f"the file holds an object of type Tensor; {ONE}"),
        (as_pt({"a": 3}), f"the file holds a of type int; {ONE}"),
        (as_pt({1: torch.ones(2)}), f"the file holds 1 of type Tensor; {ONE}"),
        (as_pt({"lstm.weight_hh_l0": torch.ones(2).long()}), "lstm.weight_hh_l0 is no plain"),
        (
            as_pt({"lstm.weight_hh_l0": torch.ones(1).expand(10**6, 10**6)}),
            "the network has 1,000,000,000,000 parameters; at most 52,000,000 are read",
        ),
        (
            as_pt(nn.Linear(28, 10).state_dict()),
            f"no recurrent weights were found among weight (10, 28), bias (10,); {ONE}",
        ),
        (
            as_pt(nn.ModuleList([nn.GRU(28, 3), nn.GRU(28, 3)]).state_dict()),
            "2 recurrent networks were found, 0 (28 to 3), 1 (28 to 3), which do not read one "
            f"after the other; {RECORD.format('model[0]')}",
        ),
        (
            as_pt(nn.GRU(28, 3).state_dict()),
            "besides the network there is nothing; one nn.Linear(3, 10)",
        ),
        (as_pt(net(I=27).state_dict()), "the network reads 27 values at each step; the rows of a"),
        (as_pt(net(K=9).state_dict()), f"the head fc.weight is (9, 6); {HEAD}"),
        (
            as_pt(nn.ModuleDict({"n": net(), "b": nn.Linear(7, 6)}).state_dict()),
            "the linear layers n.fc (6 to 10), b (7 to 6) do not lead from the 6 values of the "
            f"recurrent layer to 10 classes; {RECORD.format('model.n.encoder')}",
        ),
        (
            changed(lambda weights: weights.update(scale=torch.ones(1))),
            "besides network and head there is scale (1,), of no layer that is read here; "
            f"{RECORD.format('model.encoder')}",
        ),
        (
            changed(lambda weights: weights.update({"fc.bias": torch.ones(9)})),
            "fc.bias must be (10,), got (9,)",
        ),
        (
            changed(lambda weights: weights.pop("encoder.bias_hh_l0")),
            "bias_hh_l0 is missing; it must be (24,)",
        ),
        (
            changed(lambda weights: weights.pop("encoder.bias_ih_l0")),
            "bias_hh_l0 belongs to no weight of such a network",
        ),
        (
            changed(lambda weights: weights.pop("encoder.weight_hh_l1"), num_layers=2),
            "weight_hh_l1 is missing; it must be (24, 6)",
        ),
        (
            changed(lambda weights: weights.update({"encoder.weight_ih_l1": torch.ones(24, 5)})),
            "weight_ih_l1 must be (24, 6), got (24, 5)",
        ),
        (
            changed(lambda weights: weights.update({"encoder.bias_ih_l0": torch.ones(23)})),
            "bias_ih_l0 must be (24,), got (23,)",
        ),
        (
            changed(lambda weights: weights.update({"encoder.weight_hr_l1": torch.ones(2, 6)})),
            "weight_ih_l1 is missing; it must be (24, 6)",
        ),
        (
            changed(lambda weights: weights.update({"encoder.weight_hh_l0": torch.ones(23, 6)})),
            "weight_hh_l0 is (23, 6), and must be (H, H) of an RNN, (3H, H) of a GRU or (4H, H)",
        ),
        (
            changed(lambda weights: weights.update({"encoder.weight_hh_l0": torch.ones(12, 6)})),
            "weight_hh_l0 is (12, 6), and must be",
        ),
        (
            changed(lambda weights: weights.update({"encoder.weight_hh_l0": torch.ones(24)})),
            "weight_ih_l0 and weight_hh_l0 must be matrices, got (24, 28) and (24,)",
        ),
        (
            changed(lambda weights: weights.pop("encoder.weight_ih_l0")),
            "weight_ih_l0 and weight_hh_l0 must be matrices, got none and (24, 6)",
        ),
        (
            changed(lambda weights: weights.update({"encoder.weight_ih_l99999": torch.ones(1)})),
            f"its num_layers is 1,000; at most 8 is read; {RECORD.format('model.encoder')}",
        ),
        (
            as_pt({"weight_ih_l0": torch.ones(2049, 28), "weight_hh_l0": torch.ones(2049, 2049)}),
            f"its hidden_size is 2,049; at most 2,048 is read; {RECORD.format('model')}",
        ),
        (
            changed(lambda weights: weights["encoder.weight_hh_l0"][0].fill_(torch.nan)),
            "rnn.weight_hh_l0 has values that are no finite numbers",
        ),
        (
            changed(lambda weights: weights["fc.bias"][0].fill_(torch.inf)),
            "head.bias has values that are no finite numbers",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_everything_else_is_told_in_one_sentence(content, message):
    refused(content, message)


@pytest.mark.filterwarnings("ignore")  # of torch, of how it reads them
def test_a_sparse_tensor_is_told():
    refused(as_pt({"a": torch.ones(2).to_sparse()}), f"the file holds a of type Tensor; {ONE}")


def test_a_file_that_is_too_large_is_not_opened(monkeypatch):
    monkeypatch.setattr(uploaded_weights, "MOST_BYTES", 2_000_000)
    refused(b"PK" + bytes(2_999_998), "the file has 3 MB; at most 2 are read")


def test_a_file_that_unpacks_to_too_much_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(uploaded_weights, "MOST_BYTES", 2_000_000)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(7_000_000))
    assert len(file.getvalue()) < 100_000
    refused(file.getvalue(), "the file unpacks to 7 MB; at most 2 are read")


def checkpoint():
    """What people save: weights two mappings deep, beside an optimizer and other things."""
    network = students.made(students.Stacked)
    optimizer = torch.optim.SGD(network.parameters(), momentum=0.9)
    network(torch.rand(1, 28, 28)).sum().backward()
    optimizer.step()
    held = {"best": np.float64(0.5), "args": argparse.Namespace(lr=1), 3: [1, "a", None]}
    return {"run": held | {"net": network.state_dict()}, "optimizer": optimizer.state_dict()}


WHOLE = [
    as_pt(net(H=2).state_dict()),
    as_safetensors(net(H=2).state_dict()),
    as_pt(checkpoint()),
    as_pt(checkpoint(), _use_new_zipfile_serialization=False),
    as_safetensors(students.made(students.SequentialHead).state_dict()),
    as_safetensors(students.made(students.AllSteps).state_dict()),
]


def unpacked(content):
    """Return the pickle of a .pt file, and a function that packs another one in its place."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    name = next(name for name in files if name.endswith("data.pkl"))

    def packed(pickled):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for each, value in files.items():
                archive.writestr(each, pickled if each == name else value)
        return file.getvalue()

    return files[name], packed


def assert_refused_or_a_network(content):
    try:
        network = read_network(content)
    except OwnModelError as error:  # any other error is a failure
        told = str(error)
    else:
        told = ""
        assert_computes(network)
    assert "\n" not in told
    assert len(told) < 800


def assert_computes(network):
    for one in network.candidates[:3]:
        assert one.model(torch.zeros(28, 1, 28)).shape == (1, 10)


PLACES = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6)


@settings(max_examples=150)
@given(st.sampled_from(WHOLE), st.floats(0, 1), PLACES)
def test_a_damaged_file_is_an_own_model_error_or_still_a_network(content, kept, flips):
    damaged = bytearray(content if kept > 0.5 else content[: int(2 * kept * len(content))])
    for place, value in flips:
        if damaged:
            damaged[int(place * (len(damaged) - 1))] = value
    assert_refused_or_a_network(bytes(damaged))


@settings(max_examples=200)
@given(st.sampled_from([WHOLE[0], WHOLE[2]]), PLACES)
def test_a_damaged_pickle_in_a_whole_file_is_too(content, flips):
    pickled, packed = unpacked(content)
    damaged = bytearray(pickled)
    for place, value in flips:
        damaged[int(place * (len(damaged) - 1))] = value
    assert_refused_or_a_network(packed(bytes(damaged)))


NAMES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "a.", "b.0.", "head.1.", "head.2.", "module."]),
    st.sampled_from(["weight", "bias", "running_mean", "running_var", "weight_ih", "weight_hh"]),
    st.sampled_from(["", "", "_l0", "_l1", "_l0_reverse"]),
)
SHAPES = st.lists(st.sampled_from([0, 1, 2, 8, 10, 28, 224]), max_size=3)


@settings(max_examples=200)
@given(st.dictionaries(NAMES, SHAPES, max_size=8), st.booleans(), st.booleans())
def test_any_names_and_shapes_are_refused_or_a_network(shapes, with_network, pickled):
    weights = {name: torch.ones(shape) for name, shape in shapes.items()}
    if with_network:
        weights |= {f"rnn.{name}": value for name, value in nn.LSTM(28, 8).state_dict().items()}
    assert_refused_or_a_network((as_pt if pickled else as_safetensors)(weights))


def test_many_modules_and_mappings_are_refused_at_once():
    wide = {str(k): {} for k in range(3000)}
    for held in (
        {f"fc{k}.weight": torch.ones(1, 1) for k in range(3000)} | lstm(),
        {f"a{k}.{n}": v for k in range(300) for n, v in lstm().items()},
        {"a": {str(k): wide for k in range(1000)}, "net": {**lstm(), **wide}},
    ):
        content = as_pt(held)
        start = time.perf_counter()
        with pytest.raises(OwnModelError):
            read_network(content)
        assert time.perf_counter() - start < 20


def lstm():
    return nn.LSTM(28, 2).state_dict()
