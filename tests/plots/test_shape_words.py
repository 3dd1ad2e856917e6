"""Words about slices follow from the proofs; every reason and mistake has some."""

import itertools
from dataclasses import replace

import pytest

from rnnviz.core.call import Call
from rnnviz.core.config import ModelConfig
from rnnviz.core.mappings import Mapping, mapped
from rnnviz.core.shape_mistakes import refused, warned
from rnnviz.core.silent_mistakes import silent
from rnnviz.core.slice_proofs import prove
from rnnviz.core.slice_run import run
from rnnviz.core.slice_wants import Want, answer
from rnnviz.plots import mapping_words, mistake_words, shape_words
from tests.core.calls import matrix

TWO = Call(ModelConfig("gru", 5, 4, 2, bidirectional=True), 3, 6)
ONE = Call(ModelConfig("gru", 5, 4), 3, 6)


def headline(call):
    return shape_words.headline(call, prove(run(call)))


def test_the_headline_says_what_the_proofs_found():
    assert headline(ONE).startswith("`output[:, -1]` is `h_n[-1]`, to the last bit")
    assert "has read one step of 6 (off by up to 0." in headline(TWO)
    assert "here only" in headline(replace(TWO, time=1))
    assert "reads padding" in headline(replace(ONE, lengths=(6, 4, 1)))
    assert "last bit" in headline(replace(ONE, lengths=(6, 6, 6)))
    assert "off by up to" in headline(replace(TWO, lengths=(6, 6, 6)))
    assert headline(replace(ONE, stepwise=True)).startswith("A Cell has no output of its own")
    assert headline(replace(ONE, unbatched=True, batch=1)).startswith("`output[-1]` is")


def test_the_first_numbers_of_both_sides_stand_beside_one_another():
    proofs = {proof.reason: proof for proof in prove(run(TWO))}
    same, other = (shape_words.side(proofs[name]) for name in ("forward_end", "reverse_end"))
    assert same[0] == same[1]
    assert other[0] != other[1]
    first = float(same[0].split(",")[0].replace("−", "-"))
    assert first == pytest.approx(float(proofs["forward_end"].left.value[0, 0]), abs=5e-4)


@pytest.mark.parametrize(
    ("value", "written"), [(0.0, "0"), (0.314, "0.31"), (2.4e-8, "2.4e-08"), (5000.0, "5.0e+03")]
)
def test_differences_have_the_digits_that_count(value, written):
    assert shape_words.number(value) == written


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported")
def test_every_proof_answer_and_mistake_of_the_matrix_is_told():
    for call in itertools.islice(matrix(), 0, None, 7):
        found = run(call)
        for proof in prove(found):
            assert shape_words.why(proof, call)
        for want in Want.__args__:
            given = answer(found, want)
            assert shape_words.want(given, call)
            assert shape_words.why(given.proof, call)
        for mistake in (*refused(found), *warned(call), *silent(found)):
            assert mistake_words.TITLES[mistake.name]
            assert len(mistake_words.meaning(mistake)) > 40


def test_a_shape_that_tells_nothing_is_called_so():
    square = Call(ModelConfig("gru", 5, 4), 6, 6)
    (swapped,) = (one for one in silent(run(square)) if one.name == "swapped")
    assert "so no shape tells" in mistake_words.meaning(swapped)
    (swapped,) = (one for one in silent(run(ONE)) if one.name == "swapped")
    assert "h_n is (1, 6, 4) where (1, 3, 4) is meant" in mistake_words.meaning(swapped)
    alone = Call(ModelConfig("gru", 5, 4), 1, 6)
    (swapped,) = (one for one in silent(run(alone)) if one.name == "swapped")
    assert "without memory" in mistake_words.meaning(swapped)


@pytest.mark.parametrize("mapping", Mapping.__args__)
def test_each_way_of_mapping_says_what_goes_in_and_comes_out(mapping):
    found = mapped(TWO, mapping)
    assert str(found.given.shape) in mapping_words.made(found)
    assert str(found.made.shape) in mapping_words.title(found, TWO)
    assert mapping_words.USES[mapping]
