"""Tests of arrays over HTTP: who can fetch them, for how long, and where they go inline."""

import time
import urllib.request
from urllib.error import HTTPError

import numpy as np
import pytest

from rnnviz.bench.draw import ROOT, start_server
from rnnviz.ui.components import packing, session_arrays
from rnnviz.ui.components.session_arrays import MOST_BYTES, NEWEST, SessionArrays
from tests.apptest import component
from tests.load.tabs import header_of, run, tabs

GONE_S = 2


@pytest.fixture(scope="module")
def server(home):
    own = {"RNNVIZ_GRACE_S": f"{GONE_S}", "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": f"{GONE_S}"}
    with start_server(ROOT / "app.py", own) as found:
        yield found


def fetch(server, path):
    with urllib.request.urlopen(f"{server.address}/{path}", timeout=120) as answer:
        return answer.read(), dict(answer.headers)


def status(server, path):
    """Return 200, an error's status, or the media type of Streamlit's own page."""
    try:
        kind = fetch(server, path)[1]["content-type"]
    except HTTPError as error:
        return error.code
    return 200 if kind == "application/octet-stream" else kind


def test_a_reading_is_at_an_immutable_address_of_its_session_and_gone_with_it(server):
    async def look():
        async with tabs(server, 2) as (one, other):
            await one.open("states")
            await other.open("states")
            headers = [header_of(tab, "watch") for tab in (one, other)]
            paths = [header["address"] for header in headers]
            body, told = fetch(server, paths[0])
            first = one.received
            await one.switch("draw")
            await one.switch("states")
            again = header_of(one, "watch")["address"]
            return headers[0], paths, body, told, again, one.received - first

    header, paths, body, told, again, bytes_back = run(look())
    kinds = {"uint8": 1, "float32": 4}
    ends = [
        entry["offset"] + kinds[entry["dtype"]] * int(np.prod(entry["shape"]))
        for entry in header["arrays"].values()
    ]
    assert len(body) == max(ends) > 300_000
    assert "immutable" in told["cache-control"]
    assert told["content-type"] == "application/octet-stream"
    assert again == paths[0]
    assert bytes_back < 150_000, "two pages, without the trace"
    _, token, digest = paths[0].split("/")
    _, other_token, other_digest = paths[1].split("/")
    assert token != other_token
    assert digest == other_digest
    end = time.monotonic() + 60
    while status(server, paths[0]) == 200 and time.monotonic() < end:
        time.sleep(1.0)
    assert status(server, paths[0]) == 404


@pytest.mark.parametrize(
    "path", ["", "x/y", "../app.py", "%2e%2e/%2e%2e/app.py", f"{'a' * 22}/{'0' * 64}", "a/b/c"]
)
def test_nothing_else_is_at_an_address(server, path):
    assert status(server, f"arrays/{path}") in (400, 404, "text/html; charset=utf-8")


def test_a_session_holds_the_newest_within_its_limits():
    large = SessionArrays()
    digests = [large.hold(bytes([n]) * MOST_BYTES).rpartition("/")[2] for n in range(4)]
    assert [large.find(digest) is not None for digest in digests] == [False] * 2 + [True] * NEWEST
    assert large.find(SessionArrays().hold(b"other").rpartition("/")[2]) is None


def test_sessions_that_show_the_same_share_its_bytes():
    one, other = SessionArrays(), SessionArrays()
    digest = one.hold(bytes(50_000)).rpartition("/")[2]
    assert other.hold(bytes(50_000)).rpartition("/")[2] == digest
    assert one.find(digest) is other.find(digest)


def test_without_the_route_all_goes_inline():
    assert session_arrays.routes.cache_info().currsize == 0
    arrays = {"h": np.ones((28, 500), np.float32)}
    assert session_arrays.pack({"id": 1}, arrays) == packing.pack({"id": 1}, arrays)


def test_a_page_without_the_route_has_its_arrays(open_app):
    header, arrays = component(open_app("states"), "watch")
    assert "address" not in header
    assert arrays["panel.h"].shape == (28, 128)
