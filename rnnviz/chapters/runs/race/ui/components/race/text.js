// What a race shows, in words.

export const NO_ROUND = "appears with the first round that is complete";

// Which round the curves are of; seed: undefined while there is none.
export function curvesSentence(round, seed) {
  const which = seed === undefined ? "" : `Round ${round}, seed ${seed}. `;
  return (
    `${which}Loss and thin lines: training digits, smoothed. Strong lines with marks: test digits, ` +
    "the first 500 on the way, all 10,000 after each epoch."
  );
}

// told: name and the newest value as words, of each network.
export const curvesLabel = (what, told) => `${what}, now: ${told.map((pair) => pair.join(" ")).join(", ")}.`;

// duels: better, other and the interval as words.
export function duelsLabel(duels) {
  const told = duels.map(({ better, other, words }) => `${better} minus ${other}: ${words}`);
  return told.length ? `${told.join("; ")}.` : "No round counts yet.";
}

// What dots and lines are, of so many duels; single: whether only one seed is known.
export function duelsSentence(count, single) {
  if (single) return "A dot is the difference of one seed: there is no interval before the second.";
  const lines = count > 1 ? "lines that hold together" : "a line that holds";
  return `Dots are means over the seeds, with ${lines} with 95 %; across 0 means no difference to be seen.`;
}

export const OPEN_RUN = "Open this run on Train";

export const resultLabel = (round, name, words, hint) => `Round ${round}, ${name}: ${words}. ${hint}`;

export const NOTHING_YET = "nothing yet";
export const roundName = (n) => `Round ${n}`;
export const seedName = (seed) => `seed ${seed}`;
export const MINUS = " minus ";
