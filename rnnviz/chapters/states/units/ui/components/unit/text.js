// What is known of a unit, in words. Units and steps count from 1.

const SPOKEN = {
  digit: { own: "this digit", item: (n, label) => `Test digit ${n}, a ${label}` },
  class: { own: "this sequence", item: (n, label) => `Sequence ${n + 1}${label === null ? "" : `, class ${label}`}` },
};

const two = (value) => value.toFixed(2);
const minusTwo = (value) => two(value).replace("-", "−");

export const courseTitle = (unit, word, kind) =>
  `Unit ${unit}: mean after each ${word}, ${kind === null ? "over all sequences" : `for each ${kind}`}`;

export const tellsTitle = (unit, kind) => `How well unit ${unit} tells each ${kind} from the rest`;

export function drivesTitle(unit, word, measure, most) {
  const rises = most ? "rises most in one" : "falls most in one";
  const stands = most ? "is highest after a" : "is lowest after a";
  return `Where unit ${unit} ${measure === "rise" ? rises : stands} ${word}`;
}

export const keysHint = (classes) => `← → one unit on · Home End · Space plays${classes ? " · click one above" : ""}`;

export const allTitle = (U, held, by, kind) =>
  `All ${U} units of ${held}, ${by}: orange is higher for the ${kind}, blue lower, faint is chance`;

export const aucWords = (auc, word, step, beyond) => `AUC ${two(auc)} at ${word} ${step}${beyond ? "" : ", as by chance"}`;

export const pointedWords = (unit, kind, name, tells) => `unit ${unit} · ${kind} ${name}: ${tells}`;

export const matrixLabel = (U, kind, told) => `How well each of ${U} units tells each ${kind}; ${told}`;

export const tellsLabel = (kind) => `Area under the ROC curve for each ${kind}, 0.5 tells nothing`;

export const chanceHint = (chance) => `by chance ${two(0.5 - chance)} to ${two(0.5 + chance)}`;

export const meanWords = (word, step, mean, probe, own) =>
  `${word} ${step}: mean ${minusTwo(mean)}, ${probe} ${minusTwo(own)}`;

// highest, lowest: name and mean of a class.
export const classesWords = (word, step, highest, lowest, kind, own) =>
  `${word} ${step}: ${highest[0]} highest ${minusTwo(highest[1])}, ${lowest[0]} lowest ${minusTwo(lowest[1])}, ` +
  `${SPOKEN[kind].own} ${minusTwo(own)}`;

export const courseLabel = (unit, told) => `Mean course of unit ${unit}. ${told}`;

export const drivingWords = (word, step, value) => `${word} ${step}: ${value < 0 ? "−" : "+"}${two(Math.abs(value))}`;

export const drivingLabel = (kind, index, label, words) => `${SPOKEN[kind].item(index, label)}, ${words}. Watch it`;

export const drivingHint = (kind, index, label) => `${SPOKEN[kind].item(index, label)}: click to watch ${SPOKEN[kind].own}`;
