"""Tests of the text about slices: it follows from the proofs and covers every case."""

import itertools
import re
from dataclasses import replace

import pytest
import torch

from rnnviz.chapters.shapes import error_text, mapping_text, slice_text
from rnnviz.core.config import ModelConfig
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.errors import refused, warned
from rnnviz.core.shapes.proofs import prove
from rnnviz.core.shapes.recipes import Want, answer
from rnnviz.core.shapes.run import run
from rnnviz.core.shapes.sequence_mappings import Mapping, mapped
from rnnviz.core.shapes.silent_errors import silent
from rnnviz.core.shapes.slices import Pick, index
from tests.core.shapes.calls import matrix
from tests.core.shapes.gradients import different, felt, graded

TWO = Call(ModelConfig("gru", 5, 4, 2, bidirectional=True), 3, 6)
ONE = Call(ModelConfig("gru", 5, 4), 3, 6)


def headline(call):
    return slice_text.headline(call, prove(run(call)))


def test_the_headline_says_what_the_proofs_found():
    assert headline(ONE).startswith("`output[:, -1]` is `h_n[-1]`, to the last bit")
    assert "layer 2's reverse state after 1 of 6 steps" in headline(TWO)
    assert "(off by up to 0." in headline(TWO)
    one_layer = replace(TWO, config=replace(TWO.config, num_layers=1))
    assert "its reverse half has read 1 of 6 steps. Take" in headline(one_layer)
    assert "here only" in headline(replace(TWO, time=1))
    assert "reads padding" in headline(replace(ONE, lengths=(6, 4, 1)))
    assert "last bit" in headline(replace(ONE, lengths=(6, 6, 6)))
    assert "off by up to" in headline(replace(TWO, lengths=(6, 6, 6)))
    assert headline(replace(ONE, stepwise=True)).startswith("A Cell has no output of its own")
    assert headline(replace(ONE, unbatched=True, batch=1)).startswith("`output[-1]` is")


def test_the_first_numbers_of_both_sides_stand_beside_one_another():
    proofs = {proof.reason: proof for proof in prove(run(TWO))}
    same, other = (slice_text.side(proofs[name]) for name in ("forward_end", "reverse_end"))
    assert same[0] == same[1]
    assert other[0] != other[1]
    first = float(same[0].split(",")[0].replace("−", "-"))
    assert first == pytest.approx(float(proofs["forward_end"].left.value[0, 0]), abs=5e-4)


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported")
def test_what_a_slice_has_read_is_where_the_gradient_is_for_every_setting():
    numbers = re.compile(r"(?:has read|depends on) (\d+) of (\d+) steps")
    told, everything = 0, 0
    for call in different():
        found = run(call)
        proofs = prove(found)
        x, tensors = graded(call)
        lengths = call.lengths or (call.time,) * call.batch
        names = {"torch": torch, "lengths": found.lengths, **tensors}
        facts = slice_text.facts(call, proofs)
        said = {slice_text.headline(call, proofs), *facts.values()}
        for proof in prove(found):
            why = slice_text.why(proof, call)
            said.add(why)
            if "read everything" in why:
                for term in (proof.left, proof.right):
                    fields = felt(call, x, eval(term.code, names))
                    assert fields == [set(range(length)) for length in lengths], term.code
                everything += 1
        for want in ("last", "both"):
            given = answer(found, want)
            if "has read everything" in slice_text.want(given, call):
                fields = felt(call, x, eval(given.term.code, names))
                assert fields == [set(range(length)) for length in lengths], given.term.code
        reverse = tensors["output"][tuple(index(call, Pick("output", call.time - 1, None, 1)))]
        counted = (len(felt(call, x, reverse)[0]), call.time)
        for sentence in said:
            for number in numbers.findall(sentence):
                assert (int(number[0]), int(number[1])) == counted, sentence
                told += 1
    assert told > 50
    assert everything > 100


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported")
def test_every_proof_answer_and_mistake_of_the_matrix_is_told():
    for call in itertools.islice(matrix(), 0, None, 7):
        found = run(call)
        for proof in prove(found):
            assert slice_text.why(proof, call)
        for want in Want.__args__:
            given = answer(found, want)
            assert slice_text.want(given, call)
            assert slice_text.why(given.proof, call)
        for mistake in (*refused(found), *warned(call), *silent(found)):
            assert error_text.TITLES[mistake.name]
            assert len(error_text.meaning(mistake)) > 40


def test_a_shape_that_tells_nothing_is_called_so():
    square = Call(ModelConfig("gru", 5, 4), 6, 6)
    (swapped,) = (one for one in silent(run(square)) if one.name == "swapped")
    assert "so no shape tells" in error_text.meaning(swapped)
    (swapped,) = (one for one in silent(run(ONE)) if one.name == "swapped")
    assert "h_n is (1, 6, 4) where (1, 3, 4) is meant" in error_text.meaning(swapped)
    alone = Call(ModelConfig("gru", 5, 4), 1, 6)
    (swapped,) = (one for one in silent(run(alone)) if one.name == "swapped")
    assert "without memory" in error_text.meaning(swapped)


@pytest.mark.parametrize("mapping", Mapping.__args__)
def test_each_way_of_mapping_says_what_goes_in_and_comes_out(mapping):
    found = mapped(TWO, mapping)
    assert str(found.given.shape) in mapping_text.made(found)
    assert str(found.made.shape) in mapping_text.title(found, TWO)
    assert mapping_text.USES[mapping]
