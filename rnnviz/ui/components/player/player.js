// The player of a reading: digit, belief and states under one cursor. The whole reading comes once;
// scrubbing, playing and hovering ask the server nothing.

import { columnAt, go, listenAxes, showAxes, stop } from "../axes.js";
import { drawPixels, fit, outline, partsOf, placeAt } from "../canvas.js";
import { showBars } from "../class_bars.js";
import { componentView, parts, say } from "../component_view.js";
import { drawReading } from "../digits.js";
import { drawRowViews, ROW_VIEWS } from "../heatmap.js";
import { afterStep, inWords } from "../text.js";
import { beliefSentence, keysHint, pageLabel, POINT, rowsLabel, unitSentence } from "./text.js";

export default componentView({ root: ".player", create, receive, draw });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    ...parts(find, "at", "bars", "readout", "hint"),
    page: find(".page canvas"),
    rows: find(".rows canvas"),
    row: 0, // the cursor
    unit: null, // under the mouse
  });
  listenAxes(view, { moved: draw });
  view.rows.onpointermove = view.rows.onpointerdown = (event) => hover(view, event);
  view.rows.onpointerleave = () => {
    view.unit = null;
    draw(view);
  };
}

function receive(view, message) {
  const fresh = view.message?.id !== message.id;
  view.message = message;
  [view.T] = message.arrays.belief.shape;
  if (fresh) {
    stop(view);
    view.unit = null;
    view.row = view.T - 1;
  }
  draw(view);
}

const believes = ({ message }) => message.arrays.belief.shape[1] > 0;

function panels({ message: { panels: all, arrays } }) {
  return all.map((panel) => ({ ...panel, values: arrays[panel.name], units: arrays[panel.name].shape[1] }));
}

function draw(view) {
  const { arrays, decided, word } = view.message;
  const t = view.row;
  const K = arrays.belief.shape[1];
  const belief = [...arrays.belief.subarray(t * K, (t + 1) * K)];
  const best = believes(view) ? belief.indexOf(Math.max(...belief)) : null;
  const sizes = best === null ? { ...ROW_VIEWS, ribbons: 0, gap: 22, top: 0 } : ROW_VIEWS;
  showPage(view);
  const told = { belief: arrays.belief, decided };
  const at = { cursor: t, unit: view.unit, word, sizes };
  view.layout = drawRowViews(view.rows, view.theme, told, panels(view), at);
  if (best !== null) showBars(view.bars, view.theme, belief);
  view.bars.hidden = best === null;
  showAxes(view);
  say(view.at, afterStep(word, t + 1, view.T));
  say(view.hint, keysHint(inWords(word)));
  view.rows.setAttribute("aria-label", rowsLabel(word, t + 1, best));
  say(view.readout, readout(view, best, belief[best]));
}

function readout(view, best, share) {
  const words = beliefSentence(view.message.word, view.row + 1, best, share);
  if (view.unit === null) return `${words} ${POINT}`;
  const told = panels(view).map(({ name, values, units }) => [name, values[view.row * units + view.unit]]);
  return `${words} ${unitSentence(view.unit + 1, told)}`;
}

// The digit: rows read are bright, the row that enters now is framed, the rest is still to come.
function showPage(view) {
  const { frame, entering } = view.message.arrays;
  const [rows, columns] = frame.shape;
  const side = view.page.clientWidth;
  const g = fit(view.page, side, side);
  view.page.setAttribute("aria-label", pageLabel(view.message.word, view.row + 1));
  if (entering) return drawReading(g, side, frame, entering, view.row, view.theme);
  const tall = side / rows;
  drawPixels(g, { x: 0, y: 0, w: side, h: side }, frame, rows, columns);
  g.fillStyle = "rgba(24, 26, 40, 0.72)";
  g.fillRect(0, (view.row + 1) * tall, side, side);
  outline(g, view.theme, { x: 1.25, y: Math.min(view.row * tall, side - tall - 1.25), w: side - 2.5, h: tall }, 2.5);
}

// The mouse moves the cursor; over a heatmap it points at a unit too.
function hover(view, event) {
  const row = columnAt(view.rows, event, view.layout);
  if (row === null) return;
  stop(view);
  const parts = view.layout.boxes.slice(1).map((box) => partsOf(view.rows, event, box)[1]);
  const panel = parts.findIndex((part) => part >= 0 && part <= 1);
  view.unit = panel < 0 ? null : placeAt(parts[panel], panels(view)[panel].units);
  go(view, "row", row);
}
