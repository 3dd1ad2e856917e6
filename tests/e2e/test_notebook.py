"""A notebook that is executed: what it shows is in its HTML, and the cursor moves there."""

import re

import nbformat
import pytest
import torch
from nbconvert import HTMLExporter
from nbconvert.preprocessors import ExecutePreprocessor
from playwright.sync_api import expect
from torch import nn

from rnnviz.bench.draw import ROOT
from tests.e2e.documents import Opened, panels, place
from tests.e2e.looks import drawn
from tests.readme import README

LINES = re.search(r"## In a notebook\n\n```python\n(.+?)\n```", README, re.DOTALL)[1]
CELLS = ("import torch\n_ = torch.manual_seed(0)", LINES, "rnnviz.shapes(rnn, x)")


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The notebook after its run, and as HTML without any address in it."""
    folder = tmp_path_factory.mktemp("notebook")
    notebook = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, CELLS)])
    # the kernel of this very environment, whatever others are installed
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "", "language": "python"}
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("IPYTHONDIR", str(folder / "ipython"))
        environment.setenv("JUPYTER_DATA_DIR", str(folder / "jupyter"))
        environment.setenv("PYTHONPATH", str(ROOT))
        ExecutePreprocessor(timeout=300).preprocess(notebook, {"metadata": {"path": str(folder)}})
    nbformat.validate(notebook)
    exporter = HTMLExporter(require_js_url="", mathjax_url="", jquery_url="")
    path = folder / "notebook.html"
    path.write_text(exporter.from_notebook_node(notebook)[0], encoding="utf-8")
    return notebook, path


@pytest.fixture
def page(chromium, executed):
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    opened = Opened(context.new_page())
    yield opened.open(executed[1])
    context.close()
    assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []
    assert opened.errors == []


def test_the_cursor_moves_in_the_notebooks_frame_and_tells_torchs_numbers(page):
    torch.manual_seed(0)
    rnn, x = nn.LSTM(28, 128, batch_first=True), torch.randn(4, 50, 28)
    with torch.no_grad():
        output, _ = rnn(x)
    frame = page.frame_locator("iframe")
    frame.locator(".told:not(:empty)").wait_for()
    frame.get_by_role("slider", name="Time step", exact=True).focus()
    page.keyboard.press("Home")
    for steps in (1, 2, 3):
        expect(frame.locator(".axis output").first).to_have_text(f"{steps} of 50")
        step, unit = place(frame)
        shown = panels(frame)["h"]
        assert shown == pytest.approx(float(output[1, step - 1, unit - 1]), abs=0.52e-4)
        page.keyboard.press("ArrowRight")
    drawn(page)


def test_the_table_of_shapes_stands_in_the_notebook_and_as_text(executed, page):
    table = page.locator(".rnnviz-shapes table")
    expect(table.locator("tr.slice code").first).to_have_text("output[:, -1]")
    for cell, side in ((".slice td:first-child", "left"), (".tensor .count", "right")):
        expect(table.locator(cell).first).to_have_css("text-align", side)
    expect(table.locator("code").first).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    expect(table.locator("caption")).to_have_text("nn.LSTM(28, 128, batch_first=True)")
    data = executed[0].cells[2].outputs[0].data
    assert "output[:, -1]" in data["text/plain"]
    assert "reads sequence 2 of 4" in executed[0].cells[1].outputs[0].data["text/plain"]
