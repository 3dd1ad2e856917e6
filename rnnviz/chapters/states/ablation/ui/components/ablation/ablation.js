// One digit read by a network as it is and as it is changed, under one cursor. What is picked stays
// here; what is changed goes to Python, which answers with the new reading.

import { listenAxes, showAxes, stop } from "../../../../../../ui/components/axes.js";
import { fit } from "../../../../../../ui/components/canvas.js";
import { componentView, parts, say } from "../../../../../../ui/components/component_view.js";
import { drawReading } from "../../../../../../ui/components/digits.js";
import { mostProbable } from "../../../../../../ui/components/numbers.js";
import { inWords } from "../../../../../../ui/components/text.js";
import { layActs, layForm, listenForm, showSince } from "./edit_list.js";
import { drawSides, forgetLost, listenPicks, pickFromList } from "./picks.js";
import { believedWords, hoveredWords, readLabel } from "./text.js";

export default componentView({ root: ".breaking", create, receive, draw });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    ...parts(find, "told", "page", "digit", "hovered", "clamp", "acts", "undo", "clear"),
    canvases: { before: find("canvas.before"), after: find("canvas.after") },
    believed: { before: find(".believed.before"), after: find(".believed.after") },
    form: Object.fromEntries(
      ["what", "units", "none", "all", "since", "zero", "open", "shut", "mean", "hold", "value", "held", "why"].map(
        (name) => [name, find(`.${name}`)],
      ),
    ),
    row: 0,
    picks: new Set(), // units, from 0
    unit: 0, // of the keyboard
    anchor: null, // where a range of units begins
    hover: null, // {row, unit} under the mouse
    part: 0, // which of the parts is shown and changed
    sheets: new Map(),
  });
  listenAxes(view, { moved: draw }); // ↑ ↓ move the unit, and that on the heatmap alone
  listenPicks(view);
  listenForm(view);
}

function receive(view, message) {
  const before = view.message;
  Object.assign(view, { message, sheets: new Map(), hover: null });
  [view.T, view.K] = message.arrays.before.shape;
  if (before?.id !== message.id) stop(view);
  const names = message.parts.map(({ name }) => name);
  const shown = before?.parts[view.part]?.name;
  view.part = Math.max(names.indexOf(shown), 0);
  if (!before || before.arrays.before.shape[0] !== view.T) view.row = view.T - 1;
  if (message.picked && message.picked[1] !== before?.picked?.[1]) {
    if (before) pickFromList(view, message.picked[0]);
  }
  forgetLost(view);
  layForm(view);
  layActs(view);
  draw(view);
}

export const partOf = (view) => view.message.parts[view.part];
export const unitsOf = (view) => view.message.arrays[`before.${partOf(view).name}`].shape[1];

export function draw(view) {
  const { arrays, told, digit, reverse, word } = view.message;
  const row = view.hover?.row ?? view.row;
  const side = view.page.clientWidth;
  const order = reverse ? arrays.entering.map((step) => view.T - 1 - step) : arrays.entering;
  drawReading(fit(view.page, side, side), side, arrays.frame, order, reverse ? view.T - 1 - row : row, view.theme);
  view.page.setAttribute("aria-label", readLabel(digit, word, row + 1, reverse));
  drawSides(view, row);
  say(view.told, told);
  say(view.digit, digit);
  for (const when of ["before", "after"]) {
    const now = arrays[when].subarray(row * view.K, (row + 1) * view.K);
    say(view.believed[when], believedWords(inWords(word), row + 1, ...mostProbable(now)));
  }
  showAxes(view);
  showSince(view);
  tellHovered(view, row);
}

// The value under the mouse or the keyboard's cursor, before and after.
function tellHovered(view, row) {
  const { name } = partOf(view);
  const unit = Math.min(view.hover?.unit ?? view.unit, unitsOf(view) - 1);
  const [before, after] = ["before", "after"].map((when) => valueOf(view, when, row, unit));
  const word = inWords(view.message.word);
  say(view.hovered, hoveredWords(name, unit + 1, word, row + 1, before, after));
}

function valueOf(view, when, row, unit) {
  const { name, range } = partOf(view);
  const values = view.message.arrays[`${when}.${name}`];
  const [F, U] = values.shape;
  const byte = values[Math.floor((row * F) / view.T) * U + unit];
  const value = range[0] + (byte / 255) * (range[1] - range[0]);
  const rounded = Math.abs(value) < 0.005 * (range[1] - range[0]) ? 0 : value;
  return rounded.toFixed(2).replace("-", "−");
}
