"""Tests of one intervention: its text in a link, its JSON, invalid values."""

import contextlib
import json
import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.core.intervene.intervention_spec import RANGES, Intervention, from_link, to_link


@st.composite
def interventions(draw):
    what = draw(st.sampled_from("hcifgorzn"))
    kind = draw(st.sampled_from(["zero", "clamp", "mean"]))
    low, high = RANGES.get(what, (-1e30, 1e30))
    start = draw(st.integers(0, 800))
    units = draw(st.none() | st.sets(st.integers(0, 511), min_size=1))
    return Intervention(
        layer=draw(st.integers(0, 99)),
        direction=draw(st.sampled_from(["forward", "reverse"])),
        what=what,
        units=None if units is None else tuple(sorted(units)),
        kind=kind,
        value=draw(st.floats(low, high)) if kind == "clamp" else 0.0,
        start=start,
        stop=draw(st.none() | st.integers(start + 1, 900)),
    )


@given(st.lists(interventions(), max_size=4))
def test_what_is_written_in_a_link_or_as_json_is_read_again(some):
    link = to_link(some)
    assert set(link) <= set(string.ascii_letters + string.digits + ":;,-@.")
    assert from_link(link) == tuple(some)
    for one in some:
        assert Intervention.from_dict(json.loads(json.dumps(one.to_dict()))) == one


@pytest.mark.parametrize(
    ("values", "link"),
    [
        ((0, "forward", "c", (3, 7), "zero", 0.0, 5), "l0f:c:3,7:zero@5"),
        ((1, "reverse", "f", None, "clamp", 1.0, 5, 9), "l1r:f:all:clamp1@5:9"),
        ((0, "forward", "h", (1, 2, 3, 4, 6, 7), "mean"), "l0f:h:1-4,6,7:mean"),
        ((0, "forward", "c", (0,), "clamp", -0.123456789, 0, 2), "l0f:c:0:clamp-0.123456789@0:2"),
        ((0, "forward", "h", (0,), "clamp", 1e30), "l0f:h:0:clamp1e30"),
    ],
)
def test_a_link_is_short_and_can_be_read_by_a_person(values, link):
    assert Intervention(*values).link == link
    assert from_link(link) == (Intervention(*values),)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("l0f:h:3", "a change reads like l0f:h:3,7-9:zero@5, got 'l0f:h:3'"),
        ("l0f:h:3:zero@", "a change reads like"),
        ("l0f:x:3:zero", "what must be one of h, c, i, f, g, o, r, z, n, got 'x'"),
        ("l0f:h:3,,4:zero", "units read like 3,7-9, got '3,,4'"),
        ("l0f:h:9-3:zero", "units of a run must rise, got 9-3"),
        ("l0f:h:0-99999999:zero", "units read like"),
        ("l0f:h:3:clamp1.2.3", "clamp needs a number, got '1.2.3'"),
        ("l0f:h:3:clamp1e999", "value must be a finite number, got inf"),
        ("l0f:h:3:zero@5:5", "stop must lie after start, 5, got 5"),
        ("l0f:f:3:clamp2", "gate f lies in [0, 1], so it cannot be 2"),
    ],
)
def test_a_link_that_cannot_be_meant_is_refused_in_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        from_link(text)


@settings(max_examples=300)
@given(st.text(alphabet="l0f:hc3,-7zeroclampmean@5.;e9²", max_size=30))
def test_any_text_is_read_or_refused_and_breaks_nothing(text):
    read = ()
    with contextlib.suppress(ValueError):
        read = from_link(text)
    assert from_link(to_link(read)) == read


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"layer": -1}, "layer must be a whole number from 0, got -1"),
        ({"layer": True}, "layer must be a whole number from 0, got True"),
        ({"direction": "back"}, "direction must be one of forward, reverse, got 'back'"),
        ({"what": []}, "what must be one of"),
        ({"units": ()}, "units must be a tuple of one or more, or None, got ()"),
        ({"units": 3}, "units must be a tuple of one or more, or None, got 3"),
        ({"units": (1.5,)}, "a unit must be a whole number from 0, got 1.5"),
        ({"units": (2, 1)}, "units must be different and in increasing order, got (2, 1)"),
        ({"units": (1, 1)}, "units must be different and in increasing order, got (1, 1)"),
        ({"kind": "cut"}, "kind must be one of zero, clamp, mean, got 'cut'"),
        ({"kind": "clamp", "value": "1"}, "value must be a finite number, got '1'"),
        ({"kind": "clamp", "value": float("nan")}, "value must be a finite number, got nan"),
        ({"value": 1.0}, "value is for clamp alone; for zero it is 0, got 1.0"),
        ({"what": "g", "kind": "clamp", "value": -2}, "gate g lies in [-1, 1], so it cannot be -2"),
        ({"stop": 0}, "stop must lie after start, 0, got 0"),
        ({"step": 0}, "unknown settings of a change: step"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_in_a_sentence(change, sentence):
    values = {"layer": 0, "direction": "forward", "what": "h", "units": (1,)} | change
    with pytest.raises(ValueError, match=re.escape(sentence)):
        Intervention.from_dict(values)


def test_missing_settings_are_named():
    with pytest.raises(ValueError, match="settings of a change are missing: units, what"):
        Intervention.from_dict({"layer": 0, "direction": "forward"})
