// What a part of a block is, in words. Steps, sequences and layers count from 1.

const HINT = "Click a face, or Tab to a block: ← → steps or layers, ↑ ↓ direction, Esc the whole.";

const pullWords = (pulled) => (pulled ? "Put the step back" : "Pull out a step of x");

function legendWords(layers, enlarged) {
  const parts = [layers > 1 ? "paler: lower layers" : "", enlarged ? "thin edges are drawn thicker" : "to scale"];
  return parts.filter(Boolean).join(" · ");
}

const slabSentence = (step) => `One slab: step ${step} of every sequence of the batch. ${example(step)}`;

// "I hate this": what a slab is when sequences are sentences.
function example(step) {
  const words = ["I", "hate", "this"];
  const rank = ["first", "second", "third"][step - 1];
  return rank ? `Of sentences (“I hate this”, …) it is the ${rank} word of each: “${words[step - 1]}”.` : `Of sentences it is word ${step} of each.`;
}

// sizes: B, I and H of the whole product; shown: of what is drawn of it; part: e.g. "gate i" or "h".
function productSentence(sizes, shown, weight, rows, part) {
  const cut = ["B", "I", "H"].some((name) => shown[name] < sizes[name])
    ? ` Shown are the first ${shown.B} × ${shown.I} × ${shown.H}.`
    : "";
  return (
    `x_t [B, I] × W [I, H]: (${sizes.B}, ${sizes.I}) × (${sizes.I}, ${sizes.H}) → (${sizes.B}, ${sizes.H}), ` +
    `W = ${weight}[${rows}].T, the rows of ${part}.${cut}`
  );
}
