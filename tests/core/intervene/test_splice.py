"""Tests of two spliced sequences against plain forward passes."""

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.core.config import ModelConfig
from rnnviz.core.inspect import reading
from rnnviz.core.inspect.trace import run_trace
from rnnviz.core.intervene.splice import splice, splice_belief
from tests.assertions import assert_same, left_as_found
from tests.intervened_networks import make_classifier, shown

MEMORIES = ["kept", "reset", "other"]
CELLS = ["rnn", "gru", "lstm"]


def make(B=2, **options):
    """A classifier and three sequences of six rows."""
    config = ModelConfig(**{"input_size": 2, "hidden_size": 4, **options})
    model, x = make_classifier(config, T=6, B=3 * B)
    return model, *x.chunk(3, dim=1)


def seamed(rnn, layer, d, x, row, memory, there):
    """One direction of one layer, in two pieces, as its own one-layer module; (T, B, ·) and c."""
    cell = type(rnn)(x.shape[-1], rnn.hidden_size, bias=rnn.bias, dtype=x.dtype)
    if rnn.proj_size:
        sizes = (x.shape[-1], rnn.hidden_size)
        cell = type(rnn)(*sizes, bias=rnn.bias, proj_size=rnn.proj_size, dtype=x.dtype)
    ending = f"_l{layer}" + ("_reverse" if d else "")
    own = {k.replace(ending, "_l0"): v for k, v in rnn.state_dict().items() if k.endswith(ending)}
    cell.load_state_dict(own)
    pieces = (x[row:].flip(0), x[:row].flip(0)) if d else (x[:row], x[row:])
    one = run_trace(cell, pieces[0])
    states = []
    for name, how in zip(("h", "c"), memory, strict=True):
        kept = getattr(one.layers[0][0], name)
        if kept is None:
            continue
        others = getattr(there, name) if there is not None else None
        other = None if others is None else others[row if d else row - 1]
        states.append({"kept": kept[-1], "reset": 0 * kept[-1], "other": other}[how][None])
    two = run_trace(cell, pieces[1], tuple(states) if len(states) == 2 else states[0])
    whole = torch.cat((one.output, two.output))
    return whole.flip(0) if d else whole


@settings(max_examples=40)
@given(
    cell=st.sampled_from(CELLS),
    num_layers=st.integers(1, 2),
    bidirectional=st.booleans(),
    proj_size=st.sampled_from([0, 3]),
    row=st.integers(1, 5),
    h=st.sampled_from(MEMORIES),
    c=st.sampled_from(MEMORIES),
)
def test_a_splice_reads_each_layer_and_direction_in_two_pieces(
    cell, num_layers, bidirectional, proj_size, row, h, c
):
    options = {"cell": cell, "num_layers": num_layers, "bidirectional": bidirectional}
    model, first, then, other = make(**options, proj_size=proj_size if cell == "lstm" else 0)
    there = run_trace(model.rnn, other)
    x = torch.cat((first[:row], then[row:]))
    for layer in range(num_layers):
        x = torch.cat(
            [
                seamed(model.rnn, layer, d, x, row, (h, c), there.layers[layer][d])
                for d in range(1 + bidirectional)
            ],
            dim=-1,
        )
    trace = splice(model, first, then, row, h=h, c=c, other=other)
    assert_same(trace.output, x)
    assert_same(splice(model.rnn, first, then, row, h=h, c=c, other=other).output, x)
    believed = splice_belief(model, first, then, row, h=h, c=c, other=other)
    assert_same(believed[:row], reading.belief(model, first)[:row])
    assert_same(believed[-1], model.head(model.pool(x, trace.h_n)).softmax(dim=-1))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("pooling", ["last", "mean", "output"])
def test_with_the_memory_kept_it_is_the_plain_reading_of_both(cell, bidirectional, pooling):
    model, first, then, _ = make(cell=cell, bidirectional=bidirectional, pooling=pooling)
    both = torch.cat((first[:2], then[2:]))
    for x, trace in (
        (both, splice(model, first, then, 2)),
        (first, splice(model, first, first, 2)),
    ):
        plain = run_trace(model.rnn, x)
        for got, expected in zip(trace.layers[0], plain.layers[0], strict=True):
            for name, values in shown(expected).items():
                assert_same(shown(got)[name], values)
        assert_same(trace.h_n, plain.h_n)
    assert_same(splice_belief(model, first, then, 2), reading.belief(model, both))


def test_belief_of_a_splice_in_two_directions_is_that_of_its_beginnings():
    model, first, then, other = make(bidirectional=True, num_layers=2)
    believed = splice_belief(model, first, then, 2, h="other", c="reset", other=other)
    for end in range(3, 7):
        part = splice(model, first[:end], then[:end], 2, h="other", c="reset", other=other[:end])
        answer = model.head(model.last(part.h_n)).softmax(dim=-1)
        assert_same(believed[end - 1], answer)


def test_reset_makes_the_rows_below_the_seam_forget_the_rows_above():
    model, first, then, _ = make(num_layers=2)
    forgotten = splice(model, first, then, 3, h="reset", c="reset")
    assert_same(forgotten.output[3:], run_trace(model.rnn, then[3:]).output)
    for half in ({"h": "reset"}, {"c": "reset"}):
        assert (splice(model, first, then, 3, **half).output[3:] != forgotten.output[3:]).all()


def test_a_module_that_is_batch_first_is_spliced_time_first_all_the_same():
    model, first, then, other = make(num_layers=2)
    expected = splice(model.rnn, first, then, 3, h="other", other=other).output
    model.rnn.batch_first = True
    assert_same(splice(model.rnn, first, then, 3, h="other", other=other).output, expected)


def test_the_model_is_left_as_found_and_dropout_is_off():
    model, first, then, _ = make(num_layers=2, dropout=0.5)
    model.train()
    with left_as_found(model):
        one, two = splice(model, first, then, 3), splice(model, first, then, 3)
    assert torch.equal(one.output, two.output)


@pytest.mark.parametrize("read", [splice, splice_belief])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"row": 0}, "row must leave rows on both sides, 1…5, got 0"),
        ({"row": 6}, "row must leave rows on both sides, 1…5, got 6"),
        ({"h": "lost"}, "h must be one of kept, reset, other, got 'lost'"),
        ({"c": "other"}, "a state is to come from another sequence, and none was given"),
        ({"then": torch.zeros(5, 2, 2)}, "then must have the shape of first, (6, 2, 2), got (5"),
        ({"first": torch.zeros(6, 2, 3)}, "first must be (T, B, I = 2), got (6, 2, 3)"),
    ],
)
def test_a_splice_that_cannot_be_read_is_refused_in_a_sentence(
    read, bidirectional, change, sentence
):
    model, first, then, _ = make(bidirectional=bidirectional)
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read(model, **{"first": first, "then": then, "row": 3, **change})
