// What the loss feels and what pixels speak for, in words. Steps count from 1.

import { percent, scientific, share } from "../../../../../../ui/components/numbers.js";

export const SHARE_TITLE = "test digits read right if it stopped there";
export const BELIEF_TITLE = "belief in this digit if it stopped there";

export const feltTitle = (relative) => (relative ? "felt, over its strongest h" : "how strongly the loss feels it");

function signedWords(value) {
  const size = Math.abs(value);
  return `${value < 0 ? "−" : "+"}${size >= 0.1 || size === 0 ? size.toFixed(2) : scientific(size)}`;
}

// What pixels said of the class that is asked about.
const saying = (value, asked) =>
  value === 0 ? `nothing on ${asked}` : `${signedWords(value)} ${value > 0 ? "for" : "against"} ${asked}`;

// place: e.g. "row 3"; felt: letter and norm of the gradient.
export function feltLabel(name, place, felt, relative) {
  const told = felt.map(([letter, norm]) => `∂L/∂${letter} ${scientific(norm)}`).join(", ");
  return `${name}, how strongly the loss feels ${place}: ${told}${relative ? ", over its strongest hidden state" : ""}.`;
}

// best: the digit believed in; all: the share of test digits read right there, if it is known.
export function stoppedWords(best, belief, all) {
  const right = Number.isFinite(all) ? `, and ${share(all)} of all test digits are read right` : "";
  return `stopped here it believes ${best} with ${percent(belief)}${right}`;
}

export const stoppedLabel = (name, place, words) => `${name}, stopped after ${place}: ${words}.`;

export function networkSentence(name, place, felt, words) {
  const norms = felt.map(([letter, norm]) => `‖∂L/∂${letter}‖ ${scientific(norm)}`).join(", ");
  return `${name} after ${place}: ${norms}; ${words}.`;
}

export const readWords = (digit, place) => `${digit}, read up to ${place}`;

export const sumWords = (word, value, asked) => `this ${word} says ${saying(value, asked)}`;

export const spokenLabel = (asked, sums) => `Which pixels spoke for ${asked} and against it; ${sums}`;

export const reachWords = (loudest, sums, done) =>
  `colours reach ±${signedWords(loudest).slice(1)}; ${sums}${done ? "" : " so far"}`;

export const pixelWords = (row, column, ink, value, asked) =>
  `pixel in row ${row}, column ${column}, ink ${ink} of 255, says ${saying(value, asked)}`;

export const keysHint = (word) => `← → ${word}s · Home, End · Space plays · point at any picture`;

export const BEING_READ = "being read";
export const thinLine = (name) => `thin: ${name}`;
