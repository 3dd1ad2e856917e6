// The two axes of time, training step × row, and the mouse over the charts.

import { columnAt, go, isOn, listenAxes, showAxes, stop } from "../../../../../ui/components/axes.js";
import { partsOf, placeAt } from "../../../../../ui/components/canvas.js";
import { say } from "../../../../../ui/components/component_view.js";
import { grouped, nearest } from "../../../../../ui/components/numbers.js";
import { inWords, stepName, TRAINING_STEP } from "../../../../../ui/components/text.js";
import { beliefNow, frameCount, ofFrame, rowCount, showCurves } from "./panels.js";
import { beliefSentence, keysHint, NO_STATES, POINT, unitSentence, WAIT } from "./text.js";
import { showFrame, showRow } from "./training.js";

export const LIVE = ["queued", "starting", "running"];

function axisOf(view, axis) {
  const { frame_steps, word } = view.message;
  const F = frameCount(view);
  const off = { on: false, at: Math.min(F, 1), last: 1, count: null }; // the right end: now
  if (axis === "row") {
    const what = stepName(word);
    return F ? { last: rowCount(view) - 1, what, count: String(view.row + 1) } : { ...off, what };
  }
  const count = F ? grouped(frame_steps[view.frame]) : null;
  return F > 1 ? { last: F - 1, what: TRAINING_STEP, count } : { ...off, what: TRAINING_STEP, count };
}

export function showMoving(view) {
  const { word, run } = view.message;
  showAxes(view);
  const scrubs = isOn(view, "frame");
  view.hint.classList.toggle("keys", scrubs);
  say(view.hint, scrubs ? keysHint(inWords(word)) : LIVE.includes(run.state) ? WAIT : "");
  say(view.readout, readout(view));
}

function readout(view) {
  const { word, frame_steps, arrays } = view.message;
  if (!frameCount(view)) return NO_STATES;
  const { now, best } = beliefNow(view);
  const belief = now && now[best];
  const words = beliefSentence(frame_steps[view.frame], inWords(word), view.row + 1, best, belief);
  if (view.unit === null) return `${words} ${POINT}`;
  const U = arrays.h.shape[2];
  const value = ofFrame(view, "h")[view.row * U + view.unit] / 127.5 - 1;
  return `${words} ${unitSentence(view.unit + 1, value)}`;
}

// ---------------------------------------------------------------------------------------- moving

export function listenMoving(view) {
  listenAxes(view, { axisOf, moved: (_, axis) => (axis === "row" ? showRow(view) : showFrame(view)) });
  listenPointer(view);
}

function listenPointer(view) {
  view.curves.onpointermove = (event) => overCurves(view, event);
  view.curves.onpointerdown = (event) => {
    view.curves.setPointerCapture(event.pointerId);
    overCurves(view, event);
  };
  view.curves.onpointerleave = () => {
    view.hover = null;
    showCurves(view);
  };
  view.rows.onpointermove = view.rows.onpointerdown = (event) => overRows(view, event);
  view.rows.onpointerleave = () => {
    view.unit = null;
    showRow(view);
  };
  view.reach.onpointerdown = (event) => {
    view.reach.setPointerCapture(event.pointerId);
    overReach(view, event);
  };
  view.reach.onpointermove = (event) => event.buttons && overReach(view, event);
}

function overCurves(view, event) {
  const { steps } = view.axis;
  const [part] = partsOf(view.curves, event, view.axis);
  if (event.buttons && isOn(view, "frame")) {
    stop(view);
    view.hover = null;
    const wanted = Math.max(0, Math.min(1, part)) * steps;
    return go(view, "frame", nearest(view.message.frame_steps, wanted));
  }
  const inside = part >= 0 && part <= 1 && view.message.arrays.step.length > 0;
  const { step } = view.message.arrays;
  view.hover = inside ? step[nearest(step, part * steps)] : null;
  showCurves(view);
}

function overReach(view, event) {
  const row = columnAt(view.reach, event, view.reachLayout);
  if (row === null) return;
  stop(view);
  go(view, "row", row);
}

function overRows(view, event) {
  const row = columnAt(view.rows, event, view.layout);
  if (row === null || !frameCount(view)) return;
  stop(view);
  const [, down] = partsOf(view.rows, event, view.layout.boxes[1]);
  view.unit = down >= 0 && down <= 1 ? placeAt(down, view.message.arrays.h.shape[2]) : null;
  go(view, "row", row);
}
