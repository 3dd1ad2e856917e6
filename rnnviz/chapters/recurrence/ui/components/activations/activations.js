// Four activations: each with its curve and its slope; below, what becomes of a state in so many steps of
// nothing else, on a scale of decades, all under one cursor.

import { listenCursor } from "../../../../../ui/components/axes.js";
import { beginPlot, faintly, line, path, title } from "../../../../../ui/components/canvas.js";
import { componentView, make, say } from "../../../../../ui/components/component_view.js";
import { decadeFrame, endLabels, frame, stepNumbers } from "../../../../../ui/components/curves.js";
import { lastFinite } from "../../../../../ui/components/numbers.js";
import { atStep } from "../../../../../ui/components/text.js";
import { APART_TITLE, functionTitle, seriesLabel, SIZE_TITLE, SLOPE, slopeLabel, stepSentence } from "./text.js";

const LOW = -16; // decades; float64 tells no more of a state of size 1
const HIGH = 4;
const RUNS = { left: 40, right: 60, top: 20, plot: 196, axis: 30 };

export default componentView({ root: ".activations", create, receive, draw });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    functions: find(".functions"),
    readout: find(".readout"),
    canvases: { size: find(".size"), apart: find(".apart") },
    boxes: {},
    runs: [],
    steps: 0,
    step: null,
  });
  for (const [name, canvas] of Object.entries(view.canvases)) {
    const scaleOf = () => view.boxes[name] && { box: view.boxes[name], least: 0, most: view.steps, at: view.step };
    listenCursor(canvas, scaleOf, (step) => moveTo(view, step));
  }
}

function receive(view, message) {
  view.message = message;
  const colours = message.colours[view.theme.mode];
  view.runs = message.names.map((name, n) => {
    const own = ["f", "slope", "size", "apart"].map((part) => [part, message.arrays[`${n}.${part}`]]);
    return { name, colour: colours[n], ...Object.fromEntries(own) };
  });
  view.steps = view.runs[0].size.length - 1;
  if (view.step === null || view.step > view.steps) view.step = view.steps;
  while (view.functions.children.length < view.runs.length) {
    const canvas = make("canvas", { role: "img" });
    view.functions.append(canvas);
  }
  draw(view);
}

function draw(view) {
  view.width = view.root.clientWidth;
  view.runs.forEach((run, n) => drawFunction(view, view.functions.children[n], run));
  drawRuns(view, "size", SIZE_TITLE);
  drawRuns(view, "apart", APART_TITLE);
  const told = view.runs.map(({ name, size, apart }) => [name, size[view.step], apart[view.step]]);
  say(view.readout, stepSentence(view.step, told));
}

function drawFunction(view, canvas, { name, colour, f, slope }) {
  const { theme } = view;
  const { a } = view.message.arrays;
  const { g, box } = beginPlot(canvas, { left: 26, right: 8, top: 20, plot: 126, axis: 22 });
  const [least, most] = [a[0], a[a.length - 1]];
  const x = (value) => box.x + (box.w * (value - least)) / (most - least);
  const y = (value) => box.y + box.h * (1 - (Math.max(-1.5, Math.min(1.5, value)) + 1.5) / 3);
  frame(g, theme, box, [-1, 0, 1], y, (value) => String(value).replace("-", "−"));
  line(g, theme.faint, 1, x(0), box.y, x(0), box.y + box.h);
  const shown = f.map((value) => (Math.abs(value) > 1.5 ? NaN : value));
  g.setLineDash([5, 4]);
  path(g, theme.text, 1.6, a, slope, x, y);
  g.setLineDash([]);
  path(g, colour, 2.4, a, shown, x, y);
  title(g, theme, functionTitle(name), box);
  if (box.w > 166) faintly(g, theme, SLOPE, box.x + box.w, box.y - 6, "right", "bottom");
  for (const at of [-3, 0, 3]) faintly(g, theme, String(at).replace("-", "−"), x(at), box.y + box.h + 4, "center", "top");
  canvas.setAttribute("aria-label", slopeLabel(name, Math.max(...slope)));
}

function drawRuns(view, part, words) {
  const { theme, runs, steps } = view;
  const canvas = view.canvases[part];
  const { g, box } = beginPlot(canvas, RUNS);
  view.boxes[part] = box;
  const x = (step) => box.x + (box.w * step) / steps;
  const y = decadeFrame(g, theme, box, [LOW, HIGH], 5);
  line(g, theme.accent, 1.5, x(view.step), box.y, x(view.step), box.y + box.h);
  const places = Float32Array.from({ length: steps + 1 }, (_, step) => step);
  const labels = runs.map((run) => {
    const inside = run[part].map((value) => (value > 10 ** HIGH ? NaN : value)); // it goes on above
    path(g, run.colour, 2.2, places, inside, x, y);
    const end = lastFinite(inside);
    return [run.name, run.colour, x(end), y(inside[end])];
  });
  endLabels(g, theme, box, labels);
  title(g, theme, words, box);
  const numbers = [0, 10, 20, 30, 40, 50].filter((step) => step <= steps);
  stepNumbers(g, theme, box, numbers, x, atStep(0));
  const told = runs.map((run) => [run.name, run[part][view.step]]);
  canvas.setAttribute("aria-label", seriesLabel(words, view.step, told));
}

function moveTo(view, step) {
  view.step = step;
  draw(view);
}
