// Charts on a canvas: loss and accuracy over the training, and how far back a gradient reaches.

/** @import { Across, Box, Context, Curves, EndLabel, Numbers, Scale, Theme } from "./types" */

import { beginPlot, disc, dots, faintly, fit, halo, line, path, quiet, title, write } from "./canvas.js";
import { rowAxis } from "./heatmap.js";
import { grouped, lastFinite, nearest, niceStep, powerOfTen, scientific, share, three } from "./numbers.js";
import { ACCURACY, atStep, LATER, LOSS, MEAN, NOT_A_NUMBER, NOT_MEASURED, STEP, TRAIN } from "./text.js";

const CURVES = { left: 40, right: 54, top: 20, loss: 100, gap: 26, accuracy: 128, axis: 20 };
export const REACH = { left: 40, right: 54, top: 18, plot: 104, axis: 20 };
export const LEAST_TOP = 2.5; // of the loss: guessing one of ten costs ln 10 = 2.30
export const DECADES = 12; // of the gradient, at most; what is smaller lies on the floor

/**
 * Loss above accuracy, under one axis of training steps. `at` is the step of the cursor, `hover` that
 * under the mouse, `frames` the steps one can go to, `judge` the name of the second accuracy. Returns where
 * the axis lies, for the mouse.
 * @param {HTMLCanvasElement} canvas
 * @param {Theme} theme
 * @param {Curves} curves
 * @param {{ steps: number, frames?: Numbers, at?: number | null, hover?: number | null, judge?: string }} options
 */
export function drawCurves(canvas, theme, curves, options) {
  const { steps, frames = [], at = null, hover = null, judge = "test" } = options;
  const { left, right, top, loss, gap, accuracy, axis } = CURVES;
  const width = canvas.clientWidth;
  const height = top + loss + gap + accuracy + axis;
  const g = fit(canvas, width, height);
  const across = { x: left, w: Math.max(width - left - right, 1), steps: Math.max(steps, 1) };
  const x = (/** @type {number} */ step) => across.x + (across.w * Math.min(step, across.steps)) / across.steps;
  const upper = { ...across, y: top, h: loss };
  const lower = { ...across, y: top + loss + gap, h: accuracy };
  drawLoss(g, theme, upper, curves, x, hover ?? at);
  drawAccuracy(g, theme, lower, curves, x, hover ?? at, judge);
  stepAxis(g, theme, across, lower.y + lower.h, steps, frames, x);
  for (const { step, colour, thick } of [
    { step: hover, colour: theme.text, thick: 1 },
    { step: at, colour: theme.accent, thick: 2 },
  ]) {
    if (step === null) continue;
    g.globalAlpha = thick === 1 ? 0.5 : 1;
    for (const box of [upper, lower])
      line(g, colour, thick, x(step), box.y, x(step), box.y + box.h);
    g.globalAlpha = 1;
  }
  const cursor = hover ?? at;
  if (cursor !== null) {
    write(g, theme, atStep(cursor), upper.x + upper.w, upper.y - 4, "right", "bottom");
  }
  return across;
}

/** @type {(g: Context, theme: Theme, box: Box, curves: Curves, x: Scale, told: number | null) => void} */
function drawLoss(g, theme, box, { step, loss }, x, told) {
  const most = lossTop(loss);
  const y = (/** @type {number} */ value) => box.y + box.h * (1 - Math.min(Math.max(value, 0), most) / most);
  frame(g, theme, box, [0, most / 2, most], y, (value) => String(value));
  shadeGaps(g, theme, box, step, loss, x);
  const mean = smooth(loss, most);
  g.globalAlpha = 0.35;
  path(g, theme.first, 1, step, loss, x, y);
  g.globalAlpha = 1;
  path(g, theme.first, 2.2, step, mean, x, y);
  const n = told === null ? step.length - 1 : nearest(step, told);
  const end = lastFinite(mean);
  endLabels(g, theme, box, end < 0 ? [] : [[MEAN, theme.first, x(step[end]), y(mean[end])]]);
  headline(g, theme, box, LOSS, [[theme.first, "", n < 0 ? "" : three(loss[n])]]);
  if (!step.length) quiet(g, theme, box, LATER);
}

/**
 * @type {(g: Context, theme: Theme, box: Box, curves: Curves, x: Scale, told: number | null, judge: string) => void}
 */
function drawAccuracy(g, theme, box, curves, x, told, judge) {
  const { step, accuracy, test_step, test_accuracy } = curves;
  const y = (/** @type {number} */ value) => box.y + box.h * (1 - Math.min(Math.max(value, 0), 1));
  frame(g, theme, box, [0, 0.5, 1], y, (value) => `${100 * value} %`);
  const mean = smooth(accuracy);
  g.globalAlpha = 0.35;
  path(g, theme.first, 1, step, accuracy, x, y);
  g.globalAlpha = 1;
  path(g, theme.first, 2.2, step, mean, x, y);
  path(g, theme.second, 1.8, test_step, test_accuracy, x, y);
  dots(g, theme, theme.second, test_step, test_accuracy, x, y, test_step.length > 40 ? 1.6 : 3);
  const labels = /** @type {EndLabel[]} */ ([]);
  const [end, last] = [lastFinite(mean), lastFinite(test_accuracy)];
  const right = Math.max(end < 0 ? 0 : x(step[end]), last < 0 ? 0 : x(test_step[last]));
  if (end >= 0) labels.push([TRAIN, theme.first, right, y(mean[end])]);
  if (last >= 0) labels.push([judge, theme.second, right, y(test_accuracy[last])]);
  endLabels(g, theme, box, labels);
  const n = told === null ? step.length - 1 : nearest(step, told);
  const m = told === null ? test_step.length - 1 : nearest(test_step, told);
  headline(g, theme, box, ACCURACY, [
    [theme.first, TRAIN, n < 0 ? "" : share(mean[n])],
    [theme.second, judge, m < 0 ? "" : share(test_accuracy[m])],
  ]);
}

/**
 * How strongly the loss feels each row's state, and its input if `x` is given, on a log scale over the
 * decades [low, high].
 * @param {HTMLCanvasElement} canvas
 * @param {Theme} theme
 * @param {{ h: Numbers | null, c?: Numbers | null, x?: Numbers | null, T: number, cursor: number | null, word: string,
 *   decades: number[] }} reach - Norms of T rows each.
 */
export function drawReach(canvas, theme, { h, c, x: input, T, cursor, word, decades }) {
  const { g, box } = beginPlot(canvas, REACH);
  const column = box.w / T;
  const x = (/** @type {number} */ t) => box.x + (t + 0.5) * column;
  const y = decadeFrame(g, theme, box, decades, 4);
  if (cursor !== null && h) {
    g.globalAlpha = 0.14;
    g.fillStyle = theme.accent;
    const thick = Math.max(column, 2);
    g.fillRect(x(cursor) - thick / 2, box.y, thick, box.h);
    g.globalAlpha = 1;
    line(g, theme.accent, 1.5, x(cursor), box.y, x(cursor), box.y + box.h);
  }
  const rows = Float32Array.from({ length: T }, (_, t) => t);
  const labels = /** @type {EndLabel[]} */ ([]);
  for (const { name, values, colour } of [
    { name: "x", values: input, colour: theme.text },
    { name: "c", values: c, colour: theme.second },
    { name: "h", values: h, colour: theme.first },
  ]) {
    if (!values || lastFinite(values) < 0) continue;
    path(g, colour, 2.2, rows, values, x, y);
    if (T <= 56) {
      g.fillStyle = colour;
      values.forEach((value, t) => Number.isFinite(value) && disc(g, x(t), y(value), 2));
    }
    labels.push([`∂L/∂${name}`, colour, x(T - 1), y(values[lastFinite(values)])]);
  }
  endLabels(g, theme, box, labels);
  if (!labels.length) quiet(g, theme, box, h ? NOT_MEASURED : LATER);
  else if (cursor !== null && h && Number.isFinite(h[cursor])) {
    const words = `${word} ${cursor + 1}: ${scientific(h[cursor])}`;
    write(g, { ...theme, text: theme.first }, words, box.x + box.w, box.y - 4, "right", "bottom");
  }
  rowAxis(g, theme, box, box.y + box.h, T, word);
  return { across: box, T };
}

/** The upper end of the loss's axis: nothing seen is cut off but a few values far beyond the rest.
 * @type {(loss: Numbers) => number} */
export function lossTop(loss) {
  const finite = [...loss].filter(Number.isFinite).sort((a, b) => a - b);
  const top = finite.length ? finite[finite.length - 1] : 0;
  if (top <= LEAST_TOP) return LEAST_TOP;
  const usual = finite[Math.floor(0.95 * (finite.length - 1))];
  const wanted = Math.max(3, top <= 6 ? top : usual);
  const scale = 10 ** Math.floor(Math.log10(wanted));
  return ([1, 1.5, 2, 3, 4, 6, 8].find((part) => part * scale >= wanted) ?? 10) * scale;
}

/**
 * The mean over the neighbours of each point. What is no number is left out, and what is beyond
 * `most` is not let into its neighbours' means, nor into the precision of their sums.
 * @param {Numbers} values
 * @returns {Float32Array}
 */
export function smooth(values, most = Infinity) {
  const reach = Math.floor(values.length / 40);
  const within = prefixSums(values, (value) => value <= most);
  const above = prefixSums(values, (value) => value > most); // an outlier leaves `within` exact
  return Float32Array.from(values, (value, n) => {
    if (!Number.isFinite(value)) return NaN;
    const [from, to] = [Math.max(0, n - reach), Math.min(values.length, n + reach + 1)];
    const parts = value > most ? [within, above] : [within];
    /** @type {(name: "sum" | "count") => number} */
    const over = (name) => parts.reduce((sum, one) => sum + one[name][to] - one[name][from], 0);
    return over("sum") / over("count");
  });
}

/** Sums and counts of the finite values that are taken, before each value and after the last.
 * @type {(values: Numbers, taken: (value: number) => boolean) => { sum: Float64Array, count: Uint32Array }} */
function prefixSums(values, taken) {
  const sum = new Float64Array(values.length + 1);
  const count = new Uint32Array(values.length + 1);
  values.forEach((value, n) => {
    const counts = Number.isFinite(value) && taken(value);
    sum[n + 1] = sum[n] + (counts ? value : 0);
    count[n + 1] = count[n] + Number(counts);
  });
  return { sum, count };
}

/** The height of a value in a box, on a scale of the decades [low, high].
 * @type {(box: Pick<Box, "y" | "h">, decades: number[]) => Scale} */
export function decadeScale(box, [low, high]) {
  return (value) => {
    const place = (Math.log10(Math.max(value, 1e-300)) - low) / (high - low);
    return box.y + box.h * (1 - Math.max(0, Math.min(1, place)));
  };
}

/** Draw the frame of such a scale with so many ticks; return its `y`.
 * @type {(g: Context, theme: Theme, box: Box, decades: number[], count: number) => Scale} */
export function decadeFrame(g, theme, box, [low, high], count) {
  const y = decadeScale(box, [low, high]);
  const ticks = [];
  for (let power = high; power >= low; power -= Math.max(1, Math.ceil((high - low) / count))) ticks.push(10 ** power);
  frame(g, theme, box, ticks, y, (value) => powerOfTen(Math.round(Math.log10(value))));
  return y;
}

/** Numbers under an axis of steps, the first with its word; `x` is the place of a step.
 * @type {(g: Context, theme: Theme, box: Box, steps: Numbers, x: Scale, word: string) => void} */
export function stepNumbers(g, theme, box, steps, x, word) {
  for (const [n, step] of steps.entries()) {
    faintly(g, theme, n ? String(step) : word, x(step), box.y + box.h + 5, "center", "top");
  }
}

/** @type {(g: Context, theme: Theme, box: Across, ticks: number[], y: Scale, words: (n: number) => string) => void} */
export function frame(g, theme, box, ticks, y, words) {
  for (const value of ticks) {
    const at = Math.round(y(value)) + 0.5;
    line(g, theme.faint, 1, box.x, at, box.x + box.w, at);
    faintly(g, theme, words(value), box.x - 6, at, "right", "middle");
  }
}

/** Where the loss was not a number there is a tint instead of a line.
 * @type {(g: Context, theme: Theme, box: Box, step: Numbers, loss: Numbers, x: Scale) => void} */
export function shadeGaps(g, theme, box, step, loss, x) {
  const first = loss.findIndex((value) => !Number.isFinite(value));
  if (first < 0) return;
  g.fillStyle = theme.bad;
  g.globalAlpha = 0.12;
  g.beginPath(); // one shape: tints that lie on each other would make stripes
  loss.forEach((value, n) => {
    if (Number.isFinite(value)) return;
    const from = x(n ? step[n - 1] : 0);
    g.rect(from, box.y, Math.max(x(step[n]) - from, 1), box.h);
  });
  g.fill();
  g.globalAlpha = 1;
  const at = Math.min(x(step[first]) + 5, box.x + box.w - 78);
  write(g, { ...theme, text: theme.bad }, NOT_A_NUMBER, at, box.y + 10, "left", "middle");
}

/** @type {(g: Context, theme: Theme, across: Across, y: number, steps: number, frames: Numbers, x: Scale) => void} */
export function stepAxis(g, theme, across, y, steps, frames, x) {
  g.globalAlpha = 0.5;
  for (const step of frames) line(g, theme.text, 1, x(step), y, x(step), y + 3);
  g.globalAlpha = 1;
  const apart = niceStep(Math.max(steps, 4) / Math.max(2, Math.floor(across.w / 90)));
  const last = steps ? x(steps) - 12 - g.measureText(grouped(steps)).width : Infinity;
  faintly(g, theme, steps ? atStep(0) : STEP, across.x, y + 5, "left", "top");
  for (let step = apart; step < steps; step += apart) {
    const half = g.measureText(grouped(step)).width / 2;
    if (x(step) - half < across.x + 44 || x(step) + half > last) continue;
    faintly(g, theme, grouped(step), x(step), y + 5, "center", "top");
  }
  if (steps) faintly(g, theme, grouped(steps), x(steps), y + 5, "center", "top");
}

/** The name of a chart and its values, each in its line's colour and in a place of its own.
 * @type {(g: Context, theme: Theme, box: Box, name: string, values: string[][]) => void} */
function headline(g, theme, box, name, values) {
  title(g, theme, name, box);
  let x = box.x + 62;
  for (const [colour, word, value] of values) {
    write(g, { ...theme, text: colour }, `${word} ${value}`.trim(), x, box.y - 4, "left", "bottom");
    x += 78;
  }
}

/** Words at the right ends of lines, pushed apart where they would lie on each other.
 * @type {(g: Context, theme: Theme, box: Box, labels: EndLabel[]) => void} */
export function endLabels(g, theme, box, labels) {
  const placed = [...labels].sort((one, other) => one[3] - other[3]);
  placed.forEach((label, n) => {
    if (n && label[3] - placed[n - 1][3] < 14) label[3] = placed[n - 1][3] + 14;
  });
  const over = placed.length ? placed[placed.length - 1][3] - (box.y + box.h) : 0;
  for (const [words, colour, x, y] of placed) {
    const at = y - Math.max(0, over);
    halo(g, theme, words, x + 6, at);
    write(g, { ...theme, text: colour }, words, x + 6, at, "left", "middle", 600);
  }
}
