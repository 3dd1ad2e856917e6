// One step pulled out of the input: [B, I] × [I, H], cell by cell, with the real numbers of the module.

import { make, say } from "../../../../../ui/components/component_view.js";
import { makeSvg } from "../../../../../ui/components/svg.js";
import { choose, draw } from "./blocks.js";
import { heat } from "./svg.js";
import { gateWords, productSentence, stepWords, sumWords } from "./text.js";

const SWEEP_MS = 1300;
const CELL = { most: 26, least: 9 };

export function pull(view) {
  view.pulled = !view.pulled;
  if (view.pulled) {
    const step = view.pick.tensor === "x" ? (view.pick.step ?? 0) : 0;
    const shown = view.message.arrays.x.shape[0];
    choose(view, "x", { step: Math.min(step, shown - 1) });
    sweep(view);
  } else stopProduct(view);
  draw(view);
}

// The product fills cell by cell, so that one sees it happen; whoever wants no motion has it at once.
function sweep(view) {
  stopProduct(view);
  const [, B, H] = resultShape(view);
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  view.product.shown = 0;
  const each = SWEEP_MS / (B * H);
  const start = performance.now();
  const tick = () => {
    const done = Math.min(B * H, Math.floor((performance.now() - start) / each));
    view.product.shown = done;
    Object.assign(view.product, { row: Math.min(B - 1, Math.floor(done / H)), unit: done % H });
    if (done >= B * H) Object.assign(view.product, { shown: Infinity, row: 0, unit: 0, timer: 0 });
    else view.product.timer = requestAnimationFrame(tick);
    drawProduct(view);
  };
  view.product.timer = requestAnimationFrame(tick);
}

export function stopProduct(view) {
  cancelAnimationFrame(view.product.timer);
  Object.assign(view.product, { shown: Infinity, timer: 0 });
}

function resultShape(view) {
  const [G, , B, H] = view.message.arrays.product.shape;
  return [G, B, H];
}

export function drawProduct(view) {
  const { find, message, product } = view;
  const place = find(".product");
  place.hidden = !view.pulled;
  if (!view.pulled || !message) return;
  const { x, weight, product: result } = message.arrays;
  const [T, B, I] = x.shape;
  const [G, , H] = weight.shape;
  const step = Math.min(view.pick.tensor === "x" && view.pick.step !== null ? view.pick.step : 0, T - 1);
  product.gate = Math.min(product.gate, G - 1);
  product.row = Math.min(product.row, B - 1);
  product.unit = Math.min(product.unit, H - 1);
  layGates(view);
  const { sizes } = message;
  const gate = message.gates[product.gate];
  const rows = `${product.gate * sizes.H}:${(product.gate + 1) * sizes.H}`;
  const part = gateWords(G > 1 ? gate : null);
  say(find(".says"), productSentence(sizes, { B, I, H }, message.weight, rows, part));
  say(find(".now"), stepWords(step + 1, sizes.T));
  find(".back").disabled = step === 0;
  find(".forth").disabled = step >= T - 1;
  drawMatrices(view, step, { B, I, H }, { x, weight, result });
}

function layGates(view) {
  const { find, message, product } = view;
  const place = find(".gates");
  if (place.children.length !== message.gates.length || place.textContent !== message.gates.join("")) {
    place.replaceChildren(
      ...message.gates.map((gate, n) => {
        const button = make("button", { type: "button", textContent: gate });
        button.onclick = () => {
          product.gate = n;
          sweep(view);
          drawProduct(view);
        };
        return button;
      }),
    );
  }
  [...place.children].forEach((button, n) => button.setAttribute("aria-pressed", String(n === product.gate)));
  place.hidden = message.gates.length === 1;
}

function drawMatrices(view, step, { B, I, H }, { x, weight, result }) {
  const { find, product, theme } = view;
  const svg = find(".matrices");
  const width = view.root.clientWidth;
  const cell = Math.max(CELL.least, Math.min(CELL.most, (width - 150) / (I + 2 * H)));
  const sign = 34;
  const at = {
    x: (b, i) => x[(step * B + b) * I + i],
    weight: (i, h) => weight[(product.gate * I + i) * H + h],
    result: (b, h) => result[((product.gate * x.shape[0] + step) * B + b) * H + h],
  };
  const rows = Math.max(B, I);
  const total = cell * (I + 2 * H) + 2 * sign;
  const left = Math.max(30, (Math.min(width, 900) - total) / 2);
  const height = rows * cell + 44;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);
  svg.replaceChildren();
  const grid = (x0, n, m, value, name, lit, hidden = (_row, _column) => false) => {
    const y0 = 28 + ((rows - n) * cell) / 2;
    let reach = 1e-9;
    for (let r = 0; r < n; r++) for (let c = 0; c < m; c++) reach = Math.max(reach, Math.abs(value(r, c)));
    const label = { x: x0 + (m * cell) / 2, y: y0 - 9, fill: theme.text, "text-anchor": "middle" };
    svg.append(makeSvg("text", label, name));
    for (let r = 0; r < n; r++) {
      for (let c = 0; c < m; c++) {
        const box = { x: x0 + c * cell, y: y0 + r * cell, width: cell - 1, height: cell - 1 };
        const fill = hidden(r, c) ? theme.faint : heat(theme.diverging, value(r, c), reach);
        const square = makeSvg("rect", { ...box, fill, stroke: lit(r, c) ? theme.accent : null, "stroke-width": 2 });
        if (value === at.result) {
          square.onclick = () => {
            Object.assign(product, { row: r, unit: c });
            drawProduct(view);
          };
        }
        svg.append(square);
      }
    }
    return x0 + m * cell;
  };
  const middle = 28 + (rows * cell) / 2 + 5;
  const put = (x0, words) => svg.append(makeSvg("text", { x: x0 + sign / 2, y: middle, fill: theme.text, "text-anchor": "middle", class: "sign" }, words));
  let end = grid(left, B, I, at.x, "x_t [B, I]", (r) => r === product.row);
  put(end, "×");
  end = grid(end + sign, I, H, at.weight, "W [I, H]", (_, c) => c === product.unit);
  put(end, "=");
  const shown = (r, c) => r * H + c >= product.shown;
  grid(end + sign, B, H, at.result, "[B, H]", (r, c) => r === product.row && c === product.unit, shown);
  saySum(view, { I }, at);
}

function saySum(view, { I }, at) {
  const { row, unit } = view.product;
  const sizes = view.message.sizes;
  const number = (value) => value.toFixed(2).replace("-", "−");
  const factor = (value) => (value < 0 ? `(${number(value)})` : number(value));
  const terms = Array.from({ length: Math.min(3, I) }, (_, i) => `${number(at.x(row, i))}·${factor(at.weight(i, unit))}`);
  say(view.find(".sum"), sumWords(row + 1, unit + 1, terms, sizes.I, number(at.result(row, unit))));
}

export function listenProduct(view) {
  const { find, product } = view;
  const move = (by) => {
    const T = view.message.arrays.x.shape[0];
    const step = Math.max(0, Math.min(T - 1, (view.pick.step ?? 0) + by));
    choose(view, "x", { step });
    sweep(view);
    draw(view);
  };
  find(".back").onclick = () => move(-1);
  find(".forth").onclick = () => move(1);
  find(".matrices").onkeydown = (event) => {
    const [, B, H] = resultShape(view);
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!by) return;
    event.preventDefault();
    stopProduct(view);
    product.row = (product.row + by[0] + B) % B;
    product.unit = (product.unit + by[1] + H) % H;
    drawProduct(view);
  };
}
