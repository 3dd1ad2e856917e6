// Each run's own column: how far it has read the digit, what it believes, its hidden state.

import { columnAt, go, stop } from "../../../../../../ui/components/axes.js";
import { fit, partsOf, placeAt, quiet } from "../../../../../../ui/components/canvas.js";
import { classed, make, say } from "../../../../../../ui/components/component_view.js";
import { drawReading } from "../../../../../../ui/components/digits.js";
import { drawRowViews, heatSheet } from "../../../../../../ui/components/heatmap.js";
import { lastBefore, mostProbable, percent } from "../../../../../../ui/components/numbers.js";
import { inWords, NOT_A_NUMBER } from "../../../../../../ui/components/text.js";
import { longest, momentOf, showRows } from "./compare.js";
import { BEING_READ, beliefLabel, readLabel, STATE_TITLE, whenWords } from "./text.js";

const COLUMN = { left: 30, right: 6, top: 20, ribbons: 84, gap: 24, heat: 112, axis: 20 };

export function layColumns(view) {
  const { runs } = view.message;
  view.chips.replaceChildren(...runs.map(() => chip("li")));
  view.columns.replaceChildren(...runs.map(() => newColumn()));
  view.columns.dataset.count = runs.length;
  view.root.style.setProperty("--count", runs.length);
  view.parts = runs.map((_, n) => {
    const column = view.columns.children[n];
    const find = (selector) => column.querySelector(selector);
    const part = {
      column,
      chip: view.chips.children[n],
      name: find(".chip"),
      seen: find(".seen"),
      rows: find(".rows canvas"),
      when: find(".when"),
      answer: find("strong"),
      share: find(".answer span"),
      kept: null,
      layout: null,
    };
    part.rows.onpointermove = part.rows.onpointerdown = (event) => overRun(view, n, event);
    part.rows.onpointerleave = () => {
      view.unit = null;
      showRows(view);
    };
    return part;
  });
}

const chip = (tag) => make(tag, { className: "chip" }, make("i", { ariaHidden: "true" }), make("span"));
const picture = (className) => make("canvas", { className, role: "img" });

function newColumn() {
  const answer = classed("p", "answer", make("strong"), make("span"));
  const said = classed("div", "said", chip("h3"), answer, classed("p", "caption when"));
  return classed("section", "column", classed("div", "head", picture("seen"), said), classed("div", "rows", picture("")));
}

export function showChips(view) {
  view.runs.forEach((run, n) => {
    for (const element of [view.parts[n].chip, view.parts[n].name]) {
      say(element.querySelector("i"), run.mark);
      say(element.querySelector("span"), run.name);
      element.style.setProperty("--run", run.colour);
      element.title = run.words ? `${run.name}: ${run.words}` : run.name;
    }
  });
}

// The place of the newest frame of a run at or before the cursor; −1 while it has none.
function frameOf(view, n) {
  const { frame_steps } = view.runs[n];
  const at = momentOf(view);
  if (!frame_steps.length) return -1;
  return at === null ? frame_steps.length - 1 : Math.max(lastBefore(frame_steps, at), 0);
}

// The cursor is a share of the digit; this is the time step of a run in which it lies.
export const rowOf = (view, n) => {
  const [T, most] = [view.runs[n].T, longest(view)];
  return Math.ceil(((view.row + 1) * T) / most - 1e-9) - 1;
};

// What a run was at the training step of the cursor; kept while only the row moves.
export function momentNow(view, n) {
  const run = view.runs[n];
  const f = frameOf(view, n);
  if (f < 0) return null;
  const part = view.parts[n];
  const kept = part.kept;
  if (!kept || kept.message !== view.message || kept.f !== f || kept.theme !== view.theme) {
    const { T, U } = run;
    const belief = run.belief.subarray(f * T * 10, (f + 1) * T * 10);
    belief.shape = [T, 10];
    const h = run.h.subarray(f * T * U, (f + 1) * T * U);
    const sheet = heatSheet(h, T, U, view.theme.diverging, [0, 255]);
    part.kept = { message: view.message, f, theme: view.theme, belief, h, sheet };
  }
  return part.kept;
}

// What a run believes under both cursors; null where there is nothing, or nothing that is a number.
export function beliefOf(view, n) {
  const moment = momentNow(view, n);
  if (!moment) return null;
  const t = rowOf(view, n);
  const belief = [...moment.belief.subarray(10 * t, 10 * t + 10)];
  if (!belief.every(Number.isFinite)) return null;
  const [best, share] = mostProbable(belief);
  return { best, share };
}

export function drawColumn(view, n) {
  const { theme } = view;
  const run = view.runs[n];
  const part = view.parts[n];
  const moment = momentNow(view, n);
  const t = moment ? rowOf(view, n) : null;
  const side = part.seen.clientWidth;
  const g = fit(part.seen, side, side);
  drawReading(g, side, view.message.arrays.picture, run.entering, t, theme);
  part.layout = drawRowViews(
    part.rows,
    theme,
    moment,
    [{ label: STATE_TITLE, units: run.U, sheet: moment?.sheet }],
    { cursor: t, unit: view.unit?.n === n ? view.unit.unit : null, word: run.word, sizes: COLUMN, steps: run.T },
  );
  const box = part.layout.boxes[0];
  const context = part.rows.getContext("2d");
  if (!moment) quiet(context, theme, part.layout.boxes[1], run.missing || BEING_READ);
  else if (!moment.belief.every(Number.isFinite)) quiet(context, theme, box, NOT_A_NUMBER);
}

export function tellColumn(view, n) {
  const run = view.runs[n];
  const part = view.parts[n];
  const f = frameOf(view, n);
  const now = beliefOf(view, n);
  say(part.answer, now ? now.best : "–");
  say(part.share, now ? percent(now.share) : "");
  const t = rowOf(view, n) + 1;
  const where = `${inWords(run.word)} ${t} of ${run.T}`;
  say(part.when, f < 0 ? "" : whenWords(run.frame_steps[f], where));
  part.column.setAttribute("aria-label", run.name);
  part.seen.setAttribute("aria-label", readLabel(run.name, where));
  part.rows.setAttribute("aria-label", beliefLabel(run.name, where, now && now.best));
}

function overRun(view, n, event) {
  const { rows, layout } = view.parts[n];
  const t = columnAt(rows, event, layout);
  if (t === null || !momentNow(view, n)) return;
  stop(view);
  const [, down] = partsOf(rows, event, layout.boxes[1]);
  const { U, T } = view.runs[n];
  view.unit = down >= 0 && down <= 1 ? { n, unit: placeAt(down, U) } : null;
  go(view, "row", Math.floor(((t + 1) * longest(view)) / T + 1e-9) - 1);
}
