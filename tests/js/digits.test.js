import assert from "node:assert/strict";
import { test } from "node:test";

import { named, openPage, recordingContext, THEME } from "./browser.js";
import { drawReading, frameNow, judgeDigits, layDigits } from "../../rnnviz/ui/components/digits.js";

const entering = Array.from({ length: 784 }, (_, n) => Math.floor(n / 28)); // row by row
const pixels = new Uint8Array(784).fill(200);
const pictureOf = (g) => named(g, "drawImage")[0].args[0].image.data;

test("what is read is plain, what enters is tinted, the rest is dark", () => {
  const g = recordingContext();
  drawReading(g, 280, pixels, entering, 1, THEME);
  const data = pictureOf(g);
  assert.deepEqual([...data.slice(0, 4)], [200, 200, 200, 255]);
  assert.deepEqual([...data.slice(4 * 28, 4 * 28 + 3)], [216, 162, 162]); // 0.3 of #ff4b4b
  assert.deepEqual([...data.slice(4 * 56, 4 * 56 + 3)], [78, 79, 90]);
  assert.ok(named(g, "stroke").length);
});

test("without a step the digit is plain", () => {
  const g = recordingContext();
  drawReading(g, 280, pixels, entering, null, THEME);
  assert.ok(pictureOf(g).every((value, n) => value === (n % 4 === 3 ? 255 : 200)));
  assert.equal(named(g, "stroke").length, 0);
});

test("only the outer edges of what enters are framed", () => {
  const g = recordingContext();
  frameNow(g, 10, entering, 3, "#ff0000");
  const tops = named(g, "moveTo").filter(({ args }) => args[1] === 30);
  assert.equal(named(g, "moveTo").length, 28 + 28 + 2);
  assert.equal(tops.length, 28 + 2); // the two ends begin there as well
  assert.equal(g.strokeStyle, "#ff0000");
});

test("small digits are laid and judged", () => {
  const document = openPage("<ol></ol>");
  const list = document.querySelector("ol");
  const make = document.createElement.bind(document);
  document.createElement = (tag) => {
    const element = make(tag);
    if (tag === "canvas") element.getContext = () => recordingContext();
    return element;
  };
  layDigits(list, new Uint8Array(3 * 784), [7, 2, 1]);
  assert.deepEqual(
    [...list.children].map((item) => item.querySelector(".is").textContent),
    ["is 7", "is 2", "is 1"],
  );
  assert.equal(judgeDigits(list, null, [7, 2, 1]), 0);
  assert.equal(list.querySelectorAll(".right, .wrong").length, 0);
  assert.equal(judgeDigits(list, [7, 3, 1], [7, 2, 1]), 2);
  assert.deepEqual(
    [...list.children].map(({ className }) => className),
    ["right", "wrong", "right"],
  );
  assert.equal(list.children[1].querySelector(".taken").textContent, "3 ✗");
  assert.equal(list.querySelector("canvas").getAttribute("aria-label"), "A 7");
});
