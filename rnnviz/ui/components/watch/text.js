// What a unit's numbers say, in words.

import { grouped, percent } from "../numbers.js";

const DIGITS = 4;

export function exact(value) {
  if (!Number.isFinite(value)) return "no number";
  const words = Math.abs(value) < 1000 ? value.toFixed(DIGITS) : value.toPrecision(7);
  return words.replace("-", "−");
}

const rough = (value) => value.toFixed(2).replace("-", "−");

// A unit that hardly moves, or where it changes most and what the belief does there (beliefs: most probable digit
// and its probability, before the step and after it; null where there is none).
export const unitWords = (unit, place) => `Unit ${unit}${place ? ` (${place})` : ""}`;

export const stillSentence = (who, digit, name, word) =>
  `${who} hardly moves on ${digit}: ${name} never changes by more than 0.01 from one ${word} to the next.`;

export const turnSentence = (who, word, step, name, from, to, digit) =>
  `${who} turns at ${word} ${step}: ${name} goes from ${rough(from)} to ${rough(to)}, its largest change on ${digit}.`;

export function beliefSentence(before, [now, share]) {
  if (before === null) return `The belief there is ${now} with ${percent(share)}.`;
  const [was, had] = before;
  if (was !== now) return `There the belief goes over from ${was} (${percent(had)}) to ${now} (${percent(share)}).`;
  const [a, b] = [percent(had), percent(share)];
  return a === b ? `The belief in ${now} stays at ${a} there.` : `There the belief in ${now} goes from ${a} to ${b}.`;
}

// What a cell's gates do to a unit. fade: what becomes of its state if the gate stands still, see `fadingWords`.
export const lstmSentence = ({ i, f, g, o }, fade) =>
  `Its forget gate stands at ${standing(f)}: ${fade}. ` +
  `Its input gate stands at ${standing(i)}: of the candidate ${rough(g)}, ${rough(i * g)} comes in. ` +
  `Its output gate lets ${part(o)} of tanh c out.`;

export const gruSentence = ({ z, n, r }, fade) =>
  `Its update gate stands at ${standing(z)}: ${fade}. It takes ${part(1 - z)} of the candidate ${rough(n)}. ` +
  `Its reset gate stands at ${standing(r)}: so much of the old state's share went into that candidate.`;

export function rnnSentence(h, nonlinearity, word) {
  const anew = `It has no gate: its h is made anew at each ${word}.`;
  if (nonlinearity !== "relu") {
    return `${anew} The slope of tanh there is 1 − h², so ${part(1 - h * h)} of a small change in the sum comes through.`;
  }
  return h > 0
    ? `${anew} The sum is above 0, so relu lets it through as it is.`
    : `${anew} The sum is not above 0, so relu is shut and h is 0.`;
}

const part = (share) => percent(share).replace("<", "less than ").replace(">", "more than ");
const standing = (gate) => (gate > 0.9995 ? ">0.999" : gate < 0.0005 ? "<0.001" : gate.toFixed(3));

// What becomes of a state if its gate stands still and nothing is added. half: steps in which it halves, of T.
export function fadingWords(gate, what, half, T, word) {
  const alone = "left alone at that";
  if (1 - 0.5 ** (T / half) < 0.01 && T > 1) return `${alone}, ${what} loses less than 1 % over all ${T} ${word}s`;
  if (!(half >= 0.995)) return `${alone}, ${part(gate)} of ${what} is left after one ${word}`;
  const rounded = half < 10_000 ? Math.round(half) : grouped(Number(half.toPrecision(1)));
  const times = half < 10 ? half.toFixed(1) : String(rounded);
  return `${alone}, ${what} halves every ${times === "1.0" ? word : `${times} ${word}s`}`;
}

export const ROUNDING = `Every number is rounded to ${DIGITS} decimals, so a sum by hand may differ by one or two in the last.`;

export const keysHint = (word) => `← → ${word}s · ↑ ↓ units · Space plays · click keeps a unit`;

export const GATE_NAMES = {
  ...{ i: "input gate i", f: "forget gate f", g: "candidate g", o: "output gate o" },
  ...{ r: "reset gate r", z: "update gate z", n: "candidate n" },
};
export const SUM_CHOICE = "Whose sum is unfolded";
export const THE_SUM = "the sum";
export const OTHER_UNITS = "other units";
export const unfoldHint = (gate) => `Unfold the ${GATE_NAMES[gate]}`;
export const ofUnit = (unit) => `, unit ${unit}`;

export const BELIEF = "belief";
export const believedWords = (best, share) => `${best} with ${percent(share)}`;
export const beliefLabel = (word, row, words) => `Belief after ${word} ${row}: ${words}`;
export const panelLabel = (label, T, word, U, unit, row, value) =>
  `${label}, all ${T} ${word}s × ${U} units; unit ${unit} at ${word} ${row}: ${value}`;

// What enters at a step. below: what it is made of; inked: how many of I pixels are.
export const entersWords = (word, row, below) => `enters at ${word} ${row}: ${below}`;
export const pointedInput = (feature, n, value) => `${feature} ${n}: ${value}`;
export const inkedWords = (inked, I) => `${inked} of ${I} pixels inked; point at them`;
export const inputWords = (only) => (only === null ? "point at them to read one" : `its value: ${only}`);
export const stripLabel = (values) => `What enters: ${Array.from(values, (value) => value.toFixed(2)).join(" ")}`;
export const readLabel = (digit, word, row, reverse) => `${digit}, read ${reverse ? "back" : "up"} to ${word} ${row}`;
