// Loss, gradient and way of the weights in each step, with the gradient as it comes and clipped; all on a scale
// of decades, under one cursor.

import { listenCursor } from "../../../../../ui/components/axes.js";
import { beginPlot, disc, line, path, title } from "../../../../../ui/components/canvas.js";
import { componentView, say } from "../../../../../ui/components/component_view.js";
import { decadeFrame, endLabels, stepNumbers } from "../../../../../ui/components/curves.js";
import { lastFinite } from "../../../../../ui/components/numbers.js";
import { atStep } from "../../../../../ui/components/text.js";
import { chartLabel, CHARTS, lineName, stepSentence } from "./text.js";

const PLOT = { left: 40, top: 34, right: 88, plot: 172, axis: 30 };

export default componentView({ root: ".clipping", create, receive, draw });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    readout: find(".readout"),
    canvases: Object.fromEntries(Object.keys(CHARTS).map((name) => [name, find(`.${name}`)])),
    steps: 0,
    step: 0,
  });
  const scaleOf = () => view.box && { box: view.box, least: 0, most: view.steps - 1, at: view.step };
  for (const canvas of Object.values(view.canvases)) listenCursor(canvas, scaleOf, (step) => moveTo(view, step));
}

function receive(view, message) {
  view.message = message;
  view.steps = message.arrays["0.loss"].length;
  view.step = Math.min(view.step, view.steps - 1);
  draw(view);
}

function draw(view) {
  view.width = view.root.clientWidth;
  const { names, arrays } = view.message;
  for (const name of Object.keys(CHARTS)) drawChart(view, name);
  const told = names.map((name, n) => [name, ...Object.keys(CHARTS).map((part) => arrays[`${n}.${part}`][view.step])]);
  say(view.readout, stepSentence(view.step + 1, told));
}

function drawChart(view, name) {
  const { theme, steps } = view;
  const { names, arrays } = view.message;
  const canvas = view.canvases[name];
  const { g, box } = beginPlot(canvas, PLOT);
  view.box = box;
  const lines = [0, 1].map((n) => arrays[`${n}.${name}`]);
  const x = (step) => box.x + (box.w * step) / Math.max(steps - 1, 1);
  const y = decadeFrame(g, theme, box, reachOf(lines), 5);
  line(g, theme.accent, 1.5, x(view.step), box.y, x(view.step), box.y + box.h);
  const places = Float32Array.from({ length: steps }, (_, step) => step);
  const labels = [];
  [theme.second, theme.first].forEach((colour, n) => {
    path(g, colour, 2.4, places, lines[n], x, y);
    g.fillStyle = colour;
    lines[n].forEach((value, step) => Number.isFinite(value) && disc(g, x(step), y(value), 2.2));
    const end = lastFinite(lines[n]);
    if (end < 0) return;
    labels.push([lineName(n === 1, end < steps - 1), colour, x(end), y(lines[n][end])]);
  });
  endLabels(g, theme, box, labels);
  title(g, theme, CHARTS[name], { x: 0, y: box.y - 10 });
  const numbers = [1, 5, 10, 15, 20, 25, 30].filter((step) => step <= steps);
  stepNumbers(g, theme, box, numbers, (step) => x(step - 1), atStep(1));
  const told = names.map((one, n) => [one, lines[n][view.step]]);
  canvas.setAttribute("aria-label", chartLabel(CHARTS[name], view.step + 1, told));
}

// Whole decades around all that is a number, at least three.
function reachOf(lines) {
  const values = lines.flatMap((values_) => [...values_]).filter((value) => value > 0);
  if (!values.length) return [-1, 2];
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(Math.max(...values)));
  return [Math.min(low, high - 3), high];
}

function moveTo(view, step) {
  view.step = step;
  draw(view);
}
