// What a unit's numbers say, in words.

const DIGITS = 4;

function exact(value) {
  if (!Number.isFinite(value)) return "no number";
  const words = Math.abs(value) < 1000 ? value.toFixed(DIGITS) : value.toPrecision(7);
  return words.replace("-", "−");
}

const rough = (value) => value.toFixed(2).replace("-", "−");

// Where the unit changes most on this digit, and what the belief does there.
function told(view) {
  const { message, T } = view;
  const { word, place, reverse } = message;
  const { unit } = here(view);
  const { name, value } = stateOf(view, unit);
  const before = (t) => (reverse ? t + 1 : t - 1);
  const given = message.arrays[`${name}_prev`];
  const from = (t) => (given ? given[t * view.U + unit] : before(t) < 0 || before(t) >= T ? 0 : value(before(t)));
  let turn = 0;
  for (let t = 1; t < T; t++) {
    if (Math.abs(value(t) - from(t)) > Math.abs(value(turn) - from(turn))) turn = t;
  }
  const who = `Unit ${unitName(view, unit)}${place ? ` (${place})` : ""}`;
  if (Math.abs(value(turn) - from(turn)) < 0.01) {
    return `${who} hardly moves on ${message.digit}: ${name} never changes by more than 0.01 from one ${word} to the next.`;
  }
  const moves = `${name} goes from ${rough(from(turn))} to ${rough(value(turn))}, its largest change on ${message.digit}`;
  return `${who} turns at ${word} ${turn + 1}: ${moves}.${reverse || !view.K ? "" : ` ${believes(view, turn)}`}`;
}

function believes(view, turn) {
  const [now, share] = believed(view, turn);
  if (turn === 0) return `The belief there is ${now} with ${percent(share)}.`;
  const [was, before] = believed(view, turn - 1);
  if (was !== now) return `There the belief goes over from ${was} (${percent(before)}) to ${now} (${percent(share)}).`;
  const [a, b] = [percent(before), percent(share)];
  return a === b ? `The belief in ${now} stays at ${a} there.` : `There the belief in ${now} goes from ${a} to ${b}.`;
}

// What a unit holds: its h, or its c where h is projected and has other units.
function stateOf(view, unit) {
  const { arrays } = view.message;
  const name = arrays.weight_hr ? "c" : "h";
  const values = arrays[`panel.${name}`];
  return { name, value: (t) => values[t * view.U + unit] };
}

function inWordsOf(view) {
  const { cell, nonlinearity, word } = view.message;
  const { row, unit } = here(view);
  const of = (name) => view.message.arrays[`panel.${name}`][row * view.U + unit];
  if (cell === "lstm") {
    const [i, g] = [of("i"), of("g")];
    return (
      `Its forget gate stands at ${standing(of("f"))}: ${fading(view, of("f"), "c")}. ` +
      `Its input gate stands at ${standing(i)}: of the candidate ${rough(g)}, ${rough(i * g)} comes in. ` +
      `Its output gate lets ${part(of("o"))} of tanh c out.`
    );
  }
  if (cell === "gru") {
    const z = of("z");
    return (
      `Its update gate stands at ${standing(z)}: ${fading(view, z, "h")}. ` +
      `It takes ${part(1 - z)} of the candidate ${rough(of("n"))}. ` +
      `Its reset gate stands at ${standing(of("r"))}: so much of the old state's share went into that candidate.`
    );
  }
  const h = of("h");
  if (nonlinearity === "relu") {
    return h > 0
      ? `It has no gate: its h is made anew at each ${word}. The sum is above 0, so relu lets it through as it is.`
      : `It has no gate: its h is made anew at each ${word}. The sum is not above 0, so relu is shut and h is 0.`;
  }
  const slope = part(1 - h * h);
  return `It has no gate: its h is made anew at each ${word}. The slope of tanh there is 1 − h², so ${slope} of a small change in the sum comes through.`;
}

const part = (share) => percent(share).replace("<", "less than ").replace(">", "more than ");
const standing = (gate) => (gate > 0.9995 ? ">0.999" : gate < 0.0005 ? "<0.001" : gate.toFixed(3));

// What becomes of a state if its gate stands still and nothing is added.
function fading(view, gate, what) {
  const { row, unit } = here(view);
  const { T } = view;
  const { word, arrays } = view.message;
  const half = arrays.half_life[row * view.U + unit];
  const alone = "left alone at that";
  if (1 - 0.5 ** (T / half) < 0.01 && T > 1) return `${alone}, ${what} loses less than 1 % over all ${T} ${word}s`;
  if (half >= 0.995) {
    const times = half < 10 ? half.toFixed(1) : half < 10_000 ? Math.round(half) : Number(half.toPrecision(1)).toLocaleString("en-US");
    return `${alone}, ${what} halves every ${times === "1.0" ? word : `${times} ${word}s`}`;
  }
  return `${alone}, ${part(gate)} of ${what} is left after one ${word}`;
}
