import assert from "node:assert/strict";
import { test } from "node:test";

import * as numbers from "../../rnnviz/ui/components/numbers.js";

const cases = (name, table) =>
  test(name, () => {
    for (const [args, expected] of table) {
      const found = numbers[name](...args);
      const plain = Array.isArray(found) ? found.map((value) => value || 0) : found; // −0 is 0
      assert.deepEqual(plain, expected, JSON.stringify(args));
    }
  });

cases("grouped", [
  [[1234.6], "1,235"],
  [[999], "999"],
]);
cases("three", [
  [[0.12345], "0.123"],
  [[99.5], "99.500"],
  [[123.45], "123"],
  [[NaN], "NaN"],
  [[Infinity], "NaN"],
]);
cases("share", [
  [[0.125], "12.5 %"],
  [[1], "100.0 %"],
  [[NaN], "–"],
]);
cases("powerOfTen", [
  [[0], "1"],
  [[-12], "10⁻¹²"],
  [[30], "10³⁰"],
]);
cases("scientific", [
  ...[
    [[0], "0"],
    [[0.00123], "0.0012"],
    [[9999], "10000"],
    [[0.000123], "1.2 · 10⁻⁴"],
    [[-45600], "-4.6 · 10⁴"],
  ],
]);
cases("niceStep", [
  [[0.3], 1],
  [[3], 5],
  [[11], 20],
  [[51], 100],
  [[700], 1000],
]);
cases("nearest", [
  [[[], 1], -1],
  [[[0, 10, 20], 14], 1],
  [[[0, 10, 20], 15], 1],
  [[[0, 10, 20], 99], 2],
]);
cases("lastBefore", [
  [[[5, 9], 4], -1],
  [[[5, 9], 5], 0],
  [[[5, 9], 8], 0],
  [[[5, 9], 99], 1],
]);
cases("lastFinite", [
  [[[1, NaN, 2, Infinity]], 2],
  [[[NaN]], -1],
  [[[]], -1],
]);
cases("percent", [
  ...[
    [[0], "0 %"],
    [[0.004], "<1 %"],
    [[0.005], "1 %"],
    [[0.42], "42 %"],
    [[0.9951], ">99 %"],
    [[1], "100 %"],
  ],
]);
cases("mostProbable", [[[[0.2, 0.5, 0.3]], [1, 0.5]]]);
cases("decadesOf", [
  [
    [[], null, 12],
    [-3, 0],
  ],
  [
    [[[0, NaN, Infinity]], [-5, 1], 12],
    [-5, 1],
  ],
  [
    [[[0.02, 0.5]], null, 12],
    [-3, 0],
  ], // three decades at least
  [
    [[[1e-7, 2]], null, 12],
    [-7, 1],
  ],
  [
    [[[1e-30, 2]], null, 12],
    [-11, 1],
  ], // twelve at most
  [
    [[[1e-2, 1e9]], null, 12],
    [-2, 3],
  ], // an explosion stands at the edge
  [
    [[[0.02, 0.5]], [-6, 2], 12],
    [-6, 2],
  ], // what was shown stays
]);
