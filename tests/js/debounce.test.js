import assert from "node:assert/strict";
import { test } from "node:test";

import { fakeClock } from "./browser.js";
import { settle, settled } from "../../rnnviz/ui/components/debounce.js";

function viewOf() {
  const view = { unit: 0, sent: "", playing: null, told: [] };
  view.settingOf = ({ unit }) => ({ unit });
  view.send = (name, value) => view.told.push([name, value]);
  settled(view);
  return view;
}

function withClock(run) {
  const clock = fakeClock();
  try {
    run(clock, viewOf());
  } finally {
    clock.stop();
  }
}

test("what is set is told once, when it has rested", () =>
  withClock((clock, view) => {
    for (view.unit = 1; view.unit < 4; view.unit++) {
      settle(view);
      clock.advance(700);
    }
    assert.deepEqual(view.told, []);
    clock.advance(100);
    assert.deepEqual(view.told, [["set", { unit: 4 }]]);
    clock.advance(5000);
    assert.equal(view.told.length, 1);
  }));

test("what is known already is not told", () =>
  withClock((clock, view) => {
    settle(view);
    clock.advance(5000);
    assert.deepEqual(view.told, []);
  }));

test("nothing rests while it plays or is dragged", () =>
  withClock((clock, view) => {
    Object.assign(view, { unit: 7, playing: "row" });
    settle(view);
    clock.advance(5000);
    Object.assign(view, { playing: null, drag: {} });
    clock.advance(5000);
    assert.deepEqual(view.told, []);
    view.drag = null;
    clock.advance(800);
    assert.deepEqual(view.told, [["set", { unit: 7 }]]);
  }));
