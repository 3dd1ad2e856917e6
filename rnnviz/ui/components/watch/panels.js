// The panels of a reading: a heatmap of time steps × units for each thing that is shown, and the
// belief. Their pictures are kept; what moves over them is a cursor.

import { stop } from "../axes.js";
import { drawPixels, fit, outline, partsOf, paste, placeAt } from "../canvas.js";
import { later, make, say } from "../component_view.js";
import { drawReading } from "../digits.js";
import { drawHeat, drawRibbons, heatSheet } from "../heatmap.js";
import { believed, here, isProjected, keep, orderOf, projectedAt, unitName, unitsOf } from "./cursor.js";
import {
  BELIEF, beliefLabel, believedWords, entersWords, exact, inkedWords, inputWords, panelLabel, pointedInput, readLabel,
  stripLabel,
} from "./text.js";

// Where a panel's values lie on its canvas.
const PANEL = { left: 2, right: 2, top: 5, bottom: 5 };
export const LONG = 112; // time steps: of more than that each panel takes the whole width
const LENS = 8; // how tall the chosen unit is drawn, at least

export function layPanels(view) {
  const { message } = view;
  const shown = message.panels.filter(({ name }) => view.shown.has(name));
  const belief = view.K ? [{ name: "belief", label: BELIEF }] : [];
  view.cards = [...belief, ...shown].map((panel) => {
    const value = make("output", { className: "value" });
    const canvas = make("canvas", { role: "img" });
    const card = make("figure", {}, make("figcaption", {}, make("span", {}, panel.label), value), canvas);
    card.dataset.panel = panel.name;
    listenPanel(view, canvas, panel.name);
    return { ...panel, card, canvas, value };
  });
  view.panels.replaceChildren(...view.cards.map(({ card }) => card));
  const count = view.cards.length;
  view.panels.style.setProperty("--columns", count < 5 ? count : count < 7 ? 3 : 4);
  view.panels.classList.toggle("long", view.T > LONG);
}

// The picture of one panel in the chosen order of units: kept until order, theme or reading change.
function sheetFor(view, panel) {
  const key = `${panel.name} ${view.order} ${view.theme.background}`;
  if (!view.sheets.has(key)) {
    const values = view.message.arrays[`panel.${panel.name}`];
    const [T, U] = values.shape;
    const order = isProjected(view, panel.name) ? null : orderOf(view);
    const sorted = order ? new Float32Array(values.length) : values;
    if (order) {
      for (let t = 0; t < T; t++) {
        for (let place = 0; place < U; place++) sorted[t * U + place] = values[t * U + order[place]];
      }
    }
    view.sheets.set(key, heatSheet(sorted, T, U, view.theme[panel.scale], panel.range));
  }
  return view.sheets.get(key);
}

export function drawPanels(view) {
  for (const panel of view.cards) panel.width = panel.canvas.clientWidth; // all before any changes
  const { row, place } = here(view);
  for (const panel of view.cards) {
    const width = panel.width;
    const height = panel.canvas.clientHeight;
    const g = fit(panel.canvas, width, height);
    const box = {
      x: PANEL.left,
      y: PANEL.top,
      w: Math.max(width - PANEL.left - PANEL.right, 1),
      h: height - PANEL.top - PANEL.bottom,
    };
    panel.box = box;
    const belief = panel.name === "belief";
    if (belief) {
      drawRibbons(g, box, view.message.arrays.belief, view.T, view.K, view.theme);
    } else {
      const at = isProjected(view, panel.name) ? projectedAt(view) : place;
      const sheet = sheetFor(view, panel);
      paste(g, box, sheet);
      drawLens(g, view, box, sheet, at);
    }
    outline(g, { accent: view.theme.faint }, box, 1);
    const column = Math.max(box.w / view.T, 2);
    outline(g, view.theme, { ...box, x: box.x + (row * box.w) / view.T, w: column }, 2);
  }
}

// The chosen unit, drawn as tall as it takes to read it, with a gap around it.
function drawLens(g, view, box, sheet, at) {
  const U = sheet.height;
  const h = Math.max(box.h / U, LENS);
  const y = box.y + ((at + 0.5) * box.h) / U - h / 2;
  g.fillStyle = view.theme.background;
  g.fillRect(box.x, y - 2, box.w, h + 4);
  g.drawImage(sheet, 0, at, sheet.width, 1, box.x, y, box.w, h);
  outline(g, view.theme, { x: box.x, y: y - 1, w: box.w, h: h + 2 }, 1);
}

export function tellPanels(view) {
  const { row, unit } = here(view);
  const { word, arrays } = view.message;
  for (const panel of view.cards) {
    if (panel.name === "belief") {
      const [best, share] = believed(view, row);
      say(panel.value, believedWords(best, share));
      panel.canvas.setAttribute("aria-label", beliefLabel(word, row + 1, panel.value.textContent));
      continue;
    }
    const U = unitsOf(view, panel.name);
    const own = isProjected(view, panel.name) ? projectedAt(view) : unit;
    say(panel.value, exact(arrays[`panel.${panel.name}`][row * U + own]));
    const name = unitName(view, own, panel.name);
    panel.canvas.setAttribute("aria-label", panelLabel(panel.label, view.T, word, U, name, row + 1, panel.value.textContent));
  }
}

// The mouse over one panel shows the same time step and unit in all; a click keeps them.
function listenPanel(view, canvas, name) {
  canvas.onpointermove = (event) => {
    view.hover = under(view, canvas, name, event);
    if (event.buttons && view.hover) keep(view);
    later(view);
  };
  canvas.onpointerdown = (event) => {
    stop(view);
    event.preventDefault(); // the focus stays where the keys are heard
    view.axes.row.slider.focus({ preventScroll: true });
    view.hover = under(view, canvas, name, event);
    if (view.hover) keep(view);
    later(view);
  };
  canvas.onpointerleave = canvas.onpointercancel = () => {
    view.hover = null;
    later(view);
  };
}

function under(view, canvas, name, event) {
  const { box } = view.cards.find((card) => card.name === name);
  const [across, down] = partsOf(canvas, event, box);
  const row = placeAt(across, view.T);
  if (name === "belief") return { row };
  const U = unitsOf(view, name);
  const place = placeAt(down, U);
  return isProjected(view, name) ? { row, projected: place } : { row, place };
}

// What enters at this time step, as a strip: pixels, or the states of the layer below.
export function drawStrip(view) {
  const { x, frame, entering } = view.message.arrays;
  const { row } = here(view);
  const I = x.shape[1];
  const values = x.subarray(row * I, (row + 1) * I);
  const [width, height] = [view.strip.clientWidth, view.strip.clientHeight];
  const g = fit(view.strip, width, height);
  const box = { x: 1, y: 1, w: width - 2, h: height - 2 };
  const { feature, reach } = view.message;
  if (feature === "pixel") {
    drawPixels(g, box, Uint8ClampedArray.from(values, (value) => 255 * value), 1, I);
  } else {
    drawHeat(g, box, values, I, 1, view.theme.diverging, [-reach, reach]);
  }
  outline(g, { accent: view.theme.faint }, box, 1);
  if (view.pixel !== null && view.pixel < I) {
    const wide = box.w / I;
    outline(g, view.theme, { ...box, x: box.x + view.pixel * wide, w: Math.max(wide, 2) }, 2);
  }
  if (!frame) return;
  const side = view.page.clientWidth;
  const order = view.message.reverse ? entering.map((step) => view.T - 1 - step) : entering;
  drawReading(fit(view.page, side, side), side, frame, order, view.message.reverse ? view.T - 1 - row : row, view.theme);
}

export function tellStrip(view) {
  const { arrays, word, below, feature, digit } = view.message;
  const { row } = here(view);
  const I = arrays.x.shape[1];
  const values = arrays.x.subarray(row * I, (row + 1) * I);
  say(view.entering, entersWords(word, row + 1, below));
  const inked = values.reduce((count, value) => count + (value > 0), 0);
  const many = feature === "pixel" && I > 1 ? inkedWords(inked, I) : inputWords(I === 1 ? exact(values[0]) : null);
  const pointed = view.pixel !== null && view.pixel < I;
  say(view.pixelWords, pointed ? pointedInput(feature, view.pixel + 1, exact(values[view.pixel])) : many);
  view.strip.setAttribute("aria-label", stripLabel(values.slice(0, 64)));
  view.page.setAttribute("aria-label", readLabel(digit, word, row + 1, view.message.reverse));
}

export function listenStrip(view) {
  const over = (event) => {
    view.pixel = placeAt(partsOf(view.strip, event)[0], view.message.arrays.x.shape[1]);
    later(view);
  };
  view.strip.onpointermove = view.strip.onpointerdown = over;
  view.strip.onpointerleave = () => {
    view.pixel = null;
    later(view);
  };
}
