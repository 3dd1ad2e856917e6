"""Tests of a component's view in a browser without Streamlit: created once, ended once."""

import base64

from rnnviz.ui.components.component_files import source
from rnnviz.ui.components.packing import pack

COMPONENT = """
const log = [];
const create = (parent) => {
  log.push("create");
  parent.querySelector(".view").append(document.createElement("b"));
  const watch = { observe: () => log.push("observe"), disconnect: () => log.push("disconnect") };
  return { root: parent.querySelector(".view"), watch };
};
const receive = (view, message) => log.push(message.words);
export default function (component) {
  return keepView(component, create, receive, { leave: () => log.push("leave") });
}
export { log };
"""
PLAY = """async ({ code, data }) => {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const { default: show, log } = await import(url);
  const parentElement = document.body;
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const call = () => show({ data: bytes, parentElement });
  const layout = () => {
    document.body.innerHTML = '<div class="view"></div>';
    for (const scale of ["sequential", "diverging", "categorical"]) {
      const colours = "#000000,#555555,#aaaaaa,#ffffff";
      document.body.firstChild.style.setProperty(`--st-chart-${scale}-colors`, colours);
    }
  };
  layout();
  const end = call();
  end(); // Streamlit ends it ...
  call(); // ... and goes on in the same elements
  const twice = document.querySelectorAll("b").length;
  layout(); // other elements in the same place
  call();
  const gone = document.createElement("div");
  gone.innerHTML = '<div class="view"></div>';
  show({ data: bytes, parentElement: gone })(); // called too late: nothing to draw on
  return { log, twice, after: document.querySelectorAll("b").length };
}"""


def test_a_view_is_made_once_for_its_elements_also_when_it_was_ended_meanwhile(chromium):
    page = chromium.new_page()
    code = str(source("component_view.js")) + COMPONENT
    data = base64.b64encode(pack({"words": "shown"}, {})).decode()
    found = page.evaluate(PLAY, {"code": code, "data": data})
    page.close()
    assert found["twice"] == 1
    assert found["after"] == 1
    assert found["log"] == [
        *("create", "observe", "shown", "leave", "disconnect"),
        *("observe", "shown"),
        *("create", "observe", "shown"),
    ]


LATE = """async ({ code, data }) => {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const { default: show, log } = await import(url);
  document.body.innerHTML = '<div class="view"></div>';
  const view = document.body.firstChild;
  for (const scale of ["sequential", "diverging", "categorical"])
    view.style.setProperty(`--st-chart-${scale}-colors`, "#000000,#555555,#aaaaaa,#ffffff");
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  show({ data: bytes, parentElement: document.body })(); // ended before its arrays have come
  const waits = view.getAttribute("aria-busy");
  while (view.hasAttribute("aria-busy")) await new Promise((go) => setTimeout(go, 5));
  return { log, waits };
}"""


def test_a_view_that_is_ended_while_it_waits_for_its_arrays_still_shows_them(chromium):
    page = chromium.new_page()
    code = str(source("component_view.js")) + COMPONENT
    header = {"words": "shown", "address": "data:application/octet-stream;base64,AAAA"}
    data = base64.b64encode(pack(header, {})).decode()
    found = page.evaluate(LATE, {"code": code, "data": data})
    page.close()
    assert found == {
        "log": ["create", "observe", "leave", "disconnect", "shown"],
        "waits": "true",
    }
