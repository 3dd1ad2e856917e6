// Loss and accuracy of several runs over one another, each run in its colour and with its mark.

/** @import { Box, Context, EndLabel, Numbers, OverChart, OverSteps, Run, Scale, Theme, Ticked, View } from "./types" */

import { isOn, stop } from "./axes.js";
import { disc, fit, line, partsOf, path, polygon, quiet, title, write } from "./canvas.js";
import { decadeScale, endLabels, frame, LEAST_TOP, lossTop, shadeGaps, smooth, stepAxis } from "./curves.js";
import { lastBefore, lastFinite, share, three } from "./numbers.js";
import { ACCURACY, LATER, LOSS } from "./text.js";

const OVER = { left: 46, top: 20, plot: 176, axis: 20 };
export const MARKS = ["●", "■", "▲", "◆"];
const LEVELS = [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9999];
const APART = 15; // pixels between the numbers of a scale, at least

/** Where a chart's box lies: on the right there is room for the names.
 * @type {(g: Context, canvas: HTMLCanvasElement, runs: Run[]) => OverChart["box"]} */
function overBox(g, canvas, runs) {
  const { left, top, plot } = OVER;
  g.font = `600 12px sans-serif`;
  const longest = Math.max(...runs.map(({ name }) => g.measureText(name).width));
  const right = Math.min(longest + 18, 0.3 * canvas.clientWidth);
  return { x: left, y: top, w: Math.max(canvas.clientWidth - left - right, 1), h: plot, right };
}

/** Both charts begin alike. `told` is the step whose values stand in the headline.
 * @type {(canvas: HTMLCanvasElement, theme: Theme, runs: Run[], told: OverSteps) => OverChart} */
function beginChart(canvas, theme, runs, { steps, frames }) {
  const { top, plot, axis } = OVER;
  const g = fit(canvas, canvas.clientWidth, top + plot + axis);
  const box = overBox(g, canvas, runs);
  const x = (/** @type {number} */ step) => box.x + (box.w * Math.min(step, steps)) / Math.max(steps, 1);
  stepAxis(g, theme, box, box.y + box.h, steps, frames, x);
  return { g, box, x };
}

/** @type {(chart: OverChart, theme: Theme, told: OverSteps) => void} */
function endChart({ g, box, x }, theme, { at, hover }) {
  for (const { step, colour, thick } of [
    { step: hover, colour: theme.text, thick: 1 },
    { step: at, colour: theme.accent, thick: 2 },
  ]) {
    if (step === null) continue;
    g.globalAlpha = thick === 1 ? 0.5 : 1;
    line(g, colour, thick, x(step), box.y, x(step), box.y + box.h);
    g.globalAlpha = 1;
  }
}

/** @type {(canvas: HTMLCanvasElement, theme: Theme, runs: Run[], told: OverSteps) => Box & { steps: number }} */
export function drawLosses(canvas, theme, runs, told) {
  const chart = beginChart(canvas, theme, runs, told);
  const { g, box, x } = chart;
  const means = runs.map(({ loss }) => smooth(loss, lossTop(loss)));
  const { y, ticks } = told.stretched ? logScale(box, means) : evenLoss(box, runs);
  frame(g, theme, box, ticks, y, (value) => String(value));
  runs.forEach((run, n) => {
    shadeGaps(g, { ...theme, bad: run.colour }, box, run.step, run.loss, x);
    g.globalAlpha = 0.2;
    path(g, run.colour, 1, run.step, run.loss, x, y);
    g.globalAlpha = 1;
    path(g, run.colour, 2, run.step, means[n], x, y);
  });
  const at = told.hover ?? told.at;
  const values = means.map((mean, n) => valueAt(runs[n].step, mean, at));
  headlineOver(chart, theme, LOSS, runs, values.map((v) => (v === null ? "" : three(v))));
  nameEnds(chart, theme, runs, means.map((mean, n) => [runs[n].step, mean]), y);
  endChart(chart, theme, told);
  return { ...box, steps: told.steps };
}

/** @type {(canvas: HTMLCanvasElement, theme: Theme, runs: Run[], told: OverSteps) => Box & { steps: number }} */
export function drawAccuracies(canvas, theme, runs, told) {
  const chart = beginChart(canvas, theme, runs, told);
  const { g, box, x } = chart;
  const { y, ticks } = told.stretched ? stretched(box, runs) : evenShares(box);
  frame(g, theme, box, ticks, y, (value) => `${Number((100 * value).toFixed(2))} %`);
  for (const run of runs) {
    g.globalAlpha = 0.45;
    path(g, run.colour, 1, run.step, smooth(run.accuracy), x, y);
    g.globalAlpha = 1;
  }
  for (const run of runs) {
    path(g, run.colour, 2, run.test_step, run.test_accuracy, x, y);
    marks(g, theme, run, x, y);
  }
  const at = told.hover ?? told.at;
  const values = runs.map((run) => valueAt(run.test_step, run.test_accuracy, at));
  headlineOver(chart, theme, ACCURACY, runs, values.map((v) => (v === null ? "" : share(v))));
  nameEnds(chart, theme, runs, runs.map((run) => [run.test_step, run.test_accuracy]), y);
  endChart(chart, theme, told);
  return { ...box, steps: told.steps };
}

// ----------------------------------------------------------------------------------------- scales

/** @type {(box: Box, runs: Run[]) => Ticked} */
function evenLoss(box, runs) {
  const most = Math.max(...runs.map(({ loss }) => lossTop(loss)));
  const y = (/** @type {number} */ value) => box.y + box.h * (1 - Math.min(Math.max(value, 0), most) / most);
  return { y, ticks: [0, most / 2, most] };
}

/** @type {(box: Box) => Ticked} */
function evenShares(box) {
  const y = (/** @type {number} */ value) => box.y + box.h * (1 - Math.min(Math.max(value, 0), 1));
  return { y, ticks: [0, 0.25, 0.5, 0.75, 1] };
}

/** The logarithm of the loss: losses far below 1 can be told apart.
 * @type {(box: Box, means: Float32Array[]) => Ticked} */
function logScale(box, means) {
  let [least, most] = [0.3, LEAST_TOP];
  for (const mean of means) {
    for (const value of mean) {
      if (!(value > 1e-6 && value < 1e4)) continue;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  const [low, high] = [Math.log10(0.9 * least), Math.log10(1.05 * most)];
  const y = decadeScale(box, [low, high]);
  const steps = [];
  for (let power = 4; power >= -6; power--) {
    for (const part of [10, 3]) steps.push(Number((part * 10 ** (power - 1)).toPrecision(1)));
  }
  const inside = steps.filter((value) => Math.log10(value) >= low && Math.log10(value) <= high);
  return { y, ticks: spaced(inside, y) };
}

/** The share of errors on a log scale: as far from 90 % to 99 % as from 99 % to 99.9 %.
 * @type {(box: Box, runs: Run[]) => Ticked} */
function stretched(box, runs) {
  let best = 0.8;
  for (const { test_accuracy } of runs) for (const a of test_accuracy) if (a > best) best = a;
  const top = LEVELS.find((level) => level > best) ?? LEVELS[LEVELS.length - 1];
  const far = -Math.log10(1 - top);
  const y = (/** @type {number} */ value) => {
    const place = -Math.log10(Math.max(1 - Math.max(value, 0), 1 - top)) / far;
    return box.y + box.h * (1 - Math.max(0, Math.min(1, place)));
  };
  return { y, ticks: spaced(LEVELS.filter((level) => level <= top).reverse(), y) };
}

/** Of falling values those whose numbers have room, the first one always.
 * @type {(values: number[], y: Scale) => number[]} */
function spaced(values, y) {
  const kept = /** @type {number[]} */ ([]);
  for (const value of values) {
    if (!kept.length || y(value) - y(kept[kept.length - 1]) >= APART) kept.push(value);
  }
  return kept;
}

// ------------------------------------------------------------------------------------------ parts

/** The newest value at or before a step; the first before there is one, null if there is none.
 * @type {(steps: Numbers, values: Numbers, at: number | null) => number | null} */
export function valueAt(steps, values, at) {
  if (!steps.length) return null;
  return values[at === null ? steps.length - 1 : Math.max(lastBefore(steps, at), 0)];
}

/** @type {(chart: OverChart, theme: Theme, name: string, runs: Run[], values: string[]) => void} */
function headlineOver({ g, box }, theme, name, runs, values) {
  title(g, theme, name, box);
  const room = Math.min(66, (box.w + box.right - 66) / runs.length);
  runs.forEach(({ colour }, n) => {
    const x = box.x + 66 + n * room;
    write(g, { ...theme, text: colour }, values[n], x, box.y - 4, "left", "bottom");
  });
}

/**
 * Each run's name at the end of its line, cut where there is no room.
 * @type {(chart: OverChart, theme: Theme, runs: Run[], lines: [steps: Numbers, values: Numbers][], y: Scale) => void}
 */
function nameEnds({ g, box, x }, theme, runs, lines, y) {
  const labels = /** @type {EndLabel[]} */ ([]);
  runs.forEach(({ name, colour }, n) => {
    const [steps, values] = lines[n];
    const last = lastFinite(values);
    if (last < 0) return;
    const at = x(steps[last]);
    g.font = `600 12px ${theme.font}`;
    labels.push([cut(g, name, box.x + box.w + box.right - at - 8), colour, at, y(values[last])]);
  });
  if (!labels.length) return quiet(g, theme, box, LATER);
  endLabels(g, theme, box, labels);
}

/** @type {(g: Context, words: string, room: number) => string} */
function cut(g, words, room) {
  if (g.measureText(words).width <= room) return words;
  let kept = words;
  while (kept && g.measureText(`${kept}…`).width > room) kept = kept.slice(0, -1);
  return `${kept.trimEnd()}…`;
}

/** A mark at each measurement, of another shape for each run.
 * @type {(g: Context, theme: Theme, run: Run, x: Scale, y: Scale) => void} */
function marks(g, theme, { test_step, test_accuracy, colour, mark }, x, y) {
  const size = test_step.length > 60 ? 2 : 3.4;
  test_step.forEach((step, n) => {
    if (!Number.isFinite(test_accuracy[n])) return;
    for (const { tint, extra } of [{ tint: theme.background, extra: 1.2 }, { tint: colour, extra: 0 }]) {
      g.fillStyle = tint;
      markAt(g, mark, x(step), y(test_accuracy[n]), size + extra);
    }
  });
}

/** @type {(g: Context, mark: string, x: number, y: number, r: number) => void} */
function markAt(g, mark, x, y, r) {
  if (mark === "●") return disc(g, x, y, r);
  /** @type {Record<string, number[][]>} */
  const corners = {
    "■": [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
    "▲": [[0, -1.15], [1.1, 0.85], [-1.1, 0.85]],
    "◆": [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]],
  };
  polygon(g, corners[mark].map(([dx, dy]) => [x + r * dx, y + r * dy]));
}

/** The step under the mouse, over both charts of a view; pressed, the cursor goes there by `scrub`, where there is one
 * and the axis "frame" is on. @type {(view: View, show: () => void, scrub?: ((step: number) => void) | null) => void} */
export function listenCharts(view, show, scrub = null) {
  const over = (/** @type {Element} */ canvas, /** @type {PointerEvent} */ event) => {
    if (!view.across) return;
    const [part] = partsOf(canvas, event, view.across);
    const { steps } = view.across;
    const scrubs = scrub && event.buttons && isOn(view, "frame");
    view.hover = !scrubs && steps && part >= 0 && part <= 1 ? Math.round(part * steps) : null;
    if (!scrubs) return show();
    stop(view);
    scrub(Math.max(0, Math.min(1, part)) * steps);
  };
  for (const canvas of /** @type {HTMLCanvasElement[]} */ ([view.loss, view.accuracy])) {
    canvas.onpointermove = (event) => over(canvas, event);
    canvas.onpointerdown = (event) => {
      if (scrub) canvas.setPointerCapture(event.pointerId);
      over(canvas, event);
    };
    canvas.onpointerleave = () => {
      view.hover = null;
      show();
    };
  }
}
