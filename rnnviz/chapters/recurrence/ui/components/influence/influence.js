// What is left of x_s in h_t: three networks under one cursor (t, s), by mouse or keys.

import { consume, listenCursor, modified } from "../../../../../ui/components/axes.js";
import { partsOf, placeAt } from "../../../../../ui/components/canvas.js";
import { componentView, later, make, parts, say } from "../../../../../ui/components/component_view.js";
import { gradientOf } from "../../../../../ui/components/theme.js";
import { drawFar, drawGrid, gridSheet } from "./charts.js";
import { EXPLODES, farLabel, leftLabel, leftSentence, VANISHED } from "./text.js";

export default componentView({ root: ".fading", create, receive, draw });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    ...parts(find, "readout", "grids", "far", "least", "most"),
    bar: find(".scale i"),
    networks: [],
    T: 0,
    at: null, // [t, s]
  });
  view.root.onkeydown = (event) => moveCursor(view, event);
  const far = () => view.farBox && { box: view.farBox, least: 0, most: view.T - 1, at: view.at[0] - view.at[1] };
  listenCursor(view.far, far, (distance) => moveTo(view, view.T - 1, view.T - 1 - distance));
}

function receive(view, message) {
  view.message = message;
  const { arrays, names, colours } = message;
  const shade = colours[view.theme.mode];
  [view.T] = arrays["0.grid"].shape;
  view.networks = names.map((name, n) => {
    const [grid, far, bound] = ["grid", "far", "bound"].map((part) => arrays[`${n}.${part}`]);
    return { name, colour: shade[n], grid, far, bound, T: view.T, sheet: gridSheet(grid, view.T, view.theme) };
  });
  view.at ??= [view.T - 1, 0];
  layGrids(view);
  draw(view);
}

function layGrids(view) {
  while (view.grids.children.length < view.networks.length) {
    const canvas = make("canvas", { role: "img" });
    canvas.tabIndex = view.grids.children.length ? -1 : 0;
    canvas.onpointermove = canvas.onpointerdown = (event) => pointAt(view, canvas, event);
    view.grids.append(canvas);
  }
}

function draw(view) {
  view.width = view.root.clientWidth;
  const [t, s] = view.at;
  view.networks.forEach((network, n) => {
    const canvas = view.grids.children[n];
    view.box = drawGrid(canvas, view.theme, network, view.at);
    canvas.setAttribute("aria-label", leftLabel(network.name, s + 1, t + 1, network.grid[t * view.T + s]));
  });
  view.farBox = drawFar(view.far, view.theme, view.networks, t - s);
  say(view.least, VANISHED);
  say(view.most, EXPLODES);
  view.bar.style.background = gradientOf(view.theme.diverging);
  tell(view);
}

function tell(view) {
  const [t, s] = view.at;
  const told = view.networks.map(({ name, grid }) => [name, grid[t * view.T + s]]);
  say(view.readout, leftSentence(s + 1, t + 1, told));
  const far = view.networks.map(({ name, far: values }) => [name, values[t - s]]);
  view.far.setAttribute("aria-label", farLabel(t - s, far));
}

function moveTo(view, t, s) {
  const clamp = (value, most) => Math.max(0, Math.min(most, value));
  const row = clamp(t, view.T - 1);
  view.at = [row, clamp(s, row)];
  later(view);
}

function moveCursor(view, event) {
  const [t, s] = view.at ?? [0, 0];
  const moves = {
    ArrowLeft: [t, s - 1],
    ArrowRight: [t, s + 1],
    ArrowUp: [t - 1, s],
    ArrowDown: [t + 1, s],
    Home: [t, 0],
    End: [t, t],
  };
  if (!(event.key in moves) || modified(event)) return;
  moveTo(view, ...moves[event.key]);
  consume(event);
}

function pointAt(view, canvas, event) {
  const [across, down] = partsOf(canvas, event, view.box);
  moveTo(view, placeAt(down, view.T), placeAt(across, view.T));
}
