// A training, live or to be scrubbed. What is known of it comes whole with each message; moving the two
// cursors asks the server nothing.

import { isOn, stop } from "../../../../../ui/components/axes.js";
import { componentView, parts, say } from "../../../../../ui/components/component_view.js";
import { DECADES } from "../../../../../ui/components/curves.js";
import { layDigits } from "../../../../../ui/components/digits.js";
import { decadesOf, nearest } from "../../../../../ui/components/numbers.js";
import { listenMoving, showMoving } from "./animation.js";
import { followStep, layConfusion, listenConfusion, mostConfused } from "./confusion.js";
import {
  rowCount, showCurves, showHealth, showMatrix, showProbe, showProgress, showReach, showTen, tellProbe, titleHealth,
} from "./panels.js";

const leave = ({ following }) => clearTimeout(following);
export default componentView({ root: ".training", create, receive, draw: show, leave });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    ...parts(
      find, "what", "at", "bars", "whole", "lights", "says", "remedy", "readout", "hint", "confusion", "later",
    ),
    curves: find(".curves canvas"),
    seen: find(".seen canvas"),
    answer: find(".answer strong"),
    answerShare: find(".answer span"),
    rows: find(".rows canvas"),
    bar: find(".whole i"),
    progressWords: find(".progress p"),
    reach: find(".reach canvas"),
    reachSentence: find(".reach .sentence"),
    ten: find(".ten ol"),
    tenTitle: find(".ten h3"),
    healthTitle: find(".health h3"),
    confusionTitle: find(".confusion h3"),
    table: find("table"),
    most: find(".most .sentence"),
    frame: 0, // the two cursors
    row: 0,
    unit: null, // of the hidden state, under the mouse
    hover: null, // training step under the mouse
    light: null, // under the mouse
    selected: null, // cell of the confusion matrix
    following: 0, // the timer after which its digits are those of the cursor's step
    decades: null, // of the gradient's axis; it grows only, so that nothing jumps
    mostConfused: 0,
    serial: 0,
  });
  layConfusion(view);
  listenMoving(view);
  listenConfusion(view);
}

function receive(view, message) {
  const before = view.message;
  const fresh = !before || before.run.key !== message.run.key;
  const newest = fresh || view.frame >= before.frame_steps.length - 1;
  const step = newest ? null : before.frame_steps[view.frame];
  view.message = message;
  const F = message.frame_steps.length;
  if (fresh) begin(view);
  if (view.playing && !isOn(view, view.playing)) stop(view);
  view.frame = newest ? Math.max(F - 1, 0) : Math.max(nearest(message.frame_steps, step), 0);
  view.row = Math.min(view.row, rowCount(view) - 1);
  const { reach_h, reach_c, confusion } = message.arrays;
  view.decades = decadesOf(reach_c ? [reach_h, reach_c] : [reach_h], view.decades, DECADES);
  view.mostConfused = confusion ? mostConfused(confusion) : 0;
  show(view);
  if (fresh || before.run.version !== message.run.version) tell(view);
}

// Another run: everything at its newest moment, nothing pointed at.
function begin(view) {
  const { arrays, labels } = view.message;
  stop(view);
  Object.assign(view, { unit: null, hover: null, selected: null, decades: null });
  view.row = rowCount(view) - 1;
  layDigits(view.ten, arrays.images, labels);
}

function show(view) {
  say(view.what, view.message.probe);
  showFrame(view);
  showProgress(view);
  showHealth(view);
}

// What depends on the training step. The canvases come first: they ask for their widths, and words
// that change in between would make the browser lay out the page anew for each.
export function showFrame(view) {
  showCurves(view);
  showRow(view);
  showTen(view);
  showMatrix(view);
  titleHealth(view);
  followStep(view);
}

// What depends on the row.
export function showRow(view) {
  showProbe(view);
  showReach(view);
  tellProbe(view);
  showMoving(view);
}

// For whoever counts how often a training is redrawn.
function tell(view) {
  const { run, arrays, frame_steps } = view.message;
  const step = Math.max(0, arrays.step[arrays.step.length - 1] ?? 0, ...frame_steps.slice(-1));
  document.dispatchEvent(new CustomEvent("rnnviz:trained", { detail: { version: run.version, step } }));
}
