// Several runs over one another, under two cursors: the training step, and how far the digit is read.
// All that is known comes with each message; moving the cursors asks the server nothing.

import { go, isOn, listenAxes, showAxes, stop } from "../../../../../../ui/components/axes.js";
import { componentView, parts, say } from "../../../../../../ui/components/component_view.js";
import { grouped, nearest, share, three } from "../../../../../../ui/components/numbers.js";
import { drawAccuracies, drawLosses, listenCharts, MARKS, valueAt } from "../../../../../../ui/components/overlay.js";
import { ACCURACY, inWords, stepName, TRAINING_STEP } from "../../../../../../ui/components/text.js";
import { beliefOf, drawColumn, layColumns, momentNow, rowOf, showChips, tellColumn } from "./columns.js";
import {
  beliefsSentence, curvesLabel, keysHint, kindsSentence, LOSS_LABEL, MIXED, NO_STATES, NOTHING_YET, PART_READ,
  unitSentence,
} from "./text.js";

export default componentView({ root: ".compare", create, receive, draw: show });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    ...parts(find, "chips", "loss", "accuracy", "kinds", "columns", "readout", "mixed", "hint"),
    stretch: find(".stretch input"),
    runs: [], // of the message, each with its arrays and its colour
    parts: [], // what is on the screen of each
    moments: [], // training steps that any run has a frame of
    frame: 0, // the two cursors: a place in `moments`, a time step of the run that has most
    row: 0,
    unit: null, // {n, unit} of the hidden state under the mouse
    hover: null, // training step under the mouse
  });
  listenAxes(view, { axisOf, moved: (_, axis) => (axis === "row" ? showRows(view) : showFrame(view)) });
  view.stretch.onchange = () => showCharts(view);
  listenCharts(view, () => showCharts(view), (step) => go(view, "frame", nearest(view.moments, step)));
}

function receive(view, message) {
  const before = view.message;
  const fresh = !before || before.key !== message.key;
  const newest = fresh || view.frame >= view.moments.length - 1;
  const step = momentOf(view);
  const part = before ? (view.row + 1) / longest(view) : 1;
  view.message = message;
  view.runs = message.runs.map((run, n) => withArrays(view, run, n));
  const steps = new Set(view.runs.flatMap(({ frame_steps }) => frame_steps));
  view.moments = [...steps].sort((a, b) => a - b);
  if (fresh) {
    stop(view);
    view.unit = view.hover = null;
    layColumns(view);
  }
  const last = Math.max(view.moments.length - 1, 0);
  view.frame = newest ? last : Math.max(nearest(view.moments, step), 0);
  view.row = Math.max(Math.ceil((fresh ? 1 : part) * longest(view) - 1e-9) - 1, 0);
  if (view.playing && !isOn(view, view.playing)) stop(view);
  show(view);
}

const OF_RUN = ["step", "loss", "accuracy", "test_step", "test_accuracy", "h", "belief", "entering"];

function withArrays(view, run, n) {
  const { arrays, colours } = view.message;
  const own = Object.fromEntries(OF_RUN.map((name) => [name, arrays[`${n}.${name}`]]));
  const [, T, U] = own.h.shape;
  return { ...run, ...own, T, U, colour: colours[view.theme.mode][n], mark: MARKS[n] };
}

export const longest = (view) => Math.max(...view.runs.map(({ T }) => T));
export const momentOf = (view) => view.moments[view.frame] ?? null;

function axisOf(view, axis) {
  const steps = momentOf(view);
  const count = steps === null ? null : grouped(steps);
  if (axis === "frame") {
    const last = view.moments.length - 1;
    return last > 0 ? { last, what: TRAINING_STEP, count } : { on: false, at: 1, last: 1, what: TRAINING_STEP, count };
  }
  const same = alike(view);
  const read = same ? String(view.row + 1) : partRead(view);
  const what = same ? stepName(view.runs[0].word) : PART_READ;
  return { on: steps !== null, last: longest(view) - 1, what, count: steps === null ? null : read };
}

function show(view) {
  showChips(view);
  showFrame(view);
}

// What depends on the training step. The canvases come first: they ask for their widths, and words
// that change in between would make the browser lay out the page anew for each.
function showFrame(view) {
  showCharts(view);
  showRows(view);
}

// What depends on how far the digit is read.
export function showRows(view) {
  view.runs.forEach((_, n) => drawColumn(view, n));
  view.runs.forEach((_, n) => tellColumn(view, n));
  showMoving(view);
}

function showCharts(view) {
  const told = {
    steps: Math.max(...view.runs.map(({ steps }) => steps)),
    frames: view.moments,
    at: isOn(view, "frame") ? momentOf(view) : null,
    hover: view.hover,
    stretched: view.stretch.checked,
  };
  view.across = drawLosses(view.loss, view.theme, view.runs, told);
  drawAccuracies(view.accuracy, view.theme, view.runs, told);
  const held = view.runs.filter((run) => run.held === "held out").map(({ name }) => name);
  say(view.kinds, kindsSentence(held, view.runs.length));
  const last = (steps, values, words) => {
    const value = valueAt(steps, values, null);
    return value === null ? NOTHING_YET : words(value);
  };
  const tell = (of) => view.runs.map((run) => [run.name, of(run)]);
  const losses = tell((run) => last(run.step, run.loss, three));
  const shares = tell((run) => last(run.test_step, run.test_accuracy, share));
  view.loss.setAttribute("aria-label", curvesLabel(LOSS_LABEL, losses));
  view.accuracy.setAttribute("aria-label", curvesLabel(ACCURACY, shares));
}

// Whether all runs read in the same steps.
const alike = ({ runs }) => runs.every(({ word, T }) => word === runs[0].word && T === runs[0].T);
const partRead = (view) => `${Math.round((100 * (view.row + 1)) / longest(view))} %`;

function showMoving(view) {
  const same = alike(view);
  const { word } = view.runs[0];
  showAxes(view);
  say(view.mixed, same ? "" : MIXED);
  say(view.hint, keysHint(same ? `${inWords(word)}s` : "parts"));
  say(view.readout, readout(view));
}

function readout(view) {
  const { unit, runs } = view;
  const { probe } = view.message;
  const beliefs = runs.map((run, n) => [run.name, beliefOf(view, n)]).filter(([, now]) => now);
  if (!beliefs.length) return NO_STATES;
  const told = beliefs.map(([name, now]) => [name, now.best, now.share]);
  const part = alike(view) ? `${inWords(runs[0].word)} ${view.row + 1}` : partRead(view);
  const words = beliefsSentence(told, runs.length, probe, momentOf(view), part);
  if (!unit) return words;
  const { U } = runs[unit.n];
  const value = momentNow(view, unit.n).h[rowOf(view, unit.n) * U + unit.unit] / 127.5 - 1;
  return `${words} ${unitSentence(unit.unit + 1, runs[unit.n].name, value)}`;
}
