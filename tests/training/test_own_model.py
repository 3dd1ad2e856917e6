"""Networks from elsewhere: good ones read as at home, bad ones are told apart in one sentence."""

import builtins
import io
import pickle
import re
import zipfile

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save
from torch import nn

from rnnviz.training import own_model
from rnnviz.training.own_model import OwnModelError, read_own_model

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


def as_pt(values):
    file = io.BytesIO()
    torch.save(values, file)
    return file.getvalue()


def as_safetensors(values):
    return save({name: value.detach().clone().contiguous() for name, value in values.items()})


def refused(content, message, **options):
    with pytest.raises(OwnModelError, match=f"^{re.escape(message)}") as caught:
        read_own_model(content, **options)
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
    own = read_own_model(write(weights))
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
    own = read_own_model(as_pt(net(head_bias=False, **options).state_dict()))
    assert own.found == (
        "an LSTM that reads 28 values at each step, 6 units, 2 layers, two directions, "
        "projected to 4, without biases, and a linear head with 10 answers"
    )
    assert own.assumed == (
        "The head is taken to read what each direction holds when it has read everything; the "
        "weights do not tell.",
        "The head has no bias.",
    )
    relu = read_own_model(as_pt(net(kind=nn.RNN).state_dict()), nonlinearity="relu", pooling="max")
    assert relu.model.config.nonlinearity == "relu"
    assert relu.model.config.pooling == "max"
    assert "relu" in relu.assumed[1]
    assert "tanh" in read_own_model(as_pt(net(kind=nn.RNN).state_dict())).assumed[1]


@pytest.mark.parametrize("name", ["state_dict", "model_state_dict", "model"])
def test_a_checkpoint_that_holds_a_state_dict_among_other_things_is_read(name):
    theirs = net()
    own = read_own_model(as_pt({"epoch": 3, name: theirs.state_dict()}))
    assert torch.equal(own.model.head.weight, theirs.fc.weight)


def test_the_old_way_of_torch_save_is_read_too():
    theirs, file = net(), io.BytesIO()
    torch.save(theirs.state_dict(), file, _use_new_zipfile_serialization=False)
    assert torch.equal(read_own_model(file.getvalue()).model.head.weight, theirs.fc.weight)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("write", [as_pt, as_safetensors])
def test_other_precisions_become_float32(write, dtype):
    own = read_own_model(write(net().to(dtype).state_dict()))
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
        as_pt(net()),
    ],
    ids=["alone", "saved by torch", "among weights", "a whole module"],
)
def test_a_pickle_that_wants_to_run_is_refused(content):
    refused(content, "the file holds more than weights, which is not run here; save model.state")
    assert not hasattr(builtins, "it_ran")


def changed(change, **options):
    weights = dict(net(**options).state_dict())
    change(weights)
    return as_safetensors(weights)


ONE = "the state_dict of one nn.RNN, nn.GRU or nn.LSTM and one nn.Linear is expected"
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
        (as_pt({"a": torch.ones(2).long()}), "a is no plain tensor of floating-point numbers"),
        (
            as_pt({"a": torch.ones(1).expand(10**6, 10**6)}),
            "the network has 1,000,000,000,000 parameters; at most 5,000,000 are read",
        ),
        (
            as_pt(nn.Linear(28, 10).state_dict()),
            f"no recurrent weights were found among weight (10, 28), bias (10,); {ONE}",
        ),
        (
            as_pt(nn.ModuleList([nn.GRU(28, 3), nn.GRU(28, 3)]).state_dict()),
            f"2 recurrent networks were found, 0, 1; {ONE}",
        ),
        (
            as_pt(nn.GRU(28, 3).state_dict()),
            "besides the network there is nothing; one nn.Linear(3, 10)",
        ),
        (
            as_pt(net(I=27).state_dict()),
            "the network reads 27 values at each step; the rows of a digit have 28",
        ),
        (as_pt(net(K=9).state_dict()), f"the head fc.weight is (9, 6); {HEAD}"),
        (
            as_pt(nn.ModuleDict({"n": net(), "b": nn.Linear(6, 6)}).state_dict()),
            "besides the network there is n.fc.weight (10, 6), n.fc.bias (10,), b.weight (6, 6) "
            f"and 1 more; {HEAD}",
        ),
        (
            changed(lambda weights: weights.update(scale=torch.ones(1))),
            f"besides network and head there is scale (1,); {HEAD}",
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
            "its num_layers is 1,000; at most 4 is read",
        ),
        (
            as_pt({"weight_ih_l0": torch.ones(513, 28), "weight_hh_l0": torch.ones(513, 513)}),
            "its hidden_size is 513; at most 512 is read",
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
    content = as_pt({"a": torch.ones(2).to_sparse()})
    refused(content, "a is no plain tensor of floating-point numbers")


def test_a_file_that_is_too_large_is_not_opened(monkeypatch):
    monkeypatch.setattr(own_model, "MOST_BYTES", 2_000_000)
    refused(b"PK" + bytes(2_999_998), "the file has 3 MB; at most 2 are read")


def test_a_file_that_unpacks_to_too_much_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(own_model, "MOST_BYTES", 2_000_000)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(7_000_000))
    assert len(file.getvalue()) < 100_000
    refused(file.getvalue(), "the file unpacks to 7 MB; at most 2 are read")


WHOLE = [as_pt(net(H=2).state_dict()), as_safetensors(net(H=2).state_dict())]


@settings(max_examples=150)
@given(
    st.sampled_from(WHOLE),
    st.floats(0, 1),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6),
)
def test_a_damaged_file_is_an_own_model_error_or_still_a_network(content, kept, flips):
    damaged = bytearray(content if kept > 0.5 else content[: int(2 * kept * len(content))])
    for place, value in flips:
        if damaged:
            damaged[int(place * (len(damaged) - 1))] = value
    try:
        own = read_own_model(bytes(damaged))
    except OwnModelError:
        return  # any other error is a failure
    assert own.model(torch.zeros(2, 1, 28)).shape == (1, 10)
