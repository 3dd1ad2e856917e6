// The pictures of what is left: grids on one scale of decades around 1, and lines by distance.

import {
  beginPlot, faintly, fit, line, outline, paste, path, sideways, title, write,
} from "../../../../../ui/components/canvas.js";
import { decadeFrame, endLabels } from "../../../../../ui/components/curves.js";
import { rowAxis, signedSheet } from "../../../../../ui/components/heatmap.js";
import { lastFinite } from "../../../../../ui/components/numbers.js";
import { AFTER_ROW, BOUND, DISTANCE, farTitle, OF_ROW } from "./text.js";

const DECADES_AROUND = 4; // of a grid, to both sides of 1
const GRID = { left: 30, top: 20, right: 4, axis: 20 };
const FAR = { left: 46, top: 32, right: 66, plot: 204, axis: 34, low: -12, high: 6 };

// One network's grid, row t downwards and row s to the right; what comes later than t stays empty.
export function gridSheet(values, T, theme) {
  const decades = values.map((value, n) => (n % T <= Math.floor(n / T) ? Math.log10(Math.max(value, 1e-30)) : NaN));
  return signedSheet(decades, T, theme.diverging, DECADES_AROUND);
}

export function drawGrid(canvas, theme, { name, colour, sheet, T }, [t, s]) {
  const { left, top, right, axis } = GRID;
  const side = Math.max(canvas.clientWidth - left - right, 1);
  canvas.style.height = `${top + side + axis}px`;
  const g = fit(canvas, canvas.clientWidth, top + side + axis);
  const box = { x: left, y: top, w: side, h: side };
  paste(g, box, sheet);
  outline(g, { accent: theme.faint }, box, 1);
  write(g, { ...theme, text: colour }, name, box.x, box.y - 4, "left", "bottom", 600);
  sideways(g, theme, AFTER_ROW, { ...box, x: box.x - 6 });
  rowAxis(g, theme, box, box.y + box.h, T, OF_ROW);
  const cell = side / T;
  outline(g, theme, { x: box.x + s * cell, y: box.y + t * cell, w: cell, h: cell }, 2);
  return box;
}

// All networks by distance, the bound dashed, the cursor at t − s.
export function drawFar(canvas, theme, networks, distance) {
  const { low, high } = FAR;
  const { g, box } = beginPlot(canvas, FAR);
  const { T } = networks[0];
  const x = (d) => box.x + (box.w * d) / Math.max(T - 1, 1);
  const y = decadeFrame(g, theme, box, [low, high], 6);
  line(g, theme.accent, 2, x(distance), box.y, x(distance), box.y + box.h);
  const places = Float32Array.from({ length: T }, (_, d) => d);
  const labels = [];
  for (const { name, colour, far, bound } of networks) {
    if (bound) {
      g.setLineDash([6, 5]);
      const inside = bound.map((value) => (value > 10 ** high ? NaN : value)); // it goes on above
      path(g, colour, 1.6, places, inside, x, y);
      g.setLineDash([]);
      const end = lastFinite(inside);
      if (end >= 0) labels.push([BOUND, colour, x(end), y(inside[end])]);
    }
    path(g, colour, 2.4, places, far, x, y);
    if (Number.isFinite(far[T - 1])) labels.push([name, colour, box.x + box.w, y(far[T - 1])]);
  }
  endLabels(g, theme, box, labels);
  title(g, theme, farTitle(canvas.clientWidth > 600), { x: 0, y: box.y - 10 });
  for (const d of [0, 7, 14, 21, 27]) {
    if (d < T) faintly(g, theme, d ? String(d) : DISTANCE, x(d), box.y + box.h + 6, d ? "center" : "left", "top");
  }
  return box;
}
