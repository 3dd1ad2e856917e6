// Colors: those of the app's theme, and those of a scale.

/** @import { Color, Ramp, Theme } from "./types" */

/** @type {(hex: string) => Color} */
export function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/**
 * 256 colors between the steps of a scale.
 * @param {string[]} steps - As #rrggbb.
 * @returns {Ramp}
 */
export function ramp(steps) {
  const colors = steps.map(rgb);
  const table = new Uint8ClampedArray(256 * 3);
  for (let n = 0; n < 256; n++) {
    const place = (n / 255) * (colors.length - 1);
    const low = Math.min(Math.floor(place), colors.length - 2);
    for (let part = 0; part < 3; part++) {
      table[3 * n + part] = colors[low][part] + (place - low) * (colors[low + 1][part] - colors[low][part]);
    }
  }
  return table;
}

/** The color at a place from 0 to 1 of a ramp. @type {(table: Ramp, place: number) => Color} */
export function colorAt(table, place) {
  const at = 3 * Math.max(0, Math.min(255, Math.round(255 * place)));
  return [table[at], table[at + 1], table[at + 2]];
}

/** The place of a value on a scale around 0 that ends at ±most. @type {(value: number, most: number) => number} */
export const around = (value, most) => 0.5 + (0.5 * value) / (most || 1);

/** @type {(color: Color) => string} */
export const css = (color) => `rgb(${color.join(" ")})`;

/** A ramp from left to right, for the background of a legend. @type {(table: Ramp) => string} */
export function gradientOf(table) {
  const stops = Array.from({ length: 9 }, (_, n) => css(colorAt(table, n / 8)));
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

/** `share` of a color over another, both as #rrggbb.
 * @type {(color: string, ground: string, share: number) => string} */
export function mix(color, ground, share) {
  const [a, b] = [rgb(color), rgb(ground)];
  return css(a.map((part, n) => Math.round(share * part + (1 - share) * b[n])));
}

/** The colors of the app's theme, as Streamlit hands them to a component. @type {(element: Element) => Theme} */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const one = (/** @type {string} */ name) => style.getPropertyValue(`--st-${name}`).trim();
  const many = (/** @type {string} */ name) => one(`chart-${name}-colors`).split(",").map((color) => color.trim());
  const diverging = many("diverging");
  return {
    mode: inkOn(one("background-color")) === LIGHT_INK ? "dark" : "light",
    text: one("text-color"),
    faint: one("border-color"),
    background: one("background-color"),
    accent: one("primary-color"),
    font: one("font") || "sans-serif",
    sequential: ramp(many("sequential")),
    diverging: ramp(diverging),
    classes: many("categorical"),
    first: diverging[1], // of two lines in one chart
    second: diverging[diverging.length - 2],
    bad: one("red-text-color"),
  };
}

const DARK_INK = "#14151c";
const LIGHT_INK = "#ffffff";

/** Black or white, whichever reads better on a color, #rrggbb or [r, g, b].
 * @type {(color: string | Color) => string} */
export function inkOn(color) {
  const [r, g, b] = typeof color === "string" ? rgb(color) : color;
  return 0.299 * r + 0.587 * g + 0.114 * b > 140 ? DARK_INK : LIGHT_INK;
}

/** After ten the colors come again: the number tells the classes apart. @type {(theme: Theme, k: number) => string} */
export const classColor = (theme, k) => theme.classes[k % theme.classes.length];
