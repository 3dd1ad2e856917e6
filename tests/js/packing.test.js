import assert from "node:assert/strict";
import { test } from "node:test";

import { headerOf, unpack } from "../../rnnviz/ui/components/packing.js";

// pack({"words": "é"}, {"a": float32 [[0, 1, 2], [3, 4, 5]], "b": uint8 [7, 255]}) of packing.py.
const PACKED =
  "fAAAAHsid29yZHMiOiJcdTAwZTkiLCJhcnJheXMiOnsiYSI6eyJkdHlwZSI6ImZsb2F0MzIiLCJzaGFwZSI6WzIsM10sIm9mZnNldCI6" +
  "MH0sImIiOnsiZHR5cGUiOiJ1aW50OCIsInNoYXBlIjpbMl0sIm9mZnNldCI6MjR9fX0AAAAAAACAPwAAAEAAAEBAAACAQAAAoEAH/w==";
const bytes = Uint8Array.from(Buffer.from(PACKED, "base64"));

test("a packed buffer has its header and its arrays with their shapes", () => {
  const { words, arrays } = unpack(bytes);
  assert.equal(words, "é");
  assert.ok(arrays.a instanceof Float32Array && arrays.b instanceof Uint8Array);
  assert.deepEqual([...arrays.a], [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(arrays.a.shape, [2, 3]);
  assert.deepEqual([...arrays.b], [7, 255]);
});

test("a buffer may begin anywhere in memory", () => {
  const larger = new Uint8Array(bytes.length + 3);
  larger.set(bytes, 3);
  assert.deepEqual([...unpack(larger.subarray(3)).arrays.a], [0, 1, 2, 3, 4, 5]);
});

test("arrays may lie in a body of their own", () => {
  const body = bytes.slice(bytes.length - 26);
  const without = bytes.slice(0, bytes.length - 26);
  assert.equal(headerOf(without).words, "é");
  assert.deepEqual(unpack(without, body).arrays, unpack(bytes).arrays);
});
