// What runs make of a digit, and what their curves are, in words.

import { grouped, percent } from "../../../../../../ui/components/numbers.js";

export const MIXED =
  "These runs read the digit in different steps: the cursor moves in all of them by the share that is read.";
export const NO_STATES = "What the runs make of the digit appears here.";

// What the lines are: digits held out of training are not test digits. held: names of the runs that
// such digits judge, of so many runs.
export function kindsSentence(held, count) {
  const strong =
    held.length === count
      ? "training digits held out"
      : `test digits${held.length ? `, but for ${held.join(" and ")} training digits held out` : ""}`;
  return `Loss and thin lines: training digits, smoothed. Strong lines with marks: ${strong}.`;
}

// told: name, digit believed in and its probability, of the runs that have a belief, of so many runs;
// step: of the training, 0 or null before the first; part: how far the digit is read, as words.
export function beliefsSentence(told, count, probe, step, part) {
  const where = `${step ? `After step ${grouped(step)}` : "Before the first step"}, with ${part} read,`;
  const best = told[0][1];
  const agree = told.length === count && told.every(([, digit]) => digit === best);
  const each = told.map(([name, digit, share]) =>
    agree ? `${name} with ${percent(share)}` : `${name} believes ${digit} with ${percent(share)}`,
  );
  const who = agree ? `all take ${probe}, for ${best}` : `they differ about ${probe}`;
  return `${where} ${who}: ${each.join(", ")}.`;
}

export const unitSentence = (unit, name, value) =>
  `Unit ${unit} of ${name}: h = ${value.toFixed(2).replace("-", "−")}.`;

export const keysHint = (what) => `← → ${what} · ↑ ↓ training steps · Space plays`;

// told: name and the newest value as words, of each run.
export const curvesLabel = (what, told) => `${what}, now: ${told.map((pair) => pair.join(" ")).join(", ")}.`;

export const readLabel = (name, where) => `The digit, read by ${name} up to ${where}`;

export const beliefLabel = (name, where, digit) =>
  `Belief and hidden state. ${digit === null ? "No states yet." : `After ${where} ${name} believes ${digit}.`}`;

export const PART_READ = "Part read";
export const NOTHING_YET = "nothing yet";
export const BEING_READ = "is being read …";
export const STATE_TITLE = "hidden state h";
export const LOSS_LABEL = "Loss while training";
export const whenWords = (step, where) => `step ${grouped(step)} · ${where}`;

// A digit that two runs answer differently. answers: name of a run and its answer.
export const answerWords = (mark, answer, right) => `${mark} ${answer} ${right ? "✓" : "✗"}`;
export const differingLabel = (index, label, answers) =>
  `Test digit ${index} is ${label}; ${answers.map(([name, answer]) => `${name} takes it for ${answer}`).join(", ")}. Watch it`;
