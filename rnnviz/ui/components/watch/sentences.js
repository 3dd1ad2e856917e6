// What the numbers of one unit say: gathered here, worded in text.js.

import { believed, here, unitName } from "./cursor.js";
import {
  beliefSentence, fadingWords, gruSentence, lstmSentence, rnnSentence, stillSentence, turnSentence, unitWords,
} from "./text.js";

// Where the unit changes most on this digit, and what the belief does there.
export function told(view) {
  const { message, T } = view;
  const { word, place, reverse, digit } = message;
  const { unit } = here(view);
  const { name, value } = stateOf(view, unit);
  const before = (t) => (reverse ? t + 1 : t - 1);
  const given = message.arrays[`${name}_prev`];
  const from = (t) => (given ? given[t * view.U + unit] : before(t) < 0 || before(t) >= T ? 0 : value(before(t)));
  let turn = 0;
  for (let t = 1; t < T; t++) {
    if (Math.abs(value(t) - from(t)) > Math.abs(value(turn) - from(turn))) turn = t;
  }
  const who = unitWords(unitName(view, unit), place);
  if (Math.abs(value(turn) - from(turn)) < 0.01) return stillSentence(who, digit, name, word);
  const turns = turnSentence(who, word, turn + 1, name, from(turn), value(turn), digit);
  if (reverse || !view.K) return turns;
  return `${turns} ${beliefSentence(turn ? believed(view, turn - 1) : null, believed(view, turn))}`;
}

// What a unit holds: its h, or its c where h is projected and has other units.
function stateOf(view, unit) {
  const { arrays } = view.message;
  const name = arrays.weight_hr ? "c" : "h";
  const values = arrays[`panel.${name}`];
  return { name, value: (t) => values[t * view.U + unit] };
}

export function inWordsOf(view) {
  const { cell, nonlinearity, word, arrays } = view.message;
  const { row, unit } = here(view);
  const at = row * view.U + unit;
  const of = (names) => Object.fromEntries([...names].map((name) => [name, arrays[`panel.${name}`][at]]));
  const fade = (gate, what) => fadingWords(gate, what, arrays.half_life[at], view.T, word);
  if (cell === "rnn") return rnnSentence(of("h").h, nonlinearity, word);
  if (cell === "lstm") return lstmSentence(of("ifgo"), fade(of("f").f, "c"));
  return gruSentence(of("zrn"), fade(of("z").z, "h"));
}
