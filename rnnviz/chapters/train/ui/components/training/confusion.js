// Which digits are taken for which: a table of buttons, and how many of each digit are read right.

import { make, say } from "../../../../../ui/components/component_view.js";
import { grouped, share } from "../../../../../ui/components/numbers.js";
import { inkOn } from "../../../../../ui/components/theme.js";
import { LIVE } from "./animation.js";
import { ofFrame } from "./panels.js";
import { cellLabel, CONFUSION_TITLE, confusionTitle, CORNER, laterWords, READ_RIGHT, worstSentence } from "./text.js";
import { showFrame } from "./training.js";

const STILL_MS = 250; // after the last move of the cursor

export function layConfusion(view) {
  const digits = Array.from({ length: 10 }, (_, k) => k);
  const heads = digits.map((k) => make("th", { scope: "col" }, String(k)));
  const head = make("tr", {}, make("th", { className: "corner" }, CORNER), ...heads, make("th", { className: "share" }, READ_RIGHT));
  view.cells = [];
  view.shares = [];
  const rows = digits.map((is) => {
    const cells = digits.map((taken) => {
      const button = make("button", { type: "button", className: is === taken ? "right" : "" });
      button.tabIndex = view.cells.length ? -1 : 0;
      Object.assign(button.dataset, { is, taken });
      view.cells.push(button);
      return make("td", {}, button);
    });
    const [bar, words] = [make("i"), make("span")];
    view.shares.push({ bar, words });
    const share = make("td", { className: "share" }, make("span", { className: "track" }, bar), words);
    return make("tr", {}, make("th", { scope: "row" }, String(is)), ...cells, share);
  });
  view.table.replaceChildren(make("thead", {}, head), make("tbody", {}, ...rows));
}

// The table at the frame of the cursor, `counts` (10 × 10) or null.
export function showConfusion(view, counts, most) {
  view.confusion.classList.toggle("empty", counts === null);
  const { state } = view.message.run;
  say(view.confusionTitle, CONFUSION_TITLE);
  say(view.later, laterWords(state, LIVE.includes(state)));
  if (counts === null) return;
  const all = counts.reduce((sum, n) => sum + n, 0);
  say(view.confusionTitle, confusionTitle(all));
  let worst = null;
  for (let is = 0; is < 10; is++) {
    const row = counts.subarray(10 * is, 10 * is + 10);
    const sum = row.reduce((total, n) => total + n, 0);
    for (let taken = 0; taken < 10; taken++) {
      const count = row[taken];
      if (is !== taken && (!worst || count > worst.count)) worst = { is, taken, count, sum };
      showCell(view, view.cells[10 * is + taken], is, taken, count, sum, most);
    }
    const right = sum ? row[is] / sum : 0;
    const { bar, words } = view.shares[is];
    bar.style.width = `${100 * right}%`;
    bar.style.background = view.theme.classes[is];
    say(words, share(right));
  }
  say(view.most, worstSentence(worst));
}

function showCell(view, button, is, taken, count, sum, most) {
  const { selected, theme } = view;
  const known = [count, sum, most, theme, selected];
  if (button.known?.every((value, n) => value === known[n])) return;
  button.known = known;
  const chosen = selected !== null && selected.is === is && selected.taken === taken;
  say(button, count ? grouped(count) : "·");
  button.classList.toggle("none", count === 0);
  button.setAttribute("aria-pressed", String(chosen));
  button.setAttribute("aria-label", cellLabel(is, taken, count, sum));
  if (is === taken || count === 0) {
    button.style.backgroundColor = button.style.color = "";
    return;
  }
  const n = Math.round((255 * Math.log1p(count)) / Math.log1p(Math.max(most, 1)));
  const colour = [...theme.sequential.slice(3 * n, 3 * n + 3)];
  const hex = `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  button.style.backgroundColor = hex;
  button.style.color = inkOn(hex);
}

// The largest count off the diagonal, over all frames.
export function mostConfused(counts) {
  let most = 0;
  for (let n = 0; n < counts.length; n++) {
    const place = n % 100;
    if (Math.floor(place / 10) !== place % 10 && counts[n] > most) most = counts[n];
  }
  return most;
}

export function listenConfusion(view) {
  view.table.onclick = ({ target }) => {
    const button = target.closest("button");
    if (button) choose(view, Number(button.dataset.is), Number(button.dataset.taken));
  };
  view.table.onkeydown = (event) => {
    const [down, right] = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
    }[event.key] ?? [0, 0];
    const from = view.cells.indexOf(event.target);
    if (from < 0) return;
    event.stopPropagation(); // here the arrows walk over the table
    if (!down && !right) return;
    event.preventDefault();
    const row = Math.max(0, Math.min(9, Math.floor(from / 10) + down));
    const column = Math.max(0, Math.min(9, (from % 10) + right));
    view.cells[10 * row + column].focus();
  };
  view.table.onfocusin = ({ target }) => {
    if (!view.cells.includes(target)) return;
    view.cells.forEach((button) => (button.tabIndex = button === target ? 0 : -1));
  };
}

// A cell once: chosen. The same once more, of the same step: no longer.
function choose(view, is, taken) {
  const step = view.message.frame_steps[view.frame];
  const before = view.selected;
  const same = before && before.is === is && before.taken === taken && before.step === step;
  select(view, same ? null : { is, taken, step });
  showFrame(view);
}

function select(view, cell) {
  view.selected = cell;
  view.serial += 1;
  const { key } = view.message.run;
  const { is, taken, step } = cell ?? {};
  view.send("cell", cell && { run: key, step, true: is, predicted: taken, serial: view.serial });
}

// The digits of the chosen cell are those of the step under the cursor, once it stands still.
export function followStep(view) {
  clearTimeout(view.following);
  const step = view.message.frame_steps[view.frame];
  const { selected } = view;
  if (!selected || selected.step === step || !ofFrame(view, "confusion")) return;
  view.following = setTimeout(() => select(view, { ...selected, step }), STILL_MS);
}
