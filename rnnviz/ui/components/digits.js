// Pictures of digits, and how far they have been read.

/** @import { Context, Numbers, Theme } from "./types" */

import { blit, drawPixels } from "./canvas.js";
import { make, say } from "./component_view.js";
import { isLabel, pictureLabel, takenFor } from "./text.js";
import { rgb } from "./theme.js";

/**
 * A digit whose pixels enter at the time step that `entering` gives: read ones are bright, those that
 * enter at step t are tinted and framed, the rest is still to come. t = null shows it plainly.
 * @param {Context} g
 * @param {number} side - Of the picture, in CSS pixels.
 * @param {Uint8Array} pixels - 784 values.
 * @param {Numbers} entering - The time step of each pixel.
 * @param {number | null} t
 * @param {Theme} theme
 */
export function drawReading(g, side, pixels, entering, t, theme) {
  const size = 28;
  const image = new ImageData(size, size);
  const accent = rgb(theme.accent);
  pixels.forEach((value, n) => {
    const read = t === null || entering[n] < t;
    const now = t !== null && entering[n] === t;
    for (let part = 0; part < 3; part++) {
      const later = 0.3 * value + [18, 19, 30][part];
      const tinted = 0.3 * accent[part] + 0.7 * value;
      image.data[4 * n + part] = read ? value : now ? tinted : later;
    }
    image.data[4 * n + 3] = 255;
  });
  blit(g, { x: 0, y: 0, w: side, h: side }, image);
  if (t !== null) frameNow(g, side / size, entering, t, theme.accent);
}

/** Lines around all pixels that enter at step t, wherever they lie.
 * @type {(g: Context, cell: number, entering: Numbers, t: number, colour: string) => void} */
export function frameNow(g, cell, entering, t, colour) {
  const size = 28;
  /** @type {(row: number, column: number) => boolean} */
  const now = (row, column) =>
    row >= 0 && row < size && column >= 0 && column < size && entering[row * size + column] === t;
  const edge = 28 * cell - 1;
  const at = (/** @type {number} */ n) => Math.max(1, Math.min(edge, n * cell));
  g.beginPath();
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (!now(row, column)) continue;
      const [x0, y0, x1, y1] = [at(column), at(row), at(column + 1), at(row + 1)];
      if (!now(row - 1, column)) (g.moveTo(x0, y0), g.lineTo(x1, y0));
      if (!now(row + 1, column)) (g.moveTo(x0, y1), g.lineTo(x1, y1));
      if (!now(row, column - 1)) (g.moveTo(x0, y0), g.lineTo(x0, y1));
      if (!now(row, column + 1)) (g.moveTo(x1, y0), g.lineTo(x1, y1));
    }
  }
  g.strokeStyle = colour;
  g.lineWidth = 2;
  g.lineCap = "square";
  g.stroke();
}

/** Small pictures in a list, each with room for what it is taken for and what it is.
 * @type {(list: HTMLElement, images: Uint8Array, labels: number[]) => void} */
export function layDigits(list, images, labels) {
  list.replaceChildren(
    ...labels.map((label, n) => {
      const canvas = make("canvas", { width: 28, height: 28 });
      const g = canvas.getContext("2d");
      drawPixels(g, { x: 0, y: 0, w: 28, h: 28 }, images.subarray(784 * n, 784 * n + 784), 28, 28);
      const is = make("span", { className: "is" }, isLabel(label));
      return make("li", {}, canvas, make("span", { className: "taken" }), is);
    }),
  );
}

/** What each is taken for; `taken` may be null. Returns how many are right.
 * @type {(list: HTMLElement, taken: number[] | null, labels: number[]) => number} */
export function judgeDigits(list, taken, labels) {
  let count = 0;
  [...list.children].forEach((item, n) => {
    const right = taken !== null && taken[n] === labels[n];
    count += Number(right);
    item.classList.toggle("right", right);
    item.classList.toggle("wrong", taken !== null && !right);
    say(/** @type {Element} */ (item.querySelector(".taken")), taken ? takenFor(taken[n], right) : "–");
    item.querySelector("canvas")?.setAttribute("aria-label", pictureLabel(labels[n]));
  });
  return count;
}
