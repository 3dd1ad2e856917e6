// Numbers as words, and the small arithmetic of charts.

const THOUSANDS = new Intl.NumberFormat("en-US");
const grouped = (n) => THOUSANDS.format(Math.round(n));

const three = (value) =>
  !Number.isFinite(value) ? "NaN" : value >= 100 ? value.toPrecision(3) : value.toFixed(3);

const share = (value) => (Number.isFinite(value) ? `${(100 * value).toFixed(1)} %` : "–");

const powerOfTen = (power) =>
  power === 0
    ? "1"
    : `10${[...String(power)].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("")}`;

function scientific(value) {
  if (value === 0) return "0";
  const power = Math.floor(Math.log10(Math.abs(value)));
  if (power >= -3 && power < 4) return String(Number(value.toPrecision(2)));
  return `${(value / 10 ** power).toFixed(1)} · ${powerOfTen(power)}`;
}

function niceStep(wanted) {
  const scale = 10 ** Math.floor(Math.log10(wanted));
  return Math.max(1, [1, 2, 5, 10].find((part) => part * scale >= wanted) * scale);
}

// Of rising values the place of that which lies nearest; −1 if there is none.
function nearest(values, wanted) {
  let best = -1;
  for (let n = 0; n < values.length; n++) {
    if (best < 0 || Math.abs(values[n] - wanted) < Math.abs(values[best] - wanted)) best = n;
  }
  return best;
}

// Of rising values the place of the last that is not above; −1 if all are.
function lastBefore(values, wanted) {
  let last = -1;
  for (let n = 0; n < values.length && values[n] <= wanted; n++) last = n;
  return last;
}

function lastFinite(values) {
  for (let n = values.length - 1; n >= 0; n--) if (Number.isFinite(values[n])) return n;
  return -1;
}

const EXPLODED = 3; // a gradient of 10³ and more: it stands at the edge

// Whole decades [low, high] around all values above 0, at least three, at most `limit`, none above
// 10³; what was shown before stays.
function decadesOf(arrays, before, limit) {
  let [least, most] = [Infinity, 0];
  for (const values of arrays) {
    for (const value of values) {
      if (!(value > 0 && value < Infinity)) continue;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  if (most === 0) return before ?? [-3, 0];
  let [low, high] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  high = Math.min(high, EXPLODED); // else one exploded moment would flatten all others
  low = Math.min(low, high - 3);
  if (before) [low, high] = [Math.min(low, before[0]), Math.max(high, before[1])];
  low = Math.max(low, high - limit);
  return [Math.min(low, high - 3), high];
}

// One sentence from the gradient's norms ∂L/∂h, and ∂L/∂c of an LSTM, at the first and the last row.
function reachSentence(h, c, word) {
  const T = h.length;
  const told = [["c", c], ["h", h]]
    .map(([name, norms]) => [name, norms && reachPart(norms[0], norms[T - 1])])
    .filter(([, part]) => part);
  if (!told.length) return "";
  const parts = told.map(([name, part]) => `∂L/∂${name} has ${part} its strength at ${word} ${T}`);
  return `At ${word} 1 ${parts.join(", ")}.`;
}

function reachPart(first, last) {
  if (!(last > 0) || !Number.isFinite(first)) return "";
  const part = first / last;
  let much = `${(100 * part).toPrecision(part < 0.1 ? 1 : 2)} %`;
  if (part === 0) much = "nothing";
  else if (part < 1e-4) much = `${powerOfTen(Math.round(Math.log10(part)))}`;
  else if (part >= 1.5) much = `${part < 10 ? part.toFixed(1) : grouped(part)} times`;
  else if (part >= 0.995) much = `${Math.round(100 * part)} %`;
  return much.endsWith("times") ? much : `${much} of`;
}
