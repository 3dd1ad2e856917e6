// Lines over steps, on a logarithmic or an even scale, and small numbers as bars. The numbers come with the
// message; a cursor under the mouse, or by arrow keys, reads them.

import { listenCursor } from "../../../../../ui/components/axes.js";
import { beginPlot, faintly, line, path, quiet, title } from "../../../../../ui/components/canvas.js";
import { componentView, make, say } from "../../../../../ui/components/component_view.js";
import { decadeFrame, endLabels, frame } from "../../../../../ui/components/curves.js";
import { grouped, lastBefore, lastFinite, niceStep, scientific } from "../../../../../ui/components/numbers.js";
import { LATER } from "../../../../../ui/components/text.js";
import { chartLabel, readoutWords } from "./text.js";

const PLOT = { left: 48, right: 92, top: 22, plot: 204, axis: 24 };
const TINY = [-17, 0]; // powers of ten of the bars

export default componentView({ root: ".charts", create, receive, draw: show });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    plots: find(".plots"),
    bars: find(".bars-of"),
    barsName: find(".bars-of .name"),
    list: find(".bars-of ul"),
    parts: [],
  });
}

function receive(view, message) {
  view.message = message;
  message.charts.forEach((chart) =>
    chart.series.forEach((one) => {
      one.xs = message.arrays[`${one.id}.x`];
      one.ys = message.arrays[`${one.id}.y`];
    }),
  );
  if (view.parts.length !== message.charts.length) layParts(view);
  view.bars.hidden = !message.bars;
  view.root.classList.toggle("sided", Boolean(message.bars));
  view.root.setAttribute("aria-label", message.label);
  show(view);
}

function layParts(view) {
  view.parts = view.message.charts.map(() => {
    const canvas = make("canvas", { role: "img", tabIndex: 0 });
    const value = make("p", { className: "value" });
    const part = { canvas, value, hover: null, layout: null };
    listenCursor(canvas, () => cursorScale(part), (step) => moveTo(view, part, step));
    canvas.onpointerleave = () => moveTo(view, part, null);
    return part;
  });
  view.plots.replaceChildren(...view.parts.flatMap(({ canvas, value }) => [canvas, value]));
}

const cursorScale = ({ layout: { box, least, most }, hover }) => ({
  ...{ box, least, most, at: hover ?? most },
  stride: Math.max(1, Math.round((most - least) / 50)),
});

function moveTo(view, part, hover) {
  part.hover = hover;
  drawPart(view, view.parts.indexOf(part));
}

function show(view) {
  view.message.charts.forEach((_, n) => drawPart(view, n));
  if (view.message.bars) showBarsOf(view, view.message.bars);
}

function drawPart(view, n) {
  const part = view.parts[n];
  const chart = view.message.charts[n];
  const { g, box } = beginPlot(part.canvas, part.canvas.clientWidth < 420 ? { ...PLOT, right: 76 } : PLOT);
  const [least, most] = chart.range;
  const x = (step) => box.x + (box.w * (step - least)) / Math.max(most - least, 1);
  const y = drawScale(g, view.theme, box, chart);
  title(g, view.theme, chart.title, box);
  xAxis(g, view.theme, box, chart, x);
  const labels = [];
  for (const one of chart.series) {
    const colour = view.theme[one.colour] ?? one.colour;
    g.setLineDash(one.dash ? [5, 5] : []);
    g.globalAlpha = one.faint ? 0.5 : 1;
    path(g, colour, one.width, one.xs, one.ys, x, y);
    g.globalAlpha = 1;
    g.setLineDash([]);
    const last = lastFinite(one.ys);
    if (last >= 0) labels.push([one.name, colour, Math.max(x(one.xs[last]), box.x), y(one.ys[last])]);
  }
  marksOf(g, view.theme, box, chart, x, y);
  endLabels(g, view.theme, box, labels);
  if (!labels.length) quiet(g, view.theme, box, chart.waiting ?? LATER);
  part.layout = { box, least, most };
  const at = part.hover;
  if (at !== null) line(g, view.theme.accent, 1.5, x(at), box.y, x(at), box.y + box.h);
  const told = readout(chart, at);
  say(part.value, told);
  part.canvas.setAttribute("aria-label", chartLabel(chart.title, told));
}

// Draw the frame of a chart; return the height of a value.
function drawScale(g, theme, box, { log, scale }) {
  if (log) return decadeFrame(g, theme, box, scale, 5);
  const [low, high] = scale;
  const y = (value) => box.y + box.h * (1 - (Math.max(low, Math.min(high, value)) - low) / (high - low));
  frame(g, theme, box, [low, (low + high) / 2, high], y, (value) => String(Number(value.toPrecision(3))));
  return y;
}

function xAxis(g, theme, box, { range: [least, most], word }, x) {
  const apart = niceStep(Math.max(most - least, 4) / Math.max(2, Math.floor(box.w / 80)));
  faintly(g, theme, `${word} ${least}`, box.x, box.y + box.h + 6, "left", "top");
  for (let step = Math.ceil((least + 1) / apart) * apart; step <= most; step += apart) {
    if (x(step) < box.x + 62) continue;
    faintly(g, theme, grouped(step), x(step), box.y + box.h + 6, "center", "top");
  }
}

// Lines that mean something: at a step (across: false) or at a value.
function marksOf(g, theme, box, { marks = [] }, x, y) {
  for (const { at, words, across } of marks) {
    g.setLineDash([4, 3]);
    if (across) line(g, theme.text, 1.2, box.x, y(at), box.x + box.w, y(at));
    else line(g, theme.text, 1.2, x(at), box.y, x(at), box.y + box.h);
    g.setLineDash([]);
    const right = across || x(at) > box.x + box.w / 2;
    const from = across ? box.x + box.w - 6 : x(at) + (right ? -5 : 5);
    faintly(g, theme, words, from, across ? y(at) - 5 : box.y + 10, right ? "right" : "left", across ? "bottom" : "middle");
  }
}

function readout({ series, word, range }, at) {
  const begun = series.filter(({ ys }) => lastFinite(ys) >= 0);
  if (!begun.length) return "";
  const told = begun.map(({ name, xs, ys }) => [name, ys[at === null ? lastFinite(ys) : Math.max(0, lastBefore(xs, at))]]);
  const last = Math.max(range[0], ...begun.map(({ xs, ys }) => xs[lastFinite(ys)]));
  return readoutWords(word, at ?? last, told);
}

// Small numbers, as bars by their power of ten.
function showBarsOf(view, { name, values }) {
  say(view.barsName, name);
  while (view.list.children.length > values.length) view.list.lastChild.remove();
  values.forEach(([words, value], n) => {
    let row = view.list.children[n];
    if (!row) {
      row = make("li", {}, make("span"), make("span", { className: "track" }, make("i")), make("span"));
      view.list.append(row);
    }
    const [label, track, told] = row.children;
    const power = value > 0 ? Math.log10(value) : TINY[0];
    const share = Math.max(0, Math.min(1, (power - TINY[0]) / (TINY[1] - TINY[0])));
    say(label, words);
    label.title = words;
    track.firstChild.style.width = `${100 * share}%`;
    say(told, value === null ? "–" : value === 0 ? "0" : scientific(value));
  });
}
