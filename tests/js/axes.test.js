import assert from "node:assert/strict";
import { test } from "node:test";

import { fakeClock, openPage } from "./browser.js";
import { columnAt, go, isOn, listenAxes, listenCursor, showAxes } from "../../rnnviz/ui/components/axes.js";

const AXIS = (name) => `<div class="axis" data-axis="${name}"></div>`;

// A view with the axes row (0 to 3) and frame (0 to 250); `off` holds the axes that are disabled.
function viewOf({ message = {}, off = new Set(), ...parts } = {}) {
  const document = openPage(`<div class="view">${AXIS("row")}${AXIS("frame")}<p class="words">words</p></div>`);
  const view = { root: document.querySelector(".view"), find: () => null, message, playing: null, timer: 0, off };
  Object.assign(view, { row: 1, frame: 0, speed: { value: "2" }, moves: [] });
  listenAxes(view, {
    axisOf: (_, axis) => {
      const last = axis === "row" ? 3 : 250;
      return {
        on: !off.has(axis),
        last,
        what: axis === "row" ? "Row" : "Frame",
        count: `${view[axis] + 1} of ${last + 1}`,
      };
    },
    moved: (_, axis) => {
      view.moves.push([axis, view[axis]]);
      showAxes(view);
    },
    ...parts,
  });
  showAxes(view);
  return view;
}

function press(view, key, options = {}) {
  const event = {
    key,
    consumed: 0,
    composedPath: () => [options.target ?? view.root.querySelector(".words")],
    ...options,
  };
  event.preventDefault = event.stopPropagation = () => event.consumed++;
  view.root.onkeydown(event);
  return event.consumed === 2;
}

const controls = (view, axis) => view.axes[axis];

test("buttons move an axis and never beyond its ends", () => {
  const view = viewOf();
  const { buttons } = controls(view, "row");
  for (const name of ["next", "next", "next", "back", "first", "back", "last"]) buttons[name].onclick();
  assert.deepEqual(
    view.moves.map(([, row]) => row),
    [2, 3, 3, 2, 0, 0, 3],
  );
});

test("a slider moves its axis, and shows where it stands", () => {
  const view = viewOf();
  const { slider, name, output, buttons } = controls(view, "frame");
  slider.value = "17";
  slider.oninput();
  assert.equal(view.frame, 17);
  assert.deepEqual([slider.max, slider.value], ["250", "17"]);
  assert.deepEqual([name.textContent, output.textContent], ["Frame", "18 of 251"]);
  assert.equal(slider.getAttribute("aria-valuetext"), "Frame 18 of 251");
  assert.equal(buttons.next.getAttribute("aria-label"), "Frame: one on");
});

test("at an end there is no way on", () => {
  const view = viewOf();
  const { buttons } = controls(view, "row");
  const disabled = () => ["first", "back", "play", "next", "last"].filter((name) => buttons[name].disabled);
  assert.deepEqual(disabled(), []);
  go(view, "row", 0);
  assert.deepEqual(disabled(), ["first", "back"]);
  go(view, "row", 3);
  assert.deepEqual(disabled(), ["next", "last"]);
});

test("keys move the axis they are pressed on, ↑ and ↓ and Shift the upright one", () => {
  const view = viewOf();
  for (const key of ["ArrowRight", "ArrowLeft", "End", "Home"]) assert.ok(press(view, key), key);
  assert.deepEqual(view.moves.splice(0), [
    ["row", 2],
    ["row", 1],
    ["row", 3],
    ["row", 0],
  ]);
  press(view, "ArrowUp");
  press(view, "ArrowUp");
  press(view, "ArrowDown");
  press(view, "ArrowRight", { shiftKey: true });
  press(view, "End", { shiftKey: true });
  assert.deepEqual(
    view.moves.splice(0),
    [1, 2, 1, 2, 250].map((frame) => ["frame", frame]),
  );
  press(view, "ArrowLeft", { target: controls(view, "frame").slider });
  assert.deepEqual(view.moves, [["frame", 249]]);
});

test("↓ goes where the view says that it goes", () => {
  const view = viewOf({ upright: ["row", 1] });
  press(view, "ArrowDown");
  assert.deepEqual(view.moves, [["row", 2]]);
});

test("keys that are another's are left alone", () => {
  const view = viewOf();
  const { document } = globalThis;
  assert.ok(!press(view, "a"));
  assert.ok(!press(view, "ArrowRight", { ctrlKey: true }));
  assert.ok(!press(view, "ArrowRight", { target: document.createElement("select") }));
  assert.ok(!press(view, " ", { target: controls(view, "row").buttons.next }));
  assert.deepEqual([view.moves, view.playing], [[], null]);
});

test("an axis plays to its end and stops there", () => {
  const clock = fakeClock();
  try {
    const view = viewOf();
    const { buttons } = controls(view, "row");
    buttons.play.onclick();
    assert.equal(buttons.play.getAttribute("aria-label"), "Pause the rows");
    clock.advance(499);
    assert.deepEqual(view.moves, []);
    clock.advance(1);
    assert.deepEqual([view.row, view.playing], [2, "row"]);
    clock.advance(500);
    assert.deepEqual([view.row, view.playing, clock.waits()], [3, null, 0]);
    assert.equal(buttons.play.getAttribute("aria-label"), "Play the rows");
    clock.advance(5000);
    assert.equal(view.moves.length, 2);
    buttons.play.onclick(); // from its end it begins anew
    assert.equal(view.row, 0);
    press(view, " ");
    assert.deepEqual([view.playing, clock.waits()], [null, 0]);
  } finally {
    clock.stop();
  }
});

test("a long axis plays in no more than a hundred pictures, at the speed that is set", () => {
  const clock = fakeClock();
  try {
    const view = viewOf();
    controls(view, "frame").buttons.play.onclick();
    clock.advance(500);
    assert.equal(view.frame, 3);
    view.speed.value = "10";
    view.speed.onchange();
    clock.advance(500);
    assert.equal(view.frame, 18);
    controls(view, "row").buttons.next.onclick(); // a move by hand ends it
    assert.deepEqual([view.playing, clock.waits()], [null, 0]);
  } finally {
    clock.stop();
  }
});

test("a disabled axis neither moves nor plays", () => {
  const view = viewOf({ off: new Set(["row"]) });
  const { buttons, slider, element } = controls(view, "row");
  assert.ok(!isOn(view, "row") && isOn(view, "frame"));
  assert.ok(Object.values(buttons).every((button) => button.disabled) && slider.disabled);
  assert.ok(element.classList.contains("off"));
  buttons.next.onclick();
  buttons.play.onclick();
  press(view, "ArrowRight");
  assert.deepEqual([view.moves, view.playing], [[], null]);
});

test("before the first message all axes are off", () => {
  const view = viewOf({ message: null });
  assert.ok(!isOn(view, "row") && !isOn(view, "frame"));
  assert.equal(controls(view, "row").output.textContent, "–");
});

// A chart of the steps 10 to 30 over 100 px, with the cursor at 12.
function chart(scale) {
  const [canvas, moves] = [{ getBoundingClientRect: () => ({ left: 5 }) }, []];
  listenCursor(
    canvas,
    () => scale,
    (step) => moves.push(step),
  );
  return { canvas, moves };
}

const SCALE = { box: { x: 20, w: 100 }, least: 10, most: 30, at: 12 };

test("the mouse moves a chart's cursor to the nearest step within it", () => {
  const { canvas, moves } = chart(SCALE);
  for (const clientX of [25, 76, 125, 0, 999]) canvas.onpointermove({ clientX });
  canvas.onpointerdown({ clientX: 75 });
  assert.deepEqual(moves, [10, 20, 30, 10, 30, 20]);
});

test("keys move a chart's cursor by its stride", () => {
  const { canvas, moves } = chart({ ...SCALE, stride: 5 });
  let consumed = 0;
  const event = { preventDefault: () => consumed++, stopPropagation: () => {} };
  for (const key of ["ArrowRight", "ArrowLeft", "Home", "End", "a"]) canvas.onkeydown({ ...event, key });
  canvas.onkeydown({ ...event, key: "End", altKey: true });
  assert.deepEqual([moves, consumed], [[17, 10, 10, 30], 4]);
});

test("a chart that is not drawn yet has no cursor", () => {
  const { canvas, moves } = chart(null);
  canvas.onpointermove({ clientX: 50 });
  canvas.onkeydown({ key: "End" });
  assert.deepEqual(moves, []);
});

test("the time step under the mouse is null beside the chart", () => {
  const canvas = { getBoundingClientRect: () => ({ left: 5 }) };
  const at = (clientX) => columnAt(canvas, { clientX }, { across: { x: 20, w: 100 }, T: 4 });
  assert.deepEqual([24, 25, 49, 50, 125, 126].map(at), [null, 0, 0, 1, 3, null]);
});

test("a view that brings no speed gets a choice of three, once for its elements", () => {
  const document = openPage(`<div class="view">${AXIS("row")}<p class="foot"><span class="hint"></span></p></div>`);
  const root = document.querySelector(".view");
  const moves = { axisOf: () => ({ last: 1 }), moved: () => {}, speeds: [1, 3, 10] };
  for (let turn = 0; turn < 2; turn++) {
    const view = { root, find: (selector) => root.querySelector(selector), message: null };
    listenAxes(view, moves);
    const options = [...view.speed.querySelectorAll("option")];
    assert.deepEqual(options.map(({ value }) => Number(value)), [1, 3, 10]);
    assert.deepEqual(options.map(({ textContent }) => textContent), ["slow", "normal", "fast"]);
    assert.deepEqual(options.map(({ selected }) => selected), [false, true, false]);
  }
  assert.equal(root.querySelectorAll("select, .axis button").length, 6);
});
