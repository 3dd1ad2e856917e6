// Four activations: each with its curve and its slope; below, what becomes of a state in so many steps of
// nothing else, on a scale of decades, all under one cursor.

const LOW = -16; // decades; float64 tells no more of a state of size 1
const HIGH = 4;

export default function (component) {
  return keepView(component, createView, receive);
}

function createView(parentElement) {
  const find = (selector) => parentElement.querySelector(selector);
  const view = {
    root: find(".activations"),
    functions: find(".functions"),
    readout: find(".readout"),
    canvases: { size: find(".size"), apart: find(".apart") },
    boxes: {},
    message: null,
    runs: [],
    steps: 0,
    step: null,
    width: 0,
  };
  for (const [name, canvas] of Object.entries(view.canvases)) listen(view, name, canvas);
  return drawnAnew(view, draw);
}

function receive(view, message) {
  view.message = message;
  const dark = rgb(view.theme.background)[0] < 128;
  const colours = message.colours[dark ? "dark" : "light"];
  view.runs = message.names.map((name, n) => {
    const own = ["f", "slope", "size", "apart"].map((part) => [part, message.arrays[`${n}.${part}`]]);
    return { name, colour: colours[n], ...Object.fromEntries(own) };
  });
  view.steps = view.runs[0].size.length - 1;
  if (view.step === null || view.step > view.steps) view.step = view.steps;
  while (view.functions.children.length < view.runs.length) {
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    view.functions.append(canvas);
  }
  draw(view);
}

function draw(view) {
  view.width = view.root.clientWidth;
  view.runs.forEach((run, n) => drawFunction(view, view.functions.children[n], run));
  drawRuns(view, "size", "size of a unit of h, after each step");
  drawRuns(view, "apart", "how far two runs are apart that began elsewhere");
  const told = view.runs.map(({ name, size, apart }) => [name, size[view.step], apart[view.step]]);
  say(view.readout, stepSentence(view.step, told));
}

function drawFunction(view, canvas, { name, colour, f, slope }) {
  const { theme } = view;
  const { a } = view.message.arrays;
  const width = canvas.clientWidth;
  const box = { x: 26, y: 20, w: Math.max(width - 34, 1), h: 126 };
  const g = fit(canvas, width, 168);
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
  title(g, theme, name === "none" ? "none: f(a) = a" : name, box);
  if (width > 200) faintly(g, theme, "dashed: its slope", box.x + box.w, box.y - 6, "right", "bottom");
  for (const at of [-3, 0, 3]) faintly(g, theme, String(at).replace("-", "−"), x(at), box.y + box.h + 4, "center", "top");
  canvas.setAttribute("aria-label", slopeLabel(name, Math.max(...slope)));
}

function drawRuns(view, part, words) {
  const { theme, runs, steps } = view;
  const canvas = view.canvases[part];
  const width = canvas.clientWidth;
  const box = { x: 40, y: 20, w: Math.max(width - 100, 1), h: 196 };
  view.boxes[part] = box;
  const g = fit(canvas, width, 246);
  const x = (step) => box.x + (box.w * step) / steps;
  const y = (value) => {
    const place = (Math.log10(Math.max(value, 1e-30)) - LOW) / (HIGH - LOW);
    return box.y + box.h * (1 - Math.max(0, Math.min(1, place)));
  };
  frame(g, theme, box, [1e4, 1, 1e-4, 1e-8, 1e-12, 1e-16], y, (value) => powerOfTen(Math.round(Math.log10(value))));
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
  for (const step of [0, 10, 20, 30, 40, 50]) {
    if (step <= steps) faintly(g, theme, step ? String(step) : "step 0", x(step), box.y + box.h + 5, "center", "top");
  }
  const told = runs.map((run) => [run.name, run[part][view.step]]);
  canvas.setAttribute("aria-label", seriesLabel(words, view.step, told));
}

function listen(view, name, canvas) {
  canvas.onpointermove = canvas.onpointerdown = (event) => {
    const box = view.boxes[name];
    if (!box) return;
    const place = (event.clientX - canvas.getBoundingClientRect().left - box.x) / box.w;
    at(view, Math.round(place * view.steps));
  };
  canvas.onkeydown = (event) => {
    const moves = { ArrowLeft: view.step - 1, ArrowRight: view.step + 1, Home: 0, End: view.steps };
    if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
    at(view, moves[event.key]);
    event.preventDefault();
    event.stopPropagation();
  };
}

function at(view, step) {
  view.step = Math.max(0, Math.min(view.steps, step));
  draw(view);
}
