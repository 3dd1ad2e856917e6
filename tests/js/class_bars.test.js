import assert from "node:assert/strict";
import { test } from "node:test";

import { named, openPage, recordingContext, THEME } from "./browser.js";
import { apart, mark, showBars } from "../../rnnviz/ui/components/class_bars.js";

test("heights with room between them stay where they are", () => {
  assert.deepEqual(apart([50, 10, 30], 10, 0, 100), [50, 10, 30]);
});

test("heights that lie on each other are pushed apart, within the box", () => {
  for (const heights of [
    [10, 10, 10],
    [99, 98, 97],
    [-20, 0, 0, 120],
    [55, 50, 52, 51],
  ]) {
    const placed = apart(heights, 12, 5, 95);
    const sorted = [...placed].sort((a, b) => a - b);
    assert.ok(sorted[0] >= 5 && sorted.at(-1) <= 95, String(placed));
    sorted.slice(1).forEach((height, n) => assert.ok(height - sorted[n] >= 12, String(placed)));
    for (const [a, height] of heights.entries()) {
      for (const [b, other] of heights.entries()) if (height < other) assert.ok(placed[a] < placed[b], String(placed));
    }
  }
});

test("the heights that are given are not changed", () => {
  const heights = [3, 3];
  assert.deepEqual(apart(heights, 10, 0, 100), [3, 13]);
  assert.deepEqual(heights, [3, 3]);
});

test("a mark is its number on its color, in a gap", () => {
  const g = recordingContext();
  mark(g, THEME, 15, 10, 20);
  assert.deepEqual(
    named(g, "arc").map(({ args }) => args[2]),
    [8.5, 7],
  );
  assert.equal(named(g, "fill")[1].fillStyle, "#ffff00");
  const [{ args, fillStyle, font }] = named(g, "fillText");
  assert.deepEqual([args, fillStyle, font], [["15", 10, 20.5], "#14151c", "700 8px serif"]);
});

test("ten bars are made once and show what they are given", () => {
  const document = openPage("<ol></ol>");
  const list = document.querySelector("ol");
  showBars(list, THEME, null);
  const rows = [...list.children];
  assert.equal(rows.length, 10);
  assert.equal(list.querySelectorAll(".best").length, 0);
  assert.equal(rows[3].querySelector(".share").textContent, "–");
  showBars(list, THEME, [0, 0.25, 0, 0.7, 0.05, 0, 0, 0, 0, 0]);
  assert.deepEqual([...list.children], rows);
  assert.deepEqual(
    rows.flatMap((row, k) => (row.classList.contains("best") ? [k] : [])),
    [3],
  );
  assert.equal(rows[3].querySelector(".share").textContent, "70 %");
  assert.equal(rows[1].querySelector("i").style.width, "25%");
  assert.equal(rows[1].querySelector(".digit").textContent, "1");
});
