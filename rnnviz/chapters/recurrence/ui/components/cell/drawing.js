// The cell as a picture: squares are numbers, coloured from −1 to 1; the same matrix has the same squares
// wherever it stands.

import { say } from "../../../../../ui/components/component_view.js";
import { makeSvg } from "../../../../../ui/components/svg.js";
import { around, colorAt, css } from "../../../../../ui/components/theme.js";
import { ROLLED, unrolledLabel, unrolledWords } from "./text.js";

const COLUMN = { least: 84, most: 128, lead: 58, height: 246, box: 54, o: 10, cell: 86, x: 212 };
const SQUARE = 10;

export const fixed = (value) => (value < 0 ? "−" : " ") + Math.abs(value).toFixed(2);

const node = (name, attributes, parent) => makeSvg(name, attributes, null, parent);

export function drawCells(view) {
  const { T } = view;
  const room = view.unrolled.parentElement.clientWidth - COLUMN.lead - 16;
  const wide = Math.max(COLUMN.least, Math.min(COLUMN.most, room / T));
  begin(view.rolled, 172);
  begin(view.unrolled, COLUMN.lead + T * wide + 4);
  const place = { x: 66, wide };
  drawColumn(view, view.rolled, null, place);
  drawLoop(view, view.rolled, place.x);
  drawStart(view);
  for (let t = 0; t < T; t++) drawColumn(view, view.unrolled, t, { x: COLUMN.lead + (t + 0.5) * wide, wide });
  say(view.how, unrolledWords(T));
  view.rolled.setAttribute("aria-label", ROLLED);
  view.unrolled.setAttribute("aria-label", unrolledLabel([...view.message.arrays.o].map(fixed)));
}

function begin(svg, width) {
  svg.replaceChildren();
  svg.setAttribute("width", width);
  svg.setAttribute("height", COLUMN.height);
  svg.setAttribute("viewBox", `0 0 ${width} ${COLUMN.height}`);
}

// One step: x at the bottom, the cell, o at the top; W comes from the left. t = null: at any step.
function drawColumn(view, svg, t, { x, wide }) {
  const { arrays } = view.message;
  const { box, o, cell, x: below } = COLUMN;
  const middle = cell + box / 2;
  arrow(view, svg, "V", [x, cell], [x, o + 16], arrays["weight.V"]);
  arrow(view, svg, "U", [x, below - 14], [x, cell + box], arrays["weight.U"]);
  if (t !== null) {
    const from = t ? x - wide + box / 2 : 38; // h_0 stands at the left edge
    arrow(view, svg, "W", [from, middle], [x - box / 2, middle], arrays["weight.W"]);
  }
  const frame_ = node("g", { class: "state" }, svg);
  if (t !== null) frame_.dataset.step = t + 1;
  node("rect", { x: x - box / 2, y: cell, width: box, height: box, rx: 10 }, frame_);
  label(frame_, "h", t, x, cell + 17);
  bias(view, svg, "b", x + box / 2 - 2, cell + box + 15);
  bias(view, svg, "c", x + 22, o + 18);
  label(svg, "o", t, x - 30, o + 9);
  label(svg, "x", t, x - 30, below + 3);
  if (t === null) {
    squares(view, frame_, null, 1, 2, x - 17, cell + 26, 1, 17);
    squares(view, svg, null, 1, 1, x - 8, o - 4, 1, 16);
    squares(view, svg, null, 1, 1, x - 8, below - 10, 1, 16);
    return;
  }
  squares(view, frame_, arrays.h.subarray(2 * t, 2 * t + 2), 1, 2, x - 17, cell + 26, 1, 17, `h ${t + 1}`);
  squares(view, svg, arrays.o.subarray(t, t + 1), 1, 1, x - 8, o - 4, 1, 16, `o ${t + 1}`);
  squares(view, svg, arrays.x.subarray(t, t + 1), 1, 1, x - 8, below - 10, 1, 16, `x ${t + 1}`);
}

function drawStart(view) {
  const middle = COLUMN.cell + COLUMN.box / 2;
  const start = node("g", { class: "state start" }, view.unrolled);
  label(start, "h", -1, 20, middle - 14);
  squares(view, start, new Float32Array(2), 1, 2, 4, middle - 8, 1, 16, "h 0");
}

// The loop that W is before it is unrolled.
function drawLoop(view, svg, x) {
  const { cell, box } = COLUMN;
  const part = node("g", { class: "part", "data-part": "W" }, svg);
  const right = x + box / 2;
  const path_ = `M${right} ${cell + 16} C${right + 58} ${cell - 34} ${right + 58} ${cell + box + 34} ${right + 6} ${cell + box - 14}`;
  node("path", { d: path_, class: "shaft" }, part);
  node("path", { d: head([right + 1, cell + box - 16], [-1, -0.55]), class: "head" }, part);
  matrix(view, part, "W", right + 44, cell + box / 2 - 4, view.message.arrays["weight.W"]);
}

function arrow(view, svg, name, from, to, weight) {
  const part = node("g", { class: "part", "data-part": name }, svg);
  node("line", { x1: from[0], y1: from[1], x2: to[0], y2: to[1], class: "shaft" }, part);
  const long = Math.hypot(to[0] - from[0], to[1] - from[1]);
  node("path", { d: head(to, [(to[0] - from[0]) / long, (to[1] - from[1]) / long]), class: "head" }, part);
  const upright = from[0] === to[0];
  const [x, y] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  matrix(view, part, name, upright ? x : x - 2, upright ? y + 2 : y, weight, !upright);
}

function head([x, y], [dx, dy]) {
  const long = Math.hypot(dx, dy);
  const [a, b] = [dx / long, dy / long];
  const at = (back, side) => `${x - back * a - side * b} ${y - back * b + side * a}`;
  return `M${x} ${y} L${at(8, 4)} L${at(8, -4)} Z`;
}

// A matrix on its arrow: its squares, and its letter beside or above them.
function matrix(view, part, name, x, y, weight, above = false) {
  const [rows, columns] = weight.shape;
  const [w, h] = [columns * SQUARE, rows * SQUARE];
  squares(view, part, weight, rows, columns, x - w / 2, y - h / 2, 1, SQUARE, name);
  const letter = node("text", { x: above ? x : x - w / 2 - 10, y: above ? y - h / 2 - 8 : y + 5, class: "letter" }, part);
  letter.textContent = name;
}

function bias(view, svg, name, x, y) {
  const part = node("g", { class: "part bias", "data-part": name }, svg);
  const weight = view.message.arrays[`weight.${name}`];
  squares(view, part, weight, 1, weight.length, x + 3, y - 11, 1, 8, name);
  node("text", { x: x - 4, y: y - 3, class: "small" }, part).textContent = `+${name}`;
}

// Numbers as coloured squares, each with its value in words; null draws them empty.
function squares(view, parent, values, rows, columns, x, y, most, size, name = "") {
  for (let n = 0; n < rows * columns; n++) {
    const square = node("rect", {
      x: x + (n % columns) * size,
      y: y + Math.floor(n / columns) * size,
      width: size - 1,
      height: size - 1,
      rx: 2,
      class: values ? "number" : "number any",
    }, parent);
    if (!values) continue;
    square.style.fill = css(colorAt(view.theme.diverging, around(values[n], most)));
    node("title", {}, square).textContent = `${name}: ${fixed(values[n])}`;
  }
}

function label(parent, letter, t, x, y) {
  const words = node("text", { x, y, class: "sign" }, parent);
  words.textContent = letter;
  node("tspan", { dy: 4, class: "index" }, words).textContent = t === null ? "t" : String(t + 1);
}
