"""Tests of the component scripts, fetched from a real server as a browser does."""

import re
import subprocess
import sys
import urllib.request
from urllib.error import HTTPError

import pytest

from rnnviz.bench.draw import ROOT, serve
from rnnviz.ui.components import component_files
from rnnviz.ui.components.component_files import source

PAD = ("component_view.js", "rows.js", "ui/components/pad/pad.js")
ODD = [
    "nothing.js",
    "packing.py",
    "../components/axes.js",
    "..%2f..%2f..%2fapp.py",
    "%2fetc%2fpasswd",
    "axes.js,axes.js",
    "axes.js,",
    "",
    ",".join(["axes.js"] * 9000),
]


@pytest.fixture(scope="module")
def address(home):
    with serve(ROOT / "app.py") as found:
        yield found


def test_without_a_server_that_has_the_route_a_script_is_the_script_itself():
    assert component_files.routes.cache_info().currsize == 0
    assert component_files.script(*PAD) == source(*PAD)


def test_the_server_has_what_the_line_asks_for_and_a_browser_may_keep_it(address):
    code = (
        "from rnnviz.ui.components.component_files import routes, script; routes();"
        f"print(script(*{PAD}), end='')"
    )
    line = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert len(line.stdout) < 200
    path = re.search(r'new URL\("([^"]+)", document\.baseURI\)', line.stdout)[1]
    with urllib.request.urlopen(f"{address}/{path}", timeout=120) as answer:
        assert answer.read().decode() == source(*PAD)
        assert answer.headers["content-type"].startswith("text/javascript")
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("names", ODD)
def test_nothing_else_is_served(address, names):
    with pytest.raises(HTTPError) as caught:
        urllib.request.urlopen(f"{address}{component_files.PATH}{names}", timeout=120)
    assert caught.value.code in (400, 404, 414, 431)
    assert len(caught.value.read()) < 1000
