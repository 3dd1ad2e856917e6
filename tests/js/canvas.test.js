import assert from "node:assert/strict";
import { test } from "node:test";

import { canvasOf, named, recordingContext, THEME, wordsOf } from "./browser.js";
import * as canvas from "../../rnnviz/ui/components/canvas.js";

const BOX = { x: 10, y: 20, w: 100, h: 50 };
const same = (value) => value;
const argsOf = (g, name) => named(g, name).map(({ args }) => args);

test("a canvas has as many pixels as the screen and is drawn on in CSS pixels", () => {
  const [one, before] = [canvasOf(0), window.devicePixelRatio];
  window.devicePixelRatio = 1.5;
  const g = canvas.fit(one, 101, 50);
  window.devicePixelRatio = before;
  assert.deepEqual([one.width, one.height], [152, 75]);
  assert.deepEqual(argsOf(g, "setTransform"), [[1.5, 0, 0, 1.5, 0, 0]]);
  assert.deepEqual(argsOf(g, "clearRect"), [[0, 0, 101, 50]]);
});

test("a chart's box lies between its margins and is never empty", () => {
  const plot = { left: 40, right: 54, top: 18, plot: 104, axis: 20 };
  const wide = canvasOf(494);
  assert.deepEqual(canvas.beginPlot(wide, plot).box, { x: 40, y: 18, w: 400, h: 104 });
  assert.equal(wide.height, 142);
  assert.equal(canvas.beginPlot(canvasOf(20), plot).box.w, 1);
});

test("gray values become pixels, without smoothing", () => {
  const g = recordingContext();
  canvas.drawPixels(g, BOX, Uint8Array.of(0, 100, 200, 255, 1, 2), 2, 3);
  const [sheet, ...place] = argsOf(g, "drawImage")[0];
  assert.deepEqual(place, [10, 20, 100, 50]);
  assert.equal(g.imageSmoothingEnabled, false);
  assert.deepEqual([sheet.width, sheet.height], [3, 2]);
  assert.deepEqual([...sheet.image.data.slice(4, 12)], [100, 100, 100, 255, 200, 200, 200, 255]);
});

test("a line goes from one point to the other", () => {
  const g = recordingContext();
  canvas.line(g, "#123456", 3, 1, 2, 4, 5);
  assert.deepEqual([argsOf(g, "moveTo"), argsOf(g, "lineTo")], [[[1, 2]], [[4, 5]]]);
  const [{ strokeStyle, lineWidth }] = named(g, "stroke");
  assert.deepEqual([strokeStyle, lineWidth], ["#123456", 3]);
});

test("a disc is round, a polygon closed, an outline in the accent", () => {
  const g = recordingContext();
  canvas.disc(g, 1, 2, 3);
  canvas.polygon(g, [
    [0, 0],
    [1, 0],
    [0, 1],
  ]);
  canvas.outline(g, THEME, BOX, 4);
  assert.deepEqual(argsOf(g, "arc"), [[1, 2, 3, 0, 2 * Math.PI]]);
  assert.deepEqual([argsOf(g, "lineTo").length, named(g, "closePath").length], [3, 1]);
  const [{ args, strokeStyle, lineWidth }] = named(g, "strokeRect");
  assert.deepEqual([args, strokeStyle, lineWidth], [[10, 20, 100, 50], THEME.accent, 4]);
});

test("what is no number interrupts a line, and one point alone is a dot", () => {
  const g = recordingContext();
  canvas.path(g, "#000000", 1, [0, 1, 2, 3, 4], [5, 6, NaN, 8, Infinity], same, same);
  assert.deepEqual(argsOf(g, "moveTo"), [
    [0, 5],
    [3, 8],
  ]);
  assert.deepEqual(argsOf(g, "lineTo"), [
    [1, 6],
    [3.01, 8],
  ]);
});

test("a dot has a gap around it, and there is none for what is no number", () => {
  const g = recordingContext();
  canvas.dots(g, THEME, "#00ff00", [1, 2], [3, NaN], same, same, 5);
  assert.deepEqual(
    argsOf(g, "arc").map((args) => args.slice(0, 3)),
    [
      [1, 3, 6],
      [1, 3, 5],
    ],
  );
  assert.deepEqual(
    named(g, "fill").map(({ fillStyle }) => fillStyle),
    [THEME.background, "#00ff00"],
  );
});

test("words stand where and as they should", () => {
  const g = recordingContext();
  canvas.title(g, THEME, "Loss", BOX);
  canvas.faintly(g, THEME, "step", 3, 4, "center", "top");
  canvas.halo(g, THEME, "train", 5, 6);
  const [title, faint] = named(g, "fillText");
  assert.deepEqual([title.args, title.font, title.textBaseline], [["Loss", 10, 16], "600 12px serif", "bottom"]);
  assert.deepEqual([faint.args, faint.globalAlpha, faint.textAlign], [["step", 3, 4], 0.65, "center"]);
  assert.equal(g.globalAlpha, 1);
  const [halo] = named(g, "strokeText");
  assert.deepEqual([halo.args, halo.strokeStyle], [["train", 5, 6], THEME.background]);
});

test("words beside a box are turned by a quarter and turned back", () => {
  const g = recordingContext();
  canvas.sideways(g, THEME, "4 units", BOX);
  assert.deepEqual([argsOf(g, "translate"), argsOf(g, "rotate")], [[[2, 45]], [[-Math.PI / 2]]]);
  assert.deepEqual([wordsOf(g), named(g, "save").length, named(g, "restore").length], [["4 units"], 1, 1]);
});

test("nothing shines through words in the middle of a box", () => {
  const g = recordingContext();
  canvas.quiet(g, THEME, BOX, "later");
  assert.deepEqual(argsOf(g, "fillRect"), [[37, 36, 46, 18]]);
  assert.deepEqual(named(g, "fillText")[0].args, ["later", 60, 45]);
});
