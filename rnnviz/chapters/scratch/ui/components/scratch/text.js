// What a step of the training, a node of its graph and its matrices say, in words. Steps count from 1.

import { grouped, scientific } from "../../../../../ui/components/numbers.js";
import { shapeWords, twoDecimals } from "./matrices.js";

export const timeStep = (t) => `time step ${t}`;

// norm: of the gradient, null if there is none; used: by so many other nodes.
export function nodeWords(name, shape, norm, used) {
  const grad = norm === null ? "no gradient" : `its gradient has the norm ${twoDecimals(norm)}`;
  const times = used > 1 ? `, used ${used} times: what comes back adds up` : "";
  return `${name} ${shape.length ? shapeWords(shape) : "(), one number"}: ${grad}${times}`;
}

export function leafWords({ name, column }) {
  if (column < 0) return "A leaf that is trained: the optimizer moves it against its gradient.";
  return name === "number" ? "A number of the formula." : "A leaf that is given, not trained.";
}

export const wayWords = (back, t) => `${back ? "Backward" : "Forward"}, ${timeStep(t)}`;

// The place of a number (i, j) in a result of so many rows and columns.
export function placeWords(i, j, rows, columns) {
  const place = rows > 1 ? `row ${i}, column ${j}` : `number ${j}`;
  const size = rows * columns === 1 ? 1 : `${rows} × ${columns}`;
  return `${place} of ${size}; ∂ is short for ∂L/∂`;
}

export const codeTitle = (file) => `The line that runs, in ${file}`;

export const SUM_NAME = "∂L/∂W_hh so far";
export const shareName = (t) => `from step ${t}`;

// told: time step and norm of what it adds; sum: norm of all of it; whole: whether nothing is missing.
export function normsSentence(told, sum, whole) {
  if (!told.length) return "It fills in on the way back.";
  const each = told.map(([t, norm]) => `step ${t} ${twoDecimals(norm)}`).join(", ");
  return `Norms: ${each}; together ${twoDecimals(sum)}, ${whole ? "all of it" : "so far"}.`;
}

export const LINE = "Line";
export const partName = (back, t) => `${back ? "← back" : "→ forward"} ${t}`;
export const AND = "and";
export const WEIGHTS = "weights";
export const THE_LOSS = "loss";
export const NUMBER = "number";

export const matrixLabel = (name, shape, rows) => {
  const words = rows ? rows.map((row) => row.map(twoDecimals).join(", ")).join("; ") : "still to come";
  return `${name}, ${shape.join(" by ")}: ${words}`;
};

// told: name and value of each line of a chart at a step.
export const readoutWords = (word, step, told) =>
  `At ${word} ${grouped(step)}: ${told.map(([name, value]) => `${name} ${fourDigits(value)}`).join(", ")}`;
export const chartLabel = (title, told) => `${title}. ${told}`;

function fourDigits(value) {
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e6 ? String(Number(value.toPrecision(4))) : scientific(value);
}

export const KEYS = "← → lines · ↑ ↓ numbers · Home, End · Space plays · point at any number";
