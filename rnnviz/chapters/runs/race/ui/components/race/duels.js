// For every two networks the mean difference as a dot and its interval as a line, around "no difference".

import { beginPlot, disc, faintly, line, polygon, quiet, write } from "../../../../../../ui/components/canvas.js";
import { say } from "../../../../../../ui/components/component_view.js";
import { duelsLabel, duelsSentence, MINUS, NO_ROUND } from "./text.js";

const DUEL = { left: 6, right: 10, top: 10, row: 56, axis: 22, least: 1, most: 20 };

export function drawDuels(view) {
  const { theme, racers } = view;
  const { duels } = view.message;
  const pairs = (racers.length * (racers.length - 1)) / 2; // room is kept before they come
  const { top, row, axis } = DUEL;
  const height = top + pairs * row + axis;
  view.duels.style.height = `${height}px`;
  const { g, box } = beginPlot(view.duels, { ...DUEL, plot: pairs * row });
  const [low, high, apart] = pointsAxis(duels);
  const x = (points) => box.x + (box.w * (points - low)) / (high - low);
  for (let n = Math.round(low / apart); n * apart <= high + 1e-9; n++) {
    const points = n * apart;
    const zero = n === 0;
    line(g, zero ? theme.text : theme.faint, 1, x(points), box.y, x(points), box.y + box.h);
    const word = zero ? "0" : signed(Number(points.toPrecision(3)));
    const align = n * apart === low ? "left" : points >= high - 1e-9 ? "right" : "center";
    faintly(g, theme, word, x(points), box.y + box.h + 6, align, "top");
  }
  duels.forEach((duel, n) => drawDuel(g, view, box, x, duel, box.y + n * row, [low, high]));
  if (!duels.length) quiet(g, theme, box, NO_ROUND);
  tellDuels(view);
}

function drawDuel(g, view, box, x, duel, y, [low, high]) {
  const { theme, racers } = view;
  const colour = (name) => racers.find((racer) => racer.name === name).colour;
  const tint = duel.tells ? colour(duel.better) : theme.text;
  write(g, { ...theme, text: colour(duel.better) }, duel.better, box.x, y + 8, "left", "top", 600);
  const room = g.measureText(duel.better).width;
  faintly(g, theme, MINUS, box.x + room, y + 9, "left", "top");
  const minus = g.measureText(MINUS).width;
  const after = box.x + room + minus;
  write(g, { ...theme, text: colour(duel.other) }, duel.other, after, y + 8, "left", "top", 600);
  const bold = duel.tells ? 600 : 400;
  write(g, theme, duel.words, box.x + box.w, y + 8, "right", "top", bold);
  const middle = y + 40;
  const half = duel.half_width ?? Infinity;
  const [from, to] = [duel.mean - half, duel.mean + half];
  g.setLineDash(duel.half_width === null ? [3, 4] : []);
  g.globalAlpha = duel.half_width === null ? 0.5 : 1;
  line(g, tint, 2.5, x(Math.max(from, low)), middle, x(Math.min(to, high)), middle);
  g.setLineDash([]);
  g.globalAlpha = 1;
  if (duel.half_width !== null) {
    endOf(g, tint, x, from, low, middle, -1);
    endOf(g, tint, x, to, high, middle, 1);
  }
  g.fillStyle = theme.background;
  disc(g, x(duel.mean), middle, 7);
  g.fillStyle = tint;
  disc(g, x(duel.mean), middle, 5);
}

// A bar where the interval ends, an arrow where it goes on beyond the chart.
function endOf(g, colour, x, at, limit, y, way) {
  if ((at - limit) * way <= 1e-9) return line(g, colour, 2.5, x(at), y - 5, x(at), y + 5);
  g.fillStyle = colour;
  polygon(g, [[x(limit) + 3 * way, y], [x(limit) - 6 * way, y - 6], [x(limit) - 6 * way, y + 6]]);
}

// Whole steps around 0 and all that is shown; an interval much wider than the differences is cut off.
function pointsAxis(duels) {
  const farthest = Math.max(DUEL.least, ...duels.map(({ mean }) => Math.abs(mean)));
  const limit = Math.max(2.5 * farthest, DUEL.most);
  const reach = (value) => Math.max(-limit, Math.min(limit, value));
  const ends = duels.flatMap(({ mean, half_width }) => {
    const half = half_width ?? 0.2 * farthest;
    return [reach(mean - half), reach(mean + half)];
  });
  const [least, most] = [Math.min(-0.25 * farthest, ...ends), Math.max(farthest, ...ends)];
  const apart = stepOf((most - least) / 5);
  return [Math.floor(least / apart) * apart, Math.ceil(most / apart) * apart, apart];
}

function stepOf(wanted) {
  const scale = 10 ** Math.floor(Math.log10(wanted));
  return [1, 2, 5, 10].find((part) => part * scale >= wanted - 1e-12) * scale;
}

const signed = (points) => (points > 0 ? `+${points}` : String(points).replace("-", "−"));

function tellDuels(view) {
  const { duels } = view.message;
  view.duels.setAttribute("aria-label", duelsLabel(duels));
  const single = duels.some(({ half_width }) => half_width === null);
  say(view.duelWords, duelsSentence(duels.length, single));
}
