// What the changes cost: bars by class, the random sets beside it, and the units that matter most.

import { disc, fit, setText } from "../../../../../../ui/components/canvas.js";
import { classed, componentView, make, parts, say } from "../../../../../../ui/components/component_view.js";
import { ask } from "./messages.js";
import {
  cancelWords, classHint, doingWords, lostPoints, NOT_RANKED, NOTHING_COMPUTED, PICK_ONE, RANDOM_SETS, rankLabel,
  stripLabel, THESE, unitWords, unknownClass,
} from "./text.js";

export default componentView({ root: ".effect", create, receive, draw: drawStrip });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    ...parts(find, "lines", "strip", "classes", "doing", "cancel", "ranks"),
    bar: find(".whole"),
  });
  view.cancel.onclick = () => ask(view, view.message.stopped ? "again" : "cancel");
  for (let k = 0; k < 10; k++) view.classes.append(layClass(k));
}

function layClass(k) {
  const bars = classed("span", "bars", classed("span", "was"), classed("span", "is"));
  return make("li", {}, bars, classed("span", "lost"), classed("span", "digit", String(k)));
}

function receive(view, message) {
  view.message = message;
  while (view.lines.children.length < 2) view.lines.append(make("p"));
  [...view.lines.children].forEach((line, n) => say(line, message.told[n] ?? ""));
  showClasses(view);
  drawStrip(view);
  showProgress(view);
  message.rankings.forEach((ranking, n) => showRanking(view, ranking, n));
}

function showClasses({ classes, message, theme }) {
  const shares = message.arrays.classes;
  [...classes.children].forEach((item, k) => {
    const [was, is] = shares ? [shares[k], shares[10 + k]] : [0, 0];
    item.querySelector(".was").style.height = `${100 * was}%`;
    item.querySelector(".is").style.height = `${100 * is}%`;
    item.querySelector(".is").style.background = theme.classes[k];
    const lost = Math.round(1000 * (is - was)) / 10;
    const words = !shares ? "–" : lostPoints(lost);
    say(item.querySelector(".lost"), words);
    item.title = shares ? classHint(k, was, is) : "";
    item.setAttribute("aria-label", item.title || unknownClass(k));
  });
}

// Points that are lost: each random set a dot, where one more would fall a band, the chosen ones a line.
function drawStrip(view) {
  const { strip, theme, message } = view;
  const { draws, interval, cost } = message;
  const width = strip.clientWidth;
  if (!width) return;
  const g = fit(strip, width, 58);
  const least = Math.min(0, cost ?? 0, ...draws, interval?.[0] ?? 0);
  const most = Math.max(0, cost ?? 0, ...draws, interval?.[1] ?? 0);
  const room = Math.max(most - least, 0.5);
  const x = (value) => width - 12 - ((value - least) / room) * (width - 24);
  const y = 26;
  g.fillStyle = theme.faint;
  g.fillRect(8, y - 0.5, width - 16, 1);
  if (interval) {
    g.globalAlpha = 0.25;
    g.fillStyle = theme.text;
    g.fillRect(x(interval[1]), y - 9, Math.max(x(interval[0]) - x(interval[1]), 2), 18);
    g.globalAlpha = 1;
  }
  g.fillStyle = theme.text;
  g.globalAlpha = 0.6;
  for (const draw of draws) disc(g, x(draw), y, 3);
  g.globalAlpha = 1;
  if (cost !== null) {
    g.fillStyle = theme.accent;
    g.fillRect(x(cost) - 1.5, y - 13, 3, 26);
    writeBeside(g, theme, THESE, x(cost), 11, width, theme.accent);
  }
  writeBeside(g, theme, "0", x(0), 52, width, theme.text);
  if (draws.length) writeBeside(g, theme, RANDOM_SETS, (x(Math.min(...draws)) + x(Math.max(...draws))) / 2, 52, width, theme.text, x(0));
  strip.setAttribute("aria-label", stripLabel(cost, draws));
}

function writeBeside(g, theme, words, x, y, width, colour, beside = null) {
  g.font = `11px ${theme.font}`;
  const half = g.measureText(words).width / 2;
  let at = Math.max(half, Math.min(width - half, x));
  if (beside !== null && Math.abs(at - beside) < half + 10) at = beside - half - 12;
  setText(g, colour, g.font, "center", "alphabetic");
  g.fillText(words, at, y);
}

function showProgress({ bar, doing, cancel, message }) {
  const { progress, stopped } = message;
  const percent = Math.round(100 * (progress ?? 0));
  bar.classList.toggle("idle", progress === null);
  bar.firstElementChild.style.width = `${percent}%`;
  bar.setAttribute("aria-valuenow", percent);
  bar.setAttribute("aria-label", message.doing || NOTHING_COMPUTED);
  say(doing, doingWords(stopped, message.doing));
  say(cancel, cancelWords(stopped));
  cancel.style.visibility = progress === null && !stopped ? "hidden" : "visible";
}

// ------------------------------------------------------------------------------- the units that matter

function showRanking(view, ranking, n) {
  while (view.ranks.children.length <= n) view.ranks.append(layRanking(view));
  const box = view.ranks.children[n];
  const { title, told, units, drops, lengths, button, share } = ranking;
  say(box.querySelector("h3"), title);
  say(box.querySelector("p"), told);
  const list = box.querySelector("ol");
  list.setAttribute("aria-label", title);
  [...list.children].forEach((item, k) => {
    const pick = item.firstElementChild;
    const known = k < units.length;
    pick.disabled = !known;
    pick.dataset.unit = known ? units[k] : "";
    say(pick.querySelector(".unit"), known ? unitWords(units[k] + 1) : "–");
    say(pick.querySelector(".drop"), known ? drops[k] : "");
    pick.querySelector("i").style.width = `${known ? 100 * Math.max(lengths[k], 0) : 0}%`;
    pick.setAttribute("aria-label", known ? rankLabel(units[k] + 1, drops[k]) : NOT_RANKED);
  });
  const measure = box.querySelector(".measure");
  measure.hidden = !button;
  say(measure, button);
  const bar = box.querySelector(".whole");
  bar.classList.toggle("idle", share === null);
  bar.firstElementChild.style.width = `${100 * (share ?? 0)}%`;
}

function layRanking(view) {
  const list = make("ol", {}, ...Array.from({ length: 10 }, () => layRank(view)));
  const measure = make("button", { type: "button", className: "measure" });
  measure.onclick = () => ask(view, "measure");
  const bar = make("div", { className: "whole idle" }, make("i"));
  return make("div", { className: "rank" }, make("h3"), make("p"), list, bar, measure);
}

function layRank(view) {
  const parts = [classed("span", "unit"), classed("span", "track", make("i")), classed("span", "drop")];
  const pick = make("button", { type: "button", title: PICK_ONE }, ...parts);
  pick.onclick = () => ask(view, "pick", { at: Number(pick.dataset.unit) });
  return make("li", {}, pick);
}
