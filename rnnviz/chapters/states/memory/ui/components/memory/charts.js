// The memory view's pictures: what the pixels said, and what becomes of a reading that stops early.

import {
  faintly, fit, line, outline, paste, path, quiet, title, write,
} from "../../../../../../ui/components/canvas.js";
import { endLabels, frame, REACH } from "../../../../../../ui/components/curves.js";
import { frameNow } from "../../../../../../ui/components/digits.js";
import { drawRibbons, rowAxis, signedSheet } from "../../../../../../ui/components/heatmap.js";
import { share } from "../../../../../../ui/components/numbers.js";
import { BEING_READ, BELIEF_TITLE, SHARE_TITLE, thinLine } from "./text.js";

const STOPS = { ...REACH, gap: 24, right_h: 96, belief_h: 104 };

// What each pixel said, over the digit: one colour for it, one against it, the middle is 0. A thin line
// goes around the ink, a frame around what enters at step t.
export function drawSpoken(g, side, { values, most, ink, entering, t }, theme) {
  const cell = side / 28;
  paste(g, { x: 0, y: 0, w: side, h: side }, signedSheet(values, 28, theme.diverging, most));
  const mask = Float32Array.from(ink, (value) => (value > 100 ? 1 : 0));
  g.globalAlpha = 0.3;
  frameNow(g, cell, mask, 1, theme.text);
  g.globalAlpha = 1;
  frameNow(g, cell, entering, t, theme.accent);
}

// Above, the share of test digits read right if the reading stopped at each time step, with the other
// network's as a thin line; below, this digit's belief there. Both as wide as `drawReach`.
export function drawStops(canvas, theme, own, other, cursor) {
  const { left, right, top, right_h, gap, belief_h, axis } = STOPS;
  const width = canvas.clientWidth;
  const g = fit(canvas, width, top + right_h + gap + belief_h + axis);
  const across = { x: left, w: Math.max(width - left - right, 1) };
  const upper = { ...across, y: top, h: right_h };
  const lower = { ...across, y: top + right_h + gap, h: belief_h };
  const { T, K, word } = own;
  const column = across.w / T;
  drawShares(g, theme, upper, own, other, cursor);
  title(g, theme, BELIEF_TITLE, lower);
  drawRibbons(g, lower, own.belief, T, K, theme);
  outline(g, { accent: theme.faint }, lower, 1);
  rowAxis(g, theme, across, lower.y + lower.h, T, word);
  const wide = Math.max(column, 2);
  const x = across.x + (cursor + 0.5) * column - wide / 2;
  g.globalAlpha = 0.14;
  g.fillStyle = theme.accent;
  g.fillRect(x, upper.y, wide, upper.h);
  g.globalAlpha = 1;
  line(g, theme.accent, 1.5, x + wide / 2, upper.y, x + wide / 2, upper.y + upper.h);
  outline(g, theme, { ...lower, x, w: wide }, 2);
  return { across, T };
}

function drawShares(g, theme, box, own, other, cursor) {
  const y = (value) => box.y + box.h * (1 - value);
  frame(g, theme, box, [0, 0.5, 1], y, (value) => `${100 * value} %`);
  const at = ({ T }) => Float32Array.from({ length: T }, (_, t) => (t + 0.5) / T);
  const x = (place) => box.x + place * box.w;
  g.globalAlpha = 0.45;
  path(g, theme.text, 1, at(other), other.right, x, y);
  g.globalAlpha = 1;
  path(g, theme.first, 2.2, at(own), own.right, x, y);
  title(g, theme, SHARE_TITLE, box);
  const value = own.right[cursor];
  if (box.w > 240) faintly(g, theme, thinLine(other.name), box.x + 6, box.y + 12, "left", "middle");
  if (!Number.isFinite(value)) return quiet(g, theme, box, BEING_READ);
  const end = own.right[own.T - 1];
  endLabels(g, theme, box, [[share(end), theme.first, box.x + box.w, y(end)]]);
  if (box.w < 320) return; // the title needs it
  write(g, { ...theme, text: theme.first }, share(value), box.x + box.w, box.y - 4, "right", "bottom");
}
