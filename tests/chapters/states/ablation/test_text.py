import numpy as np
import pytest
import torch

from rnnviz.chapters.states.ablation import text
from rnnviz.chapters.states.ablation.effects import Control, Effect
from rnnviz.chapters.states.ablation.unit_ranking import Ranking
from rnnviz.core.intervene.intervention_spec import Intervention
from tests.assertions import numbers

WHERE = text.Where(28, "row", 1, ("the top",))
DEEP = text.Where(28, "row", 2, ("the top", "the bottom"))


def out(*units, **others):
    return Intervention(0, "forward", "h", units or None, **others)


def gate(name, value, units=None, **others):
    return Intervention(0, "forward", name, units, "clamp", value, **others)


def belief(*answers, share=0.9):
    rows = np.full((len(answers), 10), (1 - share) / 9, np.float32)
    rows[range(len(answers)), answers] = share
    return rows


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (out(2, 16), "h of units 3 and 17 → 0"),
        (out(2, start=14), "h of unit 3 → 0, rows 15 to 28"),
        (gate("f", 1.0), "f of all units → open"),
        (gate("f", 0.0, (0,)), "f of unit 1 → shut"),
        (gate("g", -0.5, (0,)), "g of unit 1 → −0.5"),
        (out(*range(9), kind="mean"), "h of 9 units → its mean"),
    ],
)
def test_a_change_is_said_in_a_few_words(act, words):
    assert text.chip(act, WHERE) == words


def test_a_change_says_where_it_is_if_there_are_several_places():
    act = Intervention(1, "reverse", "h", (0,))
    assert text.chip(act, DEEP) == "h of unit 1 (layer 2, from the bottom) → 0"


@pytest.mark.parametrize(
    ("acts", "words"),
    [
        ([out(2, 16)], "Without units 3 and 17"),
        ([out(2), out(16)], "Without units 3 and 17"),
        ([out(2), out(16, start=5)], "With these 2 changes"),
        ([out(2), gate("f", 1.0)], "With these 2 changes"),
        (
            [gate("f", 1.0, start=3)],
            "With the forget gate of all units forced open at rows 4 to 28",
        ),
        ([gate("i", 0.25, (1,))], "With the input gate of unit 2 held at 0.25"),
        ([out(0, kind="mean")], "With the hidden state of unit 1 at its mean"),
    ],
)
def test_a_sentence_begins_with_what_is_changed(acts, words):
    assert text.condition(acts, WHERE) == words


def test_another_answer_is_said_with_the_row_from_which_it_stands():
    before, after = belief(1, 7, 7, 7, share=0.98), belief(0, 7, 1, 1)
    told = text.told("Without unit 3", before, after, 7, "row")
    assert "takes this 7 for a 1 with 90 % from row 3 on; before: 7 with 98 %" in told


def test_the_same_answer_is_said_with_both_shares():
    before, after = belief(8, 8, share=0.98), belief(8, 8)
    told = text.told("Without unit 3", before, after, None, "row")
    assert "still takes this drawing for an 8 with 90 %; before: 98 %" in told


def effect(right_before, right_after, total=10):
    labels = torch.arange(10)
    wrong = (labels + 1) % 10
    answers = [torch.where(labels < n, labels, wrong) for n in (right_before, right_after)]
    return Effect(total, labels, *answers)


def test_a_cost_is_said_in_points_with_its_sign():
    assert numbers(text.cost(effect(9, 6))) == ["60.0", "10", "90.0", "−30.0"]
    assert "70.0 % of 10 of 20 test digits right" in text.cost(effect(9, 7, total=20))


def test_random_sets_are_said_with_their_interval_and_how_many_were_as_bad():
    few = Control((0.9,) * 4, 4, 20)
    assert "4 drawn so far" in text.beside(few, effect(9, 6), 2)
    all_ = Control((0.8, 0.8, 0.8, 0.8, 0.6), 20, 20)
    low, high = all_.interval
    words = text.beside(all_, effect(9, 6), 2)
    assert f"{100 * (low - 0.9):.1f} points".replace("-", "−") in words
    assert f"units: {100 * (high - 0.9):+.1f} to".replace("-", "−") in words
    assert "1 of the 5 cost as much or more" in words
    assert "none of the 5 cost as much" in text.beside(all_, effect(9, 5), 2)


def test_without_other_units_it_is_said_why_nothing_stands_beside():
    words = text.beside(None, effect(9, 6), 0, "all units are changed")
    assert words == "No random sets beside it: all units are changed."


def test_the_unit_that_matters_most_is_named_with_what_is_lost():
    units, lost = torch.arange(3), torch.tensor([0.0, np.log(2), 0.1], dtype=torch.float64)
    digit = Ranking(units, None, lost, 3, 3)
    assert numbers(text.most(digit, "this 7")) == ["2", "7", "50"]
    test = Ranking(units, torch.tensor([0.01, 0.0, 0.125]), lost, 3, 3)
    assert text.most(test, "them") == "Unit 3 matters most for them: −12.5 points without it."


def test_a_splice_names_the_answer_for_each_memory():
    beliefs = {"kept": belief(7, 3), "reset": belief(7, 5, share=0.5)}
    told = text.spliced(beliefs, 14, ("a 7", "a 3"), "row")
    assert "kept it ends with 3 (90 %)" in told
    assert "reset it ends with 5 (50 %)" in told
