import assert from "node:assert/strict";
import { test } from "node:test";

import { canvasOf, named, recordingContext, THEME, wordsOf } from "./browser.js";
import * as heatmap from "../../rnnviz/ui/components/heatmap.js";

const BOX = { x: 10, y: 20, w: 90, h: 100 };
const gray = (sheet) => [...sheet.image.data].filter((_, n) => n % 4 === 0);

test("a heatmap has time to the right and units downwards", () => {
  const values = Float32Array.of(-1, 0, 1, 0.5, -2, 9); // three steps of two units
  const sheet = heatmap.heatSheet(values, 3, 2, THEME.diverging, [-1, 1]);
  assert.deepEqual([sheet.width, sheet.height], [3, 2]);
  assert.deepEqual(gray(sheet), [0, 255, 0, 128, 191, 255]);
  assert.equal(sheet.image.data[3], 255);
  const g = recordingContext();
  heatmap.drawHeat(g, BOX, values, 3, 2, THEME.diverging, [-1, 1]);
  assert.deepEqual(named(g, "drawImage")[0].args.slice(1), [10, 20, 90, 100]);
});

test("what is no number stays empty on a scale around 0", () => {
  const sheet = heatmap.signedSheet(Float32Array.of(-4, 0, NaN, 4), 2, THEME.diverging, 4);
  assert.deepEqual([sheet.width, sheet.height], [2, 2]);
  assert.deepEqual(gray(sheet), [0, 128, 0, 255]);
  assert.deepEqual(
    [...sheet.image.data].filter((_, n) => n % 4 === 3),
    [255, 255, 0, 255],
  );
});

test("ribbons lie on each other, each in its color, and a thick one has its name", () => {
  const g = recordingContext();
  heatmap.drawRibbons(g, BOX, Float32Array.of(0.9, 0.1, 0.25, 0.75, 0.9, 0.1), 3, 2, THEME);
  assert.deepEqual(
    named(g, "fill").map(({ fillStyle }) => fillStyle),
    THEME.classes.slice(0, 2),
  );
  const edges = named(g, "bezierCurveTo").map(({ args }) => args.slice(4).map(Math.round));
  assert.deepEqual(edges.slice(0, 4), [
    [25, 30],
    [55, 95],
    [85, 30],
    [100, 30],
  ]); // the top of the first
  assert.deepEqual(
    named(g, "fillText").map(({ args }) => args.map(Math.round)),
    [
      [0, 25, 75],
      [1, 55, 58],
    ],
  );
});

test("the numbers under a time axis are the first, the quarters and the last, within it", () => {
  const g = recordingContext();
  heatmap.rowAxis(g, THEME, { x: 30, w: 280 }, 0, 28);
  assert.deepEqual(wordsOf(g), ["row 1", "7", "14", "21", "28"]);
  const places = named(g, "fillText").map(({ args }) => args[1]);
  assert.deepEqual(places, [39, 95, 165, 235, 305]);
  const few = recordingContext();
  heatmap.rowAxis(few, THEME, { x: 30, w: 280 }, 0, 2, "step");
  assert.deepEqual(wordsOf(few), ["step 1", "2"]);
});

test("belief and panels lie under one axis, with the cursor through all of them", () => {
  const canvas = canvasOf(136);
  const belief = Object.assign(Float32Array.of(0.9, 0.1, 0.2, 0.8), { shape: [2, 2] });
  const panel = { label: "h", units: 4, values: new Float32Array(8), scale: "diverging", range: [-1, 1] };
  const laid = heatmap.drawRowViews(canvas, THEME, { belief, decided: 2 }, [panel], { cursor: 1, unit: 3 });
  assert.deepEqual(laid.across, { x: 30, w: 100 });
  assert.deepEqual(laid.boxes, [
    { x: 30, w: 100, y: 20, h: 128 },
    { x: 30, w: 100, y: 172, h: 132 },
  ]);
  assert.deepEqual([laid.T, canvas.style.height], [2, "324px"]);
  const rects = named(canvas.g, "strokeRect").map(({ args }) => args);
  assert.ok(
    rects.some((args) => String(args) === "30,271,100,33"),
    "the unit",
  );
  for (const { y, h } of laid.boxes)
    assert.ok(
      rects.some((args) => String(args) === `80,${y},50,${h}`),
      "the cursor",
    );
  const words = wordsOf(canvas.g);
  for (const one of ["belief after each row", "h", "4 units", "decided at row 2"]) assert.ok(words.includes(one), one);
  assert.deepEqual(
    named(canvas.g, "setLineDash").map(({ args }) => args[0]),
    [[4, 3], []],
  );
});

test("before there is a reading there are its axis and its empty boxes", () => {
  const canvas = canvasOf(136);
  const laid = heatmap.drawRowViews(canvas, THEME, null, [], { word: "step", steps: 5 });
  assert.equal(laid.T, 5);
  assert.ok(wordsOf(canvas.g).includes("step 1"));
  assert.equal(named(canvas.g, "strokeRect").length, 1);
});
