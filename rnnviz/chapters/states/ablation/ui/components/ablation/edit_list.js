// What becomes of the picked units: the form, and the list of what is changed.

import { later, make, say } from "../../../../../../ui/components/component_view.js";
import { inWords } from "../../../../../../ui/components/text.js";
import { draw, partOf, unitsOf } from "./ablation.js";
import { ask } from "./messages.js";
import { addRange, forgetLost } from "./picks.js";
import { missingWords, NOTHING_CHANGED, removeLabel, sinceOptions } from "./text.js";

const OPENS = "iforz"; // gates: open at 1, shut at 0

// Units from 0 as a person writes them, from 1: "3, 7-9".
export function spell(picks, first = 1, join = ", ") {
  const runs = [];
  for (const unit of [...picks].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && unit === run[1] + 1) run[1] = unit;
    else runs.push([unit, unit]);
  }
  return runs.map(([a, b]) => (a === b ? `${a + first}` : `${a + first}-${b + first}`)).join(join);
}

// The other way round; null if it cannot be read.
export function readUnits(words, units) {
  const picks = new Set();
  for (const part of words.split(/[\s,;]+/).filter(Boolean)) {
    const found = /^(\d{1,4})(?:[-–](\d{1,4}))?$/.exec(part);
    const [a, b] = found ? [Number(found[1]), Number(found[2] ?? found[1])] : [0, 0];
    if (a < 1 || b < a || b > units) return null;
    addRange(picks, a - 1, b - 1);
  }
  return picks;
}

export function listenForm(view) {
  const { form } = view;
  form.what.onchange = () => {
    view.part = form.what.selectedIndex;
    forgetLost(view);
    layForm(view);
    draw(view);
  };
  form.units.oninput = () => {
    const picks = readUnits(form.units.value, unitsOf(view));
    form.units.setAttribute("aria-invalid", String(picks === null));
    view.misread = picks === null;
    if (picks) view.picks = picks;
    judgeForm(view);
    later(view);
  };
  form.units.onkeydown = (event) => event.stopPropagation(); // arrows move in the words
  form.value.onkeydown = (event) => event.stopPropagation();
  form.none.onclick = () => {
    view.picks = new Set();
    showPicks(view);
    later(view);
  };
  form.all.onchange = () => judgeForm(view);
  form.value.oninput = () => say(form.held, told(form.value));
  form.zero.onclick = () => add(view, "zero");
  form.shut.onclick = () => add(view, "clamp0");
  form.open.onclick = () => add(view, "clamp1");
  form.mean.onclick = () => add(view, "mean");
  form.hold.onclick = () => add(view, `clamp${Number(form.value.value)}`);
  view.undo.onclick = () => ask(view, "undo");
  view.clear.onclick = () => ask(view, "clear");
}

const told = ({ value }) => Number(value).toFixed(2).replace("-", "−");

function add(view, kind) {
  const { form, message } = view;
  const units = form.all.checked ? "all" : spell(view.picks, 0, ",");
  const since = form.since.selectedIndex === 1 && view.row > 0 ? `@${view.row}` : "";
  ask(view, "add", { act: `${message.place}:${partOf(view).name}:${units}:${kind}${since}` });
}

export function layForm(view) {
  const { form, message } = view;
  const labels = message.parts.map(({ label }) => label);
  if (labels.join() !== [...form.what.options].map(({ text }) => text).join()) {
    form.what.replaceChildren(...labels.map((label) => new Option(label)));
  }
  form.what.selectedIndex = view.part;
  const { name, range } = partOf(view);
  const gate = OPENS.includes(name);
  form.open.hidden = form.shut.hidden = !gate;
  form.zero.hidden = gate;
  const limits = `${name} ${range}`;
  if (view.limits !== limits) {
    view.limits = limits;
    [form.value.min, form.value.max] = range.map((value) => (Number.isInteger(value) ? value : value.toFixed(1)));
    form.value.value = gate ? 0.5 : 1;
    say(form.held, told(form.value));
  }
  showPicks(view);
}

export function showPicks(view) {
  const { form } = view;
  view.misread = false;
  form.units.setAttribute("aria-invalid", "false");
  const words = spell(view.picks);
  if (form.units.value !== words) form.units.value = words;
  judgeForm(view);
}

function judgeForm(view) {
  const { form } = view;
  const ready = form.all.checked || (view.picks.size > 0 && !view.misread);
  for (const name of ["zero", "open", "shut", "mean", "hold"]) form[name].disabled = !ready;
  form.none.disabled = view.picks.size === 0;
  form.units.disabled = form.all.checked;
  say(form.why, ready ? "" : missingWords(view.misread, unitsOf(view)));
}

export function showSince(view) {
  const { since } = view.form;
  const word = inWords(view.message.word);
  const options = sinceOptions(word, view.row + 1);
  if (since.options.length !== 2) since.replaceChildren(...options.map((words) => new Option(words)));
  options.forEach((words, n) => since.options[n].text !== words && (since.options[n].text = words));
}

export function layActs(view) {
  const { acts, undo } = view.message;
  view.undo.disabled = !undo;
  view.clear.disabled = !acts.length;
  const key = JSON.stringify(acts);
  if (view.listed === key) return;
  view.listed = key;
  view.acts.replaceChildren(...(acts.length ? acts.map((act) => layAct(view, act)) : [layNothing()]));
}

function layAct(view, { words, link }) {
  const remove = make("button", { type: "button", ariaLabel: removeLabel(words) }, "×");
  remove.onclick = () => ask(view, "remove", { act: link });
  return make("li", {}, make("span", {}, words), remove);
}

const layNothing = () => make("li", { className: "nothing" }, NOTHING_CHANGED);
