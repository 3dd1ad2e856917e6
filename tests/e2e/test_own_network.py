"""Own network in a browser: upload weights, see how they read, choose another reading."""

import io
import re

import torch
from playwright.sync_api import expect

from rnnviz.core.model_variants import fold_input_scaling
from rnnviz.training.store import checkpoint
from tests.e2e.looks import assert_fits


def test_a_network_trained_on_normalized_pixels_is_measured_and_read_as_at_home(open_page):
    """The embedded GRU as if it had been trained with Normalize((0.5,), (0.5,))."""
    content = io.BytesIO()
    theirs = fold_input_scaling(checkpoint.embedded("gru-128")[0], 0.5, 0.5)
    torch.save(theirs.state_dict(), content)
    page = open_page("/states?probe=61")
    page.get_by_text("Your own network").click()
    page.locator("input[type=file]").set_input_files(
        {
            "name": "net.pth.tar",
            "mimeType": "application/octet-stream",
            "buffer": content.getvalue(),
        }
    )
    told = page.get_by_text(re.compile("net.pth.tar is a GRU that reads 28 values"))
    expect(told).to_contain_text("normalized with mean 0.5 and std 0.5, and")
    reading = page.get_by_role("combobox", name="How it reads")
    expect(reading).to_have_value(re.compile(r"^9\d\.\d % of 1,000: mean 0.5, std 0.5 · rows"))
    assert_fits(page)
    reading.click()
    page.get_by_role("option", name=re.compile("of 1,000: 0 … 1 · rows · last state")).click()
    expect(told).to_contain_text("Another way of reading reaches 9")
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox", name="Network")).to_have_value(re.compile("^Yours: GRU"))
    assert "model=" not in page.url
