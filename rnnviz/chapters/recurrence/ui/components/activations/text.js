// How large a state is and how far two are apart, in words.

import { scientific } from "../../../../../ui/components/numbers.js";

function amount(value) {
  if (value >= 3e38) return "infinite";
  return value < 1e-16 ? "below 10⁻¹⁶" : scientific(value); // float64 tells no more of a state of size 1
}

// told: name, size and distance, of each activation.
export function stepSentence(step, told) {
  const each = told.map(([name, size, apart]) => `${name} ${amount(size)}, apart ${amount(apart)}`);
  return `Step ${step}: ${each.join("; ")}.`;
}

export const slopeLabel = (name, steepest) => `${name}: its slope is at most ${scientific(steepest)}`;

// told: name and value, of each activation.
export const seriesLabel = (title, step, told) =>
  `${title}, at step ${step}: ${told.map(([name, value]) => `${name} ${amount(value)}`).join(", ")}`;

export const SIZE_TITLE = "size of a unit of h, after each step";
export const APART_TITLE = "how far two runs are apart that began elsewhere";
export const SLOPE = "dashed: its slope";
export const functionTitle = (name) => (name === "none" ? "none: f(a) = a" : name);
