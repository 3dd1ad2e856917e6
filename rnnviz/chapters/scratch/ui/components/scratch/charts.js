// Lines over steps, on a logarithmic or an even scale, and small numbers as bars. The numbers come with the
// message; a cursor under the mouse, or by arrow keys, reads them.

const PLOT = { left: 48, right: 92, top: 22, plot: 204, axis: 24 };
const TINY = [-17, 0]; // powers of ten of the bars

export default function (component) {
  return keepView(component, createView, receive);
}

function createView(parentElement) {
  const find = (selector) => parentElement.querySelector(selector);
  const view = {
    root: find(".charts"),
    plots: find(".plots"),
    bars: find(".bars-of"),
    barsName: find(".bars-of .name"),
    list: find(".bars-of ul"),
    message: null,
    parts: [],
    width: 0,
  };
  return drawnAnew(view, show);
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
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    canvas.tabIndex = 0;
    const value = Object.assign(document.createElement("p"), { className: "value" });
    const part = { canvas, value, hover: null, layout: null };
    canvas.onpointermove = canvas.onpointerdown = (event) => point(view, part, event);
    canvas.onpointerleave = () => moveTo(view, part, null);
    canvas.onkeydown = (event) => moveByKey(view, part, event);
    return part;
  });
  view.plots.replaceChildren(...view.parts.flatMap(({ canvas, value }) => [canvas, value]));
}

function point(view, part, event) {
  const { box, most, least } = part.layout;
  const place = (event.clientX - part.canvas.getBoundingClientRect().left - box.x) / box.w;
  moveTo(view, part, Math.round(least + Math.max(0, Math.min(1, place)) * (most - least)));
}

function moveByKey(view, part, event) {
  const { most, least } = part.layout;
  const stride = Math.max(1, Math.round((most - least) / 50));
  const from = part.hover ?? most;
  const moves = { ArrowLeft: from - stride, ArrowRight: from + stride, Home: least, End: most };
  if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  moveTo(view, part, Math.max(least, Math.min(most, moves[event.key])));
}

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
  const { left, right, top, plot, axis } = PLOT;
  const width = part.canvas.clientWidth;
  const g = fit(part.canvas, width, top + plot + axis);
  const narrow = width < 420;
  const box = { x: left, y: top, w: Math.max(width - left - (narrow ? 76 : right), 1), h: plot };
  const [least, most] = chart.range;
  const x = (step) => box.x + (box.w * (step - least)) / Math.max(most - least, 1);
  const { y, ticks, words } = scaleOf(box, chart);
  frame(g, view.theme, box, ticks, y, words);
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
  if (!labels.length) quiet(g, view.theme, box, chart.waiting ?? "appears with the first steps");
  part.layout = { box, least, most };
  const at = part.hover;
  if (at !== null) line(g, view.theme.accent, 1.5, x(at), box.y, x(at), box.y + box.h);
  const told = readout(chart, at);
  say(part.value, told);
  part.canvas.setAttribute("aria-label", `${chart.title}. ${told}`);
}

function scaleOf(box, chart) {
  const [low, high] = chart.scale;
  if (!chart.log) {
    const y = (value) => box.y + box.h * (1 - (Math.max(low, Math.min(high, value)) - low) / (high - low));
    return { y, ticks: [low, (low + high) / 2, high], words: (value) => String(Number(value.toPrecision(3))) };
  }
  const y = (value) => {
    const place = (Math.log10(Math.max(value, 1e-300)) - low) / (high - low);
    return box.y + box.h * (1 - Math.max(0, Math.min(1, place)));
  };
  const apart = Math.max(1, Math.ceil((high - low) / 5));
  const ticks = [];
  for (let power = high; power >= low; power -= apart) ticks.push(10 ** power);
  return { y, ticks, words: (value) => powerOfTen(Math.round(Math.log10(value))) };
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
  const told = series
    .filter(({ ys }) => lastFinite(ys) >= 0)
    .map(({ name, xs, ys }) => {
      const n = at === null ? lastFinite(ys) : Math.max(0, lastBefore(xs, at));
      return `${name} ${fourDigits(ys[n])}`;
    });
  if (!told.length) return "";
  const last = Math.max(...series.map(({ xs, ys }) => (lastFinite(ys) < 0 ? range[0] : xs[lastFinite(ys)])));
  return `At ${word} ${grouped(at ?? last)}: ${told.join(", ")}`;
}

function fourDigits(value) {
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e6 ? String(Number(value.toPrecision(4))) : scientific(value);
}

// Small numbers, as bars by their power of ten.
function showBarsOf(view, { name, values }) {
  say(view.barsName, name);
  while (view.list.children.length > values.length) view.list.lastChild.remove();
  values.forEach(([words, value], n) => {
    let row = view.list.children[n];
    if (!row) {
      row = document.createElement("li");
      const track = Object.assign(document.createElement("span"), { className: "track" });
      track.append(document.createElement("i"));
      row.append(document.createElement("span"), track, document.createElement("span"));
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
