import assert from "node:assert/strict";
import { test } from "node:test";

import { canvasOf, named, THEME, wordsOf } from "./browser.js";
import { drawAccuracies, drawLosses, MARKS, valueAt } from "../../rnnviz/ui/components/overlay.js";

const STEPS = [0, 10, 20];
const run = (name, n, loss, accuracy) => ({
  ...{ name, colour: `#00000${n}`, mark: MARKS[n], step: STEPS, loss, accuracy },
  ...{ test_step: [20], test_accuracy: [accuracy[2]] },
});
const RUNS = [run("first", 0, [2, 1, 0.5], [0.2, 0.5, 0.9]), run("second", 1, [2, 1.5, 1], [0.1, 0.3, 0.6])];
const NOW = { steps: 20, frames: [], at: 20, hover: null, stretched: false };

test("a value is the newest one at or before a step", () => {
  assert.equal(valueAt([], [], 3), null);
  assert.deepEqual(
    [null, 5, 10, 19, 99].map((at) => valueAt(STEPS, [7, 8, 9], at)),
    [9, 7, 8, 8, 9],
  );
});

test("losses are told at the cursor, with each run's name at its end", () => {
  const canvas = canvasOf(400);
  const across = drawLosses(canvas, THEME, RUNS, { ...NOW, hover: 12 });
  assert.deepEqual(across, { x: 46, y: 20, w: 300, h: 176, right: 54, steps: 20 });
  const words = wordsOf(canvas.g);
  for (const one of ["Loss", "1.000", "1.500", "first", "second"]) assert.ok(words.includes(one), one);
  const cursor = named(canvas.g, "lineTo").filter(({ strokeStyle }) => strokeStyle === THEME.text);
  assert.deepEqual(
    cursor.map(({ args }) => args),
    [[226, 196]],
  );
});

test("on a log scale the loss has a tick for each power and each third of one", () => {
  const canvas = canvasOf(400);
  drawLosses(canvas, THEME, RUNS, { ...NOW, stretched: true });
  const words = wordsOf(canvas.g);
  assert.ok(words.includes("1") && words.includes("0.3") && !words.includes("2"));
});

test("accuracies have a mark of another shape for each run", () => {
  const canvas = canvasOf(400);
  drawAccuracies(canvas, THEME, RUNS, NOW);
  const words = wordsOf(canvas.g);
  for (const one of ["90.0 %", "60.0 %", "100 %", "25 %"]) assert.ok(words.includes(one), one);
  assert.deepEqual([named(canvas.g, "arc").length, named(canvas.g, "closePath").length], [2, 2]);
});

test("a stretched accuracy ends at the first level above the best", () => {
  const canvas = canvasOf(400);
  drawAccuracies(canvas, THEME, [run("one", 0, [1, 1, 1], [0.5, 0.9, 0.985])], { ...NOW, stretched: true });
  const words = wordsOf(canvas.g);
  assert.ok(words.includes("99 %") && words.includes("90 %") && !words.includes("99.5 %"));
});

test("a name that has no room is cut", () => {
  const canvas = canvasOf(200);
  drawLosses(canvas, THEME, [run("a name that is far too long", 0, [2, 1, 1], [0, 0, 0])], NOW);
  assert.ok(wordsOf(canvas.g).some((words) => /^a name.*…$/.test(words)));
});

test("runs without a step say that there are none yet", () => {
  const canvas = canvasOf(400);
  const none = { ...RUNS[0], step: [], loss: [], accuracy: [], test_step: [], test_accuracy: [] };
  drawLosses(canvas, THEME, [none], { ...NOW, steps: 0, at: null });
  assert.ok(wordsOf(canvas.g).includes("appears with the first steps"));
});
