// What the networks answer at a character, in words.

// A space and a line's end as something that can be seen.
const seen = (symbol) => ({ " ": "␣", "\n": "↵", "\r\n": "↵", "\t": "⇥" })[symbol] ?? symbol;

// told: name, symbol and its probability, of each network.
function answersSentence(source, target, told) {
  const each = told.map(([name, symbol, share]) => `${name} says ${seen(symbol)} (${percent(share)})`);
  return `${seen(source)} goes in, ${seen(target)} is wanted: ${each.join(", ")}.`;
}

const statesLabel = (symbol, values) =>
  `h after ${seen(symbol)}: ${Array.from(values, (value) => value.toFixed(2)).join(", ")}`;
