// Small matrices as tables of numbers on colours, centred on 0: what all components by hand share.

import { make } from "../../../../../ui/components/component_view.js";
import { around, colorAt, css, inkOn } from "../../../../../ui/components/theme.js";
import { matrixLabel } from "./text.js";

const minus = (words) => words.replaceAll("-", "−");

export function twoDecimals(value) {
  const size = Math.abs(value);
  if (size >= 1000) return minus(value.toExponential(1));
  if (size >= 100) return minus(value.toFixed(0));
  if (size >= 0.005 || size < 5e-13) return minus(value.toFixed(2)).replace("−0.00", "0.00");
  return minus(value.toExponential(0)); // not nothing
}

function paint(cell, theme, value, most) {
  const color = colorAt(theme.diverging, around(value, most));
  Object.assign(cell.style, { background: css(color), color: inkOn(color) });
}

// A matrix with its name and shape: { name, rows }; `rows` null while its numbers are still to come, of a
// `shape` then. Whoever lays it may ask for the place under the mouse by `onCell(index)`.
export function layMatrix({ name, shape, rows = null, most = 1, classes = "" }, theme, onCell = null) {
  const caption = make("figcaption", {}, make("b", {}, name), " ", make("span", {}, shapeWords(shape)));
  const grid = make("div", { className: "cells" });
  grid.style.gridTemplateColumns = `repeat(${shape[1]}, var(--cell, 2.9rem))`;
  for (let n = 0; n < shape[0] * shape[1]; n++) {
    const cell = make("span");
    const value = rows ? rows[Math.floor(n / shape[1])][n % shape[1]] : null;
    if (value === null) {
      cell.className = "empty";
      cell.textContent = "·";
    } else {
      paint(cell, theme, value, most);
      cell.textContent = twoDecimals(value);
    }
    if (onCell) cell.onpointerenter = cell.onclick = () => onCell(n);
    grid.append(cell);
  }
  const figure = make("figure", { className: `matrix ${classes}`, role: "img" }, caption, grid);
  figure.setAttribute("aria-label", matrixLabel(name, shape, rows));
  return figure;
}

// As Python writes it.
export const shapeWords = (shape) => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`);

export const largest = (rows) => Math.max(...rows.flat().map(Math.abs), 0);
