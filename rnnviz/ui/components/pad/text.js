// What the pad says by itself, in words.

export const FRAME_TITLE = "What the network sees: 28 × 28 pixels";
export const FULL = "The pad is full: undo or clear.";
export const rowsLabel = (word, sentence) => `Belief after each ${word} and hidden state. ${sentence}`;
export const penWords = (down) => (down ? "Pen down." : "Pen up.");
