"""What an answer to ink takes: the drawing is parsed once, and is not sent back."""

import pytest
from streamlit.testing.v1 import AppTest

from rnnviz.data import strokes
from tests.apptest import component

ONE = [[140, 60, 140, 140, 140, 220]]


def drawn(points):
    """Return one stroke of so many points, up and down the same line."""
    return [[value for n in range(points) for value in (140, 60 + 4 * abs(n % 80 - 40))]]


def page():
    """The draw page; called first is what Streamlit calls when ink has come."""
    import streamlit as st

    from rnnviz.chapters.draw.ui import view
    from rnnviz.ui.widgets import model_choice, pad

    if st.session_state.pop("ink_has_come", False):
        pad.choose_drawing()
    model = model_choice.chosen("LSTM-128")
    view.answer(model, 18, True)
    view.show_player(model, 18, True)
    view.show_framing(model, 18)


@pytest.fixture
def draw():
    at = AppTest.from_function(page, default_timeout=180)

    def draw(strokes, seq):
        at.session_state["pad"] = {"ink": {"seq": seq, "down": True, "strokes": strokes}}
        at.session_state["ink_has_come"] = True
        return shown(at)

    draw.at = at
    return draw


def shown(at):
    at.run()
    assert not at.exception
    return component(at, "pad")


def packed_bytes(at):
    return next(len(one.proto.bytes) for one in at.get("bidi_component"))


def test_a_message_of_the_pad_is_parsed_once(draw, monkeypatch):
    parsed = []
    parse = strokes.parse_strokes
    monkeypatch.setattr(
        strokes, "parse_strokes", lambda values: parsed.append(values) or parse(values)
    )
    for seq, points in enumerate((40, 80), 1):
        header, arrays = draw(drawn(points), seq)
        assert header["ack"] == seq
        assert arrays["frame"].any()
        assert len(parsed) == seq
    draw("no strokes", 3)
    assert len(parsed) == 3, "and so is one that cannot be read"


def test_an_answer_to_ink_is_as_long_for_a_long_drawing_as_for_a_short_one(draw):
    sizes = []
    for seq, points in enumerate((81, 2_000), 1):  # the same picture
        header, _ = draw(drawn(points), seq)
        assert "strokes" not in header
        sizes.append(packed_bytes(draw.at))
    assert sizes[0] == sizes[1]
    header, _ = shown(draw.at)
    assert header["strokes"] == drawn(2_000)
    assert packed_bytes(draw.at) > sizes[1] + 8_000


def test_a_pad_that_is_new_to_the_page_is_told_what_lies_on_it(draw):
    draw(ONE, 7)
    del draw.at.session_state["pad"]  # as when its page was left
    header, arrays = shown(draw.at)
    assert (header["ack"], header["strokes"]) == (7, ONE)
    assert arrays["frame"].any()
    header, _ = shown(draw.at)
    assert header["strokes"] == ONE, "also where it is shown again"


def test_ink_that_came_while_its_page_was_left_is_told_to_the_next_pad(draw):
    at = draw.at
    draw(ONE, 1)
    at.session_state["_answered"] = {"seq": 2, "down": True, "strokes": drawn(40)}
    at.session_state["_drawing"] = at.session_state["_answered"]
    del at.session_state["pad"]
    header, _ = shown(at)
    assert (header["ack"], header["strokes"]) == (2, drawn(40))
