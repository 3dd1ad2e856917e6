"""Recording in a browser: upload a recording, and view it unit by unit."""

import re

import pytest
import torch
from playwright.sync_api import expect
from torch import nn

from rnnviz.training.recording import record
from tests.e2e.looks import assert_fits


@pytest.fixture
def recording(tmp_path):
    """Words of 12 letters, one-hot of 9; class 40 has the letter 3 at step 6, class 7 has not."""
    torch.manual_seed(0)
    rnn = nn.LSTM(9, 24)
    letters = torch.randint(9, (12, 80))
    labels = torch.tensor([7, 40]).repeat(40)
    letters[5] = torch.where(labels == 40, 3, letters[5] % 3)
    path = tmp_path / "words.safetensors"
    record(rnn, nn.functional.one_hot(letters, 9).float(), path, labels)
    return path


def test_a_network_of_more_than_10_mb_is_taken(open_page, tmp_path):
    path = tmp_path / "wide.pt"  # 12 MB, and with a head of two layers
    parts = {"lstm": nn.LSTM(28, 850), "fc1": nn.Linear(850, 20), "fc2": nn.Linear(20, 10)}
    torch.save({"net": nn.ModuleDict(parts).state_dict(), "epoch": 3}, path)
    assert path.stat().st_size > 11_000_000
    page = open_page("/states")
    page.get_by_text("Your own network").click(timeout=180_000)
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_text(re.compile("wide.pt is an LSTM that reads 28 values .* 850 units")).wait_for()


@pytest.mark.parametrize(
    "options", [{}, {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}}]
)
def test_a_recording_is_brought_and_its_units_are_gone_through(options, open_page, recording):
    page = open_page("/states", **options)
    page.get_by_text("Your own network").click(timeout=180_000)
    page.locator("input[type=file]").set_input_files(recording)
    page.get_by_text(re.compile("words.safetensors is a recording of LSTM 9 → 24")).wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("radio", name="Recording")).to_be_checked()
    expect(page).to_have_url(re.compile("view=Recording"))
    page.get_by_role("radiogroup", name="Of the recording").get_by_text("Units").click()
    page.get_by_text(re.compile("^Unit 1 tells")).wait_for(timeout=180_000)
    page.get_by_role("slider", name="Unit").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text(re.compile("^Unit 2 tells")).wait_for()
    expect(page.locator(".told-title")).to_contain_text("unit 2 tells each class")
    assert page.locator(".tells li").count() == 2
    page.locator(".strip.most button").nth(2).click()
    number = re.match(
        r"Sequence (\d+), class",
        page.locator(".strip.most button").nth(2).get_attribute("aria-label"),
    )[1]
    expect(page.get_by_role("spinbutton", name="Sequence")).to_have_value(number)
    expect(page.locator(".course-value")).to_contain_text(f"sequence {number}")
    assert_fits(page)
