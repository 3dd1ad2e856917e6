"""Text areas in a browser: a long text is selected as quickly as in a page without expanders."""

import pytest

from tests.e2e.looks import drawn, settled

# How a closed expander hides its content. `content-visibility: hidden` makes every change of a
# selection in a long text quadratic: 10 s at 500,000 characters.
HIDDEN_BY = """() => [...document.querySelectorAll("details:not([open])")].map((one) => {
  const style = getComputedStyle(one, "::details-content");
  return [style.contentVisibility, style.display, one.querySelector("summary + *").offsetHeight];
})"""
FILL = """(area, count) => {
  const { set } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");
  set.call(area, "the quick brown fox jumps over it\\n".repeat(count / 34));
  area.focus();
}"""
# The median of some select-alls, each from an empty selection to the second frame after it.
SELECT = """async (area) => {
  const frame = () => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
  const times = [];
  for (let n = 0; n < 5; n += 1) {
    area.setSelectionRange(0, 0);
    await frame();
    const begun = performance.now();
    area.select();
    await frame();
    times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b)[2];
}"""
STYLED = "document.getElementById('rnnviz-page-style') !== null"  # by a script that is fetched
BARE = "document.querySelectorAll('details').forEach((one) => one.remove())"


@pytest.mark.parametrize(
    "path", ["/characters?view=Next+character", "/characters?view=My+text", "/shapes"]
)
def test_a_closed_expander_does_not_hide_its_content_by_content_visibility(open_page, path):
    page = open_page(path)
    page.locator("details").first.wait_for()
    page.wait_for_function(STYLED, timeout=120_000)
    settled(page)
    found = page.evaluate(HIDDEN_BY)
    assert found
    assert found == [["visible", "none", 0]] * len(found)


def test_an_expander_still_opens_and_closes(open_page):
    page = open_page("/characters?view=Next+character")
    expander = page.locator("details").last
    expander.locator("summary").click()
    content = expander.get_by_text("By counting")
    content.wait_for(state="visible")
    expander.locator("summary").click()
    content.wait_for(state="hidden")


def test_to_select_a_long_text_takes_as_long_as_without_the_expanders(open_page):
    page = open_page("/characters?view=Next+character")
    page.locator("details").first.wait_for()
    page.wait_for_function(STYLED, timeout=120_000)
    settled(page)
    area = page.locator("textarea").first
    area.evaluate(FILL, 200_000)
    drawn(page)
    with_expanders = area.evaluate(SELECT)
    page.evaluate(BARE)
    drawn(page)
    # Without the style sheet the ratio is above 10.
    assert with_expanders < 4 * area.evaluate(SELECT) + 100
