// Where one looks in a reading: a time step and a unit, of the cell or of a projected h.

import { settle } from "../debounce.js";
import { mostProbable } from "../numbers.js";

// Where one looks: under the mouse, else where the cursor stands.
export function here(view) {
  const place = view.hover?.place ?? view.unit;
  return { row: view.hover?.row ?? view.row, place, unit: orderOf(view)[place] };
}

// A click keeps what is under the mouse.
export function keep(view) {
  view.row = view.hover.row;
  view.unit = view.hover.place ?? view.unit;
  view.projected = view.hover.projected ?? view.projected;
  touched(view);
}

// From now on another digit is looked at in the same place.
export function touched(view) {
  view.touched = true;
  settle(view);
}

export const orderOf = (view) => view.orders[view.order];

export const unitsOf = (view, name) => view.message.arrays[`panel.${name}`].shape[1];
export const unitName = (view, unit, name = "c") =>
  isProjected(view, name) ? unit + 1 : view.message.arrays.units[unit] + 1;

// A projected h has units of its own, each made of all units of the cell. One of them is looked at:
// the one under the mouse or clicked last, else the one that the cell's unit moves most.
export const isProjected = (view, name) => name === "h" && Boolean(view.message.arrays.weight_hr);
export function projectedAt(view) {
  const at = view.hover?.projected ?? view.projected;
  if (at !== null) return at;
  const { weight_hr: weights } = view.message.arrays;
  const [P, U] = weights.shape;
  const { unit } = here(view);
  let most = 0;
  for (let p = 1; p < P; p++) {
    if (Math.abs(weights[p * U + unit]) > Math.abs(weights[most * U + unit])) most = p;
  }
  return most;
}

// The most probable digit after a time step, and its probability.
export function believed(view, row) {
  const { belief } = view.message.arrays;
  return mostProbable(belief.subarray(row * view.K, (row + 1) * view.K));
}
