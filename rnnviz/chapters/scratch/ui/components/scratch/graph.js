// One training step as a graph: a column for each time step, the weights on the left, the loss on the right.

import { consume, modified } from "../../../../../ui/components/axes.js";
import { componentView, say } from "../../../../../ui/components/component_view.js";
import { makeSvg } from "../../../../../ui/components/svg.js";
import { largest, layMatrix, shapeWords } from "./matrices.js";
import { leafWords, nodeWords, NUMBER, THE_LOSS, timeStep, WEIGHTS } from "./text.js";

const SHAPE = { w: 108, h: 32, column: 152, row: 42, left: 8, top: 26 };

export default componentView({ root: ".graph", create, receive });

function create(view) {
  const { find } = view;
  Object.assign(view, { svg: find("svg"), what: find(".what"), says: find(".says"), matrices: find(".all"), at: 0 });
  view.svg.onkeydown = (event) => moveChoice(view, event);
}

function receive(view, message) {
  if (view.message?.id !== message.id) view.at = message.nodes.length - 1; // the loss
  view.message = message;
  draw(view);
  choose(view, view.at);
}

function moveChoice(view, event) {
  const last = view.message.nodes.length - 1;
  const moves = { ArrowLeft: view.at - 1, ArrowRight: view.at + 1, Home: 0, End: last };
  if (!(event.key in moves) || modified(event)) return;
  consume(event);
  choose(view, Math.max(0, Math.min(last, moves[event.key])));
  const scroll = view.svg.parentElement;
  scroll.scrollLeft = view.places[view.at].x - scroll.clientWidth / 2;
}

// Where each node lies: columns by time step, in a column from top to bottom as it is computed.
function placesOf({ nodes }) {
  const next = {};
  const order = nodes.map((_, n) => n).sort((a, b) => nodes[a].depth - nodes[b].depth || a - b);
  const places = [];
  for (const n of order) {
    const column = nodes[n].column + 1;
    const row = next[column] ?? 0;
    next[column] = row + 1;
    places[n] = { x: SHAPE.left + column * SHAPE.column, y: SHAPE.top + row * SHAPE.row };
  }
  return { places, rows: Math.max(...Object.values(next)) };
}

function draw(view) {
  const { nodes, steps } = view.message;
  const { places, rows } = placesOf(view.message);
  view.places = places;
  const width = 2 * SHAPE.left + (steps + 1) * SHAPE.column + SHAPE.w + 24; // edges bend out
  const height = SHAPE.top + rows * SHAPE.row;
  const heads = [WEIGHTS, ...Array.from({ length: steps }, (_, t) => timeStep(t + 1)), THE_LOSS];
  const words = heads.map((head, n) =>
    makeSvg("text", { x: SHAPE.left + n * SHAPE.column, y: 14, class: "head" }, head),
  );
  view.edges = nodes.flatMap((node, n) =>
    node.parents.map((parent) => ({ from: parent, to: n, path: edge(places[parent], places[n]) })),
  );
  const norms = nodes.map(({ grad }) => (grad ? Math.hypot(...grad.flat()) : 0));
  const most = Math.max(...norms);
  view.boxes = nodes.map((node, n) => box(view, node, places[n], n, norms[n] / most));
  Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` }).forEach(([key, value]) =>
    view.svg.setAttribute(key, value),
  );
  view.svg.replaceChildren(...words, ...view.edges.map(({ path }) => path), ...view.boxes);
}

function edge(from, to) {
  const beside = from.x !== to.x;
  const start = beside ? [from.x + SHAPE.w, from.y + SHAPE.h / 2] : [from.x + SHAPE.w / 2, from.y + SHAPE.h];
  const end = beside ? [to.x, to.y + SHAPE.h / 2] : [to.x + SHAPE.w / 2, to.y];
  const far = !beside && to.y - from.y > SHAPE.row;
  const bend = beside ? 26 : far ? 0 : 6;
  const path = far
    ? `M${from.x + SHAPE.w},${from.y + SHAPE.h / 2} C${from.x + SHAPE.w + 26},${from.y + SHAPE.h} ${from.x + SHAPE.w + 26},${to.y} ${to.x + SHAPE.w},${to.y + SHAPE.h / 2}`
    : beside ? `M${start} C${start[0] + bend},${start[1]} ${end[0] - bend},${end[1]} ${end}` : `M${start} L${end}`;
  return makeSvg("path", { d: path, class: "edge" });
}

function box(view, node, { x, y }, n, share) {
  const kind = node.op ? "" : node.column < 0 ? "leaf weight" : "leaf";
  const group = makeSvg("g", { class: `node ${kind}`, transform: `translate(${x} ${y})` });
  const name = node.name.replace("linear.", "").replace("weight", "W").replace("bias", "b");
  const short = node.op || name || NUMBER;
  group.append(
    makeSvg("rect", { class: "box", width: SHAPE.w, height: SHAPE.h, rx: 7 }),
    makeSvg("text", { x: 8, y: 14 }, short),
    makeSvg("text", { x: 8, y: 26, class: "size" }, shapeWords(node.shape)),
    makeSvg("rect", { x: 56, y: 19, height: 6, rx: 3, width: Math.max(44 * Math.sqrt(share), share ? 1 : 0), fill: view.theme.accent }),
  );
  group.onpointerenter = group.onclick = () => choose(view, n);
  return group;
}

function choose(view, n) {
  view.at = n;
  const node = view.message.nodes[n];
  view.boxes.forEach((group, m) => group.classList.toggle("now", m === n));
  view.edges.forEach(({ from, to, path }) => path.classList.toggle("lit", from === n || to === n));
  const norm = node.grad ? Math.hypot(...node.grad.flat()) : null;
  const used = view.edges.filter(({ from }) => from === n).length;
  say(view.what, nodeWords(node.op || node.name, node.shape, norm, used));
  say(view.says, node.op ? node.says : leafWords(node));
  const parts = [["∂L/∂data", node.grad], ["data", node.rows]].filter(([, rows]) => rows);
  view.matrices.replaceChildren(
    ...parts.map(([name, rows]) =>
      layMatrix({ name, rows, most: largest(rows), shape: [rows.length, rows[0].length] }, view.theme),
    ),
  );
}
