"""Fuzz tests of all readers of links and component messages with invalid input."""

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from rnnviz.chapters.runs.compare.ui.components.compare import picked
from rnnviz.chapters.runs.race.ui.components import race
from rnnviz.chapters.shapes.ui.components import shapes
from rnnviz.chapters.states.ablation.ui.components import ablation
from rnnviz.chapters.states.map.ui.components import state_map
from rnnviz.chapters.states.memory.ui.components import memory
from rnnviz.chapters.states.units.ui.components import unit
from rnnviz.chapters.train.ui.components import training
from rnnviz.core.shapes.slices import Pick
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
NAMES = str.split(
    "seq serial do act at unit index row axes classes turn shown order gate label predicted down "
    "strokes opened cell seed"
)
values = st.sampled_from(NASTY) | st.text(max_size=30)
json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, 2**63, 1e308, "\ud800"])
    | st.floats()
    | st.sampled_from([*NASTY, "add", "undo", "pick", "h", "c"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=20,
)


def readers(links):
    """Everything that reads a link without a widget."""
    import streamlit
    from torch import nn

    from rnnviz.chapters.shapes.ui import settings as shapes_settings
    from rnnviz.chapters.states.ablation.ui import edits
    from rnnviz.chapters.states.map.ui import view as map_view
    from rnnviz.chapters.states.memory.ui import view as memory_view
    from rnnviz.chapters.states.watch.ui import view as watch_view
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
        assert 0 <= map_view.setting(28, 8).row <= 28
        assert 0 <= memory_view.cursor(28) <= 28
        assert watch_view.watched(64, 28).unit <= 64
        broken, _ = edits.now(nn.LSTM(28, 64), 28)
        assert len(broken.acts) <= edits.MOST
        assert all(max(act.units or (0,)) < 64 for act in broken.acts)
        controls.notes()


KEYS = str.split(
    "cell hidden lr seed probe digit runs row axes classes turn unit shown order gate break B T "
    "lengths unframed"
)


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


# For each reader a good message, what it means, and by field what makes no sense in it.
READERS = {
    "watch": (
        watch.setting,
        {"unit": 3, "row": 7, "shown": ["h", "z"], "order": "cluster", "gate": "n"},
        watch.Setting(3, 7, ("h", "z"), "cluster", "n"),
        {
            "unit": [-1, True, 1.5, 10**6],
            "row": ["7", None],
            "shown": ["h", ["h"] * 20, [1]],
            "order": [None, "x" * 40],
            "gate": [3],
        },
    ),
    "map": (
        state_map.setting,
        {"row": 3, "axes": [2, 1], "classes": [1, 4], "turn": [-7, 80]},
        state_map.Setting(3, (2, 1), (1, 4), (-7, 80)),
        {
            "row": ["1", True],
            "axes": [[1], [1, 1], [0, 1], [1, 2, 3, 4], None],
            "classes": [[4, 1], [1, 10], None],
            "turn": [[1], [0.5, 1], [0, 90], [True, 0]],
        },
    ),
    "memory": (memory.row_of, {"row": 3}, 3, {"row": [0, True, "3", 1.0]}),
    "unit": (lambda m: unit.chosen(m, "unit", 50), {"unit": 50}, 50, {"unit": ["3", True, 99]}),
    "added": (
        ablation.command,
        {"do": "add", "serial": 1, "act": "l0f:h:3:zero"},
        ablation.Command("add", 1, "l0f:h:3:zero"),
        {"do": ["explode"], "serial": [True, -1], "act": [5, "l" * 3000]},
    ),
    "picked": (
        ablation.command,
        {"do": "pick", "serial": 4, "at": 7},
        ablation.Command("pick", 4, "", 7),
        {"at": [1.5]},
    ),
    "confusion": (
        training.Cell.of,
        {"run": "run-1", "step": 200, "true": 4, "predicted": 9, "serial": 3},
        training.Cell("run-1", step=200, true=4, predicted=9, serial=3),
        {"run": [1], "true": [10, True], "predicted": [-1], "step": ["200", None, 2.5]},
    ),
    "compare": (picked, {"index": 9_999}, 9_999, {"index": ["7", True, -1, 10_000]}),
    "shapes": (
        shapes.picked,
        {"tensor": "h_n", "step": None, "sequence": 1, "half": None, "place": 3},
        Pick("h_n", sequence=1, place=3),
        {"tensor": ["weights", ["output"]], "step": [-1, True, 1.0], "place": [10**9]},
    ),
}


@pytest.mark.parametrize("name", READERS)
def test_a_message_with_one_wrong_value_is_none(name):
    read, good, meant, wrong = READERS[name]
    assert read(good) == meant
    for message in (None, 3, "set", [], {}):
        assert read(message) is None
    for field, values in wrong.items():
        for value in values:
            assert read(good | {field: value}) is None, (field, value)


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
