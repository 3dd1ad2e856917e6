// Bars and marks of classes, each in its color.

/** @import { Context, Theme } from "./types" */

import { disc, setText } from "./canvas.js";
import { classed, make, say } from "./component_view.js";
import { percent } from "./numbers.js";
import { classColor, inkOn } from "./theme.js";

/**
 * Ten bars that never change places. `probabilities` may be null.
 * @param {HTMLElement} list
 * @param {Theme} theme
 * @param {number[] | null} probabilities - One a class.
 */
export function showBars(list, theme, probabilities) {
  while (list.children.length < 10) {
    const digit = classed("span", "digit", String(list.children.length));
    list.append(make("li", {}, digit, classed("span", "track", make("i")), classed("span", "share")));
  }
  const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
  [...list.children].forEach((row, k) => {
    const share = probabilities ? probabilities[k] : 0;
    row.classList.toggle("best", k === best);
    const bar = /** @type {HTMLElement} */ (row.querySelector("i"));
    bar.style.width = `${100 * share}%`;
    bar.style.background = theme.classes[k];
    say(/** @type {Element} */ (row.querySelector(".share")), probabilities ? percent(share) : "–");
  });
}

/** A class's number as a mark in its color.
 * @type {(g: Context, theme: Theme, k: number, x: number, y: number, radius?: number) => void} */
export function mark(g, theme, k, x, y, radius = 7) {
  const color = classColor(theme, k);
  g.fillStyle = theme.background;
  disc(g, x, y, radius + 1.5);
  g.fillStyle = color;
  disc(g, x, y, radius);
  const words = String(k);
  const size = Math.round((1.5 * radius) / Math.max(1, 0.68 * words.length));
  setText(g, inkOn(color), `700 ${size}px ${theme.font}`, "center", "middle");
  g.fillText(words, x, y + 0.5);
}

/**
 * Heights pushed apart where marks would lie on each other, all within [top, bottom]; of each its own.
 * @param {number[]} heights - In pixels, as are the others.
 * @param {number} gap
 * @param {number} top
 * @param {number} bottom
 * @returns {number[]}
 */
export function apart(heights, gap, top, bottom) {
  const order = heights.map((_, n) => n).sort((a, b) => heights[a] - heights[b]);
  const placed = [...heights];
  order.forEach((n, place) => {
    const least = place ? placed[order[place - 1]] + gap : top;
    placed[n] = Math.max(heights[n], least);
  });
  let most = bottom;
  for (const n of order.reverse()) {
    placed[n] = Math.min(placed[n], most);
    most = placed[n] - gap;
  }
  return placed;
}
