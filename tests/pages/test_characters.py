"""Tests of the Characters page, with real trainings."""

import numpy as np
import pytest

from rnnviz.chapters.characters import hello, seq2seq, spelling
from rnnviz.chapters.characters.ui import hello_view, language_model_view, word_table_view
from rnnviz.ui.server import run_manager
from rnnviz.ui.session import keys as session_keys
from tests.apptest import charts, component, components, group_of, press, until, words

pytestmark = pytest.mark.usefixtures("one_job_manager", "nothing_goes_on")


def done(at):
    return "done" in at.get("progress")[0].proto.text


def table_with(at, column):
    return next(frame.value for frame in at.dataframe if column in frame.value)


def test_the_page_opens_with_three_networks_and_the_rate_of_200_seeds(open_app):
    at = open_app("characters")
    assert [title.value for title in at.title] == ["What comes after h, e, l, l?"]
    header, _ = component(at, "spelled")
    assert header["networks"] == ["nn.RNNCell", "nn.RNN", "nn.Embedding"]
    assert header["source"] == list("hello")
    assert header["frames"] == [0], "what the first weights say"
    share = spelling.measured().share("cell")
    assert f"nn.RNNCell {share:.1%}" in words(at)
    assert "Trying to backward through the graph a second time" in words(at)
    assert any("self.cell(x, h)" in code.value for code in at.code)


def test_the_three_networks_learn_and_every_epoch_is_printed_as_it_was(open_app):
    at = press(open_app("characters", hello_seed="1"), "characters_start")
    until(at, lambda at: "After 15 epochs" in words(at))
    header, arrays = component(at, "spelled")
    assert header["frames"] == list(range(16))
    printed = [code.value for code in at.code if code.value.startswith("Epoch")]
    for network, shown in zip(hello.NETWORKS, printed, strict=True):
        steps = hello.printed(hello.default(network, 1))
        assert [line.split("= ")[1].split(",")[0] for line in shown.splitlines()] == steps[:-1]
    group = group_of(at, "characters")
    for n, run_id in enumerate(group.runs):
        snapshot, _ = run_manager.find_any(run_id)
        np.testing.assert_allclose(
            arrays[f"{n}.loss"].sum(1)[:-1], snapshot.history.loss, rtol=1e-5
        )
        assert arrays[f"{n}.p"].shape == (16, 5, 4)
    assert "the second state still holds which character came first" in words(at)
    apart, path, one_hot, vectors = charts(at)
    assert [series["name"] for series in apart["series"]] == header["networks"]
    assert len(path["series"]) == 8
    assert [cell[2] for cell in one_hot["series"][0]["data"]].count(1) == 4
    assert len(vectors["series"][0]["data"]) == 40
    assert "to floats torch says" in words(at)
    at.session_state[session_keys.TAKE_HOME] = True
    at.run()
    told = [button.proto.label for button in at.get("download_button")]
    assert told == ["train.py", "train.ipynb", "weights.safetensors", "history.csv", "curves.svg"]
    other = open_app("characters", characters_runs=group.id)
    assert component(other, "spelled")[0]["frames"] == list(range(16))


def test_the_lesson_begins_with_what_was_measured():
    assert hello_view.plan(0, 15, 0.1) == [hello.default(network) for network in hello.NETWORKS]


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ({"hello_seed": "abc"}, "hello_seed = 'abc'"),
        ({"characters_runs": "x" * 22}, "Press Start to train anew"),
        ({"view": "poems"}, "view = 'poems', which is not there"),
    ],
)
def test_what_a_link_asks_for_in_vain_is_said(open_app, link, sentence):
    assert sentence in words(open_app("characters", **link))


QUICK = {"pairs_epochs": "40", "pairs_lr": "0.1"}


def test_own_lines_are_learnt_and_each_can_be_looked_at(open_app):
    at = open_app(
        "characters", view="My text", own_source="ab中\nשלום", own_target="中ba\nםולש", **QUICK
    )
    press(at, "pairs_start")
    until(at, done)
    assert "Right of all characters of 2 lines: nn.RNNCell" in words(at)
    header, arrays = component(at, "spelled")
    assert header["target"] == list("中ba")
    assert header["frames"][-1] == 40
    assert arrays["0.p"].shape[1:] == (3, 7)
    at.selectbox(key="own_line").set_value(2).run()
    assert component(at, "spelled")[0]["source"] == list("שלום")
    losses, apart, plane = charts(at)
    assert len(losses["series"]) == 3
    assert apart["xAxis"]["data"] == ["1 ש", "2 ל", "3 ו", "4 ם"]
    assert [len(series["data"]) for series in apart["series"]] == [4, 4, 4]
    assert len(plane["series"]) == 14
    assert "With “b” instead of “ש” first, h₂ moves by nn.RNNCell" in words(at)
    assert "Most alike to the network by now" in words(at)
    at.button_group(key="first_character_own").set_value("中").run()
    assert "With “中” instead of “ש” first" in words(at)
    assert charts(at)[1]["series"] != apart["series"]


def test_lines_that_cannot_be_learnt_are_refused_in_words(open_app):
    at = open_app("characters", view="My text")
    at.text_area(key="own_source").set_value("hello")
    at.text_area(key="own_target").set_value("hell").run()
    assert not at.exception
    assert "Line 1 has 5 characters in the source and 4 in the target" in words(at)
    assert at.button(key="pairs_start").disabled


def test_a_builder_makes_source_and_target_of_the_source(open_app):
    at = open_app("characters", view="My text", own_source="café", own_target="xxxx")
    press(at, "build_Reverse")
    assert at.text_area(key="own_target").value == "éfac"
    press(at, "build_Copy 2 later")
    assert at.text_area(key="own_source").value == "café__"


NEXT = {"view": "Next character", "text_epochs": "4", "text_hidden": "16", "text_window": "16"}


def test_a_language_model_learns_and_continues_an_opening(open_app):
    at = open_app("characters", **NEXT)
    at.text_area(key="own_text").set_value("abcd " * 60).run()
    at.text_input(key="opening").set_value("abc").run()
    assert "Press Start" in words(at)
    press(at, "language_start")
    until(at, done)
    header, arrays = component(at, "painted")
    assert header["symbols"][:3] == list("abc")
    assert header["read"] == 3
    T = 3 + language_model_view.WRITTEN
    assert arrays["h"].shape == (T, 16)
    assert arrays["shares"].shape == (T, 3)
    learnt, judged = charts(at)[0]["series"]
    assert judged["data"][-1][1] < judged["data"][0][1]
    assert learnt["data"]
    bits = judged["data"][-1][1]
    assert f"never learnt costs it {bits:.2f} bits" in words(at)
    header, arrays = components(at, "painted")[1]
    assert "".join(header["symbols"]) == "abcd " * 60
    assert (header["read"], arrays["h"].shape) == (270, (300, 16))
    assert "Characters 1 to 300 of 300 cost" in words(at)
    assert "The last 30 characters are never learnt, here they are underlined." in words(at)
    at.slider(key="temperature").set_value(0.0).run()
    greedy = component(at, "painted")[0]["symbols"]
    at.slider(key="language_draw").set_value(7).run()
    assert component(at, "painted")[0]["symbols"] == greedy
    at.text_input(key="opening").set_value("xyz").run()
    assert "'x' is not in this alphabet" in words(at)


def test_texts_that_cannot_be_learnt_are_refused_in_words(open_app):
    at = open_app("characters", **NEXT)
    at.text_area(key="own_text").set_value("short").run()
    assert not at.exception
    assert "The text has 5 characters; it needs 32 at least" in words(at)
    assert at.button(key="language_start").disabled


def test_a_table_of_six_rows_is_learnt(open_app):
    at = press(open_app("characters", view="Table", table_lr="0.05"), "table_start")
    until(at, done)
    assert "6 of 6 rows right: it fits." in words(at)
    table = table_with(at, "says")
    assert list(table["says"]) == list(table["y"]) == ["1", "1", "1", "0", "0", "0"]
    np.testing.assert_allclose(table["p(0)"] + table["p(1)"], 1, atol=1e-6)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("a", "b", "c", "1")], "2 to 100 rows, got 1"),
        ([("a", "b", "c", "1"), ("a", None, "c", "0")], "row 2 has no x2"),
        ([("a", "b", "c", "1"), ("a", "b b", "c", "0")], "x2 of row 2 must be one word"),
        ([("a", "b", "c", "1"), ("a", "d", "c", "1")], "all rows have y = 1"),
    ],
)
def test_a_table_that_cannot_be_learnt_is_refused_in_words(rows, sentence):
    table = {name: [row[n] for row in rows] for n, name in enumerate(word_table_view.COLUMNS)}
    with pytest.raises(ValueError, match=sentence):
        word_table_view.lines_of(table)


def test_two_networks_learn_to_spell_with_a_teacher_and_without(open_app):
    at = open_app(
        "characters", view="Spelling and reversal", writer_epochs="80", writer_hidden="32"
    )
    press(at, "writer_start")
    until(at, done)
    table = table_with(at, "goes in")
    assert list(table["goes in"])[:2] == ["7", "0"]
    assert table["wanted"][0] == "seven"
    right = sum(table["with a teacher, greedy"][1:] == table["wanted"][1:])
    assert f"of 10 lines: with a teacher {right}, without" in words(at)
    assert right >= 8
    at.text_input(key="digit_asked").set_value("q").run()
    table = table_with(at, "goes in")
    assert "'q' is not in this alphabet" in table["with a teacher, greedy"][0]
    assert table["wanted"][0] == "–"


def test_words_reversed_are_judged_by_words_that_were_not_trained_on(open_app):
    at = open_app(
        "characters",
        view="Spelling and reversal",
        writes="a word reversed",
        writer_epochs="3",
        writer_hidden="16",
        word_asked="lamp",
    )
    press(at, "writer_start")
    until(at, done)
    table = table_with(at, "goes in")
    assert list(table["trained on"]) == ["no", *["no"] * 20, *["yes"] * 40]
    assert table["wanted"][0] == "pmal"
    unseen, learnt = table[1:21], table[21:]
    found = seq2seq.right(list(unseen["without, greedy"]), list(unseen["wanted"]))
    trained = seq2seq.right(list(learnt["without, greedy"]), list(learnt["wanted"]))
    assert (
        f"without {found.whole} are wholly right and {found.characters:.0%} of the characters "
        f"({trained.characters:.0%} of those trained on)" in words(at)
    )


def test_a_passage_of_a_longer_text_is_chosen(open_app):
    at = open_app(
        "characters",
        **NEXT | {"text_epochs": "1"},
        own_text="abcd " * 200,
        passage="9",
        opening="ab",
    )
    press(at, "language_step")
    # It is said once, when the text is first shown, whatever else is there by then.
    until(at, lambda at: "passage = '9', which is not within 1 to 3" in words(at))
    until(at, lambda at: len(components(at, "painted")) == 2)
    at.slider(key="passage").set_value(3).run()
    header, arrays = components(at, "painted")[1]
    assert (len(header["symbols"]), header["read"]) == (200, 100)
    assert arrays["bits"][0] > 0.5
    assert "Characters 801 to 1,000 of 1,000" in words(at)
