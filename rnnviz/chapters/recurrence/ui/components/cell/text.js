// The cell and its parameters, in words.

import { grouped } from "../../../../../ui/components/numbers.js";

export const ROLLED = "A cell that reads x through U, itself through W, and answers through V";

export function unrolledWords(T) {
  const each = T === 1 ? "one step" : `${T} steps, and at each the same U, W and V`;
  return `unrolled: ${each}; squares are numbers, blue below 0, orange above`;
}

// outputs: o of each step, as words.
export function unrolledLabel(outputs) {
  const read = outputs.map((output, t) => `o ${t + 1} = ${output}`).join(", ");
  return `The cell at ${outputs.length} steps, with the same U, W and V: ${read}`;
}

export const COUNTS_TITLE = "Parameters, by the length T of the sequence";

export const countsLabel = (sizes, T, recurrent, whole) =>
  `Parameters for ${sizes} at T = ${T}: recurrent ${grouped(recurrent)}, feed-forward ${grouped(whole)}`;

export const BRACKETS = "Brackets";
export const FEED_FORWARD = "feed-forward";
export const RECURRENT = "recurrent";
export const lengthLabel = (T) => `T = ${T}`;
