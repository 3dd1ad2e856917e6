// One cell: rolled, unrolled, as nested brackets, counted and named. A part that is lit is lit wherever it
// stands; pointing lights it for as long as the mouse is there, a click or a key until the next.

import { listenAxes, showAxes } from "../../../../../ui/components/axes.js";
import { beginPlot, disc, faintly, line, path, title } from "../../../../../ui/components/canvas.js";
import { componentView, make, parts, say } from "../../../../../ui/components/component_view.js";
import { endLabels, frame } from "../../../../../ui/components/curves.js";
import { grouped } from "../../../../../ui/components/numbers.js";
import { placeOf } from "../../../../../ui/components/text.js";
import { drawCells } from "./drawing.js";
import { drawNested } from "./nested_form.js";
import { BRACKETS, COUNTS_TITLE, countsLabel, FEED_FORWARD, lengthLabel, RECURRENT } from "./text.js";

const PARTS = ["U", "W", "b", "V", "c"];

export default componentView({ root: ".cell", create, receive, draw });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    ...parts(find, "chips", "told", "rolled", "unrolled", "how", "formula", "counts"),
    values: find(".values tbody"),
    names: find(".names tbody"),
    speed: { value: "2" },
    T: 0,
    row: 1, // how many brackets are unfolded
    lit: "",
    under: "", // the part under the mouse
    step: null, // the bracket under the mouse
  });
  listenAxes(view, { axisOf, moved: showMoving, upright: ["row", 1] });
  layChips(view);
  listenParts(view);
}

function layChips(view) {
  view.chips.querySelectorAll("button").forEach((chip) => chip.remove());
  for (const part of PARTS) {
    const chip = make("button", { type: "button", textContent: part });
    chip.dataset.part = part;
    chip.setAttribute("aria-pressed", "false");
    view.chips.append(chip);
  }
}

function receive(view, message) {
  const all = view.T > 0 && view.row === view.T;
  view.message = message;
  [view.T] = message.arrays.x.shape;
  view.row = all ? view.T : Math.min(view.row, view.T);
  layNames(view);
  draw(view);
}

const axisOf = ({ T, row }) => ({ last: T, what: BRACKETS, count: placeOf(row, T) });

function draw(view) {
  view.width = view.root.clientWidth;
  drawCells(view);
  drawCounts(view);
  showMoving(view);
}

function showMoving(view) {
  showAxes(view);
  drawNested(view);
  light(view);
}

// ------------------------------------------------------------------------------------------ lighting

function listenParts(view) {
  const partOf = (event) => event.composedPath().find((one) => one.dataset?.part)?.dataset.part ?? "";
  const stepOf = (event) => event.composedPath().find((one) => one.dataset?.step)?.dataset.step ?? null;
  view.root.onclick = (event) => {
    const part = partOf(event);
    if (!part) return;
    view.lit = view.lit === part ? "" : part;
    light(view);
  };
  view.root.onpointerover = (event) => {
    view.under = event.pointerType === "mouse" ? partOf(event) : "";
    view.step = stepOf(event);
    light(view);
  };
  view.root.onpointerleave = () => {
    view.under = "";
    view.step = null;
    light(view);
  };
}

function light(view) {
  const lit = view.under || view.lit;
  view.root.classList.toggle("lighting", lit !== "");
  for (const one of view.root.querySelectorAll("[data-part]")) {
    one.classList.toggle("lit", one.dataset.part === lit);
    if (one.tagName === "BUTTON") one.setAttribute("aria-pressed", String(one.dataset.part === view.lit));
  }
  for (const one of view.root.querySelectorAll("[data-step]")) {
    one.classList.toggle("now", one.dataset.step === view.step);
  }
  say(view.told, view.message.told[lit]);
}

function layNames(view) {
  const rows = view.message.names.map(({ part, is_, books, torch, shape }) => {
    const row = make("tr");
    row.dataset.part = part;
    [part, is_, books, torch, shape].forEach((words, n) => {
      const box = make(n ? "td" : "th");
      const inner = n === 3 ? make("code") : box;
      inner.textContent = words;
      if (inner !== box) box.append(inner);
      row.append(box);
    });
    return row;
  });
  view.names.replaceChildren(...rows);
}

// ---------------------------------------------------------------------------------------- parameters

const COUNTS = { left: 58, right: 92, top: 38, plot: 178, axis: 34 };

function drawCounts(view) {
  const { arrays, sizes } = view.message;
  const { g, box } = beginPlot(view.counts, COUNTS);
  const { theme } = view;
  const longest = arrays.whole.length;
  const most = arrays.whole[longest - 1];
  const x = (T) => box.x + (box.w * (T - 1)) / (longest - 1);
  const y = (count) => box.y + box.h * (1 - count / most);
  frame(g, theme, box, [0, 25_000, 50_000, 75_000, 100_000].filter((n) => n <= most), y, grouped);
  const lengths = Float32Array.from({ length: longest }, (_, n) => n + 1);
  path(g, theme.second, 2.2, lengths, arrays.whole, x, y);
  path(g, theme.first, 2.2, lengths, arrays.recurrent, x, y);
  endLabels(g, theme, box, [
    [FEED_FORWARD, theme.second, box.x + box.w, y(most)],
    [RECURRENT, theme.first, box.x + box.w, y(arrays.recurrent[longest - 1])],
  ]);
  line(g, theme.accent, 2, x(view.T), box.y, x(view.T), box.y + box.h);
  for (const [values, colour] of [[arrays.whole, theme.second], [arrays.recurrent, theme.first]]) {
    g.fillStyle = colour;
    disc(g, x(view.T), y(values[view.T - 1]), 4);
  }
  title(g, theme, COUNTS_TITLE, { x: 0, y: 18 });
  faintly(g, theme, sizes, 0, 17, "left", "top");
  for (const T of new Set([1, view.T, 14, longest])) {
    if (T === view.T || Math.abs(T - view.T) > 2) faintly(g, theme, T === 1 ? lengthLabel(1) : String(T), x(T), box.y + box.h + 5, "center", "top");
  }
  const now = [arrays.recurrent, arrays.whole].map((values) => values[view.T - 1]);
  view.counts.setAttribute("aria-label", countsLabel(sizes, view.T, ...now));
}
