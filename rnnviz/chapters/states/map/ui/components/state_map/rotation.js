// The plane of the map: where a state lies on the canvas, what is drawn there, what is under the mouse.

import { go, modified, stop } from "../../../../../../ui/components/axes.js";
import { disc, faintly, fit, line } from "../../../../../../ui/components/canvas.js";
import { mark } from "../../../../../../ui/components/class_bars.js";
import { later, say } from "../../../../../../ui/components/component_view.js";
import { inWords } from "../../../../../../ui/components/text.js";
import { inDegrees, K, moved } from "./state_map.js";
import { allWords, pathsLabel, pointedWords } from "./text.js";

const EDGE = 26;

// From a place along all axes, values[at … at + C], to the canvas: [x, y, depth].
function projection(view, width, height) {
  const { bounds } = view.message;
  const used = view.chosen.slice(0, view.solid ? 3 : 2);
  const middle = used.map((axis) => (bounds.low[axis] + bounds.high[axis]) / 2);
  const half = used.map((axis) => Math.max((bounds.high[axis] - bounds.low[axis]) / 2, 1e-6));
  const [w, h] = [width / 2 - EDGE, height / 2 - EDGE];
  if (!view.solid) {
    const scale = Math.min(w / half[0], h / half[1]);
    return (values, at) => [
      width / 2 + scale * (values[at + used[0]] - middle[0]),
      height / 2 - scale * (values[at + used[1]] - middle[1]),
      0,
    ];
  }
  const scale = (1.2 * Math.min(w, h)) / radiusOf(view, used, middle);
  const [cy, sy] = [Math.cos(view.turn.yaw), Math.sin(view.turn.yaw)];
  const [cp, sp] = [Math.cos(view.turn.pitch), Math.sin(view.turn.pitch)];
  return (values, at) => {
    const [x, y, z] = used.map((axis, n) => values[at + axis] - middle[n]);
    const near = z * cy - x * sy;
    return [width / 2 + scale * (x * cy + z * sy), height / 2 - scale * (y * cp - near * sp), near * cp + y * sp];
  };
}

// How far from the middle anything lies: so much room a turn needs.
function radiusOf(view, used, middle) {
  const key = used.join();
  if (view.radius?.key === key && view.radius.message === view.message) return view.radius.most;
  let most = 1e-6;
  for (const values of [view.message.arrays.paths, view.message.arrays.own]) {
    for (let at = 0; at < values.length; at += view.C) {
      most = Math.max(most, Math.hypot(...used.map((axis, n) => values[at + axis] - middle[n])));
    }
  }
  view.radius = { key, message: view.message, most };
  return most;
}

export function drawPlane(view) {
  const { plane, theme, message, C, row } = view;
  const { paths, means, own } = message.arrays;
  const [width, height] = [plane.clientWidth, plane.clientHeight];
  const g = fit(plane, width, height);
  const place = projection(view, width, height);
  view.place = place;
  drawTicks(g, view, width, height, place);
  g.drawImage(sheetOfPaths(view, width, height, place), 0, 0, width, height);
  const S = message.labels.length;
  for (let n = 0; n < S; n++) {
    if (!view.shown.has(message.labels[n])) continue;
    const [x, y] = place(paths, (row * S + n) * C);
    g.fillStyle = theme.classes[message.labels[n]];
    g.globalAlpha = 0.8;
    disc(g, x, y, 3);
  }
  g.globalAlpha = 1;
  if (view.hover) drawHover(g, view, place);
  const shown = [...view.shown].filter((k) => Number.isFinite(means[k * C]));
  for (const k of shown) trail(g, view, (t) => place(means, (t * K + k) * C), theme.classes[k], 2.6);
  for (const k of shown) {
    const [atX, atY] = place(means, (row * K + k) * C);
    mark(g, theme, k, atX, atY, 8);
  }
  trail(g, view, (t) => place(own, t * C), theme.text, 3);
  const [x, y] = place(own, row * C);
  g.fillStyle = theme.background;
  disc(g, x, y, 8);
  g.fillStyle = theme.accent;
  disc(g, x, y, 6);
  tellPlane(view);
}

// A path: strong where it has been read, thin and pale where it is still to come.
function trail(g, view, at, colour, thick) {
  const { T, row, theme } = view;
  const { reverse } = view.message;
  const stroke = (from, to, width, colour_, alpha) => {
    g.globalAlpha = alpha;
    g.strokeStyle = colour_;
    g.lineWidth = width;
    g.lineJoin = g.lineCap = "round";
    g.beginPath();
    for (let t = from; t <= to; t++) g[t === from ? "moveTo" : "lineTo"](...at(t).slice(0, 2));
    g.stroke();
    g.globalAlpha = 1;
  };
  const [from, to] = reverse ? [row, T - 1] : [0, row];
  stroke(reverse ? 0 : row, reverse ? row : T - 1, 1, colour, 0.35);
  stroke(from, to, thick + 2.5, theme.background, 0.85);
  stroke(from, to, thick, colour, 1);
}

// All thin paths as a picture, kept while only the cursor moves.
function sheetOfPaths(view, width, height, place) {
  const { theme, message, T, C } = view;
  const dense = window.devicePixelRatio || 1;
  const key = JSON.stringify([width, height, dense, view.chosen, view.solid, view.turn, [...view.shown], theme.background]);
  if (view.sheet?.key === key) return view.sheet.picture;
  const picture = new OffscreenCanvas(Math.max(1, width * dense), Math.max(1, height * dense));
  const g = picture.getContext("2d");
  g.scale(dense, dense);
  g.globalAlpha = 0.28;
  const S = message.labels.length;
  message.labels.forEach((k, n) => {
    if (view.shown.has(k)) strokePath(g, theme.classes[k], 1, T, (t) => place(message.arrays.paths, (t * S + n) * C));
  });
  view.sheet = { key, picture };
  return picture;
}

function strokePath(g, colour, width, T, at) {
  g.strokeStyle = colour;
  g.lineWidth = width;
  g.beginPath();
  for (let t = 0; t < T; t++) g[t ? "lineTo" : "moveTo"](...at(t).slice(0, 2));
  g.stroke();
}

// In the plane a frame with the axes' names; in space three arms from the middle.
function drawTicks(g, view, width, height, place) {
  const { theme, message, chosen, C } = view;
  if (!view.solid) {
    const [x, y] = place(new Float32Array(C), 0); // the mean state
    g.globalAlpha = 0.6;
    line(g, theme.faint, 1, x, 0, x, height);
    line(g, theme.faint, 1, 0, y, width, y);
    g.globalAlpha = 1;
    faintly(g, theme, `axis ${chosen[0] + 1} →`, width - 8, height - 6, "right", "bottom");
    faintly(g, theme, `↑ axis ${chosen[1] + 1}`, 8, 8, "left", "top");
    return;
  }
  const zero = place(new Float32Array(C), 0);
  for (const axis of chosen) {
    const arm = new Float32Array(C);
    arm[axis] = message.bounds.high[axis];
    const [x, y] = place(arm, 0);
    line(g, theme.faint, 1.5, zero[0], zero[1], x, y);
    faintly(g, theme, `axis ${axis + 1}`, x, y, "center", "middle");
  }
}

// ------------------------------------------------------------------------------- under the mouse

const NEAR = 14; // pixels
const KEY = Math.PI / 36; // a key turns by five degrees

function kindsOf(view) {
  const { paths, means, own } = view.message.arrays;
  const { labels } = view.message;
  return {
    own: { values: own, count: 1, on: () => true },
    mean: { values: means, count: K, on: (k) => view.shown.has(k) },
    digit: { values: paths, count: labels.length, on: (n) => view.shown.has(labels[n]) },
  };
}

function nearestTo(view, x, y) {
  let best = null;
  for (const [kind, { values, count, on }] of Object.entries(kindsOf(view))) {
    const bonus = kind === "digit" ? 0 : 3; // what is drawn above is pointed at first
    for (let n = 0; n < count; n++) {
      if (!on(n)) continue;
      for (let t = 0; t < view.T; t++) {
        const [px, py] = view.place(values, (t * count + n) * view.C);
        const away = Math.hypot(px - x, py - y) - bonus;
        if (away < NEAR && !(best && best.away <= away)) best = { kind, n, row: t, away };
      }
    }
  }
  return best;
}

function drawHover(g, view, place) {
  const { kind, n, row } = view.hover;
  const { values, count } = kindsOf(view)[kind];
  const at = (t) => place(values, (t * count + n) * view.C);
  const colour = kind === "own" ? view.theme.text : view.theme.classes[kind === "mean" ? n : view.message.labels[n]];
  strokePath(g, view.theme.background, 5, view.T, at);
  strokePath(g, colour, 2.5, view.T, at);
  g.fillStyle = view.theme.text;
  const [x, y] = at(row);
  disc(g, x, y, 4.5);
}

function tellPlane(view) {
  const { message, hover, row } = view;
  const word = inWords(message.word);
  let told = allWords(word, row + 1, message.labels.length, message.count, message.probe);
  if (hover) {
    const k = hover.kind === "digit" ? message.labels[hover.n] : hover.n;
    told = pointedWords(hover.kind, k, message.sample[hover.n], message.probe, word, hover.row + 1);
  }
  say(view.find(".pointed"), told);
  view.plane.setAttribute("aria-label", pathsLabel(view.solid, told));
}

export function listenPlane(view) {
  const { plane } = view;
  const spot = (event) => {
    const frame = plane.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };
  plane.onpointerdown = (event) => {
    stop(view);
    view.drag = { x: event.clientX, y: event.clientY, far: 0 };
    plane.setPointerCapture(event.pointerId);
  };
  plane.onpointermove = (event) => {
    if (view.drag && view.solid) {
      const [dx, dy] = [event.clientX - view.drag.x, event.clientY - view.drag.y];
      Object.assign(view.drag, { x: event.clientX, y: event.clientY, far: view.drag.far + Math.hypot(dx, dy) });
      rotate(view, dx / 150, dy / 150);
    } else {
      view.hover = nearestTo(view, ...spot(event));
      later(view);
    }
  };
  plane.onpointerup = (event) => {
    const still = view.drag && view.drag.far < 4;
    view.drag = null;
    if (view.solid) settleTurn(view);
    const found = still ? nearestTo(view, ...spot(event)) : null;
    if (found) go(view, "row", found.row);
  };
  plane.onpointerleave = plane.onpointercancel = () => {
    view.drag = view.hover = null;
    later(view);
  };
  plane.onkeydown = (event) => {
    const turns = { ArrowLeft: [-KEY, 0], ArrowRight: [KEY, 0], ArrowUp: [0, -KEY], ArrowDown: [0, KEY] };
    if (!view.solid || !(event.key in turns) || modified(event)) return;
    rotate(view, ...turns[event.key]);
    event.preventDefault();
    event.stopPropagation();
  };
}

function rotate(view, yaw, pitch) {
  view.hover = null;
  view.turn.yaw += yaw;
  view.turn.pitch = Math.max(-1.5, Math.min(1.5, view.turn.pitch + pitch));
  moved(view);
}

// A turn comes to rest at whole degrees, as the link has it.
function settleTurn(view) {
  for (const [name, angle] of Object.entries(view.turn)) view.turn[name] = (inDegrees(angle) * Math.PI) / 180;
  moved(view);
}
