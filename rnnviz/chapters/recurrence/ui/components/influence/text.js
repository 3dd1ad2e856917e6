// What is left of x_s in h_t, in words. Rows count from 1; told: name and norm, of each network.

import { scientific } from "../../../../../ui/components/numbers.js";

export const VANISHED = "10⁻⁴ and less: vanished";
export const EXPLODES = "10⁴ and more: exploded";

const normsOf = (told) => told.map(([name, norm]) => `${name} ${scientific(norm)}`).join(", ");

export const leftSentence = (s, t, told) => `‖∂h_t/∂x_s‖ of row s = ${s} in h after row t = ${t}: ${normsOf(told)}.`;

export const leftLabel = (name, s, t, norm) => `${name}: of row ${s} in h after row ${t} ${scientific(norm)}`;

export const farLabel = (distance, told) => `The most that is left ${distance} rows later: ${normsOf(told)}`;

export const farTitle = (wide) =>
  wide
    ? "The most that is left, by how many rows lie between: dashed, the bound ‖W_ih‖ σ^(t−s) of the plain RNN"
    : "The most that is left, by distance t − s";

export const AFTER_ROW = "h after row t";
export const OF_ROW = "x of row";
export const BOUND = "bound";
export const DISTANCE = "t − s = 0";
