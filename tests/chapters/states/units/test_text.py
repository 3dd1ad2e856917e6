from rnnviz.chapters.states.units.text import SEQUENCES, driving, telling, use
from tests.assertions import numbers

AUC = [0.5] * 10


def test_the_digit_told_best_beyond_chance_is_named_with_its_row_and_chance():
    auc = [0.97, 0.99, 0.05, *AUC[3:]]
    chance = [0.03, 0.5, 0.04, *[0.1] * 7]
    told = telling(37, auc, chance, [19, 2, 3, *[0] * 7], "row")
    assert numbers(told) == ["37", "0", "20", "0", "0.97", "0.53"]
    assert "is higher for 0s" in told


def test_a_unit_that_is_lower_for_a_digit_tells_it_as_well():
    auc, chance = [0.6, 0.02, *AUC[2:]], [0.06] * 10
    told = telling(1, auc, chance, [0, 27, *[0] * 8], "column")
    assert numbers(told) == ["1", "1", "28", "1", "0.02", "0.44"]
    assert "is lower for 1s" in told


def test_a_unit_no_better_than_chance_tells_nothing():
    told = telling(2, [0.55] * 10, [0.06, *[0.051] * 9], [0] * 10, "row")
    assert told == "Unit 2 tells no digit from the rest better than chance (AUC up to 0.56)."


def test_what_drives_it_is_counted_and_its_rows_are_given():
    told = driving("rise", [5] * 7 + [7] * 4 + [2], [8, 9, 7, *[8] * 9], "row")
    assert told == "It rises most at rows 8 to 10: of the first 12 digits 7 are 5s and 4 are 7s."
    told = driving("value", [3] * 12, [27] * 12, "row", least=True)
    assert told == "It is lowest at row 28, in 3s alone."
    told = driving("rise", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1], [1] * 12, "row", least=True)
    assert told == "It falls most at row 2, in 10 different digits."
    told = driving("value", [1] * 4 + [2] * 4 + [3] * 4, [0] * 12, "step")
    assert told.endswith("4 are 1s, 4 are 2s and 4 are 3s.")


def test_dead_and_saturated_are_said():
    assert use(-0.001, 0.002, 0.0, dead=True, saturated=False).startswith("It is dead")
    told = use(-1, 1, 0.934, dead=False, saturated=True)
    assert told == "It is saturated: in 93 % of all places it is beyond ±0.95."
    told = use(-0.99, 0.85, 0.1, dead=False, saturated=False)
    assert told == "It is neither dead nor saturated: it moves between −0.99 and 0.85."


def test_classes_of_other_sequences_are_called_by_their_labels():
    told = telling(3, [0.9, 0.2], [0.1, 0.1], [4, 5], "step", names=[7, 40], kind=SEQUENCES)
    assert numbers(told) == ["3", "7", "5", "7", "0.90", "0.60"]
    assert "is higher for class 7" in told
    told = telling(3, [0.5], [0.2], [0], "step", names=[40], kind=SEQUENCES)
    assert told == "Unit 3 tells no class from the rest better than chance (AUC up to 0.70)."
    told = driving("rise", [40, 40, 7], [1, 1, 2], "step", kind=SEQUENCES)
    assert numbers(told) == ["2", "3", "3", "2", "40", "1", "7"]
    told = driving("value", [40], [1], "step", least=True, kind=SEQUENCES)
    assert told == "It is lowest at step 2, in class 40 alone."
    assert driving("value", [*range(9)], [0] * 9, "step", kind=SEQUENCES).endswith(
        "9 different classes."
    )
    assert use(0, 0, 0, dead=True, saturated=False, kind=SEQUENCES).startswith(
        "It is dead: over all sequences"
    )


def test_without_labels_the_steps_are_told_alone():
    assert driving("rise", None, [1, 3], "step", kind=SEQUENCES) == "It rises most at steps 2 to 4."
    assert driving("rise", None, [], "step") == ""
