// What a network believes on the way through a digit, in words. Steps count from 1.

import { percent } from "../numbers.js";

export const POINT = "Point at the hidden state to read one unit.";

// best: null where the network has no belief.
export const beliefSentence = (word, row, best, share) =>
  best === null ? `After ${word} ${row}.` : `After ${word} ${row} it believes ${best} with ${percent(share)}.`;

// told: letter and value, of each heatmap.
export function unitSentence(unit, told) {
  const values = told.map(([name, value]) => `${name} = ${value.toFixed(3).replace("-", "−")}`);
  return `Unit ${unit}: ${values.join(", ")}.`;
}

export const rowsLabel = (word, row, best) => `After ${word} ${row}${best === null ? "" : ` it believes ${best}`}.`;

export const pageLabel = (word, row) => `The digit, read up to ${word} ${row}`;

export const keysHint = (word) => `← → ${word}s · Space plays`;
