// Functions of chapters that need no page.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";

const CHAPTERS = new URL("../../rnnviz/chapters/", import.meta.url);

// A test of a module; a chapter that is deleted is not missed.
function ofChapter(path, tests) {
  const url = new URL(path, CHAPTERS);
  if (!existsSync(url)) return;
  for (const [name, run] of Object.entries(tests)) test(name, async () => run(await import(url.href)));
}

ofChapter("states/ablation/ui/components/ablation/edit_list.js", {
  "units are written from 1, neighbors as a range": ({ spell }) => {
    assert.equal(spell(new Set()), "");
    assert.equal(spell(new Set([2])), "3");
    assert.equal(spell(new Set([8, 2, 6, 7])), "3, 7-9");
    assert.equal(spell(new Set([0, 1, 5]), 0, ","), "0-1,5");
  },
  "what is written is read the same": ({ readUnits, spell }) => {
    for (const picks of [[], [0], [63], [1, 2, 3, 9], [0, 2, 4, 6]]) {
      assert.deepEqual([...readUnits(spell(picks), 64)], picks);
    }
  },
  "units may be parted by spaces, commas and semicolons": ({ readUnits }) => {
    assert.deepEqual([...readUnits(" 3 7–9;;2, ", 64)], [2, 6, 7, 8, 1]);
  },
  "what is no unit is not read": ({ readUnits }) => {
    for (const words of ["0", "65", "9-7", "3-", "x", "1 x", "-3", "60-65", "12345"]) {
      assert.equal(readUnits(words, 64), null, words);
    }
  },
});

ofChapter("shapes/ui/components/shapes/layout.js", {
  "a tensor's axes are known by their roles": ({ extents }) => {
    const block = { roles: { mine: ["time", "batch", "features"] }, shape: [28, 32, 64] };
    assert.deepEqual(extents(block), { time: 28, batch: 32, features: 64 });
  },
  "blocks lie beside each other on one scale, within the width": ({ layOut }) => {
    const block = (features) => ({ roles: { mine: ["time", "batch", "features"] }, shape: [10, 4, features] });
    const blocks = [block(10), block(20), block(40)];
    for (const width of [400, 600, 1200]) {
      const { boxes, height, scale } = layOut(blocks, width, 420);
      assert.equal(boxes.length, 3);
      assert.ok(scale > 0);
      for (const box of boxes) {
        assert.ok(box.x >= 0 && box.x + box.w + box.dx <= width + 1e-6, `${width}: ${box.x}`);
        assert.ok(box.y - box.h - box.dy >= 0 && box.y <= height, `${width}: ${box.y}`);
      }
      if (!boxes.some(({ enlarged }) => enlarged)) assert.ok(Math.abs(boxes[1].h / boxes[0].h - 2) < 1e-6);
      for (const [n, box] of boxes.entries()) {
        for (const other of boxes.slice(n + 1)) {
          assert.ok(other.y > box.y || other.x >= box.x + box.w + box.dx, "they do not lie on each other");
        }
      }
    }
  },
  "a pick cuts one step, one sequence or one half": ({ cutOf }) => {
    const block = { name: "output", roles: { mine: ["time", "batch", "features"] }, shape: [4, 2, 6] };
    const none = { step: null, sequence: null, half: null, place: null };
    const cut = (pick) => cutOf({ pick: { ...none, ...pick }, message: { sizes: { D: 2 } } }, block);
    assert.deepEqual(cut({}), { across: [0, 1], deep: [0, 1], up: [0, 1] });
    assert.deepEqual(cut({ step: 1 }).across, [0.25, 0.5]);
    assert.deepEqual(cut({ sequence: 1 }).deep, [0.5, 1]);
    assert.deepEqual(
      [cut({ half: 0 }).up, cut({ half: 1 }).up],
      [
        [0, 0.5],
        [0.5, 1],
      ],
    );
  },
  "the faces of a whole box are its front, its top and its side": ({ faces }) => {
    const box = { x: 10, y: 100, w: 40, h: 30, dx: 8, dy: 5, slab: 0 };
    const found = faces(box, { across: [0, 1], deep: [0, 1], up: [0, 1] }, {});
    assert.deepEqual(found.front, [
      [10, 100],
      [50, 100],
      [50, 70],
      [10, 70],
    ]);
    assert.deepEqual(found.top, [
      [10, 70],
      [50, 70],
      [58, 65],
      [18, 65],
    ]);
    assert.deepEqual(found.side, [
      [50, 100],
      [58, 95],
      [58, 65],
      [50, 70],
    ]);
  },
});

ofChapter("scratch/ui/components/scratch/matrices.js", {
  "a number of a matrix has two decimals, or its power": ({ twoDecimals }) => {
    assert.deepEqual([0, 0.5, -0.5, 0.001, 123.4, 12345].map(twoDecimals), [
      "0.00",
      "0.50",
      "−0.50",
      "1e−3",
      "123",
      "1.2e+4",
    ]);
  },
  "a shape is written as Python writes it": ({ shapeWords }) => {
    assert.deepEqual([[3], [2, 3]].map(shapeWords), ["(3,)", "(2, 3)"]);
  },
  "the largest of a matrix is its largest size": ({ largest }) =>
    assert.equal(
      largest([
        [1, -3],
        [2, 0],
      ]),
      3,
    ),
});
