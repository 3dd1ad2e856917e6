// Numbers as words, and the small arithmetic of charts.

/** @import { Numbers } from "./types" */

const THOUSANDS = new Intl.NumberFormat("en-US");
/** @type {(n: number) => string} */
export const grouped = (n) => THOUSANDS.format(Math.round(n));

/** @type {(value: number) => string} */
export const three = (value) =>
  !Number.isFinite(value) ? "NaN" : value >= 100 ? value.toPrecision(3) : value.toFixed(3);

/** @type {(value: number) => string} */
export const share = (value) => (Number.isFinite(value) ? `${(100 * value).toFixed(1)} %` : "–");

/** @type {(power: number) => string} */
export const powerOfTen = (power) =>
  power === 0 ? "1" : `10${[...String(power)].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("")}`;

/** @type {(value: number) => string} */
export function scientific(value) {
  if (value === 0) return "0";
  const power = Math.floor(Math.log10(Math.abs(value)));
  if (power >= -3 && power < 4) return String(Number(value.toPrecision(2)));
  return `${(value / 10 ** power).toFixed(1)} · ${powerOfTen(power)}`;
}

/** @type {(wanted: number) => number} */
export function niceStep(wanted) {
  const scale = 10 ** Math.floor(Math.log10(wanted));
  return Math.max(1, ([1, 2, 5].find((part) => part * scale >= wanted) ?? 10) * scale);
}

/** Of rising values the place of that which lies nearest; −1 if there is none.
 * @type {(values: Numbers, wanted: number) => number} */
export function nearest(values, wanted) {
  let best = -1;
  for (let n = 0; n < values.length; n++) {
    if (best < 0 || Math.abs(values[n] - wanted) < Math.abs(values[best] - wanted)) best = n;
  }
  return best;
}

/** Of rising values the place of the last that is not above; −1 if all are.
 * @type {(values: Numbers, wanted: number) => number} */
export function lastBefore(values, wanted) {
  let last = -1;
  for (let n = 0; n < values.length && values[n] <= wanted; n++) last = n;
  return last;
}

/** @type {(values: Numbers) => number} */
export function lastFinite(values) {
  for (let n = values.length - 1; n >= 0; n--) if (Number.isFinite(values[n])) return n;
  return -1;
}

const EXPLODED = 3; // a gradient of 10³ and more: it stands at the edge

/**
 * Whole decades [low, high] around all values above 0, at least three, at most `limit`, none above
 * 10³; what was shown before stays.
 * @param {Iterable<Numbers>} arrays
 * @param {number[] | null | undefined} before - Decades.
 * @param {number} limit
 * @returns {number[]}
 */
export function decadesOf(arrays, before, limit) {
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

/** @type {(share: number) => string} */
export function percent(share) {
  const whole = Math.round(100 * share);
  if (whole === 0 && share > 0) return "<1 %";
  return whole === 100 && share < 1 ? ">99 %" : `${whole} %`;
}

/** The place of the greatest value, and that value.
 * @type {(probabilities: Numbers) => [place: number, most: number]} */
export function mostProbable(probabilities) {
  const most = Math.max(...probabilities);
  return [probabilities.indexOf(most), most];
}
