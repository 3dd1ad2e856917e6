// What a training and the watched digit say, in words. Steps count from 1.

import { grouped, percent, share, three } from "../../../../../ui/components/numbers.js";

export const WAIT = "Pause, or let it finish, to scrub back through training.";
export const NO_STATES = "The network's states appear here as soon as it trains.";
const LEVELS = { ok: "well", warn: "mind this", bad: "in trouble", unknown: "not known yet" };
export const CALM = "Nothing to mend.";
export const HEALTH = "Health";
export const healthTitle = (step) => `${HEALTH} after step ${grouped(step)}`;
export const NO_REACH = "How far back the gradient reaches: not known yet.";
export const CONFUSION_TITLE = "Which digits it takes for which";

export const keysHint = (word) => `← → ${word}s · ↑ ↓ training steps · Space plays`;

// step: of the training, 0 before the first; best: null where the belief is no number.
export function beliefSentence(step, word, row, best, share) {
  const when = step ? `After step ${grouped(step)} and` : "Before the first step, after";
  const what = best === null ? "its belief is not a number" : `it believes ${best} with ${percent(share)}`;
  return `${when} ${word} ${row} ${what}.`;
}

export const POINT = "Point at the hidden state to read one unit.";

export const unitSentence = (unit, value) => `Unit ${unit}: h = ${value.toFixed(2).replace("-", "−")}.`;

// steps: of the curves, null before the first; test: accuracy there, null while there is none.
export function curvesLabel(steps, loss, accuracy, judge, test) {
  const words =
    steps === null
      ? "Loss and accuracy: no steps yet."
      : `Loss and accuracy over ${grouped(steps)} steps: loss ${three(loss)}, training accuracy ${share(accuracy)}`;
  return words + (test === null ? "" : `, ${judge} accuracy ${share(test)}`);
}

export const digitLabel = (word, row) => (row === null ? "The digit" : `The digit, read up to ${word} ${row}`);

export const rowsLabel = (word, row, best) =>
  best === null ? "No states yet." : `Belief and hidden state. After ${word} ${row} it believes ${best}.`;

export const tenTitle = (right) => `First ten test digits${right === null ? "" : `: ${right} right`}`;

export const lightLabel = (name, level, says) => `${name}: ${LEVELS[level]}. ${says}`;

export function laterWords(state, live) {
  if (live) return "Pause, or let it finish, to see which digits it takes for which.";
  if (state === "idle") return "Train, to see which digits it takes for which.";
  return state === "failed" ? "" : "Reading the test digits …";
}

export const confusionTitle = (count) => `${CONFUSION_TITLE}, of ${grouped(count)} test digits`;

export const worstSentence = ({ is, taken, count, sum }) =>
  count
    ? `Most often it takes a ${is} for a ${taken}: ${grouped(count)} of ${grouped(sum)}.`
    : "It takes every one of them for what it is.";

export const cellLabel = (is, taken, count, sum) =>
  `${is} ${is === taken ? "read right" : `taken for ${taken}`}: ${grouped(count)} of ${grouped(sum)}`;

export const CORNER = "is ↓ taken\u00a0for\u00a0→";
export const READ_RIGHT = "read right";
export const THE_BELIEF = "belief";
