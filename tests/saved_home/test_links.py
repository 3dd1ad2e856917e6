"""Links into a home that commit 349e203 wrote still open, and show what they showed."""

import json
import time
from pathlib import Path

import pytest

LINKS = json.loads((Path(__file__).parent / "links.json").read_text(encoding="utf-8"))
pytestmark = pytest.mark.slow  # each takes about a second, all of them more than a minute
WAIT_S = 120.0  # for a component whose numbers a background job computes


@pytest.mark.parametrize("link", [pytest.param(link, id=link["name"]) for link in LINKS])
def test_a_link_opens_as_it_did(link, saved_home, open_app):
    at = open_app(link["page"], **link["query"])
    end = time.monotonic() + WAIT_S
    while not set(link["components"]) <= components(at):
        assert time.monotonic() < end, components(at)
        time.sleep(0.02)
        at.run()
    assert not at.exception
    assert {key: at.session_state[key] for key in link["session"]} == link["session"]
    assert query(at) == link["query_after"]
    assert len(at.warning) == link["warnings"], [one.value for one in at.warning]
    assert len(at.error) == link["errors"], [one.value for one in at.error]


def components(at):
    return {element.proto.component_name for element in at.get("bidi_component")}


def query(at):
    """Return the link after the run; a list of one value is that value."""
    found = at.query_params.items()
    return {k: v[0] if isinstance(v, list) and len(v) == 1 else v for k, v in found}
