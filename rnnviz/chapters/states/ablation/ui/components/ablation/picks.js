// The two sides: belief as ribbons over the heatmap of a state or gate. On either a unit is picked by a
// click, several by a drag or with Shift, or by keys.

import { consume, modified, stop } from "../../../../../../ui/components/axes.js";
import { outline, partsOf, placeAt, polygon } from "../../../../../../ui/components/canvas.js";
import { later } from "../../../../../../ui/components/component_view.js";
import { drawRowViews, heatSheet } from "../../../../../../ui/components/heatmap.js";
import { partOf, unitsOf } from "./ablation.js";
import { showPicks, spell } from "./edit_list.js";
import { changedLabel, unitsLabel } from "./text.js";

const SIDES = { left: 30, right: 6, top: 20, ribbons: 104, gap: 24, heat: 264, axis: 20 };

export function drawSides(view, row) {
  const { arrays, word } = view.message;
  const part = partOf(view);
  const units = unitsOf(view);
  const widths = Object.fromEntries(["before", "after"].map((when) => [when, view.canvases[when].clientWidth]));
  if (!widths.before) return; // not to be seen
  for (const when of ["before", "after"]) {
    const canvas = view.canvases[when];
    const panel = { label: part.label, units, sheet: sheetFor(view, part, when) };
    const reading = { belief: arrays[when], decided: 0 };
    view.laid = drawRowViews(canvas, view.theme, reading, [panel], { cursor: row, word, sizes: SIDES });
    const g = canvas.getContext("2d");
    const box = view.laid.boxes[1];
    markUnits(g, view.theme, box, units, [...view.picks], view.theme.accent, 2);
    if (when === "after") markEdge(g, box, units, part.changed, view.theme.text);
    const unit = view.hover?.unit ?? (view.focused ? view.unit : null);
    if (unit !== null && unit < units) {
      outline(g, view.theme, { ...box, y: box.y + (unit * box.h) / units, h: Math.max(box.h / units, 2) }, 1);
    }
  }
  const words = unitsLabel(part.label, view.unit + 1, units, view.picks.has(view.unit), spell(view.picks));
  view.canvases.before.setAttribute("aria-label", words);
  view.canvases.after.setAttribute("aria-label", changedLabel(view.message.told));
}

function sheetFor(view, { name, scale }, when) {
  const key = `${when} ${name} ${view.theme.background}`;
  if (!view.sheets.has(key)) {
    const values = view.message.arrays[`${when}.${name}`];
    const [T, units] = values.shape;
    view.sheets.set(key, heatSheet(values, T, units, view.theme[scale], [0, 255]));
  }
  return view.sheets.get(key);
}

// Picked units: a line over the whole width with a gap around it, and a mark at the left.
function markUnits(g, theme, box, units, which, colour, thick) {
  const high = box.h / units;
  for (const unit of which) {
    const y = box.y + (unit + 0.5) * high;
    if (high < 6) {
      g.fillStyle = colour;
      polygon(g, [[box.x - 8, y - 4], [box.x - 1, y], [box.x - 8, y + 4]]);
    }
    const around = { ...box, y: y - high / 2 - 1, h: high + 2 };
    outline(g, { accent: theme.background }, around, thick + 2);
    outline(g, { accent: colour }, around, thick);
  }
}

// Changed units: a mark at the right.
function markEdge(g, box, units, which, colour) {
  g.fillStyle = colour;
  const high = Math.max(box.h / units, 2);
  for (const unit of which) g.fillRect(box.x + box.w + 2, box.y + (unit * box.h) / units, 4, high);
}

export function listenPicks(view) {
  for (const canvas of Object.values(view.canvases)) {
    canvas.onpointermove = (event) => {
      view.hover = under(view, canvas, event);
      if (view.dragged && view.hover?.unit !== null && view.hover !== null) dragTo(view, view.hover.unit);
      later(view);
    };
    canvas.onpointerdown = (event) => {
      const at = under(view, canvas, event);
      if (!at || event.button) return;
      stop(view);
      view.row = at.unit === null ? at.row : view.row;
      if (at.unit !== null) begin(view, at.unit, event.shiftKey);
      if (at.unit !== null && event.pointerType !== "touch") canvas.setPointerCapture(event.pointerId);
      later(view);
    };
    canvas.onpointerup = canvas.onlostpointercapture = () => {
      view.dragged = null;
    };
    canvas.onpointerleave = canvas.onpointercancel = () => {
      view.hover = null;
      later(view);
    };
  }
  const { before } = view.canvases;
  before.onfocus = () => focusUnit(view, before.matches(":focus-visible"));
  before.onblur = () => focusUnit(view, false);
  before.onkeydown = (event) => moveUnit(view, event);
}

function focusUnit(view, focused) {
  view.focused = focused;
  if (view.message) later(view);
}

// The time step, and over the heatmap the unit, under the mouse.
function under(view, canvas, event) {
  const { boxes: [ribbons, heat], T } = view.laid;
  const [across, down] = partsOf(canvas, event, heat);
  const row = placeAt(across, T);
  const near = (part, pixels, { h }) => part >= -pixels / h && part <= 1 + pixels / h;
  if (view.dragged || near(down, 3, heat)) return { row, unit: placeAt(down, unitsOf(view)) };
  return near(partsOf(canvas, event, ribbons)[1], 6, ribbons) ? { row, unit: null } : null;
}

function begin(view, unit, ranged) {
  const from = ranged && view.anchor !== null ? view.anchor : unit;
  view.dragged = { from: unit, base: new Set(view.picks) };
  if (ranged) addRange(view.picks, from, unit);
  else if (!view.picks.delete(unit)) view.picks.add(unit);
  view.anchor = unit;
  view.unit = unit;
  showPicks(view);
}

function dragTo(view, unit) {
  if (unit === view.dragged.from) return;
  view.picks = new Set(view.dragged.base);
  addRange(view.picks, view.dragged.from, unit);
  view.unit = unit;
  showPicks(view);
}

export function addRange(picks, a, b) {
  for (let unit = Math.min(a, b); unit <= Math.max(a, b); unit++) picks.add(unit);
}

function moveUnit(view, event) {
  if (modified(event)) return;
  const last = unitsOf(view) - 1;
  const to = { ArrowUp: view.unit - 1, ArrowDown: view.unit + 1, PageUp: view.unit - 10, PageDown: view.unit + 10 }[event.key];
  if (to !== undefined) {
    view.anchor ??= view.unit;
    view.unit = Math.max(0, Math.min(last, to));
    if (event.shiftKey) addRange(view.picks, view.anchor, view.unit);
    else view.anchor = view.unit;
  } else if (event.key === " " || event.key === "Enter") {
    if (!view.picks.delete(view.unit)) view.picks.add(view.unit);
    view.anchor = view.unit;
  } else {
    return;
  }
  view.focused = true;
  consume(event);
  showPicks(view);
  later(view);
}

export function pickFromList(view, unit) {
  view.part = 0; // the lists are of h
  if (unit >= unitsOf(view)) return;
  if (!view.picks.delete(unit)) view.picks.add(unit);
  view.unit = unit;
}

export function forgetLost(view) {
  const units = unitsOf(view);
  for (const unit of [...view.picks]) if (unit >= units) view.picks.delete(unit);
  view.unit = Math.min(view.unit, units - 1);
}
