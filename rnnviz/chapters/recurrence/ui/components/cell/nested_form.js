// The nested form: h_T, of which one bracket after the other is unfolded, and what each bracket comes to.

import { make, say } from "../../../../../ui/components/component_view.js";
import { scientific } from "../../../../../ui/components/numbers.js";
import { fixed } from "./drawing.js";

export function drawNested(view) {
  const { T, row } = view;
  view.formula.replaceChildren(letter("h", T), " = ", ...unfold(T, row, T));
  if (view.values.children.length !== T) layValues(view);
  const { brackets, h, apart } = view.message.arrays;
  [...view.values.children].forEach((line, n) => {
    const t = T - n;
    const open = n < row;
    const pair = (values) => `(${fixed(values[2 * t - 2]).trim()}, ${fixed(values[2 * t - 1]).trim()})`;
    line.classList.toggle("shut", !open);
    const [, bracket, state, difference] = line.children;
    say(bracket, open ? pair(brackets) : "–");
    say(state, open ? pair(h) : "–");
    say(difference, open ? `${scientific(apart[t - 1])}${apart[t - 1] < 1e-9 ? " ✓" : ""}` : "–");
  });
}

// What stands for h_t: its bracket if there are still some to unfold, else its letter.
function unfold(t, left, T) {
  if (t === 0 || left === 0) return [letter("h", t), t === 0 ? " (= 0)" : ""];
  const bracket = make("span", { className: "bracket" });
  bracket.dataset.step = t;
  bracket.append("f(", part("U"), " ", letter("x", t), " + ", part("W"), " ", ...unfold(t - 1, left - 1, T), " + ", part("b"), ")");
  return [bracket];
}

function part(name) {
  const found = make("b", { textContent: name });
  found.dataset.part = name;
  return found;
}

function letter(name, t) {
  return make("i", {}, name, make("sub", {}, String(t)));
}

function layValues(view) {
  const lines = Array.from({ length: view.T }, (_, n) => {
    const line = make("tr");
    line.dataset.step = view.T - n;
    for (let k = 0; k < 4; k++) line.append(make(k ? "td" : "th"));
    line.firstChild.append("f(… ", letter("x", view.T - n), " …)");
    return line;
  });
  view.values.replaceChildren(...lines);
}
