"""What a link or a component says, however wrong, never gets past those who read it."""

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from rnnviz.ui.components import breaking, memory, race, state_map, training, unit, watch
from rnnviz.ui.components.compare import picked
from rnnviz.ui.plain_words import JOINER, plain, quoted

few = settings(max_examples=20)

NASTY = [
    "9" * 5000,
    "1e999",
    "nan",
    "-0",
    "\u0663",
    "\u00b2",
    "0x1F",
    " 1",
    "1_0",
    "\x00",
    "[a](//b)",
    ",".join(["1"] * 3000),
    "l0f:h:0-999999999:zero",
    ";".join(["l0f:c:3:clamp1e999"] * 100),
]
values = st.sampled_from(NASTY) | st.text(max_size=30)
json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, 2**63, 1e308, "\ud800"])
    | st.floats()
    | st.sampled_from([*NASTY, "add", "undo", "pick", "h", "c"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "seq",
                    "serial",
                    "do",
                    "act",
                    "at",
                    "unit",
                    "index",
                    "row",
                    "axes",
                    "classes",
                    "turn",
                    "shown",
                    "order",
                    "gate",
                    "label",
                    "predicted",
                    "down",
                    "strokes",
                    "opened",
                    "cell",
                    "seed",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


def readers(links):
    """Everything that reads a link without a widget."""
    import streamlit
    from torch import nn

    from rnnviz.ui import (
        breaking_state,
        controls,
        map_setting,
        memory_setting,
        pad_state,
        run_state,
        settings,
        shape_settings,
        state,
        unit_state,
    )

    for link in links:
        streamlit.session_state.clear()
        streamlit.query_params.from_dict(link)
        for defaults in (settings.DEFAULTS, shape_settings.DEFAULTS):
            found = state.settings(defaults)
            assert found.keys() == defaults.keys()
        assert 0 <= state.probe_index() < 10_000
        assert 0 <= pad_state.source().index < 10_000
        assert len(run_state.compared()) <= 8
        assert 0 <= map_setting.now(28, 8).row <= 28
        assert 0 <= memory_setting.now(28) <= 28
        assert unit_state.watched(64, 28).unit <= 64
        broken, _ = breaking_state.now(nn.LSTM(28, 64), 28)
        assert len(broken.acts) <= breaking_state.MOST
        assert all(max(act.units or (0,)) < 64 for act in broken.acts)
        controls.notes()


KEYS = [
    "cell",
    "hidden",
    "lr",
    "seed",
    "probe",
    "digit",
    "runs",
    "row",
    "axes",
    "classes",
    "turn",
    "unit",
    "shown",
    "order",
    "gate",
    "break",
    "B",
    "T",
    "lengths",
    "unframed",
]


@settings(few, max_examples=4)
@given(
    st.lists(st.dictionaries(st.sampled_from(KEYS), values, min_size=1), min_size=8, max_size=20)
)
def test_whoever_reads_a_link_gets_what_can_be(links):
    at = AppTest.from_function(readers, kwargs={"links": links}, default_timeout=180)
    at.run()
    assert not at.exception


@settings(few, max_examples=150)
@given(json)
def test_a_message_of_a_component_is_read_or_is_none(message):
    assert isinstance(breaking.command(message), breaking.Command | None)
    assert isinstance(state_map.setting(message), state_map.Setting | None)
    assert isinstance(watch.setting(message), watch.Setting | None)
    assert isinstance(memory.row_of(message), int | None)
    assert isinstance(picked(message), int | None)
    assert isinstance(training.Cell.of(message), training.Cell | None)
    for name in ("unit", "index"):
        found = unit.chosen(message, name, 100)
        assert found is None or 0 <= found <= 100
    assert isinstance(race.Chosen.of(message, message, "now"), race.Chosen)


@given(st.text(string.punctuation + "ab", max_size=40))
def test_quoted_words_are_never_markdown(words):
    told = plain(words)
    assert bare(told) == words.replace("\\", "")
    for mark in "`*_[]$~:<>#|":
        assert all(told[k - 1] == "\\" for k, c in enumerate(told) if c == mark)
    assert len(bare(quoted(words * 100))) <= 22


# As the browser finds addresses in what Markdown has left, escapes and all gone.
ADDRESS = re.compile(r"https?://[-.\w]+|www\.[-.\w]+|[-.\w+]+@[-\w]+\.[-\w]+", re.IGNORECASE)


@pytest.mark.parametrize(
    "address",
    ["www.b.co", "WWW.b.co", "http://b.co", "hTTps://b.co/a?b", "a.b+c@b.co", "www.a@b.co"],
)
def test_an_address_is_no_link_either(address):
    assert ADDRESS.search(address)
    for told in (plain(f"see {address} and {address}"), quoted(address)):
        assert not ADDRESS.search(told.replace("\\", ""))
        assert address[:20] in bare(told)


def bare(told):
    """Return what one sees of words that are quoted."""
    return told.replace("\\", "").replace(JOINER, "")
