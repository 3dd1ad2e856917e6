"""Tests of shape formulas against real modules, and laws that need none."""

import pytest
import torch
from hypothesis import given, settings
from torch import nn

from rnnviz.core.config import NUM_GATES, ModelConfig
from rnnviz.core.models import build_rnn
from rnnviz.core.shapes import table as shapes_table
from rnnviz.core.shapes.call import MOST, Call
from rnnviz.core.shapes.code import falling
from rnnviz.core.shapes.run import CELLS, MOST_WORK, fitting, run
from rnnviz.core.shapes.table import formula, gate_of, gate_rows, parameters, sizes, table

from .calls import calls

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported")


@pytest.mark.slow
@settings(max_examples=2000)
@given(call=calls())
def test_weights_have_the_names_shapes_and_sum_of_the_real_modules(call):
    config = call.config
    with torch.device("meta"):
        if call.stepwise:
            rnn = CELLS[config.cell](config.input_size, config.hidden_size, config.bias)
        else:
            rnn = build_rnn(config)
        more = {"embedding": nn.Embedding(call.vocabulary, config.input_size)}
        more = more if call.source == "tokens" else {}
        if call.head != "none":
            width = config.num_directions * config.output_size
            more["linear"] = nn.Linear(width, call.classes)
    found = {row.name: row.shape for row in shapes_table.weights(call)}
    real = {name: tuple(value.shape) for name, value in rnn.named_parameters()}
    further = nn.ModuleDict(more).named_parameters()
    assert found == real | {name: tuple(value.shape) for name, value in further}
    assert [*found][: len(real)] == [*real]
    assert call.weights == sum(p.numel() for p in rnn.parameters())
    assert parameters(call) == call.weights + sum(
        p.numel() for p in nn.ModuleDict(more).parameters()
    )


@settings(max_examples=1000)
@given(call=calls())
def test_tensors_have_the_shapes_of_a_real_call(call):
    found = shapes_table.named(call)
    for name, value in run(call).values.items():
        assert found[name].shape == tuple(value.shape), name


@settings(max_examples=500)
@given(call=calls())
def test_letters_say_the_same_as_numbers_and_counts_are_products(call):
    letters = {**sizes(call)}
    for row in shapes_table.rows(call):
        worked_out = []
        for axis in row.letters.strip("()").split(","):
            if axis.strip():
                code = axis.strip().replace("·", "*")
                code = "".join(
                    f"{c}*" if c.isdigit() and after.isalpha() else c
                    for c, after in zip(code, f"{code[1:]} ", strict=True)
                )
                worked_out.append(eval(code, {}, letters))
        assert tuple(worked_out) == row.shape, row
        assert row.count == torch.Size(row.shape).numel()


@settings(max_examples=500)
@given(call=calls())
def test_the_formula_adds_up_in_letters_and_in_numbers(call):
    in_letters, in_numbers = formula(call)
    assert eval(in_numbers.replace("·", "*")) == call.weights
    for letter, size in sorted(sizes(call).items(), key=lambda item: -len(item[0])):
        in_letters = in_letters.replace(f"{letter}", f"*{size}")
    product = in_letters.replace("·*", "*").replace("(*", "(").replace("+ *", "+ ")
    product = product.replace("·", "*").replace("−", "-").lstrip("*")
    assert eval(product) == call.weights


@pytest.mark.parametrize(("cell", "gates"), [("lstm", "ifgo"), ("gru", "rzn"), ("rnn", "h")])
def test_rows_of_a_weight_belong_to_gates_in_torchs_order(cell, gates):
    config = ModelConfig(cell, 3, 64)
    found = gate_rows(config)
    assert "".join(rows.gate for rows in found) == gates
    assert [(rows.start, rows.stop) for rows in found] == [
        (64 * k, 64 * k + 64) for k in range(NUM_GATES[cell])
    ]
    for row in range(64 * len(gates)):
        gate, unit = gate_of(config, row)
        assert (gate, unit) == (gates[row // 64], row % 64)
    with pytest.raises(ValueError, match=r"row must lie in \[0, "):
        gate_of(config, 64 * len(gates))


def test_the_gate_of_a_row_is_the_one_that_the_cell_computes_with_it():
    torch.manual_seed(0)
    cell = nn.LSTMCell(3, 4)
    x, h, c = torch.randn(1, 3), torch.zeros(1, 4), torch.ones(1, 4)
    with torch.no_grad():
        cell.bias_ih.zero_()
        _, before = cell(x, (h, c))
        start = gate_rows(ModelConfig("lstm", 3, 4))[1]
        cell.bias_ih[start.start : start.stop] = -50.0  # the forget gates shut
        _, after = cell(x, (h, c))
    i, _, g, _ = (cell.weight_ih @ x[0] + cell.bias_hh).split(4)
    expected = i.sigmoid() * g.tanh()  # nothing of c is kept
    torch.testing.assert_close(after[0], expected.detach(), atol=1e-6, rtol=0)
    assert not torch.allclose(before, after)


def test_the_table_of_the_first_example_reads_as_the_course_has_it():
    rows = {row.name: row for row in table(ModelConfig("rnn", 12, 64, 2), 128, 28)}
    assert rows["x"].shape == (128, 28, 12)
    assert rows["output"].shape == (128, 28, 64)
    assert (rows["h_n"].letters, rows["h_n"].shape) == ("(num_layers·D, B, P)", (2, 128, 64))
    assert rows["weight_ih_l1"].count == 64 * 64


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"batch": MOST + 1}, r"batch must lie in 1 to 4,096 here, got 4,097"),
        ({"time": 0}, r"time must lie in 1 to 4,096"),
        ({"batch": MOST, "time": MOST}, "numbers in all, and the bound here is"),
        ({"stepwise": True, "lengths": (2,)}, "an nn.LSTMCell takes no packed sequences"),
        ({"unbatched": True, "batch": 2}, "unbatched input is one sequence, got a batch of 2"),
        ({"unbatched": True, "lengths": (3,)}, "nothing to be padded to"),
        ({"unbatched": True, "source": "pictures"}, "pictures come as a batch"),
        ({"batch": 2, "lengths": (3,)}, r"lengths must be \(B,\) = \(2,\), one for each"),
        ({"lengths": (4,)}, "each length must lie in 1 to T = 3, got 4"),
        ({"lengths": (2,)}, "the longest length is 2: pad_packed_sequence gives back no more"),
        ({"head": "all"}, "head must be one of none, last, steps"),
        ({"vocabulary": 0}, "vocabulary must lie in 1 to"),
    ],
)
def test_what_torch_would_not_take_or_is_too_large_is_refused_in_words(how, why):
    given_ = {"batch": 1, "time": 3} | how
    with pytest.raises(ValueError, match=why):
        table(ModelConfig("lstm", 4, 5), **given_)


@pytest.mark.parametrize("field", ["input_size", "hidden_size", "num_layers"])
def test_a_module_of_huge_sizes_is_refused(field):
    with pytest.raises(ValueError, match=f"{field} must lie in 1 to 4,096 here"):
        Call(ModelConfig(**{"hidden_size": 2, field: 10**9}))


def test_cells_know_one_layer_one_direction_and_no_projection():
    for config in (
        ModelConfig("rnn", 2, 3, 2),
        ModelConfig("rnn", 2, 3, bidirectional=True),
        ModelConfig("lstm", 2, 3, proj_size=1),
    ):
        with pytest.raises(ValueError, match="Cell"):
            Call(config, stepwise=True)


@pytest.mark.parametrize("lengths", [(), falling(64, 64)])
def test_what_would_take_too_long_is_run_on_fewer_sequences_and_steps(lengths):
    call = Call(ModelConfig("lstm", 512, 512), 64, 64, lengths=lengths)
    fewer = fitting(call)
    assert fewer.work <= MOST_WORK < call.work
    assert (fewer.config, fewer.time) == (call.config, 64)
    assert bool(fewer.lengths) == bool(lengths)
    small = Call(ModelConfig("lstm", 5, 4), 3, 6)
    assert fitting(small) == small
    steps = fitting(Call(ModelConfig("lstm", 1024, 1024), 1, 2000))
    assert steps.batch == 1
    assert 1 < steps.time < 2000


@settings(max_examples=300)
@given(call=calls())
def test_the_bound_counts_no_fewer_numbers_than_the_large_tensors_hold(call):
    rows = {row.name: row.count for row in shapes_table.rows(call)}
    large = ("x", "output", "h_n", "c_n", "h", "c", "logits")
    counted = sum(rows.get(name, 0) for name in large) + parameters(call)
    assert call.numbers + 2 * call.classes * (call.batch + 1) >= counted
