"""Fuzz tests of a real server with messages that no component or browser would send."""

import json

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rnnviz.bench.load_client.people import Pad, Tally
from rnnviz.bench.process import held
from tests.load.tabs import is_pad, run, stroke, tabs, until

pytestmark = pytest.mark.slow

MOST_MB = 200  # that a server may grow by, whatever it is sent: pages keep what they have computed
number = st.integers() | st.floats() | st.sampled_from([10**400, -1, 2**53, 1e308, 0, 1, 280])
points = st.lists(number, max_size=7)
value = st.none() | st.booleans() | number | st.text(max_size=20) | points
mnist_frame = st.one_of(
    value,
    st.dictionaries(st.sampled_from(["seq", "down", "strokes", "ink"]), value, max_size=4),
    st.fixed_dictionaries(
        {"seq": number, "down": st.booleans(), "strokes": st.lists(points, max_size=5)}
    ),
)
HUGE = [
    {"seq": 1, "down": False, "strokes": [[1, 2] * 200_000]},
    {"seq": 1, "down": False, "strokes": [[1, 2]] * 50_000},
    {"seq": 1, "down": True, "strokes": "x" * 1_000_000},
    {"seq": 1, "down": True, "strokes": [[[[[]]]]]},
]


NO_JSON = ["", "{", "[" * 10_000]


def words(messages):
    return [json.dumps({"ink": message}) for message in messages]


async def _send(server, messages):
    async with tabs(server, 2) as (tab, after):
        return await _send_all(tab, after, messages)


async def _send_all(tab, after, messages):
    await tab.open("draw")
    surface = next(seen for seen in tab.elements.values() if is_pad(seen))
    for message in messages:
        await tab.set(surface, json_value=message)
        await tab.set(surface, json_value=message)  # the same again
    await after.open("draw")
    pad = await stroke(after, Pad(after, Tally()))
    answered = await pad.settled()
    return [*tab.faults, *after.faults], answered


@settings(
    max_examples=3,
    phases=[Phase.generate],  # what fails is known from its first try; shrinking takes minutes
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(mnist_frame, min_size=15, max_size=25))
def test_whatever_the_pad_says_is_a_drawing_or_a_sentence(shared_server, messages):
    faults, answered = run(_send(shared_server, words(messages)))
    assert faults == []
    assert answered


def test_huge_drawings_are_refused_in_words_and_take_no_memory(shared_server):
    before = held(shared_server.pid).mb
    faults, answered = run(_send(shared_server, words(HUGE)))
    assert faults == []
    assert answered
    assert held(shared_server.pid).mb < before + MOST_MB


def test_what_is_no_json_ends_in_a_sentence_without_a_traceback_and_harms_nobody_else(
    shared_server,
):
    faults, answered = run(_send(shared_server, NO_JSON))
    assert answered
    assert faults
    for told in faults:
        assert "encountered an error" in told
        assert "Traceback" not in told
        assert ".py" not in told


async def _frame(server, data):
    async with tabs(server, 1) as (tab,):
        await tab.open("draw")
        await tab.say(data)
        await until(lambda: tab.closed, "the connection is closed")
        return tab.closed


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"\xff" * 100, 1002), (b"\x0a" + b"\xff" * 9, 1002), (bytes(9_000_000), 1009)],
    ids=["no message", "a length without end", "more than 8 MB"],
)
def test_a_frame_that_is_no_message_ends_the_connection(shared_server, data, code):
    assert run(_frame(shared_server, data)) == code
