// The cell's equation with one unit's numbers at one time step. The lines are laid once for a reading;
// then only numbers and indices change, in places of fixed width.

import { make, say } from "../component_view.js";
import { here, projectedAt, touched } from "./cursor.js";
import { inWordsOf } from "./sentences.js";
import { exact, GATE_NAMES, ofUnit, OTHER_UNITS, SUM_CHOICE, THE_SUM, unfoldHint } from "./text.js";

const n = (slot, label, gate = null) => ({ slot, label, gate });

const WHOLE = {
  lstm: [
    [n("c", "c@"), "=", n("f", "f", "f"), "·", n("c_prev", "c<"), "+", n("i", "i", "i"), "·", n("g", "g", "g"), "=", n("kept", "f·c<"), "+", n("added", "i·g")],
    [n("made", "h@"), "=", n("o", "o", "o"), "· tanh(", n("c", "c@"), ") =", n("o", "o", "o"), "·", n("squashed", "tanh c@")],
  ],
  gru: [
    [n("h", "h@"), "= (1 −", n("z", "z", "z"), ") ·", n("n", "n", "n"), "+", n("z", "z", "z"), "·", n("h_prev", "h<"), "=", n("added", "(1−z)·n"), "+", n("kept", "z·h<")],
  ],
  rnn: [],
};
const PROJECTED = [n("hp", "h@"), "=", n("weight", "W_hr"), "·", n("made", "o·tanh c@"), "+", n("others", OTHER_UNITS)];
const SUM = [n("input", "W_ih x@"), "+", n("bias_ih", "b_ih"), "+", n("state", "W_hh h<"), "+", n("bias_hh", "b_hh")];
const SUM_OF_N = [n("input", "W_in x@"), "+", n("bias_ih", "b_in"), "+", n("r", "r", "r"), "· (", n("state", "W_hn h<"), "+", n("bias_hh", "b_hn"), ")"];

export function layEquation(view) {
  const { cell, gates, arrays, nonlinearity } = view.message;
  const lines = WHOLE[cell].map((line) => [...line]);
  if (arrays.weight_hr) {
    lines[1][0] = n("made", "o·tanh c@");
    lines.push(PROJECTED);
  }
  view.equation.classList.toggle("stacked", cell === "gru" || lines.length > 2);
  view.slots = [];
  view.formulas.replaceChildren(...lines.map((line) => layLine(view, line)));
  const { gate } = view;
  const squash = gate === "h" ? nonlinearity : "gn".includes(gate) ? "tanh" : "σ";
  const bias = Boolean(arrays.bias_ih);
  const full = cell === "gru" && gate === "n" ? SUM_OF_N : SUM;
  const sum = bias ? full : full.filter((part, at) => !(typeof part === "object" && part.slot.startsWith("bias")) && !withoutBias(full, at));
  const line = [n(gate, `${gate}@`), `= ${squash}(`, ...sum, `) = ${squash}(`, n("a", THE_SUM), ")"];
  const tabs = make("div", { className: "gates", role: "group", ariaLabel: SUM_CHOICE });
  if (gates.length > 1) tabs.append(...gates.map((name) => layTab(view, name)));
  view.sum.replaceChildren(tabs, layLine(view, line));
}

// Whether a "+" stands before a bias that is not there.
const withoutBias = (parts, at) => parts[at] === "+" && (parts[at + 1]?.slot ?? "").startsWith("bias");

function layTab(view, name) {
  const tab = make("button", { type: "button", textContent: GATE_NAMES[name] });
  tab.setAttribute("aria-pressed", String(name === view.gate));
  tab.onclick = () => {
    unfold(view, name);
    view.sum.querySelector('[aria-pressed="true"]').focus();
  };
  return tab;
}

function unfold(view, gate) {
  view.gate = gate;
  layEquation(view);
  tellEquation(view);
  touched(view);
}

function layLine(view, parts) {
  const line = make("p", { className: "line" });
  for (const part of parts) {
    if (typeof part === "string") {
      line.append(make("span", { className: "sign", textContent: part }));
      continue;
    }
    const [value, label] = [make("b"), make("small")];
    const term = make("span", { className: "term" }, value, label);
    term.dataset.slot = part.slot;
    if (part.gate && view.message.gates.length > 1) {
      term.classList.add("gate");
      term.title = unfoldHint(part.gate);
      term.onclick = () => unfold(view, part.gate);
    }
    line.append(term);
    view.slots.push({ ...part, value, text: label });
  }
  return line;
}

export function tellEquation(view) {
  const { row, unit } = here(view);
  const before = view.message.reverse ? row + 1 : row - 1;
  const first = before < 0 || before >= view.T;
  const values = numbersAt(view, row, unit, first ? null : before);
  for (const { slot, label, value, text } of view.slots) {
    say(value, exact(values(slot)));
    const own = slot === "hp" ? ofUnit(projectedAt(view) + 1) : "";
    say(text, label.replace("@", subscript(row + 1)).replace("<", subscript(before + 1)) + own);
  }
  say(view.inwords, inWordsOf(view));
}

const subscript = (count) => [...String(count)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join("");

// What stands in each place of the equation; `before` is null where the reading begins.
function numbersAt(view, row, unit, before) {
  const { arrays, gates } = view.message;
  const { T, U } = view;
  const k = gates.indexOf(view.gate);
  const of = (values) => values[row * U + unit];
  const sums = (values) => values[(k * T + row) * U + unit];
  const from = (name) => {
    if (arrays[`${name}_prev`]) return of(arrays[`${name}_prev`]);
    return before === null ? 0 : arrays[`panel.${name}`][before * U + unit];
  };
  const slots = {
    input: () => sums(arrays.from_input),
    state: () => sums(arrays.from_state),
    a: () => sums(arrays.a),
    bias_ih: () => arrays.bias_ih[k * U + unit],
    bias_hh: () => arrays.bias_hh[k * U + unit],
    c_prev: () => from("c"),
    h_prev: () => from("h"),
    weight: () => arrays.weight_hr[projectedAt(view) * U + unit],
    hp: () => projectedNow(),
    others: () => projectedNow() - slots.weight() * of(arrays.made),
  };
  const projectedNow = () => {
    const h = arrays["panel.h"];
    return h[row * h.shape[1] + projectedAt(view)];
  };
  return (slot) => (slots[slot] ? slots[slot]() : of(arrays[slot] ?? arrays[`panel.${slot}`]));
}
