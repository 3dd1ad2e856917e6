// Drawing on a canvas: shapes, words, and pictures of one pixel a value.

/** @import { Align, Baseline, Box, Context, Numbers, Plot, Scale, Sheet, Theme } from "./types" */

/** Size a canvas for the screen's pixels and return its context in CSS pixels.
 * @type {(canvas: HTMLCanvasElement, width: number, height: number) => Context} */
export function fit(canvas, width, height) {
  const dense = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * dense), Math.round(height * dense)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const g = /** @type {Context} */ (canvas.getContext("2d"));
  g.setTransform(dense, 0, 0, dense, 0, 0);
  g.clearRect(0, 0, width, height);
  return g;
}

/** Begin a chart as wide as its canvas: the context, and the box between the margins.
 * @type {(canvas: HTMLCanvasElement, plot: Plot) => { g: Context, box: Box }} */
export function beginPlot(canvas, { left, right, top, plot, axis }) {
  const width = canvas.clientWidth;
  const g = fit(canvas, width, top + plot + axis);
  return { g, box: { x: left, y: top, w: Math.max(width - left - right, 1), h: plot } };
}

/** Gray values (rows × columns) as a picture of square pixels.
 * @type {(g: Context, box: Box, pixels: Uint8Array | Uint8ClampedArray, rows: number, columns: number) => void} */
export function drawPixels(g, box, pixels, rows, columns) {
  const image = new ImageData(columns, rows);
  pixels.forEach((value, n) => image.data.set([value, value, value, 255], 4 * n));
  blit(g, box, image);
}

/** @type {(image: ImageData) => Sheet} */
export function sheetOf(image) {
  const sheet = new OffscreenCanvas(image.width, image.height);
  sheet.getContext("2d")?.putImageData(image, 0, 0);
  return sheet;
}

/** @type {(g: Context, box: Box, image: ImageData) => void} */
export function blit(g, box, image) {
  paste(g, box, sheetOf(image));
}

/** @type {(g: Context, box: Box, sheet: Sheet) => void} */
export function paste(g, box, sheet) {
  g.imageSmoothingEnabled = false;
  g.drawImage(sheet, box.x, box.y, box.w, box.h);
}

// ------------------------------------------------------------------------------------------ shapes

/** @type {(g: Context, theme: Pick<Theme, "accent">, box: Box, width?: number) => void} */
export function outline(g, theme, box, width = 1.5) {
  g.strokeStyle = theme.accent;
  g.lineWidth = width;
  g.strokeRect(box.x, box.y, box.w, box.h);
}

/** @type {(g: Context, color: string, width: number, x0: number, y0: number, x1: number, y1: number) => void} */
export function line(g, color, width, x0, y0, x1, y1) {
  g.strokeStyle = color;
  g.lineWidth = width;
  g.beginPath();
  g.moveTo(x0, y0);
  g.lineTo(x1, y1);
  g.stroke();
}

/** @type {(g: Context, x: number, y: number, radius: number) => void} */
export function disc(g, x, y, radius) {
  g.beginPath();
  g.arc(x, y, radius, 0, 2 * Math.PI);
  g.fill();
}

/** @type {(g: Context, corners: number[][]) => void} */
export function polygon(g, corners) {
  g.beginPath();
  for (const [x, y] of corners) g.lineTo(x, y);
  g.closePath();
  g.fill();
}

/** A line through points; one that is no number interrupts it, one alone is a dot.
 * @type {(g: Context, color: string, width: number, xs: Numbers, ys: Numbers, x: Scale, y: Scale) => void} */
export function path(g, color, width, xs, ys, x, y) {
  g.strokeStyle = g.fillStyle = color;
  g.lineWidth = width;
  g.lineJoin = g.lineCap = "round";
  g.beginPath();
  const there = (/** @type {number} */ n) => n >= 0 && n < ys.length && Number.isFinite(ys[n]);
  for (let n = 0; n < xs.length; n++) {
    if (!there(n)) continue;
    if (there(n - 1)) g.lineTo(x(xs[n]), y(ys[n]));
    else g.moveTo(x(xs[n]), y(ys[n]));
    if (!there(n - 1) && !there(n + 1)) g.lineTo(x(xs[n]) + 0.01, y(ys[n]));
  }
  g.stroke();
}

/** Dots with a gap around them.
 * @type {(g: Context, theme: Theme, color: string, xs: Numbers, ys: Numbers, x: Scale, y: Scale, r: number) => void} */
export function dots(g, theme, color, xs, ys, x, y, radius) {
  for (let n = 0; n < xs.length; n++) {
    if (!Number.isFinite(ys[n])) continue;
    g.fillStyle = theme.background;
    disc(g, x(xs[n]), y(ys[n]), radius + 1);
    g.fillStyle = color;
    disc(g, x(xs[n]), y(ys[n]), radius);
  }
}

// ------------------------------------------------------------------------------------------- words

/** @type {(g: Context, color: string, font: string, align: Align, baseline: Baseline) => void} */
export function setText(g, color, font, align, baseline) {
  g.fillStyle = color;
  g.font = font;
  g.textAlign = align;
  g.textBaseline = baseline;
}

/** @type {(g: Context, theme: Theme, words: string, box: Pick<Box, "x" | "y">) => void} */
export function title(g, theme, words, box) {
  write(g, theme, words, box.x, box.y - 4, "left", "bottom", 600);
}

/** @type {(g: Context, theme: Theme, words: string, box: Box) => void} */
export function sideways(g, theme, words, box) {
  g.save();
  g.translate(box.x - 8, box.y + box.h / 2);
  g.rotate(-Math.PI / 2);
  faintly(g, theme, words, 0, 0, "center", "bottom");
  g.restore();
}

/**
 * @param {Context} g
 * @param {Theme} theme
 * @param {string} words
 * @param {number} x
 * @param {number} y
 * @param {Align} align
 * @param {Baseline} baseline
 */
export function write(g, theme, words, x, y, align, baseline, weight = 400) {
  setText(g, theme.text, `${weight} 12px ${theme.font}`, align, baseline);
  g.fillText(words, x, y);
}

/** @type {(g: Context, theme: Theme, words: string, x: number, y: number, align: Align, baseline: Baseline) => void} */
export function faintly(g, theme, words, x, y, align, baseline) {
  g.globalAlpha = 0.65;
  setText(g, theme.text, `11px ${theme.font}`, align, baseline);
  g.fillText(words, x, y);
  g.globalAlpha = 1;
}

/** Words in the middle of a box, without a grid through them.
 * @type {(g: Context, theme: Theme, box: Box, words: string) => void} */
export function quiet(g, theme, box, words) {
  const [x, y] = [box.x + box.w / 2, box.y + box.h / 2];
  g.font = `12px ${theme.font}`;
  const half = g.measureText(words).width / 2 + 8;
  g.fillStyle = theme.background;
  g.fillRect(x - half, y - 9, 2 * half, 18);
  g.globalAlpha = 0.6;
  write(g, theme, words, x, y, "center", "middle");
  g.globalAlpha = 1;
}

/** What words lie on is kept off their edges.
 * @type {(g: Context, theme: Theme, words: string, x: number, y: number) => void} */
export function halo(g, theme, words, x, y) {
  setText(g, theme.text, `600 12px ${theme.font}`, "left", "middle");
  g.strokeStyle = theme.background;
  g.lineWidth = 4;
  g.lineJoin = "round";
  g.strokeText(words, x, y);
}

// ------------------------------------------------------------------------------------------- mouse

/** Where an event lies in a box of an element, or in all of it: parts of the box's width and height.
 * @type {(element: Element, event: MouseEvent, box?: object | null) => [number, number]} */
export function partsOf(element, event, box = null) {
  const frame = element.getBoundingClientRect();
  const { x, y, w, h } = { x: 0, y: 0, w: frame.width, h: frame.height, ...box };
  return [(event.clientX - frame.left - x) / w, (event.clientY - frame.top - y) / h];
}

/** The place, of so many, in which a part lies. @type {(part: number, count: number) => number} */
export const placeAt = (part, count) => Math.max(0, Math.min(count - 1, Math.floor(part * count)));
