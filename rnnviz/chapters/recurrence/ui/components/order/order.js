// A digit with its rows in the order in which they are read; what each network believes after each row and
// at the end; and a table of what all of them read of the test digits.

import { beginPlot, drawPixels, fit, outline, quiet, title } from "../../../../../ui/components/canvas.js";
import { showBars } from "../../../../../ui/components/class_bars.js";
import { componentView, make, parts, say } from "../../../../../ui/components/component_view.js";
import { drawRibbons, rowAxis } from "../../../../../ui/components/heatmap.js";
import { share } from "../../../../../ui/components/numbers.js";
import { beliefTitle } from "../../../../../ui/components/text.js";
import { colorAt, css, inkOn } from "../../../../../ui/components/theme.js";
import { ALL_AT_ONCE, allLabel, beliefsLabel, digitLabel, howWords, LEARNT, NETWORK, orderName } from "./text.js";

export default componentView({ root: ".order", create, receive, draw });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    ...parts(find, "read", "plain", "how", "readers"),
    head: find("thead"),
    body: find("tbody"),
  });
}

function receive(view, message) {
  view.message = message;
  draw(view);
}

function draw(view) {
  view.width = view.root.clientWidth;
  const { arrays, words, read_as } = view.message;
  picture(view.read, arrays.read, digitLabel(words, read_as));
  picture(view.plain, arrays.plain, words);
  say(view.how, howWords(read_as));
  drawReaders(view);
  drawTable(view);
}

function picture(canvas, pixels, words) {
  const side = canvas.clientWidth;
  drawPixels(fit(canvas, side, side), { x: 0, y: 0, w: side, h: side }, pixels, 28, 28);
  canvas.setAttribute("aria-label", words);
}

function drawReaders(view) {
  const { readers, arrays } = view.message;
  while (view.readers.children.length < readers.length) view.readers.append(layReader());
  readers.forEach(({ name, rows }, n) => {
    const reader = view.readers.children[n];
    say(reader.querySelector(".name"), name);
    drawBelief(reader.querySelector("canvas"), view.theme, rows ? arrays[`${n}.belief`] : null, name);
    showBars(reader.querySelector(".bars"), view.theme, [...arrays[`${n}.final`]]);
  });
}

function layReader() {
  const name = make("p", { className: "name" });
  return make("div", { className: "reader" }, name, make("canvas", { role: "img" }), make("ol", { className: "bars" }));
}

function drawBelief(canvas, theme, belief, name) {
  const { g, box } = beginPlot(canvas, { left: 6, right: 6, top: 20, plot: 106, axis: 24 });
  if (belief === null) {
    quiet(g, theme, box, ALL_AT_ONCE);
    outline(g, { accent: theme.faint }, box, 1);
    canvas.setAttribute("aria-label", allLabel(name));
    return;
  }
  const [T, K] = belief.shape;
  title(g, theme, beliefTitle("row"), box);
  drawRibbons(g, box, belief, T, K, theme);
  outline(g, { accent: theme.faint }, box, 1);
  rowAxis(g, theme, box, box.y + box.h, T);
  canvas.setAttribute("aria-label", beliefsLabel(name));
}

function drawTable(view) {
  const { table, orders, read_as } = view.message;
  const heads = [NETWORK, LEARNT, ...orders.map(orderName)];
  view.head.replaceChildren(tableRow(heads.map((words, n) => box("th", words, orders[n - 2] === read_as))));
  view.body.replaceChildren(
    ...table.map(({ name, learnt, right, shown }) => {
      const shares = right.map((value, n) => shade(view, value, shown && orders[n] === read_as));
      return tableRow([box("th", name), box("th", learnt), ...shares]);
    }),
  );
}

const tableRow = (boxes) => make("tr", {}, ...boxes);
const box = (kind, words, now = false) => make(kind, { className: now ? "now" : "" }, words);

// A share on the scale of probabilities.
function shade(view, value, now) {
  const found = box("td", share(value), now);
  const color = colorAt(view.theme.sequential, value);
  Object.assign(found.style, { background: css(color), color: inkOn(color) });
  return found;
}
