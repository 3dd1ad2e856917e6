// What is picked, changed and lost, in words. Units and steps count from 1.

import { percent } from "../../../../../../ui/components/numbers.js";

const PICK_HINT = "click or drag over units to pick them, ↑ ↓ and Space by keys";
export const PICK_ONE = "Pick this unit, or let it go";
export const NOTHING_CHANGED = "Nothing is changed yet.";
export const NOT_RANKED = "Not measured yet";

export const readLabel = (digit, word, row, reverse) => `${digit}, read ${reverse ? "back" : "up"} to ${word} ${row}`;

export const believedWords = (word, row, best, share) => `after ${word} ${row}: ${best} with ${percent(share)}`;

// before, after: values as words.
export function hoveredWords(name, unit, word, row, before, after) {
  const changed = before === after ? "" : `, changed ${after}`;
  return `${name} of unit ${unit} after ${word} ${row}: ${before}${changed} · ${PICK_HINT}`;
}

// picks: the picked units as words, "" if there are none.
export const unitsLabel = (label, unit, units, here, picks) =>
  `${label}: unit ${unit} of ${units}${here ? ", picked" : ""}; ${picks ? `picked: ${picks}` : "none picked"}. ` +
  "Arrow up and down move, Space picks";

export const changedLabel = (told) => `The same when it is changed; ${told}`;

export const missingWords = (misread, units) =>
  misread ? `units are 1 to ${units}, e.g. 3, 17-20` : "pick units first, or all";

export const sinceOptions = (word, row) => [`all ${word}s`, `${word} ${row} and after`];

export const removeLabel = (words) => `Remove: ${words}`;

const points = (value) => `${value > 0.04 ? "+" : ""}${Math.abs(value) < 0.05 ? "0.0" : value.toFixed(1)}`.replace("-", "−");

export const classHint = (k, was, is) => `${k}: ${(100 * is).toFixed(1)} % right, before ${(100 * was).toFixed(1)} %`;

export const unknownClass = (k) => `${k}: not known yet`;

// cost: of the picked units in points, null before it is known; draws: of the random sets.
export function stripLabel(cost, draws) {
  if (cost === null) return "Nothing measured yet";
  const [least, most] = [-Math.max(...draws), -Math.min(...draws)];
  const words = draws.length ? `; ${draws.length} random sets between ${points(least)} and ${points(most)}` : "";
  return `These units: ${points(-cost)} points${words}`;
}

export const rankLabel = (unit, drop) => `Pick unit ${unit}: ${drop}`;

export const joinedLabel = (word, row) => `The joined halves, read up to ${word} ${row}`;

export const joinedWords = (word, row) => `joined after ${word} ${row}`;

export const variantWords = (best, share) => `${best} with ${percent(share)}`;

export const variantLabel = (name, word, row, words) => `Belief with ${name}, after ${word} ${row}: ${words}`;

export const THESE = "these";
export const RANDOM_SETS = "random sets";
export const NOTHING_COMPUTED = "Nothing is computed";
export const doingWords = (stopped, doing) => (stopped ? "Stopped." : doing);
export const cancelWords = (stopped) => (stopped ? "Go on" : "Cancel");
export const unitWords = (unit) => `unit ${unit}`;
export const lostPoints = (points_) => `${points_ > 0 ? "+" : ""}${points_.toFixed(1)}`.replace("-", "−");
export const KEYS = "← → move the cursor · Space plays";
