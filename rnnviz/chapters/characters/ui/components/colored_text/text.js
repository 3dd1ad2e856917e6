// What a network expected after a character, in words.

import { percent } from "../../../../../ui/components/numbers.js";

export const POINT = "Point at a character: what did the network expect after it?";
export const TEXT_LABEL = "The text: arrow keys move over its characters";

// A space and a line's end as something that can be seen.
const seen = (symbol) => ({ " ": "␣", "\n": "↵", "\r\n": "↵", "\t": "⇥" })[symbol] ?? symbol;

// place: of the character, from 1; expected: symbol and probability, the likeliest first; came: the next
// symbol and its bits, null at the end of the text.
export function expectedSentence(symbol, place, unit, h, expected, came) {
  const guesses = expected.map(([guess, share]) => `${seen(guess)} ${percent(share)}`).join(", ");
  const next = came ? `; ${seen(came[0])} came, for ${came[1].toFixed(2)} bits` : "";
  return `After ${seen(symbol)} (character ${place}) unit ${unit} is ${h.toFixed(2)}. Expected: ${guesses}${next}.`;
}

export const shownWords = (costs, unit, H) => (costs ? "bits of each" : `unit ${unit} of ${H}`);
export const otherWords = (costs) => (costs ? "unit instead" : "bits instead");
