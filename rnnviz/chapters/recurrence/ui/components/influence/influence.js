// What is left of x_s in h_t: three networks under one cursor (t, s), by mouse or keys.

export default function (component) {
  return keepView(component, createView, receive);
}

function createView(parentElement) {
  const find = (selector) => parentElement.querySelector(selector);
  const view = {
    root: find(".fading"),
    readout: find(".readout"),
    grids: find(".grids"),
    far: find(".far"),
    least: find(".least"),
    most: find(".most"),
    bar: find(".scale i"),
    message: null,
    networks: [],
    T: 0,
    at: null, // [t, s]
    drawing: 0,
    width: 0,
  };
  view.root.onkeydown = (event) => moveByKey(view, event);
  listenFar(view);
  return drawnAnew(view, draw);
}

function receive(view, message) {
  view.message = message;
  const { arrays, names, colours } = message;
  const shade = colours[rgb(view.theme.background)[0] < 128 ? "dark" : "light"];
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
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
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
  const stops = Array.from({ length: 9 }, (_, n) => 3 * Math.round((255 * n) / 8));
  const colours = stops.map((at) => `rgb(${view.theme.diverging.slice(at, at + 3).join(" ")})`);
  view.bar.style.background = `linear-gradient(to right, ${colours.join(", ")})`;
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
  cancelAnimationFrame(view.drawing);
  view.drawing = requestAnimationFrame(() => draw(view));
}

function moveByKey(view, event) {
  const [t, s] = view.at ?? [0, 0];
  const moves = {
    ArrowLeft: [t, s - 1],
    ArrowRight: [t, s + 1],
    ArrowUp: [t - 1, s],
    ArrowDown: [t + 1, s],
    Home: [t, 0],
    End: [t, t],
  };
  if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
  moveTo(view, ...moves[event.key]);
  event.preventDefault();
  event.stopPropagation();
}

function pointAt(view, canvas, event) {
  const { x, y, w, h } = view.box;
  const edge = canvas.getBoundingClientRect();
  const place = (from, start, size) => Math.floor(((from - start) * view.T) / size);
  moveTo(view, place(event.clientY - edge.top, y, h), place(event.clientX - edge.left, x, w));
}

function listenFar(view) {
  view.far.onpointermove = view.far.onpointerdown = (event) => {
    if (!view.farBox) return;
    const { x, w } = view.farBox;
    const part = (event.clientX - view.far.getBoundingClientRect().left - x) / w;
    moveTo(view, view.T - 1, view.T - 1 - Math.round(part * (view.T - 1)));
  };
}
