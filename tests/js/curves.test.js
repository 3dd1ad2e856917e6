import assert from "node:assert/strict";
import { test } from "node:test";

import { canvasOf, named, recordingContext, THEME, wordsOf } from "./browser.js";
import * as curves from "../../rnnviz/ui/components/curves.js";

const BOX = { x: 10, y: 20, w: 300, h: 100 };

// A mean over the finite neighbors, those beyond `most` only where the value itself is.
function means(values, most) {
  const reach = Math.floor(values.length / 40);
  return values.map((value, n) => {
    if (!Number.isFinite(value)) return NaN;
    const near = values
      .slice(Math.max(0, n - reach), n + reach + 1)
      .filter((one) => Number.isFinite(one) && (value > most || one <= most));
    return near.reduce((sum, one) => sum + one, 0) / near.length;
  });
}

// The same numbers each time, even over 0 to 1.
function noise(seed) {
  let state = seed + 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

for (const count of [0, 1, 39, 40, 1000]) {
  for (const most of [Infinity, 3]) {
    test(`a smoothed curve of ${count} values is the mean over the neighbors up to ${most}`, () => {
      const random = noise(count);
      const values = Array.from({ length: count }, () => {
        const kind = random();
        const value = Math.fround(2.5 * random());
        if (kind < 0.05) return NaN;
        if (kind < 0.07) return Infinity;
        return kind < 0.12 && most === 3 ? Math.fround(1e30) : value;
      });
      const found = curves.smooth(Float32Array.from(values), most);
      const expected = means(values, most);
      assert.equal(found.length, count);
      expected.forEach((mean, n) => {
        if (Number.isNaN(mean)) assert.ok(Number.isNaN(found[n]), `value ${n}`);
        else assert.ok(Math.abs(found[n] - mean) <= 1e-5 * Math.abs(mean), `value ${n}: ${found[n]}, not ${mean}`);
      });
    });
  }
}

test("the loss's axis ends above what is seen, but for a few values far beyond", () => {
  assert.equal(curves.lossTop([]), 2.5);
  assert.equal(curves.lossTop([2.4, NaN]), 2.5);
  assert.equal(curves.lossTop([2.6]), 3);
  assert.equal(curves.lossTop([5.5]), 6);
  assert.equal(curves.lossTop([...Array(99).fill(2), 1e9]), 3);
  assert.equal(curves.lossTop(Array(10).fill(14)), 15);
  assert.equal(curves.lossTop(Array(10).fill(900)), 1000);
});

test("a decade is everywhere as high, and what lies beyond stands at the edge", () => {
  const y = curves.decadeScale(BOX, [-3, 1]);
  assert.deepEqual(
    [1e-3, 1e-2, 1, 10].map((value) => Math.round(y(value))),
    [120, 95, 45, 20],
  );
  assert.deepEqual([y(0), y(1e9)], [120, 20]);
});

test("a frame of decades names whole decades", () => {
  const g = recordingContext();
  curves.decadeFrame(g, THEME, BOX, [-3, 1], 4);
  assert.deepEqual(wordsOf(g), ["10¹", "1", "10⁻¹", "10⁻²", "10⁻³"]);
});

test("where the loss is not a number there is a tint up to the next step", () => {
  const g = recordingContext();
  curves.shadeGaps(g, THEME, BOX, [1, 2, 3, 4], [1, NaN, NaN, 1], (step) => 10 * step);
  assert.deepEqual(
    named(g, "rect").map(({ args }) => args),
    [
      [10, 20, 10, 100],
      [20, 20, 10, 100],
    ],
  );
  assert.equal(named(g, "fill")[0].fillStyle, THEME.bad);
  const none = recordingContext();
  curves.shadeGaps(none, THEME, BOX, [1], [1], (step) => step);
  assert.deepEqual(none.calls, []);
});

test("the numbers of an axis of steps keep off its ends and each other", () => {
  const g = recordingContext();
  curves.stepAxis(g, THEME, { x: 0, w: 450 }, 0, 1000, [], (step) => 0.45 * step);
  assert.deepEqual(wordsOf(g), ["step 0", "200", "400", "600", "800", "1,000"]);
});

test("labels at the ends of lines do not lie on each other, nor below the box", () => {
  const g = recordingContext();
  curves.endLabels(g, THEME, BOX, [
    ["b", "#111111", 300, 118],
    ["a", "#000000", 300, 115],
  ]);
  assert.deepEqual(
    named(g, "fillText").map(({ args }) => [args[0], args[2]]),
    [
      ["a", 106],
      ["b", 120],
    ],
  );
});

test("loss and accuracy are drawn under one axis", () => {
  const canvas = canvasOf(494);
  const told = { step: [1, 2, 3], loss: [2, 1.5, 1], accuracy: [0.1, 0.4, 0.6], test_step: [3], test_accuracy: [0.7] };
  const across = curves.drawCurves(canvas, THEME, told, { steps: 3, frames: [0, 3], at: 2, judge: "held out" });
  assert.deepEqual(across, { x: 40, w: 400, steps: 3 });
  const words = wordsOf(canvas.g);
  for (const one of ["1.500", "train 40.0 %", "held out 70.0 %", "step 2"]) assert.ok(words.includes(one), one);
});

test("charts without a step say that there are none yet", () => {
  const canvas = canvasOf(494);
  const none = { step: [], loss: [], accuracy: [], test_step: [], test_accuracy: [] };
  curves.drawCurves(canvas, THEME, none, { steps: 0 });
  assert.ok(wordsOf(canvas.g).includes("appears with the first steps"));
});

test("the reach of a gradient is drawn over the rows", () => {
  const canvas = canvasOf(494);
  const h = [1e-3, 1e-2, 1e-1, 1];
  const layout = curves.drawReach(canvas, THEME, { h, c: null, T: 4, cursor: 2, word: "row", decades: [-3, 0] });
  assert.deepEqual(layout, { across: { x: 40, y: 18, w: 400, h: 104 }, T: 4 });
  const words = wordsOf(canvas.g);
  assert.ok(words.includes("∂L/∂h") && words.includes("row 3: 0.1") && !words.includes("∂L/∂c"));
  assert.deepEqual(
    named(canvas.g, "arc").map(({ args }) => Math.round(args[0])),
    [90, 190, 290, 390],
  );
});
