"""Waits and measurements for end-to-end tests, independent of the machine's load."""

# Streamlit has run its script, no view waits for its arrays, and nothing on the page has changed
# for so many milliseconds.
_SETTLED = """async ([quiet, limit]) => {
  const begun = performance.now();
  let last = begun;
  const watch = new MutationObserver(() => (last = performance.now()));
  watch.observe(document.body, {
    subtree: true, childList: true, attributes: true, characterData: true });
  const runs = () =>
    document.querySelector("[data-testid=stApp]")?.dataset.testScriptState !== "notRunning";
  const busy = (root) =>
    root.querySelector("[aria-busy=true]") !== null ||
    [...root.querySelectorAll("*")].some((e) => e.shadowRoot && busy(e.shadowRoot));
  const waits = () => busy(document) && (last = performance.now());
  while (runs() || performance.now() - last < quiet || waits()) {
    if (performance.now() - begun > limit) throw new Error("the page has not come to rest");
    await new Promise((go) => setTimeout(go, 50));
  }
  watch.disconnect();
}"""
_DRAWN = """() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"""
# 800 ms after the last key or move a view tells what is set, for the link: that is no question.
_COUNT_ASKED = """() => {
  const send = WebSocket.prototype.send;
  let last = -Infinity;
  const told = (event) => (last = event.timeStamp);
  for (const name of ["keydown", "keyup", "pointermove", "pointerdown", "pointerup", "click"])
    document.addEventListener(name, told, { capture: true, passive: true });
  window.asked = 0;
  WebSocket.prototype.send = function (...all) {
    if (performance.now() - last < 750) window.asked += 1;
    return send.apply(this, all);
  };
}"""
_WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


def settled(page, quiet_ms=400, limit_ms=60_000):
    """Wait until Streamlit has nothing more to do and the page stands still."""
    page.evaluate(_SETTLED, [quiet_ms, limit_ms])


def drawn(page):
    """Wait until what was asked for is drawn: views draw with the browser's next picture."""
    page.evaluate(_DRAWN)


def count_asked(page):
    """Count from now on what the server is sent while a cursor moves; `asked` tells it."""
    page.evaluate(_COUNT_ASKED)


def asked(page):
    """How many messages were sent meanwhile; what a view tells once it rests is not among them."""
    return page.evaluate("window.asked")


def assert_fits(page):
    """Hold a page that has come to rest to the width of its window."""
    settled(page)
    wide, room = page.evaluate(_WIDTHS)
    assert wide <= room
