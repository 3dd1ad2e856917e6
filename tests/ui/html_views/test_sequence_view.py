import copy
import html
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence

import rnnviz
from tests.ui.html_views.documents import MOST_BYTES, note, places, readings

KINDS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


def randn(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(3))


def h_of(found, layer="1", direction="forward"):
    return found[layer, direction][1]["panel.h"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_states_are_those_of_torch_in_every_layer_and_direction(kind, dtype):
    rnn = KINDS[kind](5, 6, num_layers=2, bidirectional=True, dtype=dtype)
    x = randn(4, 3, 5).to(dtype)
    output, state = rnn(x)
    found = readings(rnnviz.show(rnn, x, sequence=2))
    assert set(found) == {(n, d) for n in "12" for d in ("forward", "reverse")}
    forward, reverse = output[:, 2].detach().float().numpy().reshape(4, 2, 6).swapaxes(0, 1)
    np.testing.assert_allclose(h_of(found, "2"), forward, atol=1e-6)
    np.testing.assert_allclose(h_of(found, "2", "reverse"), reverse, atol=1e-6)
    h_n = state[0] if kind == "lstm" else state
    np.testing.assert_allclose(
        h_of(found, "1", "reverse")[0], h_n[1, 2].detach().float(), atol=1e-6
    )
    if kind == "lstm":
        c = found["2", "forward"][1]["panel.c"]
        np.testing.assert_allclose(c[-1], state[1][2, 2].detach().float(), atol=1e-6)


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
def test_every_way_to_give_one_sequence_gives_the_same_numbers():
    rnn = nn.LSTM(5, 6, proj_size=4)
    first = nn.LSTM(5, 6, proj_size=4, batch_first=True)
    first.load_state_dict(rnn.state_dict())
    x = randn(4, 5)
    whole = h_of(readings(rnnviz.show(rnn, x)))
    assert whole.shape == (4, 4)
    padded = torch.stack([x, torch.zeros(4, 5)], 1)
    for given, module, b in (
        (x[:, None], rnn, 0),
        (x[None], first, 0),
        (torch.stack([randn(4, 5) + 1, x]), first, 1),
        (pack_sequence([randn(7, 5), x]), rnn, 1),
        (pack_padded_sequence(padded, torch.tensor([4, 2])), rnn, 0),
        (x.tolist() and (x, None), rnn, 0),
    ):
        found = readings(rnnviz.show(module, given, sequence=b))
        np.testing.assert_allclose(h_of(found), whole, atol=1e-6)


def test_a_state_that_is_given_is_where_the_reading_begins():
    rnn, x = nn.GRU(5, 6), randn(4, 2, 5)
    h_0 = randn(1, 2, 6)
    (_, arrays) = readings(rnnviz.show(rnn, (x, h_0), sequence=1))["1", "forward"]
    np.testing.assert_allclose(arrays["h_prev"][0], h_0[0, 1])
    np.testing.assert_allclose(arrays["panel.h"], rnn(x, h_0)[0][:, 1].detach(), atol=1e-6)
    assert "h_prev" not in readings(rnnviz.show(rnn, x))["1", "forward"][1]


class Decoder(nn.Module):
    """A Cell in a loop."""

    def __init__(self, cell):
        super().__init__()
        self.cell = cell

    def forward(self, x, state):
        for step in x:
            state = self.cell(step, state)
        return state


@pytest.mark.parametrize("kind", [nn.RNNCell, nn.GRUCell, nn.LSTMCell])
def test_a_cell_in_a_loop_is_one_sequence(kind):
    cell, x = kind(5, 6), randn(4, 2, 5)
    start = randn(2, 6)
    state = (start, randn(2, 6)) if kind is nn.LSTMCell else start
    end = Decoder(cell)(x, state)
    h = end[0] if kind is nn.LSTMCell else end
    before = torch.random.get_rng_state()
    found = readings(rnnviz.show(Decoder(cell), (x, state), sequence=1))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert h_of(found).shape == (4, 6)
    np.testing.assert_allclose(h_of(found)[-1], h[1].detach(), atol=1e-6)


class Chunks(nn.Module):
    """A network that reads in chunks and carries its state, from step to step or not at all."""

    def __init__(self, carried):
        super().__init__()
        self.lstm, self.carried = nn.LSTM(5, 6), carried

    def forward(self, x):
        state = None
        for chunk in x.split(2):
            _, state = self.lstm(chunk, state if self.carried else None)


def test_chunks_are_one_sequence_if_the_state_is_carried_and_else_one_is_named():
    model, x = Chunks(carried=True), randn(6, 2, 5)
    header, arrays = readings(rnnviz.show(model, x, sequence=1))["1", "forward"]
    assert header["digit"] == "sequence 2 of 2"
    np.testing.assert_allclose(arrays["panel.h"], model.lstm(x)[0][:, 1].detach(), atol=1e-6)
    assert "h_prev" not in arrays
    apart = Chunks(carried=False)
    with pytest.raises(ValueError, match=r"rnnviz\.show\(model, x, call=0\)"):
        rnnviz.show(apart, x)
    second = h_of(readings(rnnviz.show(apart, x, call=1, sequence=1)))
    np.testing.assert_allclose(second, apart.lstm(x[2:4])[0][:, 1].detach(), atol=1e-6)


def test_bfloat16_is_shown_as_torch_computes_it():
    rnn, x = nn.LSTM(5, 6, dtype=torch.bfloat16), randn(4, 1, 5).bfloat16()
    found = h_of(readings(rnnviz.show(rnn, x)))
    np.testing.assert_array_equal(found, rnn(x)[0][:, 0].detach().float())


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(9, 5)
        self.lstm = nn.LSTM(5, 6, 2, dropout=0.5, batch_first=True)
        self.head = nn.Linear(6, 3)

    def forward(self, text, lengths):
        packed = pack_padded_sequence(self.embedding(text), lengths, batch_first=True)
        return self.head(self.lstm(packed)[1][0][-1])


def test_a_model_is_left_as_found():
    model = Classifier()
    model.embedding.eval()
    model.head.weight.grad = torch.ones_like(model.head.weight)
    handle = model.head.register_forward_hook(lambda *_: None)
    before = copy.deepcopy(model.state_dict())
    flags = [part.training for part in model.modules()]
    rng = torch.random.get_rng_state()
    text = torch.arange(8).view(2, 4)
    found = readings(rnnviz.show(model, (text, torch.tensor([4, 3])), sequence=1, layer=1))
    assert h_of(found, "2").shape == (3, 6)
    assert [part.training for part in model.modules()] == flags
    assert all(torch.equal(model.state_dict()[name], value) for name, value in before.items())
    assert torch.equal(model.head.weight.grad, torch.ones_like(model.head.weight))
    assert [*model.head._forward_hooks] == [handle.id]
    assert not model.lstm._forward_hooks
    assert torch.equal(torch.random.get_rng_state(), rng)
    assert all(weight.requires_grad for weight in model.parameters())


def test_the_place_asked_for_is_shown_first():
    rnn = nn.GRU(5, 6, num_layers=2, bidirectional=True)
    document = rnnviz.show(rnn, randn(4, 1, 5), layer=1, direction="reverse")
    (first,) = (one for one in places(document) if one["first"])
    assert (first["layer"], first["direction"]) == ("2", "reverse")
    assert "nn.GRU(5, 6, num_layers=2, bidirectional=True) reads this sequence" in document.html


@pytest.mark.parametrize("T", [28, 784])
@pytest.mark.parametrize("kind", KINDS)
def test_a_document_has_at_most_two_megabytes(kind, T):
    document = rnnviz.show(KINDS[kind](28, 128), randn(T, 1, 28))
    assert len(document._repr_html_().encode()) <= MOST_BYTES
    header, arrays = readings(document)["1", "forward"]
    assert len(arrays["units"]) == 128
    assert header.get("derived", False) == (T == 784)
    assert header["note"] == note(document) == ""


def test_what_has_no_room_is_said():
    rnn, x = nn.LSTM(4, 128, num_layers=3), randn(300, 1, 4)
    document = rnnviz.show(rnn, x, layer=2)
    assert {layer for layer, _ in readings(document)} == {"3"}
    assert "2 of 3 layers and directions do not fit into 2 MB" in note(document)
    assert len(document.html) <= MOST_BYTES
    assert len(readings(rnnviz.show(rnn, x, limit_mb=8))) == 3
    large = rnnviz.show(nn.LSTM(4, 512), randn(1200, 1, 4))
    header, arrays = readings(large)["1", "forward"]
    assert len(large.html) <= MOST_BYTES
    told = int(re.search(r"of its 512 units the (\d+) most active", header["note"])[1])
    assert told == len(arrays["units"]) == arrays["panel.c"].shape[1]


def test_a_document_is_saved_and_framed_whole(tmp_path):
    document = rnnviz.show(nn.RNN(3, 4), randn(5, 3))
    document.save(tmp_path / "reading.html")
    assert (tmp_path / "reading.html").read_text(encoding="utf-8") == document.html
    framed = re.search(r'srcdoc="([^"]*)"', document._repr_html_())[1]
    assert html.unescape(framed) == document.html
    assert repr(document).startswith("<nn.RNN(3, 4) reads this sequence, 5 steps")
    with pytest.raises(ValueError, match=r"must end in \.html, got reading\.txt"):
        document.save(tmp_path / "reading.txt")


@pytest.mark.parametrize(
    ("model", "given", "options", "error", "message"),
    [
        (nn.Linear(3, 4), randn(5, 3), {}, TypeError, "must be or contain an nn.RNN, nn.GRU"),
        (nn.RNN(3, 4), [1], {}, TypeError, "x must be a tensor or a PackedSequence, got list"),
        (nn.RNN(3, 4), randn(5, 2, 2), {}, ValueError, "x must be (T, B, I) or (T, I) with I = 3"),
        (nn.RNN(3, 4), randn(0, 2, 3), {}, ValueError, "and not empty, got (0, 2, 3)"),
        (nn.RNN(3, 4), randn(5, 2, 3), {"sequence": 2}, ValueError, "sequence must lie in [0, 2)"),
        (nn.RNN(3, 4), randn(5, 2, 3), {"layer": 1}, ValueError, "layer must lie in [0, 1), got 1"),
        (
            nn.RNN(3, 4),
            randn(5, 2, 3),
            {"direction": "reverse"},
            ValueError,
            "direction must be one of forward, got 'reverse'",
        ),
        (nn.RNN(3, 4), randn(5, 2, 3) * torch.nan, {}, ValueError, "that are no finite numbers"),
        (Classifier(), randn(2, 2), {}, TypeError, "as in rnnviz.show(model, (text, lengths))"),
        (
            nn.ModuleDict({"a": nn.GRU(3, 4), "b": nn.RNN(3, 4)}),
            randn(5, 3),
            {},
            TypeError,
            'name the one to show, as in rnnviz.show(model, x, module="a")',
        ),
    ],
)
def test_what_is_wrong_is_named_with_the_line_to_run(model, given, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        rnnviz.show(model, given, **options)


def test_show_and_shapes_need_torch_and_numpy_alone():
    code = """
import sys
for name in ("streamlit", "plotly", "torchvision", "pandas", "optuna", "starlette", "IPython"):
    sys.modules[name] = None
import rnnviz, torch
rnn = torch.nn.LSTM(3, 4)
assert "srcdoc" in rnnviz.show(rnn, torch.zeros(5, 1, 3))._repr_html_()
assert "h_n" in str(rnnviz.shapes(rnn, torch.zeros(5, 1, 3)))
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
