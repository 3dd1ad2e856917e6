// Heatmaps of time steps × units, and the probabilities of the classes as ribbons, under one time axis.

/** @import { Across, Box, Context, Numbers, Panel, Ramp, Reading, RowOptions, Scale, Sheet, Theme } from "./types" */

import { faintly, fit, line, outline, paste, setText, sheetOf, sideways, title, write } from "./canvas.js";
import { beliefTitle, decidedAt, PROBABILITY, unitCount } from "./text.js";
import { around, colorAt, inkOn } from "./theme.js";

/** Values (T × H) as colours: x is the row of the digit, y the unit; `range` is [least, most].
 * @type {(g: Context, box: Box, values: Numbers, T: number, H: number, table: Ramp, range: number[]) => void} */
export function drawHeat(g, box, values, T, H, table, range) {
  paste(g, box, heatSheet(values, T, H, table, range));
}

/** The same as a picture of one pixel a value, to be kept while only a cursor moves over it.
 * @type {(values: Numbers, T: number, H: number, table: Ramp, range: number[]) => Sheet} */
export function heatSheet(values, T, H, table, [least, most]) {
  const image = new ImageData(T, H);
  for (let t = 0; t < T; t++) {
    for (let unit = 0; unit < H; unit++) {
      const place = (values[t * H + unit] - least) / (most - least);
      const n = 3 * Math.max(0, Math.min(255, Math.round(255 * place)));
      const at = 4 * (unit * T + t);
      for (let part = 0; part < 3; part++) image.data[at + part] = table[n + part];
      image.data[at + 3] = 255;
    }
  }
  return sheetOf(image);
}

/** Beliefs (T × K) as stacked ribbons, each named where it is widest.
 * @type {(g: Context, box: Box, belief: Numbers, T: number, K: number, theme: Theme) => void} */
export function drawRibbons(g, box, belief, T, K, theme) {
  const column = box.w / T;
  const base = new Float64Array(T).fill(0);
  const y = (/** @type {number} */ share) => box.y + box.h * (1 - share);
  const names = [];
  g.save();
  g.beginPath();
  g.rect(box.x, box.y, box.w, box.h);
  g.clip();
  for (let k = 0; k < K; k++) {
    const top = base.map((share, t) => share + belief[t * K + k]);
    g.beginPath();
    edge(g, box, column, top, y, false);
    edge(g, box, column, base, y, true);
    g.closePath();
    g.fillStyle = theme.classes[k];
    g.fill();
    let widest = 0;
    for (let t = 1; t < T; t++) {
      if (top[t] - base[t] > top[widest] - base[widest] + 0.02) widest = t;
    }
    const tall = (top[widest] - base[widest]) * box.h;
    if (tall > 15) {
      const x = Math.max(box.x + 8, Math.min(box.x + box.w - 8, box.x + (widest + 0.5) * column));
      names.push([k, x, y((top[widest] + base[widest]) / 2)]);
    }
    base.set(top);
  }
  g.restore();
  for (const [k, x, middle] of names) {
    setText(g, inkOn(theme.classes[k]), `700 13px ${theme.font}`, "center", "middle");
    g.fillText(String(k), x, middle);
  }
}

/** One edge of a ribbon: through the middle of each column, level at both ends, smooth between.
 * @type {(g: Context, box: Box, column: number, shares: Float64Array, y: Scale, backwards: boolean) => void} */
function edge(g, box, column, shares, y, backwards) {
  const points = [[box.x, y(shares[0])]];
  shares.forEach((share, t) => points.push([box.x + (t + 0.5) * column, y(share)]));
  points.push([box.x + box.w, y(shares[shares.length - 1])]);
  if (backwards) points.reverse();
  g.lineTo(points[0][0], points[0][1]);
  for (let n = 1; n < points.length; n++) {
    const [[x0, y0], [x1, y1]] = [points[n - 1], points[n]];
    const half = (x0 + x1) / 2;
    g.bezierCurveTo(half, y0, half, y1, x1, y1);
  }
}

/** Values (rows × columns) on a scale around 0 that ends at ±most; what is no number stays empty.
 * @type {(values: Numbers, columns: number, table: Ramp, most: number) => Sheet} */
export function signedSheet(values, columns, table, most) {
  const image = new ImageData(columns, values.length / columns);
  values.forEach((value, n) => {
    if (Number.isFinite(value)) image.data.set([...colorAt(table, around(value, most)), 255], 4 * n);
  });
  return sheetOf(image);
}

export const ROW_VIEWS = { left: 30, right: 6, top: 20, ribbons: 128, gap: 24, heat: 132, axis: 20 };

/**
 * All that happens row by row, under one axis: the belief as ribbons, then a heatmap for each panel.
 * Returns where things lie, for the mouse. `reading` is null before there is ink; then `steps` says how
 * many rows there will be. `word` is what a time step is called.
 * @param {HTMLCanvasElement} canvas
 * @param {Theme} theme
 * @param {Reading | null} reading
 * @param {Panel[]} panels
 * @param {RowOptions} options
 */
export function drawRowViews(canvas, theme, reading, panels, options = {}) {
  const { cursor = null, unit = null, word = "row", sizes = ROW_VIEWS, steps = 28 } = options;
  const { left, right, top, ribbons, gap, heat, axis } = sizes;
  const width = canvas.clientWidth;
  const height = top + ribbons + panels.length * (gap + heat) + axis;
  canvas.style.height = `${height}px`;
  const g = fit(canvas, width, height);
  const T = reading ? reading.belief.shape[0] : steps;
  const across = { x: left, w: Math.max(width - left - right, 1) };
  const boxes = [{ ...across, y: top, h: ribbons }];
  panels.forEach((_, n) => boxes.push({ ...across, y: top + ribbons + gap + n * (heat + gap), h: heat }));
  if (ribbons) title(g, theme, beliefTitle(word), boxes[0]);
  if (reading && ribbons) {
    drawRibbons(g, boxes[0], reading.belief, T, reading.belief.shape[1], theme);
  }
  panels.forEach((panel, n) => {
    const box = boxes[n + 1];
    title(g, theme, panel.label, box);
    sideways(g, theme, unitCount(panel.units), box);
    if (panel.sheet) {
      paste(g, box, panel.sheet);
    } else if (panel.values && panel.scale && panel.range) {
      drawHeat(g, box, panel.values, T, panel.units, /** @type {any} */ (theme)[panel.scale], panel.range);
    }
    const tall = box.h / panel.units;
    if (unit !== null) outline(g, theme, { ...box, y: box.y + unit * tall, h: tall });
  });
  const drawn = boxes.filter(({ h }) => h > 0); // a reading may come without belief
  drawn.forEach((box) => outline(g, { accent: theme.faint }, box, 1));
  if (ribbons) sideways(g, theme, PROBABILITY, boxes[0]);
  const last = boxes[boxes.length - 1];
  rowAxis(g, theme, across, last.y + last.h, T, word);
  if (reading && reading.decided) markDecided(g, theme, across, boxes, T, reading.decided, word);
  if (cursor !== null) {
    const column = across.w / T;
    drawn.forEach((box) => outline(g, theme, { ...box, x: across.x + cursor * column, w: column }, 2));
  }
  return { boxes, across, T };
}

/** @type {(g: Context, theme: Theme, across: Across, y: number, T: number, word?: string) => void} */
export function rowAxis(g, theme, across, y, T, word = "row") {
  const column = across.w / T;
  for (const row of new Set([1, ...[0.25, 0.5, 0.75, 1].map((part) => Math.round(part * T))])) {
    const words = row === 1 ? `${word} 1` : String(row);
    g.font = `11px ${theme.font}`;
    const half = g.measureText(words).width / 2;
    const middle = across.x + (row - 0.5) * column;
    const [least, most] = [across.x + half - 6, across.x + across.w - half + 6];
    faintly(g, theme, words, Math.max(least, Math.min(most, middle)), y + 5, "center", "top");
  }
}

/**
 * A dashed line before the time step from which the answer no longer changed.
 * @param {Context} g
 * @param {Theme} theme
 * @param {Across} across
 * @param {Box[]} boxes
 * @param {number} T
 * @param {number} decided - The step, from 1.
 * @param {string} word
 */
function markDecided(g, theme, across, boxes, T, decided, word) {
  const x = across.x + ((decided - 1) * across.w) / T;
  const words = decidedAt(word, decided);
  g.setLineDash([4, 3]);
  for (const box of boxes) line(g, theme.text, 1.5, x, box.y, x, box.y + box.h);
  g.setLineDash([]);
  g.font = `600 12px ${theme.font}`;
  const over = x + g.measureText(words).width > across.x + across.w;
  const after = !over && x - across.x > 140; // else the left is taken by the title
  write(g, theme, words, after ? x : across.x + across.w, boxes[0].y - 4, after ? "left" : "right", "bottom", 600);
}
