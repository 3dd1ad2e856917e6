// The parts of a training, each drawn from the newest message and the two cursors.

import { fit, quiet } from "../../../../../ui/components/canvas.js";
import { showBars } from "../../../../../ui/components/class_bars.js";
import { make, say } from "../../../../../ui/components/component_view.js";
import { drawCurves, drawReach } from "../../../../../ui/components/curves.js";
import { drawReading, judgeDigits } from "../../../../../ui/components/digits.js";
import { drawRowViews, heatSheet } from "../../../../../ui/components/heatmap.js";
import { percent } from "../../../../../ui/components/numbers.js";
import { afterStep, inWords, LATER, NOT_A_NUMBER, reachSentence } from "../../../../../ui/components/text.js";
import { showConfusion } from "./confusion.js";
import {
  CALM, curvesLabel, digitLabel, HEALTH, healthTitle, lightLabel, NO_REACH, rowsLabel, tenTitle, THE_BELIEF,
} from "./text.js";

const PROBE = { left: 30, right: 6, top: 20, ribbons: 100, gap: 26, heat: 128, axis: 20 };
export const frameCount = (view) => view.message.frame_steps.length;
export const rowCount = (view) => view.message.arrays.h.shape[1];

// One frame of an array whose first axis is the frames; null if there is none.
export function ofFrame(view, name) {
  const array = view.message.arrays[name];
  if (!array || !frameCount(view)) return null;
  const size = array.length / frameCount(view);
  return array.subarray(view.frame * size, (view.frame + 1) * size);
}

export function showCurves(view) {
  const { arrays, run, frame_steps, judge } = view.message;
  const scrubs = frameCount(view) > 1;
  view.axis = drawCurves(view.curves, view.theme, arrays, {
    steps: run.steps,
    frames: scrubs ? frame_steps : [],
    at: scrubs ? frame_steps[view.frame] : null,
    hover: view.hover,
    judge,
  });
  const { step, loss, accuracy, test_accuracy } = arrays;
  const last = step.length - 1;
  const test = test_accuracy.length ? test_accuracy[test_accuracy.length - 1] : null;
  const words = curvesLabel(last < 0 ? null : step[last], loss[last], accuracy[last], judge, test);
  view.curves.setAttribute("aria-label", words);
}

export function showProbe(view) {
  const { arrays, word, state_label } = view.message;
  const [, T, U] = arrays.h.shape;
  const sheet = heatOf(view);
  const belief = ofFrame(view, "belief");
  const t = belief ? view.row : null;
  const side = view.seen.clientWidth;
  drawReading(fit(view.seen, side, side), side, arrays.picture, arrays.entering, t, view.theme);
  if (belief) belief.shape = [T, 10];
  view.layout = drawRowViews(
    view.rows,
    view.theme,
    belief && { belief },
    [{ label: state_label, units: U, sheet }],
    { cursor: t, unit: view.unit, word, sizes: PROBE, steps: T },
  );
  const later = (n, words) => quiet(view.rows.getContext("2d"), view.theme, view.layout.boxes[n], words);
  if (!belief) later(1, LATER);
  else if (!belief.every(Number.isFinite)) later(0, NOT_A_NUMBER);
}

// The heatmap of the frame, made once and kept while only the row moves.
function heatOf(view) {
  const { message, frame, theme } = view;
  const h = ofFrame(view, "h");
  if (!h) return null;
  const kept = view.heat;
  if (!kept || kept.message !== message || kept.frame !== frame || kept.theme !== theme) {
    const [, T, U] = message.arrays.h.shape;
    const sheet = heatSheet(h, T, U, theme.diverging, [0, 255]);
    view.heat = { message, frame, theme, sheet };
  }
  return view.heat.sheet;
}

// The belief at both cursors and the digit that leads; null where there is none or it is no number.
export function beliefNow(view) {
  const belief = ofFrame(view, "belief")?.subarray(10 * view.row, 10 * view.row + 10);
  const now = belief?.every(Number.isFinite) ? [...belief] : null;
  return { now, best: now && now.indexOf(Math.max(...now)) };
}

export function tellProbe(view) {
  const { word } = view.message;
  const T = rowCount(view);
  const belief = ofFrame(view, "belief");
  const t = view.row;
  const { now, best } = beliefNow(view);
  showBars(view.bars, view.theme, now);
  say(view.answer, now ? best : "");
  say(view.answerShare, now ? percent(now[best]) : "");
  say(view.at, belief ? afterStep(word, t + 1, T) : THE_BELIEF);
  view.seen.setAttribute("aria-label", digitLabel(word, belief ? t + 1 : null));
  view.rows.setAttribute("aria-label", rowsLabel(word, t + 1, best));
}

export function showReach(view) {
  const { word } = view.message;
  const [h, c] = [ofFrame(view, "reach_h"), ofFrame(view, "reach_c")];
  view.reachLayout = drawReach(view.reach, view.theme, {
    h,
    c,
    T: rowCount(view),
    cursor: h ? view.row : null,
    word,
    decades: view.decades,
  });
  const words = h ? reachSentence(h, c, inWords(word)) : "";
  say(view.reachSentence, words);
  view.reach.setAttribute("aria-label", words || NO_REACH);
}

export function showTen(view) {
  const { labels } = view.message;
  const taken = ofFrame(view, "ten");
  const count = judgeDigits(view.ten, taken, labels);
  say(view.tenTitle, tenTitle(taken ? count : null));
}

export function showProgress(view) {
  const { progress, words, state } = view.message.run;
  const share = Math.max(0, Math.min(1, progress));
  view.bar.style.width = `${100 * share}%`;
  view.whole.setAttribute("aria-valuenow", Math.round(100 * share));
  view.whole.setAttribute("aria-valuetext", words);
  view.whole.dataset.state = state;
  say(view.progressWords, words);
}

const SEVERITY = { bad: 3, warn: 2, ok: 1, unknown: 0 };

// The checks are of the newest weights, wherever the cursor is.
export function titleHealth(view) {
  const { frame_steps } = view.message;
  const last = frame_steps.length - 1;
  const back = view.frame < last;
  say(view.healthTitle, back ? healthTitle(frame_steps[last]) : HEALTH);
}

export function showHealth(view) {
  const { lights } = view.message;
  while (view.lights.children.length > lights.length) view.lights.lastChild.remove();
  while (view.lights.children.length < lights.length) view.lights.append(newLight(view));
  lights.forEach(({ name, level, says }, n) => {
    const button = view.lights.children[n];
    button.dataset.level = level;
    say(button.querySelector("span"), name);
    button.setAttribute("aria-label", lightLabel(name, level, says));
  });
  showAdvice(view);
}

function newLight(view) {
  const button = make("button", { type: "button" });
  button.append(make("i"), make("span"));
  const point = (light) => () => {
    view.light = light === null ? null : [...view.lights.children].indexOf(button);
    showAdvice(view);
  };
  button.onpointerenter = button.onfocus = button.onclick = point(true);
  button.onpointerleave = button.onblur = point(null);
  return button;
}

// What the light under the mouse says, else the worst one.
function showAdvice(view) {
  const { lights } = view.message;
  const worst = lights.reduce(
    (one, other) => (!one || SEVERITY[other.level] > SEVERITY[one.level] ? other : one),
    null,
  );
  const pointed = view.light === null ? null : lights[view.light];
  const light = pointed ?? (worst && SEVERITY[worst.level] > 1 ? worst : null);
  const unknown = lights.length > 0 && lights.every(({ level }) => level === "unknown");
  const calm = unknown ? lights[0].says : lights.length ? CALM : "";
  say(view.says, light ? light.says : calm);
  say(view.remedy, light ? light.remedy : "");
  [...view.lights.children].forEach((button, n) =>
    button.classList.toggle("told", light !== null && lights[n] === light),
  );
}

export function showMatrix(view) {
  showConfusion(view, ofFrame(view, "confusion"), view.mostConfused);
}
