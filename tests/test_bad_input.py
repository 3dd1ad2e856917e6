"""Fuzz tests of user input: each is accepted or refused with a message, nothing is executed.

A short form; the long one is `RNNVIZ_FUZZ=20000 pytest tests/test_bad_input.py`.
"""

import io
import json
import os
import string

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from rnnviz import cli
from rnnviz.core.shapes.constructor_parser import LONGEST, Pasted, PastedError, parse
from rnnviz.data import image_file, strokes

LONG = int(os.environ.get("RNNVIZ_FUZZ", "0"))


def tries(short):
    return settings(
        max_examples=max(LONG, short),
        phases=[Phase.explicit, Phase.generate],
        derandomize=not LONG,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


NASTY = [
    "",
    "\x00",
    "9" * 5000,
    "1e999",
    "nan",
    "-1",
    "\u0663",
    "\ud800",
    "../..",
    "--",
    "-",
    "=",
    "%s",
]
words = st.sampled_from(NASTY) | st.text(max_size=12)
options = st.sampled_from(
    [
        "--model",
        "--raw",
        "--device",
        "--recipe",
        "--out",
        "--repeats",
        "--json",
        "--plot",
        "--people",
    ]
)
# Whatever would begin a long work is left out: a recipe by its name, a bench by its.
lines = st.builds(
    lambda command, rest: [command, *rest],
    st.sampled_from(["classify", "train", "bench", "x", ""]),
    st.lists(options | words.filter(lambda word: word not in ("all", "--help")), max_size=6),
)


@tries(150)
@given(lines)
@example(["bench", "load", "--people", "0"])
@example(["bench", "load", "--people", "9" * 30])
@example(["bench", "load", "--seconds", "nan"])
@example(["classify", "\x00"])
@example(["classify", "a", "--model", "\x00"])
def test_any_command_line_is_refused_in_words(capsys, line):
    try:
        code = cli.main(line)
    except SystemExit as ended:  # argparse says what is wrong
        code = ended.code
    said = capsys.readouterr()
    assert code in (0, 2), line
    assert code == 0 or "rnnviz: " in said.err or "usage: " in said.err
    assert "Traceback" not in said.err


PIECES = [
    *("(", ")", "[", "]", "{", "}", ",", "=", ".", ":", "*", "+", "-", "'", '"', "#", "\\", "\n"),
    *(" ", "0", "12", "nn.LSTM", "torch", "True", "None", "hidden_size", "lambda", "await", "f'{"),
    *("__import__('os')", "\x00", "\ud800", "9" * 300, "1e400", "-1", "0x", "*a", "**k"),
]
pieces = st.sampled_from(PIECES)


@tries(300)
@given(st.lists(pieces, max_size=30).map("".join) | st.text(string.printable, max_size=LONGEST + 5))
@example("nn.LSTM(" * 49)
@example("-" * LONGEST)
@example("nn.LSTM(" + "9" * 380 + ",1)")
def test_any_pasted_line_is_a_module_or_a_sentence(line):
    said = ""
    try:
        assert isinstance(parse(line), Pasted)
    except PastedError as error:
        said = str(error)
    assert len(said) < 1000


def pads(messages):
    """Everything that reads what the pad sent."""
    import streamlit

    from rnnviz.data import strokes
    from rnnviz.ui.session import keys as session_keys
    from rnnviz.ui.widgets import pad

    for message in messages:
        streamlit.session_state.clear()
        streamlit.session_state[session_keys.DRAWING] = message
        ink = pad.ink()
        assert 0 <= ink.seq < 2**53
        assert sum(map(len, ink.strokes)) <= strokes.MAX_POINTS
        assert not (ink.fault and ink.strokes)
        assert len(ink.fault) < 300
        drawn = pad.lying_ink(pad.source(), 18)
        assert drawn.shape == (280, 280)


number = st.integers() | st.floats() | st.sampled_from([10**400, 2**53, -1, True])
value = number | st.none() | st.text(max_size=5) | st.lists(number, max_size=6)
messages = value | st.dictionaries(
    st.sampled_from(["seq", "down", "strokes"]), value | st.lists(value, max_size=4), max_size=3
)
HUGE = [
    {"seq": 1, "strokes": [[1.0] * (2 * strokes.MAX_POINTS + 2)]},
    {"seq": 1, "strokes": [[1, 1]] * (strokes.MAX_POINTS + 1)},
    {"seq": 1, "strokes": [[0, 280] * strokes.MAX_POINTS]},
    {"seq": 2**53, "strokes": []},
]


@tries(4)
@given(st.lists(messages, min_size=20, max_size=40))
@example(HUGE)
def test_whatever_the_pad_sent_is_a_drawing_or_a_sentence(sent):
    at = AppTest.from_function(pads, kwargs={"messages": sent}, default_timeout=180)
    at.run()
    assert not at.exception


def a_picture(kind, size=(40, 30)):
    written = io.BytesIO()
    Image.linear_gradient("L").resize(size).save(written, kind)
    return written.getvalue()


@tries(100)
@given(
    st.sampled_from([a_picture(kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")]),
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=8),
    st.binary(max_size=40),
)
def test_any_picture_is_ink_or_a_sentence_and_never_larger_than_it_may_be(content, flips, tail):
    changed = bytearray(content + tail)
    for place, byte in flips:
        changed[place % len(changed)] = byte
    said = ""
    try:
        found = image_file.read(bytes(changed))
        assert max(found.ink.shape) <= 2 * image_file.READ_SIDE
    except image_file.PictureError as error:
        said = str(error)
    assert len(said) < 500


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_a_picture_that_unpacks_to_too_much_is_refused_before(kind, monkeypatch):
    monkeypatch.setattr(image_file, "MAX_PIXELS", 1000)
    with pytest.raises(image_file.PictureError, match="at most 1,000 can be read"):
        image_file.read(a_picture(kind))


@tries(60)
@given(st.text(max_size=300))
def test_any_text_survives_its_way_to_a_component(text):
    from rnnviz.ui.components.packing import pack

    packed = pack({"text": text}, {})
    size = int.from_bytes(packed[:4], "little")
    assert json.loads(packed[4 : 4 + size])["text"] == text
