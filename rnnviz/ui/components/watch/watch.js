// A reading from the inside. The whole trace of one layer and direction comes once; one cursor, a time
// step and a unit, moves over all of it and asks the server nothing. When it has come to rest, where it
// stands is told once, for the link and for the table below.

import { listenAxes, showAxes, stop } from "../axes.js";
import { showBars } from "../class_bars.js";
import { componentView, later, make, parts, say } from "../component_view.js";
import { settled } from "../debounce.js";
import { afterStep, inWords, placeOf, stepName, UNIT } from "../text.js";
import { here, orderOf, touched, unitName } from "./cursor.js";
import { derive } from "./derive.js";
import { layEquation, tellEquation } from "./equation.js";
import { drawPanels, drawStrip, layPanels, listenStrip, LONG, tellPanels, tellStrip } from "./panels.js";
import { told } from "./sentences.js";
import { keysHint, ROUNDING } from "./text.js";

export default componentView({ root: ".watch", create, receive, draw, settingOf });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    ...parts(
      find, "told", "note", "equation", "chips", "page", "entering", "strip", "panels", "at", "bars", "hint",
      "formulas", "sum", "inwords",
    ),
    orderBox: find(".order"),
    pixelWords: find(".pixel"),
    row: 0, // the cursor: a time step,
    unit: 0, // and the place of a unit in the chosen order
    projected: null, // the unit of a projected h that was clicked
    hover: null, // what is under the mouse: {row, place} or {row, projected}
    pixel: null,
    shown: new Set(),
    order: 0,
    gate: "",
    sheets: new Map(),
    touched: false,
  });
  say(find(".rounding"), ROUNDING);
  listenAxes(view, { axisOf, moved, upright: ["unit", 1] });
  listenStrip(view);
  view.orderBox.onchange = () => reorder(view, view.orderBox.selectedIndex);
}

function receive(view, message) {
  const before = view.message;
  if (before?.id === message.id) return draw(view); // another theme, or the answer to what was set
  stop(view);
  if (message.derived) derive(message);
  const { arrays, panels, gates, orders, start, first } = message;
  const wanted = !before ? start.shown : sameAsFirst(view) ? [] : [...view.shown];
  view.touched ||= !before && start.unit + start.row > 0;
  const was = before && [before.arrays.units[here(view).unit] + 1, view.row + 1];
  const [unit, row] = view.touched ? (was ?? [start.unit, start.row]) : [0, 0];
  Object.assign(view, { message, hover: null, pixel: null, projected: null, sheets: new Map() });
  [view.T, view.K] = arrays.belief.shape;
  view.U = arrays.units.length;
  view.orders = orders.map((_, k) => Uint32Array.from(arrays.orders.subarray(k * view.U, (k + 1) * view.U)));
  const known = panels.map(({ name }) => name).filter((name) => wanted.includes(name));
  view.shown = new Set(known.length ? known : firstShown(view));
  view.order = Math.max(before ? view.order : orders.indexOf(start.order), 0);
  const gate = before ? view.gate : start.gate;
  view.gate = gates.includes(gate) ? gate : firstGate(view);
  const units = [...arrays.units];
  const at = units.includes(unit - 1) ? unit : first.unit; // another network may have fewer
  view.unit = orderOf(view).indexOf(units.indexOf(at - 1));
  view.row = row >= 1 && row <= view.T ? row - 1 : first.row - 1;
  view.root.classList.toggle("beliefless", view.K === 0);
  view.page.hidden = !arrays.frame;
  settled(view);
  say(view.note, message.note);
  layChips(view);
  layPanels(view);
  layEquation(view);
  draw(view);
}

const firstGate = ({ message: { gates } }) => gates.find((name) => "fz".includes(name)) ?? gates[0];

// States and gates; of a long reading the states alone, since each takes the whole width.
function firstShown(view) {
  const { panels, gates } = view.message;
  const names = panels.map(({ name }) => name);
  if (view.T > LONG) return names.filter((name) => name === "h" || name === "c");
  return gates.length > 1 ? names.filter((name) => !name.startsWith("a_")) : names;
}

function layChips(view) {
  view.chips.replaceChildren(
    ...view.message.panels.map(({ name, label }) => {
      const chip = make("button", { type: "button", className: "chip", title: label });
      chip.textContent = name.startsWith("a_") ? label : name;
      chip.setAttribute("aria-label", label);
      chip.setAttribute("aria-pressed", String(view.shown.has(name)));
      chip.onclick = () => {
        if (!view.shown.delete(name)) view.shown.add(name);
        chip.setAttribute("aria-pressed", String(view.shown.has(name)));
        layPanels(view);
        draw(view);
        touched(view);
      };
      return chip;
    }),
  );
  view.orderBox.replaceChildren(...view.message.orders.map((name) => new Option(name)));
  view.orderBox.selectedIndex = view.order;
}

function reorder(view, order) {
  const unit = orderOf(view)[view.unit];
  view.order = order;
  view.unit = orderOf(view).indexOf(unit);
  draw(view);
  touched(view);
}

function axisOf(view, axis) {
  const { row, place, unit } = here(view);
  if (axis === "unit") return { at: place, last: view.U - 1, what: UNIT, count: String(unitName(view, unit)) };
  return { at: row, last: view.T - 1, what: stepName(view.message.word), count: placeOf(row + 1, view.T) };
}

function moved(view, axis) {
  view.hover = null;
  if (axis === "unit") view.projected = null;
  later(view);
  touched(view);
}

// The canvases come first: they ask for their widths, and words that change in between would make the
// browser lay out the page anew for each.
function draw(view) {
  drawPanels(view);
  drawStrip(view);
  tellPanels(view);
  tellStrip(view);
  tellEquation(view);
  say(view.told, told(view));
  showMoving(view);
}

function showMoving(view) {
  const { row } = here(view);
  const { word, arrays } = view.message;
  showAxes(view);
  say(view.at, afterStep(word, row + 1, view.T));
  if (view.K) showBars(view.bars, view.theme, [...arrays.belief.subarray(row * view.K, (row + 1) * view.K)]);
  say(view.hint, keysHint(inWords(word)));
}

// ------------------------------------------------------------------------------ telling the server

function settingOf(view) {
  return {
    unit: view.message.arrays.units[orderOf(view)[view.unit]] + 1,
    row: view.row + 1,
    shown: sameAsFirst(view) ? [] : [...view.shown],
    order: view.order ? view.message.orders[view.order] : "",
    gate: view.gate === firstGate(view) ? "" : view.gate,
  };
}

function sameAsFirst(view) {
  const first = firstShown(view);
  return first.length === view.shown.size && first.every((name) => view.shown.has(name));
}
