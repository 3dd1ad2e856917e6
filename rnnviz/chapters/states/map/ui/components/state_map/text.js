// What the map shows and what is pointed at, in words. Steps count from 1.

import { percent } from "../../../../../../ui/components/numbers.js";

export const allWords = (word, row, digits, count, probe) =>
  `All at ${word} ${row}: dots are ${digits} digits, circles the means of all ${count} by class, the thick line is ${probe}.`;

// kind: "own", "mean" or "digit"; k: its class; n: of a digit its number among the test digits.
export function pointedWords(kind, k, n, probe, word, row) {
  const who = { own: probe, mean: `the mean of the ${k}s`, digit: `a ${k}, test digit ${n}` }[kind];
  return `${who}, ${word} ${row}`;
}

export const pathsLabel = (solid, told) => `Paths of the state in ${solid ? "three axes" : "a plane"}. ${told}`;

export const solidHint = (C) => (C < 3 ? "Two units have two axes and no third" : "Three axes, to be turned");

export const varianceWords = (count, sum) => `of all variance; these ${count}: ${percent(sum)}`;

export const chipHint = (k) => `Show the ${k}s, or not; double click: them alone`;

export const chipLabel = (k) => `Show the ${k}s`;

export const heardWords = (word, row, T, reverse) =>
  `belief after ${reverse ? `${word}s 1 to ${row}` : `${word} ${row} of ${T}`}`;

export const keysHint = (word, solid) =>
  `← → ${word}s · Space plays · point at a path, click to go there${solid ? " · drag, or arrows on the map, to turn it" : ""}`;

export const readWords = (probe, word, row, reverse) => `${probe}, read ${reverse ? "back" : "up"} to ${word} ${row}`;
