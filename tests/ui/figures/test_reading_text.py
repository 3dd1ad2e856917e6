import numpy as np
import pytest

from rnnviz.ui.figures import reading_text
from tests.assertions import numbers


def belief(*answers, final=0.97, second=(3, 0.02)):
    rows = np.full((len(answers), 10), 0.01, np.float32)
    for t, digit in enumerate(answers):
        rows[t, digit] = 0.6
    rows[-1] = 0.001
    rows[-1, second[0]] = second[1]
    rows[-1, answers[-1]] = final
    return rows


def test_a_changed_mind_is_told_with_its_row():
    told = reading_text.verdict(belief(1, 3, 3, 8, 8), decided=4)
    assert told == "After row 3 it believed 3; from row 4 on, 8 with 97 %; runner-up 3 with 2 %."


def test_a_mind_made_up_at_once_is_told_as_such():
    told = reading_text.verdict(belief(8, 8, 8), decided=1)
    assert told == "From the first row on it believed 8 with 97 %; runner-up 3 with 2 %."


@pytest.mark.parametrize("word", ["column", "step"])
def test_what_is_not_read_by_rows_is_told_by_what_it_is_read_by(word):
    told = reading_text.verdict(belief(1, 3, 3, 8, 8), decided=4, word=word)
    assert told == (
        f"After {word} 3 it believed 3; from {word} 4 on, 8 with 97 %; runner-up 3 with 2 %."
    )
    told = reading_text.verdict(belief(8, 8, 8), decided=1, word=word)
    assert told == f"From the first {word} on it believed 8 with 97 %; runner-up 3 with 2 %."


def shares(digit, share):
    values = np.full(10, (1 - share) / 9, np.float32)
    values[digit] = share
    return values


def test_the_framing_is_compared_by_answer_and_by_certainty():
    other = reading_text.framing(shares(8, 0.97), shares(3, 0.41))
    assert numbers(other) == ["8", "97", "3", "41"]
    assert "another answer" in other
    less = reading_text.framing(shares(8, 0.97), shares(8, 0.60))
    assert less.endswith("without it 8 with 60 %: 37 % less sure.")
    same = reading_text.framing(shares(8, 0.97), shares(8, 0.97))
    assert same.endswith("this one lies well either way.")
