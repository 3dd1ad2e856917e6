import pytest

from rnnviz.chapters.recurrence.row_order_text import Answer, read_right, relearnt, said
from tests.assertions import numbers

NAMES = {"lstm": "the LSTM", "ff": "the net"}
RIGHT = {
    ("lstm", "in order", "in order"): 0.977,
    ("lstm", "in order", "backwards"): 0.363,
    ("ff", "in order", "in order"): 0.953,
    ("ff", "in order", "backwards"): 0.301,
    ("lstm", "shuffled", "shuffled"): 0.957,
    ("ff", "shuffled", "shuffled"): 0.958,
}


@pytest.mark.parametrize(
    ("digits", "label", "verdict"),
    [((7, 7), 7, ": all are right."), ((7, 5), 7, ": one is right."), ((5, 5), 7, ": none is")],
)
def test_what_networks_take_a_digit_for_is_said_and_how_many_are_right(digits, label, verdict):
    answers = [Answer("the LSTM", digits[0], 0.85), Answer("the net", digits[1], 0.999)]
    told = said("test digit 0, a 7", "shuffled", answers, label)
    assert told.startswith("Of test digit 0, a 7, read with its rows shuffled, the LSTM says")
    assert "with 85 %, the net says" in told
    assert ">99 %" in told
    assert verdict in told


def test_of_a_drawing_nobody_knows_who_is_right():
    told = said("your drawing", "in order", [Answer("the LSTM", 3, 0.5)], None)
    assert told == "Of your drawing, read in order, the LSTM says 3 with 50 %."


def test_the_fall_from_the_order_learnt_to_another_is_told():
    told = read_right(RIGHT, NAMES, "in order", "backwards")
    assert numbers(told) == ["10,000", "97.7", "36.3", "95.3", "30.1"]
    assert "the LSTM 97.7 %, the net 95.3 %" in read_right(RIGHT, NAMES, "in order", "in order")


def test_who_learns_another_order_is_worse_better_or_as_good():
    told = relearnt(RIGHT, NAMES)
    assert "the LSTM 2.0 points worse (95.7 %, in order 97.7 %)" in told
    assert "the net is as good (95.8 %, in order 95.3 %)" in told
    better = RIGHT | {("lstm", "shuffled", "shuffled"): 0.99}
    assert "the LSTM 1.3 points better" in relearnt(better, NAMES)
