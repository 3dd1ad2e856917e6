// Small matrices as tables of numbers on colours, centred on 0: what all components by hand share.

const minus = (words) => words.replaceAll("-", "−");

function twoDecimals(value) {
  const size = Math.abs(value);
  if (size >= 1000) return minus(value.toExponential(1));
  if (size >= 100) return minus(value.toFixed(0));
  if (size >= 0.005 || size < 5e-13) return minus(value.toFixed(2)).replace("−0.00", "0.00");
  return minus(value.toExponential(0)); // not nothing
}

function heatColour(theme, value, most) {
  const place = Math.round(127.5 + (127.5 * value) / (most || 1));
  const at = 3 * Math.max(0, Math.min(255, place));
  return [...theme.diverging.subarray(at, at + 3)];
}

function paint(cell, theme, value, most) {
  const [r, g, b] = heatColour(theme, value, most);
  cell.style.background = `rgb(${r} ${g} ${b})`;
  cell.style.color = 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#14151c" : "#ffffff";
}

// A matrix with its name and shape: { name, rows }; `rows` null while its numbers are still to come, of a
// `shape` then. Whoever lays it may ask for the place under the mouse by `onCell(index)`.
function layMatrix({ name, shape, rows = null, most = 1, classes = "" }, theme, onCell = null) {
  const figure = Object.assign(document.createElement("figure"), { className: `matrix ${classes}` });
  const caption = document.createElement("figcaption");
  const label = Object.assign(document.createElement("b"), { textContent: name });
  const size = Object.assign(document.createElement("span"), { textContent: shapeWords(shape) });
  caption.append(label, " ", size);
  const grid = Object.assign(document.createElement("div"), { className: "cells" });
  grid.style.gridTemplateColumns = `repeat(${shape[1]}, var(--cell, 2.9rem))`;
  for (let n = 0; n < shape[0] * shape[1]; n++) {
    const cell = document.createElement("span");
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
  const words = rows ? rows.map((row) => row.map(twoDecimals).join(", ")).join("; ") : "still to come";
  figure.setAttribute("role", "img");
  figure.setAttribute("aria-label", `${name}, ${shape.join(" by ")}: ${words}`);
  figure.append(caption, grid);
  return figure;
}

// As Python writes it.
const shapeWords = (shape) => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`);

const largest = (rows) => Math.max(...rows.flat().map(Math.abs), 0);
