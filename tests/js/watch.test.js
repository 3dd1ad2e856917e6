import assert from "node:assert/strict";
import { test } from "node:test";

import { derive } from "../../rnnviz/ui/components/watch/derive.js";
import * as text from "../../rnnviz/ui/components/watch/text.js";

const sigmoid = (a) => 1 / (1 + Math.exp(-a));
const near = (found, expected, what) =>
  assert.ok(Math.abs(found - expected) < 1e-5, `${what}: ${found}, not ${expected}`);
const array = (shape, ...values) => Object.assign(Float32Array.from(values), { shape });

// Two steps of one input and one unit, with gates of the given weights: as Python sends a reading.
function messageOf(cell, gates, { weight_ih, weight_hh, bias_ih, bias_hh, h, ...more }) {
  const arrays = { x: array([2, 1], 1, -2), units: array([1], 0), "panel.h": array([2, 1], ...h), ...more };
  arrays.weight_ih = array([gates.length, 1], ...weight_ih);
  arrays.weight_hh = array([gates.length, 1], ...weight_hh);
  if (bias_ih) arrays.bias_ih = array([gates.length, 1], ...bias_ih);
  if (bias_hh) arrays.bias_hh = array([gates.length, 1], ...bias_hh);
  return { cell, gates, arrays, reverse: false };
}

test("a plain network's sums follow from its input, its state before and its biases", () => {
  const message = messageOf("rnn", ["h"], {
    weight_ih: [0.5],
    weight_hh: [2],
    bias_ih: [0.1],
    bias_hh: [0.2],
    h: [0.3, 0.4],
  });
  derive(message);
  const { from_input, from_state, a, "panel.a_h": sums } = message.arrays;
  [0.5, -1].forEach((value, n) => near(from_input[n], value, "from the input"));
  [0, 0.6].forEach((value, n) => near(from_state[n], value, "from the state"));
  [0.8, -0.1].forEach((value, n) => near(a[n], value, "the sum"));
  assert.deepEqual(
    [sums.shape, a.shape],
    [
      [2, 1],
      [1, 2, 1],
    ],
  );
});

test("a network that reads backwards begins at the last step", () => {
  const message = messageOf("rnn", ["h"], { weight_ih: [0.5], weight_hh: [2], h: [0.3, 0.4] });
  derive({ ...message, reverse: true });
  const { from_state } = message.arrays;
  [0.8, 0].forEach((value, n) => near(from_state[n], value, "from the state"));
});

test("a state that is given comes before the first step", () => {
  const message = messageOf("rnn", ["h"], {
    weight_ih: [0.5],
    weight_hh: [2],
    h: [0.3, 0.4],
    h_prev: array([2, 1], 9, 0.3),
  });
  derive(message);
  [18, 0.6].forEach((value, n) => near(message.arrays.from_state[n], value, "from the state"));
});

test("an LSTM's new state is what is kept and what is added", () => {
  const weights = { weight_ih: [1, 2, 3, 4], weight_hh: [0, 0, 0, 0], h: [0, 0], "panel.c": array([2, 1], 0.5, 0.25) };
  const message = messageOf("lstm", ["i", "f", "g", "o"], weights);
  derive(message);
  const { arrays } = message;
  near(arrays["panel.f"][1], sigmoid(-4), "forget gate");
  near(arrays["panel.g"][0], Math.tanh(3), "candidate");
  [0, sigmoid(-4) * 0.5].forEach((value, n) => near(arrays.kept[n], value, "kept"));
  [sigmoid(1) * Math.tanh(3), sigmoid(-2) * Math.tanh(-6)].forEach((value, n) => near(arrays.added[n], value, "added"));
  near(arrays.squashed[0], Math.tanh(0.5), "tanh c");
  near(arrays.made[0], sigmoid(4) * Math.tanh(0.5), "h");
  near(arrays.half_life[0], Math.log(0.5) / Math.log(sigmoid(2)), "half-life");
});

test("a GRU's reset gate stands before the state's share of the candidate", () => {
  const weights = {
    weight_ih: [1, 2, 3],
    weight_hh: [0, 0, 5],
    bias_ih: [0, 0, 0],
    bias_hh: [0, 0, 0.5],
    h: [0.4, 0.2],
  };
  const message = messageOf("gru", ["r", "z", "n"], weights);
  derive(message);
  const { arrays } = message;
  const candidate = Math.tanh(-6 + sigmoid(-2) * (5 * 0.4 + 0.5));
  near(arrays["panel.n"][1], candidate, "candidate");
  near(arrays.kept[1], sigmoid(-4) * 0.4, "kept");
  near(arrays.added[1], (1 - sigmoid(-4)) * candidate, "added");
  near(arrays.half_life[0], Math.log(0.5) / Math.log(sigmoid(2)), "half-life");
  assert.equal(arrays.made, undefined);
});

test("a gate that is almost open has a half-life of its own", () => {
  const weights = { weight_ih: [0, 30, 0, 0], weight_hh: [0, 0, 0, 0], h: [0, 0], "panel.c": array([2, 1], 1, 1) };
  const message = messageOf("lstm", ["i", "f", "g", "o"], weights);
  derive(message);
  const expected = Math.LN2 / Math.log1p(Math.exp(-30)); // 1 − σ(30) is lost in the gate's own digits
  assert.ok(Math.abs(message.arrays.half_life[0] / expected - 1) < 1e-5);
});

test("a value is exact to four decimals, with a minus of its own", () => {
  assert.deepEqual([0.123456, -1, 1234.5678, NaN].map(text.exact), ["0.1235", "−1.0000", "1234.568", "no number"]);
});

test("what a belief does is told by where it stood and where it goes", () => {
  assert.match(text.beliefSentence(null, [3, 0.5]), /is 3 with 50 %/);
  assert.match(text.beliefSentence([5, 0.75], [3, 0.5]), /over from 5 \(75 %\) to 3 \(50 %\)/);
  assert.match(text.beliefSentence([3, 0.25], [3, 0.5]), /in 3 goes from 25 % to 50 %/);
  assert.match(text.beliefSentence([3, 0.501], [3, 0.502]), /in 3 stays at 50 %/);
});

test("a state fades by half in so many steps", () => {
  const words = (gate, half, T = 28) => text.fadingWords(gate, "c", half, T, "row");
  assert.match(words(0.99999, 1e6), /less than 1 % over all 28 rows/);
  assert.match(words(0.4, 0.76), /40 % of c is left after one row/);
  assert.match(words(0.5, 1), /halves every row$/);
  assert.match(words(0.9, 6.58), /halves every 6.6 rows/);
  assert.match(words(0.9986, 500), /halves every 500 rows/);
  assert.match(words(0.97, 22.8), /halves every 23 rows/);
  assert.match(words(0.9999, 12345, 1e6), /halves every 10,000 rows/);
});

test("a plain unit is shut by relu, and flat where tanh is", () => {
  assert.match(text.rnnSentence(0, "relu", "row"), /shut/);
  assert.match(text.rnnSentence(0.5, "relu", "row"), /lets it through/);
  assert.match(text.rnnSentence(0.5, "tanh", "row"), /75 % of a small change/);
});

test("gates at their ends are told as such", () => {
  const lstm = text.lstmSentence({ i: 0.5, f: 0.9999, g: -0.5, o: 0.25 }, "it stays");
  for (const part of [">0.999: it stays", "0.500", "candidate −0.50, −0.25 comes in", "25 % of tanh c"]) {
    assert.ok(lstm.includes(part), `${part} in ${lstm}`);
  }
  const gru = text.gruSentence({ z: 0.75, n: 0.5, r: 0.0001 }, "it fades");
  for (const part of ["0.750: it fades", "25 % of the candidate 0.50", "<0.001"])
    assert.ok(gru.includes(part), `${part} in ${gru}`);
});

test("the other words say the numbers that they are given", () => {
  const says = {
    unitWords: [[3, "row 9"], "Unit 3 (row 9)"],
    stillSentence: [["Unit 3", "this 5", "h", "row"], "Unit 3", "this 5", "h never changes", "one row"],
    turnSentence: [["Unit 3", "row", 9, "h", -0.5, 0.25, "this 5"], "row 9", "from −0.50 to 0.25", "this 5"],
    keysHint: [["row"], "rows"],
    unfoldHint: [["f"], "forget gate"],
    ofUnit: [[3], "3"],
    believedWords: [[5, 0.5], "5 with 50 %"],
    beliefLabel: [["row", 9, "5 with 50 %"], "row 9", "5 with 50 %"],
    panelLabel: [["h", 28, "row", 64, 3, 9, "0.5"], "h", "28 rows", "64 units", "unit 3", "row 9", "0.5"],
    entersWords: [["row", 9, "12 of 28"], "row 9", "12 of 28"],
    pointedInput: [["pixel", 3, "0.5"], "pixel 3: 0.5"],
    inkedWords: [[12, 28], "12 of 28"],
    inputWords: [["0.5"], "0.5"],
    stripLabel: [[Float32Array.of(0, 0.5)], "0.00 0.50"],
    readLabel: [["A 5", "row", 9, true], "A 5", "back to row 9"],
  };
  for (const [word, [args, ...parts]] of Object.entries(says)) {
    for (const part of parts) assert.ok(text[word](...args).includes(part), `${word}: ${text[word](...args)}`);
  }
});
