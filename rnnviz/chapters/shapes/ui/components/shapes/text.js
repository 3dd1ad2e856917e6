// What a part of a block is, in words. Steps, sequences and layers count from 1.

export const HINT = "Click a face, or Tab to a block: ← → steps or layers, ↑ ↓ direction, Esc the whole.";

export const pullWords = (pulled) => (pulled ? "Put the step back" : "Pull out a step of x");

export function legendWords(layers, enlarged) {
  const parts = [layers > 1 ? "paler: lower layers" : "", enlarged ? "thin edges are drawn thicker" : "to scale"];
  return parts.filter(Boolean).join(" · ");
}

export const slabSentence = (step) => `One slab: step ${step} of every sequence of the batch. ${example(step)}`;

// "I hate this": what a slab is when sequences are sentences.
function example(step) {
  const words = ["I", "hate", "this"];
  const rank = ["first", "second", "third"][step - 1];
  return rank ? `Of sentences (“I hate this”, …) it is the ${rank} word of each: “${words[step - 1]}”.` : `Of sentences it is word ${step} of each.`;
}

// sizes: B, I and H of the whole product; shown: of what is drawn of it; part: e.g. "gate i" or "h".
export function productSentence(sizes, shown, weight, rows, part) {
  const cut = ["B", "I", "H"].some((name) => shown[name] < sizes[name])
    ? ` Shown are the first ${shown.B} × ${shown.I} × ${shown.H}.`
    : "";
  return (
    `x_t [B, I] × W [I, H]: (${sizes.B}, ${sizes.I}) × (${sizes.I}, ${sizes.H}) → (${sizes.B}, ${sizes.H}), ` +
    `W = ${weight}[${rows}].T, the rows of ${part}.${cut}`
  );
}

export const ALL = "all";
export const ONE_NUMBER = "one number";
export const NO_BATCH = "no batch";
export const ORDERS = ["batch first", "time first"];
export const DIRECTIONS = ["forward", "reverse"];
export const ONE_DIRECTION = "one direction";
export const allOf = (count) => `all ${count}`;
export const shapeOf = (shape) => `shape ${shape}`;
export const layerName = (layer, direction) => `${layer}${direction === null ? "" : `, ${DIRECTIONS[direction]}`}`;

// cut: what is cut of a tensor; a number from 0 each, or null.
export function cutWords(tensor, { step, sequence, half, layer, direction }, T) {
  const said = [tensor];
  if (step !== null) said.push(`step ${step + 1} of ${T}`);
  if (sequence !== null) said.push(`sequence ${sequence + 1}`);
  if (half !== null) said.push(DIRECTIONS[half]);
  if (layer !== null) said.push(`layer ${layer + 1}`);
  if (direction !== null) said.push(DIRECTIONS[direction]);
  return said.length === 1 ? `${tensor}, whole` : said.join(" · ");
}

export const stepWords = (step, T) => `step ${step} of ${T}`;
export const gateWords = (gate) => (gate === null ? "h" : `gate ${gate}`);

// terms: the first products of a sum, of I; result: what all of them come to.
export const sumWords = (row, unit, terms, I, result) =>
  `sequence ${row}, unit ${unit}: ${terms.join(" + ")}${I > 3 ? ` + … (${I} products)` : ""} = ${result}`;

export const COPY = "Copy";
export const COPIED = "Copied";
export const MARKED = "Marked";
