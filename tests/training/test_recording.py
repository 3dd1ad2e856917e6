"""Tests of recordings: the file contains the trace, and reads back unchanged."""

import json
import re
import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load, save
from torch import nn

import rnnviz
from rnnviz.core.inspect.trace import run_trace
from rnnviz.training import recording
from rnnviz.training.recording import KEY, RecordingError, read_recording

always_the_same = settings(max_examples=25)
KINDS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


def make(kind=nn.LSTM, T=4, B=3, seed=0, **options):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        rnn = kind(5, 6, **options)
        return rnn, torch.randn(*((B, T) if rnn.batch_first else (T, B)), 5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("recordings")


def recorded(folder, rnn, x, labels=None):
    path = folder / "one.safetensors"
    rnnviz.record(rnn, x, path, labels)
    return path.read_bytes()


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@always_the_same
@given(
    cell=st.sampled_from(sorted(KINDS)),
    num_layers=st.integers(1, 3),
    bidirectional=st.booleans(),
    bias=st.booleans(),
    batch_first=st.booleans(),
    proj_size=st.sampled_from([0, 4]),
    labelled=st.booleans(),
)
def test_what_is_read_back_is_the_trace(folder, cell, proj_size, labelled, **options):
    if cell == "lstm":
        options["proj_size"] = proj_size
    rnn, x = make(KINDS[cell], **options)
    labels = torch.tensor([7, 0, 120]) if labelled else None
    got = read_recording(recorded(folder, rnn, x, labels))
    with torch.no_grad():  # as `record` runs it: kernels for inference differ in the last bit
        expected = run_trace(rnn, x)
    assert torch.equal(got.x, x.transpose(0, 1) if rnn.batch_first else x)
    assert (got.labels is None) if labels is None else torch.equal(got.labels, labels)
    for name in ("num_layers", "bidirectional", "bias"):
        assert getattr(got.config, name) == options[name]
    for ours, theirs in zip(got.layers, expected.layers, strict=True):
        for one, other in zip(ours, theirs, strict=True):
            assert (one.layer, one.direction) == (other.layer, other.direction)
            assert torch.equal(one.h, other.h)
            assert (one.c is None) == (other.c is None)
            if one.c is not None:
                assert torch.equal(one.c, other.c)
            assert list(one.gates) == list(other.gates)
            for name, gate in other.gates.items():
                assert torch.equal(one.gates[name], gate)


class Tagger(nn.Module):
    """Words in, through an embedding; the network begins with a state of its own."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(9, 5)
        self.lstm = make(num_layers=2, dropout=0.5, batch_first=True)[0]
        self.start = nn.Parameter(torch.full((2, 1, 6), 0.3))

    def forward(self, words):
        B = len(words)
        state = tuple(self.start.expand(2, B, 6).contiguous() for _ in range(2))
        return self.lstm(self.words(words), hx=state)[0]


def test_a_module_around_a_network_is_recorded_by_what_it_gives_it(folder):
    model, words = Tagger(), torch.tensor([[1, 2, 3], [4, 5, 6]])
    state = torch.get_rng_state()
    got = read_recording(recorded(folder, model, words))
    assert torch.equal(torch.get_rng_state(), state)
    assert model.training
    assert model.lstm.training
    assert not model.lstm._forward_pre_hooks
    model.eval()
    assert torch.equal(got.x, model.words(words).transpose(0, 1))
    torch.testing.assert_close(got.layers[1][0].h, model(words).transpose(0, 1))


def test_hooks_are_taken_off_after_an_error_too(folder):
    model = Tagger()
    with pytest.raises(IndexError):
        recorded(folder, model, torch.tensor([[99]]))
    assert not model.lstm._forward_pre_hooks
    assert model.training


def test_one_sequence_and_float64_become_a_batch_of_float32(folder):
    rnn, x = make(nn.GRU, B=1)
    got = read_recording(recorded(folder, rnn.double(), x[:, 0].double(), labels=[3]))
    assert got.x.dtype == got.layers[0][0].h.dtype == torch.float32
    assert torch.equal(got.x, x)
    assert got.labels.tolist() == [3]


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_a_plain_rnns_nonlinearity_is_told(folder, nonlinearity):
    content = recorded(folder, *make(nn.RNN, nonlinearity=nonlinearity))
    assert read_recording(content).config.nonlinearity == nonlinearity


def test_rnnviz_itself_imports_nothing_heavy():
    code = "import sys, rnnviz; print('torch' in sys.modules); assert callable(rnnviz.record)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = make(nn.GRU)[0]

    def forward(self, x):
        return self.rnn(x), self.rnn(x)


@pytest.mark.parametrize(
    ("module", "labels", "name", "error", "message"),
    [
        (nn.Linear(5, 2), None, "a.safetensors", TypeError, "got Linear with none"),
        (
            nn.Sequential(nn.GRU(5, 2), nn.GRU(2, 2)),
            None,
            "a.safetensors",
            TypeError,
            'Sequential has 2 recurrent modules, "0" (nn.GRU(5, 2)), "1" (nn.GRU(2, 2)): name the ',
        ),
        (Twice(), None, "a.safetensors", ValueError, "rnn was called 2 times, and not each time"),
        (nn.GRU(5, 2), [1, 2], "a.safetensors", ValueError, "(B,) = (3,), got torch.int64 (2,)"),
        (nn.GRU(5, 2), [0, 1, -1], "a.safetensors", ValueError, "whole numbers of 0 and more"),
        (nn.GRU(5, 2), [0.0, 1, 1], "a.safetensors", ValueError, "whole numbers of 0 and more"),
        (nn.GRU(5, 2), None, "a.pt", ValueError, "must end in .safetensors, got a.pt"),
        (nn.GRU(4, 2), None, "a.safetensors", ValueError, "x must be (T, B, I)"),
    ],
)
def test_what_cannot_be_recorded_is_told_and_nothing_is_written(
    tmp_path, module, labels, name, error, message
):
    with pytest.raises(error, match=re.escape(message)):
        rnnviz.record(module, make()[1], tmp_path / name, labels)
    assert not list(tmp_path.iterdir())


def test_a_recording_that_no_page_would_open_is_not_written(tmp_path, monkeypatch):
    rnn, x = make(T=30, B=40)
    with monkeypatch.context() as patch:
        patch.setattr(recording, "MOST_BYTES", 200_000)
        with pytest.raises(ValueError, match=r"^the recording would have 0 MB, of 0 at most$"):
            rnnviz.record(rnn, x, tmp_path / "a.safetensors")
        with pytest.raises(RecordingError, match=r"^the file has 0 MB; at most 0 are read$"):
            read_recording(bytes(200_001))
    with pytest.raises(ValueError, match=r"^x has values that are no finite numbers$"):
        rnnviz.record(rnn, x * torch.nan, tmp_path / "a.safetensors")
    assert not list(tmp_path.iterdir())


def altered(folder, change, header=None):
    """A recording of a GRU with other tensors, or another header."""
    rnn, x = make(nn.GRU)
    content = recorded(folder, rnn, x, [1, 2, 3])
    size = int.from_bytes(content[:8], "little")
    told = json.loads(json.loads(content[8 : 8 + size])["__metadata__"][KEY])
    tensors = load(content)
    change(tensors)
    return save(tensors, metadata={KEY: json.dumps((header or (lambda told: told))(told))})


def config(**values):
    return lambda told: told | {"config": told["config"] | values}


def same(tensors):
    pass


@pytest.mark.parametrize(
    ("change", "header", "message"),
    [
        (lambda t: t.pop("0.forward.r"), None, "0.forward.r is missing; it must be (4, 3, 6)"),
        (lambda t: t.pop("x"), None, "x must be (T ≥ 1, B ≥ 1, I), got none"),
        (lambda t: t.update(x=torch.ones(0, 3, 5)), None, "x must be (T ≥ 1, B ≥ 1, I), got (0, 3"),
        (lambda t: t.update(x=torch.ones(4, 2, 5)), None, "0.forward.h must be (4, 2, 6), got"),
        (lambda t: t.update(y=torch.ones(1)), None, "y belongs to no recording of such a network"),
        (lambda t: t.update({"0.forward.r": 2 * t["0.forward.r"] + 1}), None, "0.forward.r must "),
        (lambda t: t["0.forward.z"][0].fill_(-0.1), None, "0.forward.z must lie in [0, 1]"),
        (lambda t: t["0.forward.n"][0].fill_(-1.1), None, "0.forward.n must lie in [-1, 1]"),
        (lambda t: t["0.forward.h"][0].fill_(torch.nan), None, "0.forward.h has values that are"),
        (lambda t: t.update(x=t["x"].double()), None, "x must be torch.float32, got torch.float64"),
        (lambda t: t["labels"].fill_(-1), None, "labels must be whole numbers of 0 and more"),
        (lambda t: t.update(lengths=torch.tensor([4, 0, 1])), None, "lengths must lie in 1 to T"),
        (lambda t: t.update(lengths=torch.tensor([5, 2, 1])), None, "lengths must lie in 1 to T"),
        (lambda t: t.update(lengths=torch.ones(2).long()), None, "lengths must be (3,), got (2,)"),
        (lambda t: t.update(lengths=torch.ones(3)), None, "lengths must be torch.int64, got"),
        (lambda t: t.update(labels=torch.ones(2).long()), None, "labels must be (3,), got (2,)"),
        (same, lambda told: told | {"version": 2}, "the recording has version 2, 1 can be read"),
        (same, lambda told: [], "the recording does not say what network it is of"),
        (same, config(cell="cnn"), "the recording does not say what network it is of"),
        (same, config(hidden_size="6"), "the recording does not say what network it is of"),
        (same, config(hidden_size=6.0), "the recording does not say what network it is of"),
        (same, config(bidirectional="yes"), "the recording does not say what network it is of"),
        (same, config(num_layers=10**9), "1,000,000,000 layers and directions are told, of which"),
        (same, config(hidden_size=7), "0.forward.h must be (4, 3, 7), got (4, 3, 6)"),
    ],
)
def test_what_does_not_fit_is_told_in_one_sentence(folder, change, header, message):
    with pytest.raises(RecordingError, match=f"^{re.escape(message)}"):
        read_recording(altered(folder, change, header))


def test_a_file_of_weights_is_no_recording():
    content = save({"x": torch.ones(1, 1, 1)})
    with pytest.raises(RecordingError, match=r"^the file was not written by rnnviz\.record$"):
        read_recording(content)


@settings(max_examples=150)
@given(
    st.floats(0, 1),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6),
)
def test_a_damaged_recording_is_a_recording_error_or_still_whole(folder, kept, flips):
    path = folder / "whole.safetensors"
    if not path.exists():
        rnnviz.record(*make(T=2, B=1), path)
    content = path.read_bytes()
    damaged = bytearray(content if kept > 0.5 else content[: int(2 * kept * len(content))])
    for place, value in flips:
        if damaged:
            damaged[int(place * (len(damaged) - 1))] = value
    try:
        got = read_recording(bytes(damaged))
    except RecordingError:
        return  # any other error is a failure
    assert got.layers[0][0].h.shape == (2, 1, 6)
