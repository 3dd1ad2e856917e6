"""Tests of the components' modules: bundled as text, and fetched from a real server."""

import json
import re
import urllib.request
from urllib.error import HTTPError

import pytest

from rnnviz.bench.draw import ROOT, start_server
from rnnviz.ui.components import component_files, component_sources
from rnnviz.ui.components.component_sources import (
    PACKAGE,
    bundle,
    closure,
    scripts,
    source,
    version,
)

PAD = "ui/components/pad/pad.js"
DEFAULT = "export default "
ODD = [
    "nothing.js",
    "ui/components/packing.py",
    "ui/components/pad/pad.html",
    "../app.py",
    "..%2f..%2f..%2fapp.py",
    "%2fetc%2fpasswd",
    "axes.js",
    "",
    "a/" * 5000 + "axes.js",
]


def parts(script):
    """The address and the names that a component's script asks for."""
    address = re.search(r'new URL\("([^"]+)", document\.baseURI\)', script)[1]
    return address, json.loads(re.search(r"= (\[.*\])\.map", script)[1])


def test_a_closure_has_each_module_after_those_that_it_imports():
    found = closure("ui/components/component_view.js")
    assert found[-1] == "ui/components/component_view.js"
    assert len(found) == len(set(found))
    text = "".join((PACKAGE / path).read_text(encoding="utf-8") for path in found)
    imported = set(re.findall(r'from "\./(\w+\.js)"', text))
    assert imported == {path.split("/")[-1] for path in found[:-1]}


def test_every_module_is_there_that_one_imports_and_exports_what_is_asked_for():
    for path in scripts():
        text = (PACKAGE / path).read_text(encoding="utf-8")
        for names, address in re.findall(r'^import \{([^}]*)\} from "([^"]+)";', text, re.M):
            source = ((PACKAGE / path).parent / address).resolve().read_text(encoding="utf-8")
            kinds = r"^export (?:async )?(?:const|let|class|function) (\w+)"
            asked = {one.strip() for one in names.split(",")} - {""}
            assert asked <= set(re.findall(kinds, source, re.M)), path


def test_every_file_is_shown_by_a_component():
    """Python names the markup, the styles and the entries; entries import the other modules."""
    python = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    told = {name.split("/")[-1] for name in re.findall(r'"([./\w]+\.(?:html|css|js))"', python)}
    entries = [path for path in scripts() if path.split("/")[-1] in told]
    assert {path for entry in entries for path in closure(entry)} == scripts()
    others = {path.name for kind in ("html", "css") for path in PACKAGE.rglob(f"*.{kind}")}
    assert others <= told


@pytest.fixture
def served():
    """A process whose server has the route of the modules."""
    component_files.routes()
    yield
    component_files.routes.cache_clear()


def test_without_the_route_a_script_is_the_modules_themselves():
    assert component_files.routes.cache_info().currsize == 0
    assert component_files.script(PAD) == bundle(PAD)


@pytest.mark.parametrize("entry", [path for path in sorted(scripts()) if DEFAULT in source(path)])
def test_every_view_can_be_bundled(entry):
    text = bundle(entry)
    assert text.count(DEFAULT) == 1
    assert not re.search(r"^(import |export (?!default))", text, re.MULTILINE)


def test_a_script_asks_at_once_for_all_modules_its_own_first(served):
    address, names = parts(component_files.script(PAD))
    assert address == f"views/{version()}/"
    assert names[0] == PAD
    assert sorted(names) == sorted(closure(PAD))
    assert "\n" in component_files.script(PAD)  # else Streamlit takes it for a path


def test_a_bundle_has_neither_imports_nor_exports_and_each_module_once():
    text = bundle("ui/html_views/page.js")
    assert not re.search(r"^(import|export) ", text, re.M)
    assert text.count("function keepView(") == 1
    assert text.count("const showReading = componentView(") == 1


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("const a = 1;", "const a = 2;", "both declare a"),
        ("export const a = 1;", 'import { a as b } from "./one.js";', "imports a name as another"),
    ],
)
def test_what_cannot_be_bundled_is_told(tmp_path, monkeypatch, one, other, told):
    (tmp_path / "one.js").write_text(f"{one}\n")
    entry = other if "import" in other else f'import {{}} from "./one.js";\n{other}'
    (tmp_path / "two.js").write_text(f"{entry}\n")
    monkeypatch.setattr(component_sources, "PACKAGE", tmp_path)
    monkeypatch.setattr(component_sources, "HERE", tmp_path)
    with pytest.raises(ValueError, match=told):
        bundle("two.js")


@pytest.fixture(scope="module", params=[None, "below/here"], ids=["root", "base path"])
def address(home, request):
    environment = {"STREAMLIT_SERVER_BASE_URL_PATH": request.param} if request.param else {}
    with start_server(ROOT / "app.py", environment) as server:
        yield server.address


def test_the_server_has_every_module_and_a_browser_may_keep_it(served, address):
    path, names = parts(component_files.script(PAD))
    for name in names:
        with urllib.request.urlopen(f"{address}/{path}{name}", timeout=120) as answer:
            assert answer.read() == (PACKAGE / name).read_bytes()
            assert answer.headers["content-type"].startswith("text/javascript")
            assert "immutable" in answer.headers["cache-control"]


def refused(address):
    """The code with which the server refuses an address; it says no more than a line."""
    with pytest.raises(HTTPError) as caught:
        urllib.request.urlopen(address, timeout=120)
    with caught.value:
        assert len(caught.value.read()) < 1000
    return caught.value.code


@pytest.mark.parametrize("name", ODD)
def test_nothing_else_is_served(address, name):
    assert refused(f"{address}/views/{version()}/{name}") in (400, 404, 414, 431)


def test_another_version_is_not_served(address):
    assert refused(f"{address}/views/0123456789ab/{PAD}") == 404
