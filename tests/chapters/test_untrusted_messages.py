"""Fuzz tests of all readers of links and component messages with invalid input."""

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from rnnviz.chapters.runs.compare.ui.components.compare import picked
from rnnviz.chapters.runs.race.ui.components import race
from rnnviz.chapters.states.ablation.ui.components import ablation
from rnnviz.chapters.states.map.ui.components import state_map
from rnnviz.chapters.states.memory.ui.components import memory
from rnnviz.chapters.states.units.ui.components import unit
from rnnviz.chapters.train.ui.components import training
from rnnviz.ui.components import watch
from rnnviz.ui.session.markdown_escape import JOINER, plain, quoted

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

    from rnnviz.chapters.shapes.ui import settings as shapes_settings
    from rnnviz.chapters.states.ablation.ui import edits
    from rnnviz.chapters.states.map.ui import link as map_link
    from rnnviz.chapters.states.memory.ui import link as memory_link
    from rnnviz.chapters.states.ui import link as states_link
    from rnnviz.ui.session import keys as session_keys
    from rnnviz.ui.session import selected_runs
    from rnnviz.ui.widgets import controls, pad, training_settings

    for link in links:
        streamlit.session_state.clear()
        streamlit.query_params.from_dict(link)
        for defaults in (training_settings.DEFAULTS, shapes_settings.DEFAULTS):
            found = session_keys.settings(defaults)
            assert found.keys() == defaults.keys()
        assert 0 <= session_keys.probe_index() < 10_000
        assert 0 <= pad.source().index < 10_000
        assert len(selected_runs.compared()) <= 8
        assert 0 <= map_link.now(28, 8).row <= 28
        assert 0 <= memory_link.now(28) <= 28
        assert states_link.watched(64, 28).unit <= 64
        broken, _ = edits.now(nn.LSTM(28, 64), 28)
        assert len(broken.acts) <= edits.MOST
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
    assert isinstance(ablation.command(message), ablation.Command | None)
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
