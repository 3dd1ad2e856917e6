import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { fakeClock, openPage } from "./browser.js";
import { componentView, later, make, say } from "../../rnnviz/ui/components/component_view.js";

const COLORS = "#000000,#555555,#aaaaaa,#ffffff";
let log = [];

globalThis.ResizeObserver = class {
  constructor(changed) {
    this.changed = changed;
  }

  observe(root) {
    log.push("observe");
    root.watch = this;
  }

  disconnect() {
    log.push("disconnect");
  }
};

beforeEach(() => (log = []));

// Bytes as Python packs them, without arrays unless they lie at an address.
function pack(header) {
  const words = new TextEncoder().encode(JSON.stringify({ arrays: {}, ...header }));
  const bytes = new Uint8Array(4 + words.length);
  new DataView(bytes.buffer).setUint32(0, words.length, true);
  bytes.set(words, 4);
  return bytes;
}

function layout() {
  const { body } = openPage('<div class="view" data-early></div>');
  for (const scale of ["sequential", "diverging", "categorical"]) {
    body.firstElementChild.style.setProperty(`--st-chart-${scale}-colors`, COLORS);
  }
  body.firstElementChild.style.setProperty("--st-background-color", "#ffffff");
  return body;
}

const create = (view) => {
  log.push("create");
  view.root.append(document.createElement("b"));
};
const receive = (_, { words, arrays }) => log.push(arrays.a ? `${words} ${[...arrays.a]}` : words);
const show = componentView({
  ...{ root: ".view", create, receive, draw: () => log.push("draw"), leave: () => log.push("leave") },
});

const settled = () => new Promise((go) => setImmediate(go));
const bodyOf = (...values) => ({ ok: true, arrayBuffer: async () => Uint8Array.from(values).buffer });
const ONE = { a: { dtype: "uint8", shape: [1], offset: 0 } };

test("a view is made once for its elements, also when it was ended meanwhile", () => {
  let parentElement = layout();
  const call = () => show({ data: pack({ words: "shown" }), parentElement });
  const end = call();
  end(); // Streamlit ends it ...
  call(); // ... and goes on in the same elements
  assert.equal(document.querySelectorAll("b").length, 1);
  const first = ["create", "observe", "observe", "shown", "leave", "disconnect", "observe", "shown"];
  assert.deepEqual(log, first);
  parentElement = layout();
  call();
  assert.equal(document.querySelectorAll("b").length, 1);
  assert.deepEqual(log.slice(first.length), ["create", "observe", "observe", "shown"]);
  assert.ok(!parentElement.firstElementChild.hasAttribute("data-early"));
});

test("other elements in the same place have a view of their own", () => {
  const parentElement = layout();
  const call = () => show({ data: pack({ words: "shown" }), parentElement });
  call();
  const style = parentElement.firstElementChild.getAttribute("style");
  parentElement.replaceChildren(make("div", { className: "view" }));
  parentElement.firstElementChild.setAttribute("style", style);
  call();
  assert.equal(log.filter((word) => word === "create").length, 2);
});

test("what is called too late has nothing to draw on", () => {
  layout();
  const gone = document.createElement("div");
  gone.append(make("div", { className: "view" }));
  show({ data: pack({ words: "shown" }), parentElement: gone })();
  assert.deepEqual(log, []);
});

test("a view that is ended while it waits for its arrays still shows them", async () => {
  const parentElement = layout();
  const asked = [];
  globalThis.fetch = async (url) => {
    asked.push(String(url));
    return bodyOf(7);
  };
  const data = pack({ words: "shown", address: "/media/one", arrays: ONE });
  show({ data, parentElement })();
  assert.equal(parentElement.firstElementChild.getAttribute("aria-busy"), "true");
  await settled();
  assert.ok(log.includes("shown 7") && log.indexOf("shown 7") > log.indexOf("leave"));
  assert.ok(!parentElement.firstElementChild.hasAttribute("aria-busy"));
  show({ data, parentElement }); // what was fetched is kept
  assert.equal(log.filter((word) => word === "shown 7").length, 2);
  assert.deepEqual(asked, ["http://localhost/media/one"]);
});

test("of two messages the last one is shown, in whatever order their arrays come", async () => {
  const parentElement = layout();
  const answers = {};
  globalThis.fetch = ({ pathname }) => new Promise((go) => (answers[pathname] = go));
  show({ data: pack({ words: "slow", address: "/slow", arrays: ONE }), parentElement });
  show({ data: pack({ words: "fast", address: "/fast", arrays: ONE }), parentElement });
  answers["/fast"](bodyOf(2));
  await settled();
  answers["/slow"](bodyOf(1));
  await settled();
  assert.ok(log.includes("fast 2") && !log.some((word) => word.startsWith("slow")));
});

test("a connection may be lost for a moment; after three tries the reader is told", async () => {
  const clock = fakeClock();
  try {
    const parentElement = layout();
    let tries = 0;
    globalThis.fetch = async () => {
      tries++;
      throw new Error("no connection");
    };
    show({ data: pack({ words: "never", address: "/lost", arrays: ONE }), parentElement });
    for (const ms of [300, 1500]) {
      await settled();
      clock.advance(ms);
    }
    await settled();
    assert.equal(tries, 3);
    const lost = parentElement.querySelector(".view > .lost");
    assert.equal(lost.getAttribute("role"), "alert");
    assert.match(lost.textContent, /Reload/);
    show({ data: pack({ words: "back" }), parentElement });
    assert.equal(parentElement.querySelector(".lost"), null);
    assert.equal(log.at(-1), "back");
  } finally {
    clock.stop();
  }
});

test("no more than three bodies are kept", async () => {
  const parentElement = layout();
  let tries = 0;
  globalThis.fetch = async () => {
    tries++;
    return bodyOf(1);
  };
  const ask = async (name) => {
    show({ data: pack({ words: name, address: `/kept/${name}`, arrays: ONE }), parentElement });
    await settled();
  };
  for (const name of ["a", "b", "c", "a", "d", "b", "a"]) await ask(name);
  assert.equal(tries, 5); // only a is fetched anew: it was the oldest when d came
});

test("before there is a message a view is not drawn, whatever its width", async () => {
  const parentElement = layout();
  show({ data: pack({ words: "shown" }), parentElement });
  await settled();
  const root = parentElement.firstElementChild;
  Object.defineProperty(root, "clientWidth", { value: 300, configurable: true });
  log = [];
  root.watch.changed();
  assert.deepEqual(log, []); // `receive` of this file keeps no message
});

test("a view that rests has ended what it does by itself", () => {
  const clock = fakeClock();
  try {
    const parentElement = layout();
    let view = null;
    const moving = componentView({
      ...{ root: ".view", create: (made) => (view = made), draw: () => log.push("draw") },
      receive: (made, message) => (made.message = message),
    });
    const end = moving({ data: pack({ words: "shown" }), parentElement });
    later(view);
    later(view);
    clock.advance(16);
    assert.equal(log.filter((word) => word === "draw").length, 1); // two moves, one picture
    later(view);
    Object.assign(view, { timer: setInterval(() => log.push("tick"), 100), playing: "row" });
    view.resting = setTimeout(() => log.push("told"), 800);
    end();
    clock.advance(5000);
    assert.equal(log.filter((word) => ["draw", "tick", "told"].includes(word)).length, 1);
    assert.deepEqual([view.timer, view.playing], [0, null]);
    Object.defineProperty(view.root, "clientWidth", { value: 300 });
    view.root.watch.changed();
    view.root.watch.changed();
    assert.equal(log.filter((word) => word === "draw").length, 2); // one width, one picture
  } finally {
    clock.stop();
  }
});

test("an element has its properties and holds what it is given", () => {
  openPage();
  const made = make("p", { className: "a" }, "words ", make("b", {}, "bold"));
  assert.equal(made.outerHTML, '<p class="a">words <b>bold</b></p>');
});

test("words that stand there already are not set again", () => {
  let sets = 0;
  const element = {
    words: "3",
    get textContent() {
      return this.words;
    },
    set textContent(words) {
      sets++;
      this.words = words;
    },
  };
  say(element, 3);
  assert.equal(sets, 0);
  say(element, "4");
  assert.deepEqual([sets, element.words], [1, "4"]);
});
