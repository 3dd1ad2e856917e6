import assert from "node:assert/strict";
import { test } from "node:test";

import * as text from "../../rnnviz/ui/components/text.js";

test("each word for a time step has its name", () => {
  assert.deepEqual(["row", "column", "step"].map(text.stepName), ["Row", "Column", "Time step"]);
  assert.equal(text.inWords("step"), "time step");
  assert.equal(text.afterStep("step", 2, 28), "after time step 2 of 28");
});

test("an axis says what it does", () => {
  assert.deepEqual(
    ["first", "back", "next", "last"].map((move) => text.moveLabel("Row", move)),
    [...["Row: first", "Row: one back", "Row: one on", "Row: last"]],
  );
  assert.equal(text.playLabel("Row", false), "Play the rows");
  assert.equal(text.playLabel("Row", true), "Pause the rows");
  assert.equal(text.axisValue("Row", "3 of 28"), "Row 3 of 28");
  assert.equal(text.axisValue("Row", null), "none yet");
});

test("numbers stand in their words", () => {
  assert.equal(text.atStep(12345), "step 12,345");
  assert.equal(text.decidedAt("row", 9), "decided at row 9");
  assert.equal(text.beliefTitle("row"), "belief after each row");
  assert.equal(text.unitCount(64), "64 units");
  assert.deepEqual([text.isLabel(3), text.pictureLabel(3)], ["is 3", "A 3"]);
  assert.deepEqual([text.takenFor(3, true), text.takenFor(3, false)], ["3 ✓", "3 ✗"]);
});

test("a reach is a share, a power of ten or a number of times", () => {
  const said = (h, c, word) => text.reachSentence(h, c, word);
  assert.equal(said([], null, "row"), "");
  assert.match(said([0.001, 0.5, 1], null, "row"), /^At row 1 ∂L\/∂h has 0\.1 % of .+ row 3\.$/);
  assert.match(said([0, 1], [3, 1], "step"), /∂L\/∂c has 3\.0 times .+, ∂L\/∂h has nothing of/);
  assert.match(said([1e-9, 1], null, "row"), /has 10⁻⁹ of its strength/);
});
