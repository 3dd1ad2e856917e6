import assert from "node:assert/strict";
import { test } from "node:test";

import { openPage } from "./browser.js";
import {
  around,
  classColor,
  colorAt,
  css,
  gradientOf,
  inkOn,
  mix,
  ramp,
  readTheme,
  rgb,
} from "../../rnnviz/ui/components/theme.js";

test("a color of six digits is three numbers", () => assert.deepEqual(rgb("#0aff10"), [10, 255, 16]));

test("a ramp passes through its steps, evenly", () => {
  const table = ramp(["#000000", "#ff0000", "#ffffff"]);
  assert.equal(table.length, 768);
  assert.deepEqual(colorAt(table, 0), [0, 0, 0]);
  assert.deepEqual(colorAt(table, 1), [255, 255, 255]);
  assert.deepEqual(colorAt(table, 0.25), [128, 0, 0]);
  assert.ok(colorAt(table, 0.5)[0] >= 254 && colorAt(table, 0.5)[1] <= 2);
});

test("a place beyond the ramp is its end", () => {
  const table = ramp(["#102030", "#405060"]);
  assert.deepEqual(colorAt(table, -3), [16, 32, 48]);
  assert.deepEqual(colorAt(table, 3), [64, 80, 96]);
});

test("0 is in the middle of a scale around it", () => {
  assert.deepEqual(
    [-2, 0, 2].map((value) => around(value, 2)),
    [0, 0.5, 1],
  );
  assert.equal(around(0, 0), 0.5);
});

test("a legend runs from the first color to the last", () => {
  const stops = gradientOf(ramp(["#000000", "#ffffff"])).match(/rgb\([^)]*\)/g);
  assert.equal(stops.length, 9);
  assert.deepEqual([stops[0], stops[8]], [css([0, 0, 0]), css([255, 255, 255])]);
});

test("a share of a color over another lies between them", () => {
  assert.equal(mix("#ff0000", "#0000ff", 1), "rgb(255 0 0)");
  assert.equal(mix("#ff0000", "#0000ff", 0.2), "rgb(51 0 204)");
});

test("ink is dark on a light color and light on a dark one", () => {
  assert.equal(inkOn("#ffffff"), "#14151c");
  assert.equal(inkOn([255, 255, 0]), "#14151c");
  assert.equal(inkOn("#00ff00"), "#14151c"); // of the three the eye sees green most
  assert.equal(inkOn("#0000ff"), "#ffffff");
  assert.equal(inkOn("#ff0000"), "#ffffff");
});

test("after the last color the first comes again", () => {
  assert.equal(classColor({ classes: ["a", "b"] }, 3), "b");
});

test("a theme is read from the properties that Streamlit sets", () => {
  const { body } = openPage();
  const set = (name, value) => body.style.setProperty(`--st-${name}`, value);
  set("background-color", "#101010");
  set("primary-color", "#ff4b4b");
  set("chart-sequential-colors", "#000000, #ffffff");
  set("chart-diverging-colors", "#000001,#000002,#000003,#000004");
  set("chart-categorical-colors", "#aaaaaa,#bbbbbb");
  const theme = readTheme(body);
  assert.equal(theme.mode, "dark");
  assert.equal(theme.accent, "#ff4b4b");
  assert.equal(theme.font, "sans-serif");
  assert.deepEqual([theme.first, theme.second], ["#000002", "#000003"]);
  assert.deepEqual(theme.classes, ["#aaaaaa", "#bbbbbb"]);
});
