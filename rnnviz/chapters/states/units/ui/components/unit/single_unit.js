// What is told of one unit: its course, which class it tells, what drives it.

import { columnAt } from "../../../../../../ui/components/axes.js";
import { drawPixels, fit, line, outline, path } from "../../../../../../ui/components/canvas.js";
import { apart, mark } from "../../../../../../ui/components/class_bars.js";
import { make, say } from "../../../../../../ui/components/component_view.js";
import { frame } from "../../../../../../ui/components/curves.js";
import { drawReading } from "../../../../../../ui/components/digits.js";
import { rowAxis } from "../../../../../../ui/components/heatmap.js";
import { inWords } from "../../../../../../ui/components/text.js";
import { classColor, inkOn } from "../../../../../../ui/components/theme.js";
import {
  chanceHint, classesWords, courseLabel, drivingHint, drivingLabel, drivingWords, meanWords, tellsLabel,
} from "./text.js";
import { ask, bestOf, tellWords } from "./unit.js";

const SIDE = 64; // of a picture of what drives it
const COURSE = { left: 40, marks: 44, top: 8, bottom: 22 };

export function drawCourse(view) {
  const { theme, T, message, K } = view;
  const { course, own } = message.arrays;
  const [width, height] = [view.course.clientWidth, view.course.clientHeight];
  const g = fit(view.course, width, height);
  const { top, bottom } = COURSE;
  const [left, right] = message.reverse ? [COURSE.left + COURSE.marks, 8] : [COURSE.left, COURSE.marks];
  const box = { x: left, y: top, w: Math.max(1, width - left - right), h: height - top - bottom };
  const seen = [...course, ...own].filter(Number.isFinite);
  const [low, high] = rangeOf(Math.min(...seen), Math.max(...seen));
  const x = (t) => box.x + ((t + 0.5) * box.w) / T;
  const y = (value) => box.y + box.h * (1 - (value - low) / (high - low));
  const ticks = [low, (low + high) / 2, high];
  const wall = message.reverse ? { x: COURSE.left, w: box.w + COURSE.marks } : box; // marks stand at the end
  frame(g, theme, wall, ticks, y, (value) => String(Number(value.toPrecision(2))).replace("-", "−"));
  const rows = Float32Array.from({ length: T }, (_, t) => t);
  const names = K ? message.names : [null]; // without classes there is one line, the mean of all
  const colours = names.map((name) => (name === null ? theme.first : classColor(theme, name)));
  const lines = names.map((_, k) => rows.map((t) => course[t * names.length + k]));
  lines.forEach((line, k) => path(g, colours[k], 2.2, rows, line, x, y));
  g.setLineDash([5, 4]);
  path(g, theme.text, 1.8, rows, own, x, y);
  g.setLineDash([]);
  if (view.row !== null) line(g, theme.accent, 1.5, x(view.row), box.y, x(view.row), box.y + box.h);
  const end = message.reverse ? 0 : T - 1;
  const there = [...lines.keys()].filter((k) => K && Number.isFinite(lines[k][end]));
  const heights = apart(there.map((k) => y(lines[k][end])), 17, box.y + 4, box.y + box.h - 2);
  const away = message.reverse ? -12 : 14;
  there.forEach((k, n) => {
    const tip = x(end) + away * (n % 2 ? 2.1 : 1);
    g.globalAlpha = 0.6;
    line(g, colours[k], 1, x(end), y(lines[k][end]), tip, heights[n]);
    g.globalAlpha = 1;
    mark(g, theme, names[k], tip, heights[n]);
  });
  rowAxis(g, theme, box, box.y + box.h, T, inWords(message.word));
  view.across = { x: box.x, w: box.w };
  tellCourse(view, lines);
}

// A range of whole tenths (or of a finer kind) around all that is seen.
function rangeOf(least, most) {
  if (!(most > least)) return [least - 0.5, most + 0.5];
  const grain = 10 ** Math.floor(Math.log10(most - least)) / 5;
  return [Math.floor(least / grain) * grain, Math.ceil(most / grain) * grain];
}

function tellCourse(view, lines) {
  const { message, row } = view;
  const word = inWords(message.word);
  let told = `dashed: ${message.probe}`;
  if (row !== null && !view.K) {
    told = meanWords(word, row + 1, lines[0][row], message.probe, message.arrays.own[row]);
  } else if (row !== null) {
    const ordered = lines.map((line, k) => [k, line[row]]).filter(([, value]) => Number.isFinite(value));
    ordered.sort((one, other) => other[1] - one[1]);
    const [[a, high], [b, low]] = [ordered[0], ordered[ordered.length - 1]];
    const [highest, lowest] = [[message.names[a], high], [message.names[b], low]];
    told = classesWords(word, row + 1, highest, lowest, message.kind, message.arrays.own[row]);
  }
  say(view.find(".course-value"), told);
  view.course.setAttribute("aria-label", courseLabel(message.unit, told));
}

export function listenCourse(view) {
  const over = (event) => {
    view.row = columnAt(view.course, event, { across: view.across, T: view.T });
    drawCourse(view);
  };
  view.course.onpointermove = view.course.onpointerdown = over;
  view.course.onpointerleave = () => {
    view.row = null;
    drawCourse(view);
  };
}

export function layTells(view) {
  const { message, theme } = view;
  const { auc, chance } = message.arrays;
  const { names, kind } = message;
  const { K } = view;
  if (!K) return;
  const unit = message.unit - 1;
  const best = bestOf(view, unit);
  const items = Array.from({ length: K }, (_, k) => {
    const at = unit * K + k;
    const beyond = Math.abs(auc[at] - 0.5) > chance[at];
    const item = make("li");
    item.className = `${beyond ? "" : "by-chance"} ${beyond && k === best ? "best" : ""}`.trim();
    const digit = make("span", { className: "digit", textContent: names[k] });
    const colour = classColor(theme, names[k]);
    Object.assign(digit.style, { background: colour, color: inkOn(colour) });
    const track = make("span", { className: "track" });
    const [low, high] = [Math.min(0.5, auc[at]), Math.max(0.5, auc[at])];
    track.append(bar("value", low, high, colour), bar("chance", 0.5 - chance[at], 0.5 + chance[at]));
    track.append(make("b", { className: "middle" }));
    const words = make("span", { className: "words" });
    words.textContent = tellWords(view, unit, k, message.word).replace("AUC ", "").replace("time ", "");
    words.title = chanceHint(chance[at]);
    item.append(digit, track, words);
    return item;
  });
  const list = view.find(".tells");
  list.style.setProperty("--letters", Math.max(...names.map((name) => String(name).length)));
  list.replaceChildren(...items);
  list.setAttribute("aria-label", tellsLabel(kind));
}

function bar(name, low, high, colour) {
  const element = make("i", { className: name });
  element.style.left = `${100 * low}%`;
  element.style.width = `${100 * (high - low)}%`;
  if (colour) element.style.background = colour;
  return element;
}

export function layStrip(view, name, from) {
  const { message } = view;
  const items = message[name].map(({ index, label, step, value }, n) => {
    const item = make("li");
    const button = make("button", { type: "button" });
    const canvas = make("canvas");
    drawDriving(view, canvas, from + n, step);
    const is = make("span", { className: "is" });
    is.textContent = message.kind === "digit" ? label : label === null ? `no. ${index + 1}` : `class ${label}`;
    const words = make("span", { className: "words" });
    words.textContent = drivingWords(message.word, step + 1, value);
    button.append(canvas, is, words);
    button.onclick = () => ask(view, "pick", { index });
    button.setAttribute("aria-pressed", String(index === message.watched));
    button.setAttribute("aria-label", drivingLabel(message.kind, index, label, words.textContent));
    button.title = drivingHint(message.kind, index, label);
    item.append(button);
    return item;
  });
  view.find(`.${name}`).replaceChildren(...items);
}

// A digit as far as it was read at that step; or, of other sequences, what was read around it.
function drawDriving(view, canvas, n, step) {
  const { message, theme, T } = view;
  const { images, entering } = message.arrays;
  const [, rows, columns] = images.shape;
  const pixels = images.subarray(rows * columns * n, rows * columns * (n + 1));
  if (message.kind === "digit") {
    const order = message.reverse ? entering.map((t) => T - 1 - t) : entering;
    return drawReading(fit(canvas, SIDE, SIDE), SIDE, pixels, order, message.reverse ? T - 1 - step : step, theme);
  }
  const middle = (rows - 1) / 2;
  const first = Math.max(0, middle - step); // what lies beyond the ends is not there
  const last = Math.min(rows, middle + T - step);
  const tall = SIDE / rows;
  const g = fit(canvas, SIDE, SIDE);
  const box = { x: 0, y: first * tall, w: SIDE, h: (last - first) * tall };
  drawPixels(g, box, pixels.subarray(first * columns, last * columns), last - first, columns);
  outline(g, theme, { x: 1, y: middle * tall, w: SIDE - 2, h: tall }, 2);
}
