// One unit among all of its layer. The table of all units is here, so that the cursor moves at once;
// what is told of one unit comes from the server when the cursor has come to rest.

import { go, listenAxes, showAxes, stop } from "../../../../../../ui/components/axes.js";
import { fit, outline, partsOf, paste, placeAt, write } from "../../../../../../ui/components/canvas.js";
import { componentView, parts, say } from "../../../../../../ui/components/component_view.js";
import { heatSheet } from "../../../../../../ui/components/heatmap.js";
import { inWords, placeOf, UNIT } from "../../../../../../ui/components/text.js";
import { drawCourse, layStrip, layTells, listenCourse } from "./single_unit.js";
import {
  allTitle, aucWords, courseTitle, drivesTitle, keysHint, matrixLabel, pointedWords, tellsTitle,
} from "./text.js";

const REST_MS = 150;

export default componentView({ root: ".unit", create, receive, draw });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    ...parts(find, "matrix", "course", "who"),
    serial: 0,
    unit: 0, // the cursor: a place in the order
    hover: null, // {place, k} under the mouse
    row: null, // time step under the mouse
    sheet: null,
  });
  listenAxes(view, { axisOf, moved });
  listenMatrix(view);
  listenCourse(view);
}

function receive(view, message) {
  view.message = message;
  [view.T] = message.arrays.course.shape;
  [view.U, view.K] = message.arrays.auc.shape;
  view.root.classList.toggle("unlabelled", view.K === 0);
  view.sheet = null;
  if (!view.resting) view.unit = Math.max(0, message.order.indexOf(message.unit - 1));
  view.row = null;
  layTells(view);
  layStrip(view, "most", 0);
  layStrip(view, "least", message.most.length);
  draw(view);
}

const axisOf = (view) => ({ last: view.U - 1, what: UNIT, count: placeOf(unitAt(view, view.unit), view.U) });
const unitAt = (view, place) => view.message.order[place] + 1;

function moved(view) {
  view.hover = null;
  showMoving(view);
  clearTimeout(view.resting);
  view.resting = setTimeout(() => {
    view.resting = 0;
    const unit = unitAt(view, view.unit);
    if (unit !== view.message.unit) ask(view, "unit", { unit });
    showMoving(view);
  }, REST_MS);
}

// What is asked for carries a rising number: twice the same is then two.
export function ask(view, name, value) {
  view.send(name, { ...value, serial: ++view.serial });
}

function draw(view) {
  drawCourse(view);
  showMoving(view);
  const { message } = view;
  const { word, measure } = message;
  const title = (name, words) => say(view.find(`.${name}-title`), words);
  title("course", courseTitle(message.unit, inWords(word), view.K ? message.kind : null));
  title("told", tellsTitle(message.unit, message.kind));
  title("most", drivesTitle(message.unit, inWords(word), measure, true));
  title("least", drivesTitle(message.unit, inWords(word), measure, false));
}

function showMoving(view) {
  showAxes(view);
  drawMatrix(view);
  view.who.classList.toggle("waiting", unitAt(view, view.unit) !== view.message.unit);
  say(view.find(".hint"), keysHint(view.K));
}

// ------------------------------------------------------------------------------------- all units

const MATRIX = { left: 16, right: 2, top: 2, bottom: 2, tall: 15, room: 12 };

// Units in their order × classes; what is no better than chance stays pale.
function sheetOfAll(view) {
  const { auc, chance } = view.message.arrays;
  const { order } = view.message;
  const { K } = view;
  const values = Float32Array.from({ length: view.U * K }, (_, n) => {
    const from = order[Math.floor(n / K)] * K + (n % K);
    return Math.abs(auc[from] - 0.5) > chance[from] ? auc[from] : 0.5;
  });
  return heatSheet(values, view.U, K, view.theme.diverging, [0, 1]);
}

function drawMatrix(view) {
  const { matrix, theme, U, K } = view;
  if (!K) return;
  const { names, kind } = view.message;
  const { right, top, bottom, room } = MATRIX;
  const [width, height] = [matrix.clientWidth, MATRIX.tall * Math.max(K, 3) + 2];
  matrix.style.height = `${height}px`;
  const g = fit(matrix, width, height);
  g.font = `${room}px ${theme.font}`;
  const left = Math.max(MATRIX.left, 5 + Math.max(...names.map((name) => g.measureText(name).width)));
  const box = { x: left, y: top, w: Math.max(1, width - left - right), h: height - top - bottom };
  if (view.sheet?.theme !== theme.background) view.sheet = { theme: theme.background, picture: sheetOfAll(view) };
  paste(g, box, view.sheet.picture);
  outline(g, { accent: theme.faint }, box, 1);
  const tall = box.h / K;
  for (let k = 0; k < K; k++) write(g, theme, String(names[k]), 0, box.y + (k + 0.5) * tall, "left", "middle");
  const wide = box.w / U;
  const column = (place) => ({ ...box, x: box.x + place * wide, w: Math.max(wide, 3) });
  g.strokeStyle = theme.background;
  g.lineWidth = 4;
  const here = column(view.unit);
  g.strokeRect(here.x, here.y, here.w, here.h);
  outline(g, theme, here, 2);
  if (view.hover) outline(g, { accent: theme.text }, { ...column(view.hover.place), y: box.y + view.hover.k * tall, h: tall }, 1.5);
  view.box = box;
  const { held, by, word } = view.message;
  say(view.find(".all .title"), allTitle(U, held, by, kind));
  const place = view.hover?.place ?? view.unit;
  const k = view.hover?.k ?? bestOf(view, view.message.order[place]);
  const tells = tellWords(view, view.message.order[place], k, word);
  const told = pointedWords(unitAt(view, place), kind, names[k], tells);
  say(view.find(".pointed"), told);
  matrix.setAttribute("aria-label", matrixLabel(U, kind, told));
}

export function bestOf(view, unit) {
  const { K } = view;
  const row = [...view.message.arrays.auc.subarray(unit * K, unit * K + K)].map((auc) => Math.abs(auc - 0.5));
  return row.indexOf(Math.max(...row));
}

export function tellWords(view, unit, k, word) {
  const { auc, step, chance } = view.message.arrays;
  const at = unit * view.K + k;
  const beyond = Math.abs(auc[at] - 0.5) > chance[at];
  return aucWords(auc[at], inWords(word), step[at] + 1, beyond);
}

function listenMatrix(view) {
  const under = (event) => {
    const [across, down] = partsOf(view.matrix, event, view.box);
    if (across < 0 || across >= 1 || down < 0 || down >= 1) return null;
    return { place: placeAt(across, view.U), k: placeAt(down, view.K) };
  };
  view.matrix.onpointermove = (event) => {
    view.hover = under(event);
    drawMatrix(view);
  };
  view.matrix.onpointerleave = () => {
    view.hover = null;
    drawMatrix(view);
  };
  view.matrix.onclick = (event) => {
    const found = under(event);
    if (!found) return;
    stop(view);
    view.axes.unit.slider.focus({ preventScroll: true });
    go(view, "unit", found.place);
  };
}
