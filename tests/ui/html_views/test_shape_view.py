import re

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

import rnnviz

MODULES = {
    "LSTM": lambda: nn.LSTM(5, 6),
    "two layers, two directions": lambda: nn.LSTM(
        5, 6, num_layers=2, bidirectional=True, batch_first=True, proj_size=4
    ),
    "GRU": lambda: nn.GRU(5, 6, num_layers=3, batch_first=True, bias=False),
    "RNN": lambda: nn.RNN(5, 6, bidirectional=True, nonlinearity="relu"),
}
INPUTS = {
    "batch": torch.randn(3, 4, 5, generator=torch.Generator().manual_seed(1)),
    "one": torch.randn(4, 5, generator=torch.Generator().manual_seed(1)),
    "packed": pack_sequence([torch.ones(4, 5), torch.ones(2, 5)]),
}


def lines(table, kind):
    return [line for line in table.lines if line.kind == kind]


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize("given", INPUTS)
@pytest.mark.parametrize("name", MODULES)
def test_every_slice_has_the_shape_and_the_equal_that_the_table_names(name, given):
    rnn, x = MODULES[name](), INPUTS[given]
    table = rnnviz.shapes(rnn, x)
    output, state = rnn(x)
    h_n, c_n = state if isinstance(state, tuple) else (state, None)
    values = {"x": x, "output": output, "h_n": h_n, "c_n": c_n, "torch": torch}
    if given == "packed":
        values["x"], values["lengths"] = pad_packed_sequence(x, batch_first=rnn.batch_first)
        values["output"], _ = pad_packed_sequence(output, batch_first=rnn.batch_first)
    found = {line.code: line.shape for line in lines(table, "tensor")}
    assert {"x", "output", "h_n"} <= set(found)
    for code, shape in found.items():
        if code in values:
            assert tuple(values[code].shape) == shape, code
    equals = 0
    for line in lines(table, "slice"):
        value = eval(line.code, values)
        assert tuple(value.shape) == line.shape, line.code
        if other := re.search(r"equals (.+)$", line.meaning):
            equals += 1
            torch.testing.assert_close(value, eval(other[1], values), msg=line.code)
    assert equals == 1 + rnn.bidirectional
    weights = {line.code: line.shape for line in lines(table, "weight")}
    assert weights == {name: tuple(weight.shape) for name, weight in rnn.named_parameters()}
    assert table.parameters == sum(weight.numel() for weight in rnn.parameters())


def test_a_shape_is_enough_and_nothing_is_allocated_for_it():
    rnn = nn.GRU(5, 6)
    assert str(rnnviz.shapes(rnn, (3, 4, 5))) == str(rnnviz.shapes(rnn, INPUTS["batch"]))
    huge = rnnviz.shapes(rnn, torch.Size([100_000, 4096, 5]))
    assert lines(huge, "tensor")[0].count == 100_000 * 4096 * 5


def test_text_names_each_letter_and_html_has_the_same_cells():
    table = rnnviz.shapes(nn.LSTM(28, 128, batch_first=True), (4, 28, 28))
    text = str(table)
    assert "nn.LSTM(28, 128, batch_first=True)" in text
    assert "T = 28, B = 4, I = 28, H = 128, P = 128, D = 1, num_layers = 1" in text
    assert "80,896 parameters = D·(4H·I + 4H·P + 8H)" in text
    page = table._repr_html_()
    for line in table.lines:
        assert f"<code>{line.code}</code>" in page
        assert line.code in text
    assert not re.search(r"#[0-9a-f]{3,6}\b", page), "the notebook's own colours"


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(9, 5)
        self.gru = nn.GRU(5, 6, batch_first=True, dropout=0.0)

    def forward(self, text):
        return self.gru(self.embedding(text))[0]


def test_the_module_inside_a_model_is_found_and_a_cell_is_stepped():
    table = rnnviz.shapes(Tagger(), torch.ones(2, 7, dtype=torch.int64))
    assert lines(table, "tensor")[0].shape == (2, 7, 5)
    assert table.title == "nn.GRU(5, 6, batch_first=True)"
    cell = rnnviz.shapes(nn.LSTMCell(5, 6), (7, 3, 5))
    assert {line.code for line in lines(cell, "tensor")} == {"x", "x_t", "h", "c", "output"}
    assert next(line.code for line in lines(cell, "weight")) == "weight_ih"


@pytest.mark.parametrize(
    ("model", "given", "error", "message"),
    [
        (nn.Linear(3, 4), (5, 3), TypeError, "must be or contain an nn.RNN"),
        (nn.RNN(3, 4), (5, 4), ValueError, "x must be (T, B, I) or (T, I) with I = 3"),
        (nn.RNN(3, 4), "abc", TypeError, "x must be a tensor or a PackedSequence, got str"),
        (Tagger(), (2, 7), TypeError, "give Tagger an input, as in rnnviz.shapes(model, x)"),
        (nn.GRUCell(3, 4), (5, 2, 2), ValueError, "with I = 3 for GRUCell"),
    ],
)
def test_what_does_not_fit_is_named(model, given, error, message):
    with pytest.raises(error, match=re.escape(message)):
        rnnviz.shapes(model, given)
