// Networks unrolled over the characters of one line: what goes in, h, the probabilities, what is chosen.
// Two axes, epochs and characters, move over all networks and ask the server nothing.

import { go, listenAxes, showAxes, stop } from "../../../../../ui/components/axes.js";
import { fit } from "../../../../../ui/components/canvas.js";
import { classed, componentView, make, say } from "../../../../../ui/components/component_view.js";
import { drawHeat } from "../../../../../ui/components/heatmap.js";
import { mostProbable } from "../../../../../ui/components/numbers.js";
import { placeOf } from "../../../../../ui/components/text.js";
import { colorAt, css } from "../../../../../ui/components/theme.js";
import { answersSentence, answerWords, CHARACTER, EPOCHS, KEYS, lossWords, seen, statesLabel } from "./text.js";

const SHOWN = 6; // probabilities of a column

export default componentView({ root: ".spelled", create, receive, draw: show });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    readout: find(".readout"),
    networks: find(".networks"),
    parts: [],
    frame: 0,
    step: 0,
    following: true, // the newest epoch, until somebody looks elsewhere
    laid: "",
  });
  listenAxes(view, { axisOf, moved, speeds: [1, 3, 10] });
  say(find(".hint"), KEYS);
  view.networks.replaceChildren();
}

function receive(view, message) {
  const fresh = view.message?.id !== message.id;
  view.message = message;
  if (fresh) {
    stop(view);
    view.step = message.source.length - 1;
    view.following = true;
  }
  const last = message.frames.length - 1;
  view.frame = view.following ? last : Math.min(view.frame, last);
  view.step = Math.min(view.step, message.source.length - 1);
  lay(view);
  show(view);
}

function axisOf({ message: { frames, source }, frame, step }, axis) {
  const F = frames.length;
  if (axis === "frame") return { on: F > 1, last: F - 1, what: EPOCHS, count: String(frames[frame]) };
  return { last: source.length - 1, what: CHARACTER, count: placeOf(step + 1, source.length) };
}

function moved(view, axis) {
  if (axis === "frame") view.following = view.frame === view.message.frames.length - 1;
  show(view);
}

// The elements of all columns, made anew only for another line or other networks.
function lay(view) {
  const { networks, source, symbols } = view.message;
  const wanted = JSON.stringify([networks, source, symbols]);
  if (wanted === view.laid) return;
  view.laid = wanted;
  view.root.style.setProperty("--networks", networks.length);
  view.parts = networks.map((name) => layNetwork(view, name));
  view.networks.replaceChildren(...view.parts.map(({ element }) => element));
}

function layNetwork(view, name) {
  const [lost, answer] = [classed("span", "lost"), classed("p", "answer")];
  const columns = view.message.source.map((symbol, t) => layColumn(view, symbol, t));
  const row = make("div", { className: "columns", tabIndex: 0, role: "group" }, ...columns.map(({ element }) => element));
  const element = classed("section", "network", make("h3", {}, make("span", {}, name), lost), answer, row);
  return { element, lost, answer, row, columns };
}

function layColumn(view, symbol, t) {
  const h = make("canvas", { className: "h", role: "img" });
  const count = Math.min(SHOWN, view.message.symbols.length);
  const bars = Array.from({ length: count }, () => ({ symbol: classed("span", "symbol"), bar: make("i") }));
  const list = classed("ul", "shares", ...bars.map(({ symbol: name, bar }) => make("li", {}, name, bar)));
  const [chosen, wanted] = [classed("span", "chosen"), classed("span", "wanted")];
  const out = classed("div", "out", chosen, wanted);
  const [cost, loss] = [make("i"), make("span")];
  const inside = [classed("div", "in", seen(symbol)), h, list, out, classed("div", "cost", cost, loss)];
  const element = classed("div", "column", ...inside);
  element.onclick = () => {
    stop(view);
    go(view, "step", t);
  };
  return { element, h, bars, out, chosen, wanted, cost, loss };
}

function show(view) {
  showAxes(view);
  const { arrays, source, target, networks } = view.message;
  view.parts.forEach((part, n) => {
    const [h, p, loss] = ["h", "p", "loss"].map((name) => arrays[`${n}.${name}`]);
    const [, T, H] = h.shape;
    const K = p.shape[2];
    const at = Math.min(view.frame, h.shape[0] - 1);
    const table = { h, p, loss, T, H, K, at };
    part.element.style.setProperty("--h-height", `${Math.min(112, Math.max(48, 14 * H))}px`);
    part.columns.forEach((column, t) => showColumn(view, column, table, t));
    scrollTo(part.row, part.columns[view.step].element);
    const sum = loss.slice(at * T, at * T + T).reduce((total, one) => total + one, 0);
    say(part.lost, lossWords(sum));
    showAnswer(view, part, table);
  });
  say(view.readout, inWordsNow(view, networks, source, target));
}

// Keep the character of the cursor within a row that is wider than its place; the page stays where it is.
function scrollTo(row, column) {
  const left = column.offsetLeft - row.offsetLeft;
  const right = left + column.offsetWidth;
  if (left < row.scrollLeft) row.scrollLeft = left - 4;
  else if (right > row.scrollLeft + row.clientWidth) row.scrollLeft = right - row.clientWidth + 4;
}

function inWordsNow(view, networks, source, target) {
  const { arrays, symbols } = view.message;
  const t = view.step;
  const told = networks.map((name, n) => {
    const p = arrays[`${n}.p`];
    const [F, T, K] = p.shape;
    const [best, probability] = mostProbable(shares({ p, T, K, at: Math.min(view.frame, F - 1) }, t));
    return [name, symbols[best], probability];
  });
  return answersSentence(source[t], target[t], told);
}

// The probabilities of all symbols after character t.
function shares({ p, T, K, at }, t) {
  return p.subarray((at * T + t) * K, (at * T + t + 1) * K);
}

function showAnswer(view, part, table) {
  const { symbols, target } = view.message;
  part.answer.replaceChildren(
    ...target.map((wanted, t) => {
      const symbol = symbols[mostProbable(shares(table, t))[0]];
      return make("span", { className: symbol === wanted ? "" : "wrong" }, symbol);
    }),
  );
}

function showColumn(view, column, table, t) {
  const { symbols, target, source } = view.message;
  const { h, loss, T, H, at } = table;
  column.element.classList.toggle("now", t === view.step);
  column.element.classList.toggle("later", t > view.step);
  const values = h.subarray((at * T + t) * H, (at * T + t + 1) * H);
  const width = Math.max(column.h.clientWidth, 1);
  const height = Math.max(column.h.clientHeight, 1);
  const g = fit(column.h, width, height);
  drawHeat(g, { x: 0, y: 0, w: width, h: height }, values, 1, H, view.theme.diverging, [-1, 1]);
  column.h.setAttribute("aria-label", statesLabel(source[t], values.slice(0, 8)));
  const own = shares(table, t);
  const [code] = mostProbable(own);
  const order = Array.from(own, (_, k) => k);
  if (own.length > SHOWN) order.sort((one, other) => own[other] - own[one]);
  column.bars.forEach(({ symbol, bar }, k) => {
    const share = own[order[k]];
    say(symbol, seen(symbols[order[k]]));
    bar.style.width = `${100 * share}%`;
    bar.style.background = css(colorAt(view.theme.sequential, 0.25 + 0.75 * share));
  });
  const right = symbols[code] === target[t];
  say(column.chosen, seen(symbols[code]));
  say(column.wanted, answerWords(right, target[t]));
  column.out.classList.toggle("wrong", !right);
  const cost = loss[at * T + t];
  say(column.loss, cost.toFixed(2));
  column.cost.style.width = `${Math.min(100, 100 * (cost / 3))}%`;
}
