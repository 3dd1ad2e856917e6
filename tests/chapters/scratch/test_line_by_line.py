import inspect
import re

import numpy as np
import pytest

from rnnviz.chapters.scratch import line_by_line
from rnnviz.scratch import rnn


@pytest.fixture(scope="module")
def walked():
    rng = np.random.default_rng(0)
    w = rnn.draw_weights(2, 3, 4, rng)
    x, targets = rng.normal(size=(3, 1, 2)), rng.normal(size=(3, 1, 4))
    return line_by_line.walk(x, targets, w), w, x, targets


def worked_out(words):
    """Compute what a sum with numbers says."""
    for sign, code in (("−", "-"), ("·", "*"), ("²", "**2"), ("tanh", "np.tanh")):
        words = words.replace(sign, code)
    return eval(words, {"np": np})


def test_every_number_is_what_its_sum_says_to_the_decimals_shown(walked):
    for moment in walked[0].moments:
        found = [worked_out(cell) for cell in moment.cells]
        np.testing.assert_allclose(found, moment.value.ravel(), atol=0.06, err_msg=moment.letters)


def test_the_sums_of_a_line_notice_another_lines_numbers(walked):
    moment = next(m for m in walked[0].moments if m.name == "o")
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(
            [worked_out(cell) for cell in moment.cells], moment.value.ravel()[::-1], atol=0.06
        )


def test_the_lines_are_those_of_the_code_that_runs(walked):
    for source, function in ((walked[0].forward, rnn.step), (walked[0].back, rnn.back_step)):
        assert "\n".join(source.text) == inspect.getsource(function).rstrip()
        assert inspect.getsourcelines(function)[1] == source.first
        assert source.file == "rnnviz/scratch/rnn.py"
        for place, tree in zip(source.steps, source.trees, strict=True):
            assert source.text[place].strip().startswith(f"{tree.targets[0].id} = ")
    every = [line for line in walked[0].forward.text if re.match(r"    \w+ = ", line)]
    assert len(every) == len(walked[0].forward.steps)


def test_running_a_line_anew_gives_the_number_shown(walked):
    walk, w, x, targets = walked
    steps = rnn.forward(x, w)
    back, _ = rnn.backward(steps, targets, w)
    for moment in walk.moments:
        source = walk.back if moment.back else walk.forward
        line = source.text[source.steps[moment.line]].strip()
        t = moment.t
        dh_next = back[t + 1].dh_prev if t < 2 else np.zeros((1, 3))
        names = {"np": np, "w": w, "s": steps[t], "target": targets[t], "dh_next": dh_next}
        names |= vars(back[t]) if moment.back else vars(steps[t])
        exec(line, {}, names)
        np.testing.assert_array_equal(np.atleast_2d(names[moment.name]), moment.value)


def test_the_way_goes_forward_through_all_steps_and_back_through_all(walked):
    moments = walked[0].moments
    assert [m.t for m in moments] == [*np.repeat([0, 1, 2], 5), *np.repeat([2, 1, 0], 9)]
    assert [m.back for m in moments] == [False] * 15 + [True] * 27
    by_name = {m.name: m.letters for m in moments if m.t == 1}
    assert by_name["a"] == "a₂ = from_x + from_h + b_h"
    assert by_name["from_h"] == "from_h = h₁ W_hh"
    assert by_name["h"] == "h₂ = tanh(a₂)"
    assert by_name["dh"] == "∂h₂ = ∂o₂ W_hyᵀ + ∂h₂ from step 3"
    assert by_name["da"] == "∂a₂ = ∂h₂ · (1 − h₂²)"
    assert by_name["dW_hh"] == "∂W_hh at step 2 = h₁ᵀ ∂a₂"
    assert by_name["dh_prev"] == "∂h₁ = ∂a₂ W_hhᵀ"


def test_shares_of_the_steps_add_up_and_the_first_has_none_from_a_state_of_zeros(walked):
    walk = walked[0]
    np.testing.assert_allclose(walk.shares.sum(0), walk.gradients.W_hh)
    assert (walk.shares[0] == 0).all()
    assert (walk.shares[1:] != 0).any()


def test_what_is_used_of_an_operand_adds_up_to_the_number(walked):
    (moment,) = (m for m in walked[0].moments if m.name == "dW_hh" and m.t == 2)
    h, da = moment.operands
    assert (h.used, da.used) == ("*i", "*j")
    expected = [[h.value[:, i] @ da.value[:, j] for j in range(3)] for i in range(3)]
    np.testing.assert_allclose(expected, moment.value)


@pytest.mark.parametrize(("value", "words"), [(-0.5, "(−0.50)"), (0, "0.00"), (0.001, "1.0e−03")])
def test_numbers_as_factors(value, words):
    assert line_by_line.factor(value) == words
