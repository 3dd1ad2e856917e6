// What a training and the watched digit say, in words. Steps count from 1.

const WAIT = "Pause, or let it finish, to scrub back through training.";
const NO_STATES = "The network's states appear here as soon as it trains.";
const LEVELS = { ok: "well", warn: "mind this", bad: "in trouble", unknown: "not known yet" };
const CALM = "Nothing to mend.";
const HEALTH = "Health";
const healthTitle = (step) => `${HEALTH} after step ${grouped(step)}`;
const NO_REACH = "How far back the gradient reaches: not known yet.";
const CONFUSION_TITLE = "Which digits it takes for which";

const keysHint = (word) => `← → ${word}s · ↑ ↓ training steps · Space plays`;

// step: of the training, 0 before the first; best: null where the belief is no number.
function beliefSentence(step, word, row, best, share) {
  const when = step ? `After step ${grouped(step)} and` : "Before the first step, after";
  const what = best === null ? "its belief is not a number" : `it believes ${best} with ${percent(share)}`;
  return `${when} ${word} ${row} ${what}.`;
}

const POINT = "Point at the hidden state to read one unit.";

const unitSentence = (unit, value) => `Unit ${unit}: h = ${value.toFixed(2).replace("-", "−")}.`;

// steps: of the curves, null before the first; test: accuracy there, null while there is none.
function curvesLabel(steps, loss, accuracy, judge, test) {
  const words =
    steps === null
      ? "Loss and accuracy: no steps yet."
      : `Loss and accuracy over ${grouped(steps)} steps: loss ${three(loss)}, training accuracy ${share(accuracy)}`;
  return words + (test === null ? "" : `, ${judge} accuracy ${share(test)}`);
}

const digitLabel = (word, row) => (row === null ? "The digit" : `The digit, read up to ${word} ${row}`);

const rowsLabel = (word, row, best) =>
  best === null ? "No states yet." : `Belief and hidden state. After ${word} ${row} it believes ${best}.`;

const tenTitle = (right) => `First ten test digits${right === null ? "" : `: ${right} right`}`;

const lightLabel = (name, level, says) => `${name}: ${LEVELS[level]}. ${says}`;

function laterWords(state, live) {
  if (live) return "Pause, or let it finish, to see which digits it takes for which.";
  if (state === "idle") return "Train, to see which digits it takes for which.";
  return state === "failed" ? "" : "Reading the test digits …";
}

const confusionTitle = (count) => `${CONFUSION_TITLE}, of ${grouped(count)} test digits`;

const worstSentence = ({ is, taken, count, sum }) =>
  count
    ? `Most often it takes a ${is} for a ${taken}: ${grouped(count)} of ${grouped(sum)}.`
    : "It takes every one of them for what it is.";

const cellLabel = (is, taken, count, sum) =>
  `${is} ${is === taken ? "read right" : `taken for ${taken}`}: ${grouped(count)} of ${grouped(sum)}`;
