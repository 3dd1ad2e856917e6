// A step with the gradient as it comes and clipped, in words.

import { scientific } from "../../../../../ui/components/numbers.js";

export const CHARTS = {
  loss: "Loss of the batch, before the step",
  norm: "Norm of the gradient, before clipping",
  moved: "How far the weights went",
};

const sizeWords = (value) => (Number.isFinite(value) ? scientific(value) : "no number");

// told: name, loss, norm of the gradient, and how far the weights went, of each training.
export function stepSentence(step, told) {
  const each = told.map(
    ([name, ...sizes]) =>
      `${name}: loss ${sizeWords(sizes[0])}, gradient ${sizeWords(sizes[1])}, weights moved ${sizeWords(sizes[2])}`,
  );
  return `Step ${step}, ${each.join("; ")}.`;
}

// told: name and value, of each training.
export const chartLabel = (title, step, told) =>
  `${title}, at step ${step}: ${told.map(([name, value]) => `${name} ${sizeWords(value)}`).join(", ")}`;

export const lineName = (clipped, lost) => `${clipped ? "clipped" : "as it comes"}${lost ? ", lost" : ""}`;
