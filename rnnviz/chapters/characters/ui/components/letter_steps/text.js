// What the networks answer at a character, in words.

import { percent } from "../../../../../ui/components/numbers.js";

// A space and a line's end as something that can be seen.
export const seen = (symbol) => ({ " ": "␣", "\n": "↵", "\r\n": "↵", "\t": "⇥" })[symbol] ?? symbol;

// told: name, symbol and its probability, of each network.
export function answersSentence(source, target, told) {
  const each = told.map(([name, symbol, share]) => `${name} says ${seen(symbol)} (${percent(share)})`);
  return `${seen(source)} goes in, ${seen(target)} is wanted: ${each.join(", ")}.`;
}

export const statesLabel = (symbol, values) =>
  `h after ${seen(symbol)}: ${Array.from(values, (value) => value.toFixed(2)).join(", ")}`;

export const EPOCHS = "After epochs";
export const CHARACTER = "Character";
export const lossWords = (loss) => `loss ${loss.toFixed(2)}`;
export const answerWords = (right, wanted) => (right ? " ✓" : ` not ${seen(wanted)}`);
export const KEYS = "← → move over the characters, ↑ ↓ over the epochs. h: blue −1, orange 1; bars: probabilities.";
