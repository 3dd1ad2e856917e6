// Three lenses on one computation: the formula with numbers, the line that runs, the matrices. All of it
// comes at once; one cursor, a line of a time step, moves over everything and asks the server nothing.

import { go, listenAxes, showAxes, stop } from "../../../../../ui/components/axes.js";
import { componentView, make, parts, say } from "../../../../../ui/components/component_view.js";
import { placeOf } from "../../../../../ui/components/text.js";
import { largest, layMatrix, twoDecimals } from "./matrices.js";
import {
  AND, codeTitle, KEYS, LINE, normsSentence, partName, placeWords, shareName, SUM_NAME, wayWords,
} from "./text.js";

export default componentView({ root: ".lenses", create, receive });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    ...parts(find, "strip", "where", "letters", "numbers", "which"),
    codeName: find(".code .name"),
    code: find(".code ol"),
    matrices: find(".matrices .all"),
    flow: find(".flow .all"),
    sum: find(".flow .sum"),
    row: 0, // the cursor: a moment
    unit: 0, // the number that is explained
  });
  listenAxes(view, { axisOf, moved, upright: ["unit", 1], speeds: [0.7, 1.5, 4] });
  say(find(".hint"), KEYS);
  view.watch = new ResizeObserver(() => view.message && keepRoom(view));
}

function receive(view, message) {
  const fresh = view.message?.id !== message.id;
  view.message = message;
  if (fresh) {
    stop(view);
    view.row = view.unit = 0;
  }
  view.most = Math.max(...message.moments.flatMap((m) => [m.value, ...m.operands.map((o) => o.rows)]).map(largest));
  keepRoom(view);
  layStrip(view);
  show(view);
}

function axisOf(view, axis) {
  if (axis === "unit") return { last: now(view).cells.length - 1 };
  const { length } = view.message.moments;
  return { last: length - 1, what: LINE, count: placeOf(view.row + 1, length) };
}

const now = (view) => view.message.moments[view.row];

function moved(view) {
  view.unit = Math.min(view.unit, now(view).cells.length - 1);
  show(view);
}

// Nothing below is to jump while the cursor moves: the tallest line decides.
function keepRoom(view) {
  const { sources, moments } = view.message;
  const rows = Math.max(...moments.map((m) => Math.max(m.value.length, ...m.operands.map((o) => o.rows.length))));
  const lines = Math.max(...sources.map(({ text }) => text.length));
  const wraps = view.root.clientWidth < 700 ? 2.6 : 1;
  view.matrices.style.minHeight = `${wraps * (1.5 + 1.95 * rows)}rem`;
  view.code.style.minHeight = `${1 + lines * 0.78 * 1.55}rem`;
}

function layStrip(view) {
  const { moments } = view.message;
  const firsts = moments.map((_, n) => n).filter((n) => n === 0 || moments[n].t !== moments[n - 1].t || moments[n].back !== moments[n - 1].back);
  view.parts = firsts;
  view.strip.replaceChildren(
    ...firsts.map((n) => {
      const { back, t } = moments[n];
      const button = make("button", { type: "button" }, partName(back, t + 1));
      button.setAttribute("aria-label", wayWords(back, t + 1));
      button.onclick = () => {
        stop(view);
        go(view, "row", n);
      };
      return button;
    }),
  );
}

function show(view) {
  const moment = now(view);
  const { steps } = view.message;
  const part = view.parts.findLastIndex((first) => first <= view.row);
  [...view.strip.children].forEach((button, n) => {
    button.classList.toggle("now", n === part);
    button.classList.toggle("done", n < part);
    button.setAttribute("aria-current", n === part ? "step" : "false");
  });
  say(view.where, `${wayWords(moment.back, moment.t + 1)} of ${steps}`);
  showFormula(view, moment);
  showCode(view, moment);
  showMatrices(view, moment);
  showFlow(view);
  showAxes(view);
}

function showFormula(view, moment) {
  const columns = moment.value[0].length;
  const [i, j] = [Math.floor(view.unit / columns), view.unit % columns];
  say(view.letters, moment.letters);
  say(view.numbers, `${moment.cells[view.unit]} = ${twoDecimals(moment.value[i][j])}`);
  say(view.which, placeWords(i + 1, j + 1, moment.value.length, columns));
}

function showCode(view, moment) {
  const source = view.message.sources[Number(moment.back)];
  say(view.codeName, codeTitle(source.file));
  if (view.shown !== source) {
    view.shown = source;
    view.code.replaceChildren(
      ...source.text.map((words, n) => {
        const line = make("li");
        const count = make("i", { textContent: source.first + n });
        line.append(count, words || " ");
        const at = source.steps.indexOf(n);
        if (at >= 0) {
          line.classList.add("stop");
          line.onclick = () => goToLine(view, at);
        }
        return line;
      }),
    );
  }
  [...view.code.children].forEach((line, n) => line.classList.toggle("now", n === source.steps[moment.line]));
}

function goToLine(view, line) {
  const { back, t } = now(view);
  const to = view.message.moments.findIndex((m) => m.back === back && m.t === t && m.line === line);
  stop(view);
  go(view, "row", to);
}

function showMatrices(view, moment) {
  const columns = moment.value[0].length;
  const [i, j] = [Math.floor(view.unit / columns), view.unit % columns];
  const parts = [];
  const result = layMatrix(asMatrix(moment.letters.split(" = ")[0], moment.value, view.most), view.theme, (n) => {
    if (n === view.unit) return;
    view.unit = n;
    show(view);
  });
  result.querySelectorAll(".cells span")[view.unit].classList.add("now");
  parts.push(result, sign("="));
  moment.operands.forEach(({ name, rows, used }, n) => {
    const matrix = layMatrix(asMatrix(name, rows, view.most), view.theme);
    const wide = rows[0].length;
    matrix.querySelectorAll(".cells span").forEach((cell, at) => {
      const here = { i: Math.floor(at / wide), j: at % wide };
      cell.classList.toggle("used", isUsed(used, here, { i, j }, rows.length));
    });
    if (n) parts.push(sign(AND));
    parts.push(matrix);
  });
  view.matrices.replaceChildren(...parts);
}

// Whether a number of an operand goes into number (i, j): "i*" is row i, "j*" row j, "*i" column i …
function isUsed(used, here, wanted, rows) {
  const [row, column] = used;
  const fits = (sign, at, alone) => sign === "*" || alone || at === wanted[sign];
  return fits(row, here.i, rows === 1) && fits(column, here.j, false);
}

const asMatrix = (name, rows, most) => ({ name, rows, most, shape: [rows.length, rows[0].length] });

const sign = (words) => make("span", { className: "sign" }, words);

// What each time step adds to ∂L/∂W_hh, as far as the way back has come, and the sum so far.
function showFlow(view) {
  const { moments, shares, steps } = view.message;
  const most = Math.max(...shares.map(largest), largest(total(shares)));
  const come = moments.slice(0, view.row + 1).filter((m) => m.name === "dW_hh").map((m) => m.t);
  const H = shares[0].length;
  const parts = [];
  for (let t = steps - 1; t >= 0; t--) {
    const rows = come.includes(t) ? shares[t] : null;
    if (parts.length) parts.push(sign("+"));
    parts.push(layMatrix({ name: shareName(t + 1), rows, most, shape: [H, H] }, view.theme));
  }
  const sum = come.length ? total(come.map((t) => shares[t])) : null;
  parts.push(sign("="), layMatrix({ name: SUM_NAME, rows: sum, most, shape: [H, H] }, view.theme));
  view.flow.replaceChildren(...parts);
  const told = come.map((t) => [t + 1, norm(shares[t])]);
  say(view.sum, normsSentence(told, sum && norm(sum), come.length === steps));
}

const total = (matrices) =>
  matrices[0].map((row, i) => row.map((_, j) => matrices.reduce((sum, matrix) => sum + matrix[i][j], 0)));

const norm = (rows) => Math.hypot(...rows.flat());
