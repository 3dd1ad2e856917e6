"""Tests of slice expressions against their values, and of the proofs."""

import itertools
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.core.config import ModelConfig
from rnnviz.core.shapes import table as shapes_table
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.expressions import Term
from rnnviz.core.shapes.input_product import pull
from rnnviz.core.shapes.proofs import Proof, prove
from rnnviz.core.shapes.recipes import Want, answer
from rnnviz.core.shapes.run import run
from rnnviz.core.shapes.slices import TENSORS, Pick, both_orders, expression, roles

from .calls import calls

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported")
TWO = Call(ModelConfig("lstm", 5, 4, 2, bidirectional=True), 3, 6)


def evaluated(code, found):
    """Evaluate shown code beside the tensors of its run."""
    names = {
        "torch": torch,
        "rnn": found.cell or found.rnn,
        "whole": found.rnn,
        "x": found.x,
        "x_next": found.further,
        "lengths": found.lengths,
        **found.values,
    }
    with torch.no_grad():
        return eval(code, {**names, "range": range, "sum": sum})


@settings(max_examples=400)
@given(call=calls(), data=st.data())
def test_both_sides_of_a_proof_are_what_their_code_gives(call, data):
    found = run(call, data.draw(st.integers(0, 3)))
    for proof in prove(found):
        for term in (proof.left, proof.right):
            if "packed" in term.code:
                continue
            torch.testing.assert_close(evaluated(term.code, found), term.value)


@settings(max_examples=400)
@given(call=calls())
def test_slices_that_must_be_equal_are(call):
    for proof in prove(run(call)):
        assert proof.left.value.shape == proof.right.value.shape
        if proof.reason not in ("reverse_end", "padding"):
            assert proof.holds, (proof.left.code, proof.right.code, proof.difference)


def test_the_reverse_half_of_the_last_step_is_not_the_last_state_unless_one_step_is_all():
    proofs = {proof.reason: proof for proof in prove(run(TWO))}
    assert proofs["forward_end"].left.code == "output[:, -1, :4]"
    assert proofs["forward_end"].right.code == "h_n[-2]"
    assert proofs["reverse_start"].left.code == "output[:, 0, 4:]"
    wrong = proofs["reverse_end"]
    assert (wrong.left.code, wrong.right.code) == ("output[:, -1, 4:]", "h_n[-1]")
    assert not wrong.holds
    assert wrong.difference > 0.01
    for proof in prove(run(replace(TWO, time=1))):
        assert proof.holds


def test_time_first_swaps_the_axes_of_output_and_not_those_of_h_n():
    codes = {proof.left.code for proof in prove(run(replace(TWO, batch_first=False)))}
    assert {"output[-1, :, :4]", "output[0, :, 4:]", "output[-1, :, 4:]"} <= codes
    assert both_orders(TWO, Pick("output", step=5, direction=0)) == (
        "output[:, -1, :4]",
        "output[-1, :, :4]",
    )
    assert both_orders(TWO, Pick("h_n", place=3)) == ("h_n[-1]", "h_n[-1]")
    assert both_orders(TWO, Pick("x", step=2, sequence=1)) == ("x[1, 2]", "x[2, 1]")


def test_of_padded_sequences_the_last_valid_step_counts():
    call = replace(TWO, lengths=(6, 4, 1))
    proofs = {proof.reason: proof for proof in prove(run(call))}
    assert proofs["valid"].left.code == "output[torch.arange(3), lengths - 1, :4]"
    assert proofs["valid"].holds
    assert not proofs["padding"].holds
    assert not proofs["reverse_end"].holds
    full = prove(run(replace(call, lengths=(6, 6, 6))))
    assert {proof.reason: proof.holds for proof in full}["padding"]


@settings(max_examples=200)
@given(call=calls())
def test_every_pick_gives_what_its_code_says(call):
    found = run(call)
    names = ["x", "output", *(("h", "c") if call.stepwise else ("h_n", "c_n"))]
    names = [name for name in names if name in found.values]
    config = call.config
    for name, step, sequence, direction in itertools.product(
        names, (None, 0, call.time - 1), (None, call.batch - 1), (None, 0, 1)
    ):
        place = None if direction is None else direction % (config.num_layers)
        cut = Pick(name, step, sequence, direction, place)
        value = evaluated(expression(call, cut), found)
        whole = found.values[name]
        assert value.numel() > 0
        if name in ("x", "output") and step is not None and sequence is None:
            width = config.output_size if name == "output" else config.input_size
            both = name == "output" and config.bidirectional and direction is None
            assert value.shape[-1] == width * (1 + both)
            assert value.dim() == whole.dim() - 1


@settings(max_examples=200)
@given(call=calls())
def test_every_tensor_has_a_role_for_each_axis(call):
    for row in shapes_table.tensors(call):
        if row.name in TENSORS and row.name != "features":
            assert len(roles(call, row.name)) == len(row.shape), row
    if call.source == "pictures":
        assert expression(call, Pick("images", step=0, sequence=0)).startswith("images[0, 0, ")


@pytest.mark.parametrize(
    "cut", [Pick("output", step=6), Pick("x", sequence=3), Pick("h_n", place=4), Pick("x", -1)]
)
def test_a_pick_that_is_not_there_is_refused(cut):
    with pytest.raises(ValueError, match="must lie in"):
        expression(TWO, cut)
    with pytest.raises(ValueError, match="tensor must be one of ids, images, x"):
        expression(TWO, Pick("weights"))


@settings(max_examples=150)
@given(call=calls(), want=st.sampled_from(Want.__args__))
def test_answers_are_proved_and_their_terms_are_what_their_code_gives(call, want):
    found = run(call)
    given_ = answer(found, want)
    torch.testing.assert_close(evaluated(given_.term.code, found), given_.term.value)
    if want != "carry":
        assert given_.proof.holds, (given_.proof.left.code, given_.proof.right.code)
    elif not call.config.bidirectional:
        assert given_.proof.holds


def test_a_state_handed_over_goes_on_only_where_nothing_reads_from_the_end():
    for call, goes_on in ((TWO, False), (replace(TWO, config=ModelConfig("gru", 5, 4, 2)), True)):
        proof = answer(run(call), "carry").proof
        assert proof.holds is goes_on
        found = run(call)
        torch.testing.assert_close(evaluated(proof.left.code, found), proof.left.value)
        torch.testing.assert_close(evaluated(proof.right.code, found), proof.right.value)


def test_an_unknown_want_is_refused():
    with pytest.raises(ValueError, match="want must be one of last, both"):
        answer(run(TWO), "everything")


def test_proofs_notice_a_difference_and_leave_torchs_chance_alone():
    a = Term("a", torch.zeros(2, 3))
    assert Proof(a, Term("b", torch.zeros(2, 3)), "view").holds
    off = torch.zeros(2, 3)
    off[1, 2] = 1e-3
    assert not Proof(a, Term("b", off), "view").holds
    assert Proof(a, Term("b", off), "view").difference == pytest.approx(1e-3)
    before = torch.get_rng_state()
    first, again, other = (run(TWO, seed) for seed in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first.values["output"], again.values["output"])
    assert not torch.equal(first.values["output"], other.values["output"])


def test_a_given_state_of_zeros_is_none():
    for call in (TWO, Call(ModelConfig("lstm", 5, 4), 3, 6, stepwise=True)):
        none, zeros = (run(replace(call, state_given=flag)) for flag in (False, True))
        assert torch.equal(none.values["output"], zeros.values["output"])


@settings(max_examples=100)
@given(call=calls())
def test_the_product_of_a_step_and_a_gate_adds_up_to_the_pre_activation(call):
    found = run(call)
    pulled = pull(found)
    T, B, _ = pulled.x.shape
    G, I, H = pulled.weight.shape
    assert pulled.product.shape == (G, T, B, H)
    by_hand = torch.einsum("tbi,gih->gtbh", pulled.x, pulled.weight)
    assert call.config.input_size == I  # so small that nothing is cut
    torch.testing.assert_close(pulled.product, by_hand)


def test_a_large_call_is_cut_to_what_can_be_shown_yet_added_up_whole():
    found = run(Call(ModelConfig("lstm", 100, 64), 32, 50))
    pulled = pull(found)
    assert pulled.x.shape == (50, 8, 12)
    assert pulled.weight.shape == (4, 12, 12)
    whole = found.x[3, 7] @ found.rnn.weight_ih_l0[64 + 5]
    torch.testing.assert_close(pulled.product[1, 7, 3, 5], whole.detach())
