// Words that several views say, as functions of numbers.

/** @import { Numbers } from "./types" */

import { grouped, powerOfTen } from "./numbers.js";

export const LOST = "The numbers of this view could not be fetched. Reload the page.";
export const LATER = "appears with the first steps";
export const NOT_A_NUMBER = "not a number";

export const NOT_MEASURED = "not measured here";
export const LOSS = "Loss";
export const ACCURACY = "Accuracy";
export const MEAN = "mean";
export const TRAIN = "train";
export const STEP = "step";
export const TRAINING_STEP = "Training step";
export const UNIT = "Unit";
/** @type {(step: number) => string} */
export const atStep = (step) => `${STEP} ${grouped(step)}`;

/** @type {Record<string, string>} */
const STEP_NAMES = { row: "Row", column: "Column", step: "Time step" };
/** @type {(word: string) => string} */
export const stepName = (word) => STEP_NAMES[word];
/** @type {(word: string) => string} */
export const inWords = (word) => STEP_NAMES[word].toLowerCase(); // training has steps too

/** @type {(n: number, count: number) => string} */
export const placeOf = (n, count) => `${n} of ${count}`;
/** @type {(word: string, n: number, count: number) => string} */
export const afterStep = (word, n, count) => `after ${inWords(word)} ${placeOf(n, count)}`;

export const SPEED = "Speed";
export const SPEED_NAMES = ["slow", "normal", "fast"];
/** @type {Record<string, string>} */
const AXIS_MOVES = { first: "first", back: "one back", next: "one on", last: "last" };
/** @type {(what: string, move: string) => string} */
export const moveLabel = (what, move) => `${what}: ${AXIS_MOVES[move]}`;
/** @type {(what: string, plays: boolean) => string} */
export const playLabel = (what, plays) => `${plays ? "Pause" : "Play"} the ${what.toLowerCase()}s`;
/** @type {(what: string, count: string | null) => string} */
export const axisValue = (what, count) => (count === null ? "none yet" : `${what} ${count}`);

/** @type {(word: string, n: number) => string} */
export const decidedAt = (word, n) => `decided at ${word} ${n}`;
/** @type {(word: string) => string} */
export const beliefTitle = (word) => `belief after each ${word}`;
/** @type {(n: number) => string} */
export const unitCount = (n) => `${n} units`;
export const PROBABILITY = "probability";

/** @type {(label: number) => string} */
export const isLabel = (label) => `is ${label}`;
/** @type {(digit: number, right: boolean) => string} */
export const takenFor = (digit, right) => `${digit} ${right ? "✓" : "✗"}`;
/** @type {(digit: number) => string} */
export const pictureLabel = (digit) => `A ${digit}`;

/** One sentence from the gradient's norms ∂L/∂h, and ∂L/∂c of an LSTM, at the first and the last row.
 * @type {(h: Numbers, c: Numbers | null | undefined, word: string) => string} */
export function reachSentence(h, c, word) {
  const T = h.length;
  const told = [{ name: "c", norms: c }, { name: "h", norms: h }]
    .map(({ name, norms }) => ({ name, part: norms && reachPart(norms[0], norms[T - 1]) }))
    .filter(({ part }) => part);
  if (!told.length) return "";
  const parts = told.map(({ name, part }) => `∂L/∂${name} has ${part} its strength at ${word} ${T}`);
  return `At ${word} 1 ${parts.join(", ")}.`;
}

/** @type {(first: number, last: number) => string} */
function reachPart(first, last) {
  if (!(last > 0) || !Number.isFinite(first)) return "";
  const part = first / last;
  let much = `${(100 * part).toPrecision(part < 0.1 ? 1 : 2)} %`;
  if (part === 0) much = "nothing";
  else if (part < 1e-4) much = `${powerOfTen(Math.round(Math.log10(part)))}`;
  else if (part >= 1.5) much = `${part < 10 ? part.toFixed(1) : grouped(part)} times`;
  else if (part >= 0.995) much = `${Math.round(100 * part)} %`;
  return much.endsWith("times") ? much : `${much} of`;
}
