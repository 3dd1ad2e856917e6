"""Tests of the charts and the text of the Characters page by their numbers."""

import json
import math

import numpy as np
import pytest

from rnnviz.chapters.characters import charts
from rnnviz.chapters.characters import text as words
from rnnviz.chapters.characters.seq2seq import Right
from rnnviz.ui.figures import palette
from tests.assertions import numbers


def test_the_print_out_is_what_a_notebook_prints():
    assert words.print_out(["ollll", "ohlol"], [5.25, 2.0]) == (
        "Epoch  1: Predict string = ollll, loss = 5.250\n"
        "Epoch  2: Predict string = ohlol, loss = 2.000"
    )


def test_the_sentence_tells_who_said_it_first_and_who_did_not():
    said = {"cell": ["lllll", "ohlol", "ohlol"], "embedding": ["ooooo", "ohlll", "ohlll"]}
    told = words.sentence(said, "ohlol", 2, done=True)
    assert told.startswith("After 2 epochs, who has said “ohlol”: nn.RNNCell since epoch 2;")
    assert "nn.Embedding not, it says “ohlll”" in told
    assert "After 2 of 9 epochs" in words.sentence(said, "ohlol", 9, done=False)
    assert "press Start" in words.sentence({}, "ohlol", 15, done=False)


def test_the_floor_is_what_the_best_state_within_its_bounds_would_cost():
    best = -math.log(math.e / (math.e + 3 / math.e))
    told = words.floor(4, 5)
    assert f"no loss below {5 * best:.2f}" in told
    assert f"gets above {math.exp(-best):.0%}" in told


def test_the_rates_are_shares_of_the_seeds():
    told = words.rates({"cell": 0.755, "rnn": 1.0}, 200, 15, "ohlol")
    assert "Over 200 seeds" in told
    assert "nn.RNNCell 75.5%, nn.RNN 100.0%" in told


@pytest.mark.parametrize(("second", "verdict"), [(0.5, "still holds"), (0.0, "no longer")])
def test_whether_the_second_state_holds_the_first_character_is_said(second, verdict):
    told = words.held({"rnn": np.array([1.0, second])}, "h", " ")
    assert verdict in told
    assert "With “␣” instead of “h” first" in told
    assert "one character" in words.held({"rnn": np.array([1.0])}, "h", " ")


def test_the_shares_of_own_lines_stand_with_what_is_said():
    assert "press Start" in words.fitted({}, {}, 1)
    told = words.fitted({"rnn": 0.5, "cell": 1.0}, {"rnn": words.shorter("x" * 60)}, 2)
    assert (
        told == f"Right of all characters of 2 lines: nn.RNN 50% (“{'x' * 40}…”), nn.RNNCell 100%."
    )


def test_bits_stand_beside_who_knows_less():
    told = words.foretold(2.0, 4.5, 64, 1624)
    assert "1,624 that it never learnt costs it 2.00 bits" in told
    assert "64 symbols pays 6.00, who counts them 4.50" in told
    assert "among 4 equal ones" in told
    assert "Press Start" in words.foretold(None, 4.5, 64, 1624)


def test_how_well_a_passage_was_foretold_is_counted_from_its_guesses():
    guesses = [("a", "b", "c"), ("b", "a", "c"), ("a", "b", "d"), ("x", "y", "z")]
    told = words.passage(guesses, "caca", np.array([9.0, 1, 2, 3]), first=0, of=1200)
    assert told.startswith("Characters 1 to 4 of 1,200 cost 2.00 bits each: ")
    assert "what comes for 67% of them, one of the first three for 100%" in told
    later = words.passage(guesses, "caca", np.array([9.0, 1, 2, 3]), first=400, of=1200)
    assert later.startswith("Characters 401 to 404 of 1,200 cost 3.75 bits each")
    assert "nan" not in words.passage(guesses[:1], "c", np.array([0.0]), first=0, of=1)


def test_what_is_written_and_sorted_right_is_counted():
    assert "of 10 lines: with a teacher 10, without 9" in words.written_right(
        {"with a teacher": 1.0, "without": 0.9}, 10
    )
    assert words.sorted_right(6, 6) == "6 of 6 rows right: it fits."
    assert words.sorted_right(5, 6) == "5 of 6 rows right so far."
    assert "Press Start" in words.written_right({}, 10)
    assert "Press Start" in words.sorted_right(None, 6)


def test_words_that_were_not_trained_on_stand_beside_those_that_were():
    told = words.unseen_right({"alone": Right(40, 0.995, 40)}, {"alone": Right(1, 0.32, 20)})
    assert numbers(told) == ["20", "1", "32", "100"]
    assert words.unseen_right({}, {}) == ""


def test_losses_are_the_numbers_over_all_steps():
    option = charts.losses(
        {"cell": (np.array([1.0, 2.0]), np.array([3.0, 2.5]))}, palette.LIGHT, 15
    )
    json.dumps(option)
    assert option["series"][0]["data"] == [[1.0, 3.0], [2.0, 2.5]]
    assert option["xAxis"]["max"] == 15
    assert option["legend"]["data"] == ["nn.RNNCell"]


def test_bits_learnt_and_judged_are_two_lines_with_counting_between():
    option = charts.bits(
        (np.array([1.0]), np.array([5.5])), [(0, 6.0), (9, 2.5)], 4.25, palette.DARK, 20
    )
    learnt, judged = option["series"]
    assert learnt["name"] in option["legend"]["data"]
    assert judged["data"] == [[0, 6.0], [9, 2.5]]
    assert judged["markLine"]["data"] == [{"yAxis": 4.25}]


def test_the_map_has_a_path_and_a_name_for_each_symbol():
    paths = np.arange(12, dtype=float).reshape(3, 2, 2)
    option = charts.embedding_map(paths, ["a", " "], palette.LIGHT)
    path, end, _, second = option["series"]
    assert path["data"] == [[0.0, 1.0], [4.0, 5.0], [8.0, 9.0]]
    assert end["data"] == [[8.0, 9.0]]
    assert second["label"]["formatter"] == "␣"


def test_many_symbols_are_points_with_names():
    symbols = [chr(0x4E00 + k) for k in range(41)]
    option = charts.embedding_map(np.arange(164.0).reshape(2, 41, 2), symbols, palette.DARK)
    json.dumps(option)
    [points] = option["series"]
    assert [point["name"] for point in points["data"]] == symbols
    assert points["data"][0]["value"] == [82.0, 83.0]


def test_the_most_and_the_least_alike_are_named():
    told = words.neighbours(["a", " ", "c"], (0, 1, 0.254), (1, 2, 3.0))
    assert "a and ␣, 0.25 apart; least: ␣ and c, 3.00 apart." in told


def test_vectors_are_rows_of_colours_centred_on_nothing():
    option = charts.matrix("Vectors", np.array([[0.5, -1.0]]), ["a"], palette.LIGHT, 2.0)
    assert option["series"][0]["data"] == [[0, 0, 0.5], [1, 0, -1.0]]
    assert (option["visualMap"]["min"], option["visualMap"]["max"]) == (-2.0, 2.0)


def test_states_apart_stand_over_the_characters():
    option = charts.apart({"rnn": np.array([1.0, 0.25])}, ["h", " "], palette.LIGHT)
    assert option["xAxis"]["data"] == ["1 h", "2 ␣"]
    assert option["series"][0]["data"] == [1.0, 0.25]
