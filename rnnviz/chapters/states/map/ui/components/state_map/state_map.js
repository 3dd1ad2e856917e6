// The map of states: paths of many digits in a plane, or a space, of axes that were fitted once, and
// the watched digit walking among them. All of it comes once; moving about asks the server nothing.

import { listenAxes, showAxes, stop } from "../../../../../../ui/components/axes.js";
import { fit } from "../../../../../../ui/components/canvas.js";
import { showBars } from "../../../../../../ui/components/class_bars.js";
import { componentView, later, make, parts, say } from "../../../../../../ui/components/component_view.js";
import { settle, settled } from "../../../../../../ui/components/debounce.js";
import { drawReading } from "../../../../../../ui/components/digits.js";
import { percent } from "../../../../../../ui/components/numbers.js";
import { inWords } from "../../../../../../ui/components/text.js";
import { inkOn } from "../../../../../../ui/components/theme.js";
import { drawPlane, listenPlane } from "./rotation.js";
import { chipHint, chipLabel, heardWords, keysHint, readWords, solidHint, varianceWords } from "./text.js";

export const K = 10;

export default componentView({ root: ".map", create, receive, draw, settingOf });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    ...parts(find, "plane", "page", "bars"),
        find,
    solidButton: find(".solid"),
    selects: [...view.root.querySelectorAll(".axis-of")],
    row: 0,
    chosen: [0, 1, 2], // axes across, up and deep
    solid: false,
    turn: { yaw: 0, pitch: 0 },
    shown: new Set(),
    hover: null, // {kind, n, row} under the mouse
    drag: null,
    sheet: null,
  });
  listenAxes(view, { moved });
  listenPlane(view);
  view.selects.forEach((select, at) => {
    select.onchange = () => chooseAxis(view, at, select.selectedIndex);
  });
  view.solidButton.onclick = () => {
    view.solid = !view.solid;
    changed(view);
  };
  layChips(view);
}

function receive(view, message) {
  const before = view.message;
  view.message = message;
  view.sheet = null;
  if (before?.id !== message.id) {
    stop(view);
    const [T, , C] = message.arrays.paths.shape;
    const wasEnd = before && view.row === endOf(before, view.T);
    Object.assign(view, { T, C, hover: null });
    if (!before) {
      view.row = message.start.row ? Math.min(message.start.row, T) - 1 : endOf(message, T);
      const { axes } = message.start;
      if (axes.length >= 2 && Math.max(...axes) <= C) {
        axes.forEach((axis, at) => (view.chosen[at] = axis - 1));
        if (axes.length === 2) view.chosen[2] = unused(view);
        view.solid = axes.length === 3;
      }
      view.shown = new Set(message.start.classes);
      const [yaw, pitch] = message.start.turn.map((degrees) => (degrees * Math.PI) / 180);
      view.turn = { yaw, pitch };
    } else {
      view.row = wasEnd ? endOf(message, T) : Math.min(view.row, T - 1);
    }
    if (Math.max(...view.chosen.slice(0, 2)) >= C) view.chosen = [0, 1, 2];
    if (view.chosen[2] >= C) view.chosen[2] = unused(view);
    if (C < 3) view.solid = false;
    settled(view);
    layAxes(view);
  }
  draw(view);
}

const endOf = ({ reverse }, T) => (reverse ? 0 : T - 1); // where a reading ends

const unused = (view) => [0, 1, 2].find((axis) => !view.chosen.slice(0, 2).includes(axis));

export function moved(view) {
  later(view);
  settle(view);
}

// Another plane: what is under the mouse is elsewhere now.
function changed(view) {
  view.hover = null;
  layAxes(view);
  later(view);
  settle(view);
}

// An axis has one place: choosing one that stands elsewhere swaps the two.
function chooseAxis(view, at, axis) {
  const other = view.chosen.indexOf(axis);
  if (other >= 0) view.chosen[other] = view.chosen[at];
  view.chosen[at] = axis;
  changed(view);
}

function layAxes(view) {
  const { explained } = view.message;
  view.selects.forEach((select, at) => {
    select.replaceChildren(...explained.map((_, n) => new Option(`axis ${n + 1}`)));
    select.selectedIndex = view.chosen[at];
  });
  view.find(".deep").hidden = !view.solid;
  view.solidButton.setAttribute("aria-pressed", String(view.solid));
  view.solidButton.disabled = view.C < 3;
  view.solidButton.title = solidHint(view.C);
  view.plane.classList.toggle("turns", view.solid);
  const used = view.chosen.slice(0, view.solid ? 3 : 2);
  view.find(".variance").replaceChildren(
    ...explained.map((part, n) => {
      const item = make("li");
      item.classList.toggle("used", used.includes(n));
      const piece = (className, textContent = "") => make("span", { className, textContent });
      const track = piece("track");
      track.append(make("i"));
      track.firstChild.style.width = `${100 * part}%`;
      item.append(piece("name", `axis ${n + 1}`), track, piece("value", percent(part)));
      return item;
    }),
  );
  const sum = used.reduce((total, n) => total + explained[n], 0);
  say(view.find(".much"), varianceWords(used.length, sum));
}

function layChips(view) {
  const chips = Array.from({ length: K }, (_, k) => {
    const chip = make("button", { type: "button", className: "chip" });
    chip.textContent = k;
    chip.title = chipHint(k);
    chip.onclick = () => {
      if (!view.shown.delete(k)) view.shown.add(k);
      moved(view);
    };
    chip.ondblclick = () => {
      const alone = view.shown.size === 1 && view.shown.has(k);
      view.shown = new Set(alone ? Array.from({ length: K }, (_, n) => n) : [k]);
      moved(view);
    };
    return chip;
  });
  view.find(".chips").replaceChildren(...chips);
  view.chips = chips;
}

function draw(view) {
  drawPlane(view);
  drawPage(view);
  showMoving(view);
}

function showMoving(view) {
  const { word, arrays } = view.message;
  const { row } = view;
  showAxes(view);
  say(view.find(".at"), heardWords(inWords(word), row + 1, view.T, view.message.reverse));
  showBars(view.bars, view.theme, [...arrays.belief.subarray(row * K, (row + 1) * K)]);
  view.chips.forEach((chip, k) => {
    const on = view.shown.has(k);
    chip.setAttribute("aria-pressed", String(on));
    chip.setAttribute("aria-label", chipLabel(k));
    Object.assign(chip.style, {
      background: on ? view.theme.classes[k] : "none",
      color: on ? inkOn(view.theme.classes[k]) : "inherit",
    });
  });
  say(view.find(".hint"), keysHint(inWords(word), view.solid));
}

function drawPage(view) {
  const { frame, entering } = view.message.arrays;
  const { reverse, probe, word } = view.message;
  const side = view.page.clientWidth;
  const order = reverse ? entering.map((step) => view.T - 1 - step) : entering;
  const at = reverse ? view.T - 1 - view.row : view.row;
  drawReading(fit(view.page, side, side), side, frame, order, at, view.theme);
  const read = readWords(probe, inWords(word), view.row + 1, reverse);
  view.page.setAttribute("aria-label", read);
  say(view.find(".read"), read);
}

// ------------------------------------------------------------------------------ telling the server

function settingOf(view) {
  return {
    row: view.row + 1,
    axes: view.chosen.slice(0, view.solid ? 3 : 2).map((axis) => axis + 1),
    classes: [...view.shown].sort(),
    turn: [inDegrees(view.turn.yaw), inDegrees(view.turn.pitch)],
  };
}

// Whole degrees from −180 to 179.
export const inDegrees = (angle) => ((((Math.round((angle * 180) / Math.PI) + 180) % 360) + 360) % 360) - 180;
