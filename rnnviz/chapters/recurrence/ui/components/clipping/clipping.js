// Loss, gradient and way of the weights in each step, with the gradient as it comes and clipped; all on a scale
// of decades, under one cursor.

const PLOT = { left: 40, top: 34, right: 88, h: 172, height: 236 };

export default function (component) {
  return keepView(component, createView, receive);
}

function createView(parentElement) {
  const find = (selector) => parentElement.querySelector(selector);
  const view = {
    root: find(".clipping"),
    readout: find(".readout"),
    canvases: Object.fromEntries(Object.keys(CHARTS).map((name) => [name, find(`.${name}`)])),
    message: null,
    steps: 0,
    step: 0,
    width: 0,
  };
  for (const canvas of Object.values(view.canvases)) listen(view, canvas);
  return drawnAnew(view, draw);
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
  const { left, top, right, h, height } = PLOT;
  const g = fit(canvas, canvas.clientWidth, height);
  const box = { x: left, y: top, w: Math.max(canvas.clientWidth - left - right, 1), h };
  const lines = [0, 1].map((n) => arrays[`${n}.${name}`]);
  const [low, high] = reachOf(lines);
  const x = (step) => box.x + (box.w * step) / Math.max(steps - 1, 1);
  const y = (value) => box.y + box.h * (1 - Math.max(0, Math.min(1, (Math.log10(Math.max(value, 1e-30)) - low) / (high - low))));
  const apart = Math.ceil((high - low) / 5);
  const ticks = [];
  for (let power = high; power >= low; power -= apart) ticks.push(10 ** power);
  frame(g, theme, box, ticks, y, (value) => powerOfTen(Math.round(Math.log10(value))));
  line(g, theme.accent, 1.5, x(view.step), box.y, x(view.step), box.y + box.h);
  const places = Float32Array.from({ length: steps }, (_, step) => step);
  const labels = [];
  const short = ["as it comes", "clipped"];
  [theme.second, theme.first].forEach((colour, n) => {
    path(g, colour, 2.4, places, lines[n], x, y);
    g.fillStyle = colour;
    lines[n].forEach((value, step) => Number.isFinite(value) && disc(g, x(step), y(value), 2.2));
    const end = lastFinite(lines[n]);
    if (end < 0) return;
    const lost = end < steps - 1 ? `${short[n]}, lost` : short[n];
    labels.push([lost, colour, x(end), y(lines[n][end])]);
  });
  endLabels(g, theme, box, labels);
  title(g, theme, CHARTS[name], { x: 0, y: box.y - 10 });
  for (const step of [1, 5, 10, 15, 20, 25, 30]) {
    if (step <= steps) faintly(g, theme, step === 1 ? "step 1" : String(step), x(step - 1), box.y + box.h + 5, "center", "top");
  }
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

function listen(view, canvas) {
  canvas.onpointermove = canvas.onpointerdown = (event) => {
    const { left, right } = PLOT;
    const room = Math.max(canvas.clientWidth - left - right, 1);
    const part = (event.clientX - canvas.getBoundingClientRect().left - left) / room;
    at(view, Math.round(part * (view.steps - 1)));
  };
  canvas.onkeydown = (event) => {
    const moves = { ArrowLeft: view.step - 1, ArrowRight: view.step + 1, Home: 0, End: view.steps - 1 };
    if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
    at(view, moves[event.key]);
    event.preventDefault();
    event.stopPropagation();
  };
}

function at(view, step) {
  view.step = Math.max(0, Math.min(view.steps - 1, step));
  draw(view);
}
