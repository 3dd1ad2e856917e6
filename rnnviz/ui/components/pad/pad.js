// The drawing pad. Ink is painted here at once; what was drawn goes to Python as strokes, one message
// in flight, and what the network made of it comes back as data.

import { consume } from "../axes.js";
import { drawPixels, fit } from "../canvas.js";
import { showBars } from "../class_bars.js";
import { componentView, parts } from "../component_view.js";
import { drawRowViews } from "../heatmap.js";
import { percent } from "../numbers.js";
import { FRAME_TITLE, FULL, penWords, rowsLabel } from "./text.js";

const PAD = 280; // units a side
const MIN_WAIT_MS = 45; // between two messages while the pen is down
const LOST_MS = 1500; // after that a message without an answer is taken for lost
const MAX_POINTS = 6000; // of a drawing, as in rnnviz/data/strokes.py; a digit has 200
const KEY_STEP = 4; // units that an arrow key moves the pen, and with Shift
const FAST = 16;

// The strokes that this document sent last. The answer to them comes without them, and may be all that Streamlit
// still has for a pad that it makes anew in the same page.
let sent = [];

export default componentView({ root: ".pad", create, receive });

function create(pad) {
  const { find } = pad;
  Object.assign(pad, {
    ...parts(find, "ink", "hint", "undo", "clear", "caption", "seen", "bars", "sentence"),
    rows: find(".rows canvas"),
    answer: find(".answer strong"),
    share: find(".answer span"),
    spoken: find(".unseen"),
    strokes: [], // each a flat list x, y, x, y, …
    past: [], // what Undo goes back to
    picture: null, // a digit or an upload that lies on the pad instead of ink
    source: null, // serial of what Python put there last
    pen: null, // the pointer that draws, or "keyboard"
    at: [PAD / 2, PAD / 2], // where the pen is
    byKeys: true, // whether to show it there: until a pointer takes over
    dirty: false,
    dirtyAt: 0,
    seq: 0,
    acked: 0,
    sentAt: -Infinity,
    width: 18,
  });
  listen(pad);
  pad.watch = new ResizeObserver(() => pad.latest && show(pad));
  pad.watch.observe(pad.root);
}

// ---------------------------------------------------------------------------------- from Python

function receive(pad, message) {
  if (pad.source === null) {
    pad.strokes = message.strokes ?? sent; // a page come back to: the drawing lies where it was
    pad.seq = pad.acked = message.ack;
  }
  if (message.source !== pad.source && message.arrays.picture && pad.strokes.length) {
    keep(pad); // a picture was chosen: the drawing stays behind it, for Undo
    pad.strokes = [];
  }
  pad.source = message.source;
  if (message.ack > pad.acked) tell(pad, "rnnviz:answered", message.ack);
  pad.acked = Math.max(pad.acked, message.ack);
  const shown = message.arrays.picture ?? null;
  if (!pad.dirty && pad.seq === message.ack) pad.picture = shown;
  pad.width = message.width;
  pad.latest = message;
  show(pad);
  if (pad.dirty) schedule(pad);
}

function show(pad) {
  const { arrays, decided, digit, sentence, hint, caption, units, label } = pad.latest;
  const { word = "row", length = 28, reach = 1 } = pad.latest;
  const reading = arrays.belief ? { belief: arrays.belief, decided } : null;
  const probabilities = reading && [...arrays.belief.slice(-arrays.belief.shape[1])];
  const heat = { label, values: arrays.h, units, scale: "diverging", range: [-reach, reach] };
  drawRowViews(pad.rows, pad.theme, reading, [heat], { word, steps: length });
  pad.rows.setAttribute("aria-label", rowsLabel(word, sentence));
  showBars(pad.bars, pad.theme, probabilities);
  pad.answer.textContent = reading ? String(digit) : "";
  pad.share.textContent = reading ? percent(probabilities[digit]) : "";
  const g = pad.seen.getContext("2d");
  g.clearRect(0, 0, 28, 28);
  if (arrays.frame) drawPixels(g, { x: 0, y: 0, w: 28, h: 28 }, arrays.frame, 28, 28);
  pad.seen.title = FRAME_TITLE;
  pad.sentence.textContent = sentence;
  pad.caption.textContent = isFull(pad) ? FULL : caption;
  pad.hint.textContent = isEmpty(pad) ? hint : "";
  if (!pad.pen) pad.spoken.textContent = sentence;
  paint(pad);
}

// -------------------------------------------------------------------------------------- painting

function paint(pad) {
  const size = pad.ink.clientWidth;
  const g = fit(pad.ink, size, size);
  g.scale(size / PAD, size / PAD);
  if (pad.picture) {
    const [rows, columns] = pad.picture.shape;
    const scale = PAD / Math.max(rows, columns);
    const [w, h] = [columns * scale, rows * scale];
    drawPixels(g, { x: (PAD - w) / 2, y: (PAD - h) / 2, w, h }, pad.picture, rows, columns);
  }
  pad.strokes.forEach((stroke) => paintStroke(g, stroke, 0, pad.width));
  if (pad.byKeys && pad.root.getRootNode().activeElement === pad.ink) paintPen(pad, g);
  pad.undo.disabled = isEmpty(pad) && pad.past.length === 0;
  pad.clear.disabled = isEmpty(pad);
}

function paintStroke(g, stroke, from, width) {
  g.strokeStyle = g.fillStyle = "#fff";
  g.lineWidth = width;
  g.lineCap = g.lineJoin = "round";
  g.beginPath();
  g.moveTo(stroke[from], stroke[from + 1]);
  for (let n = from; n < stroke.length; n += 2) g.lineTo(stroke[n], stroke[n + 1]);
  g.stroke();
}

function paintPen(pad, g) {
  const [x, y] = pad.at;
  g.strokeStyle = pad.theme.accent;
  g.lineWidth = 2.5;
  g.beginPath();
  g.arc(x, y, Math.max(pad.width / 2, 6), 0, 2 * Math.PI);
  g.stroke();
}

// --------------------------------------------------------------------------------------- drawing

function isEmpty(pad) {
  return pad.strokes.length === 0 && !pad.picture;
}

function isFull(pad) {
  return pad.strokes.reduce((sum, stroke) => sum + stroke.length / 2, 0) >= MAX_POINTS;
}

// Remember the pad as it is, for Undo.
function keep(pad) {
  pad.past.push({ strokes: pad.strokes.map((stroke) => [...stroke]) });
  if (pad.past.length > 50) pad.past.shift();
}

function begin(pad, x, y, pen) {
  if (isFull(pad)) return;
  keep(pad);
  pad.picture = null;
  pad.pen = pen;
  pad.strokes.push([x, y]);
  pad.hint.textContent = "";
  changed(pad);
}

function extend(pad, x, y) {
  const stroke = pad.strokes[pad.strokes.length - 1];
  const [lastX, lastY] = stroke.slice(-2);
  if (Math.hypot(x - lastX, y - lastY) < 1.5 || isFull(pad)) return;
  stroke.push(x, y);
  changed(pad);
}

// With the pen up nothing is left to wait for. Sent later, it could arrive after the person has gone
// to another page, and Streamlit would empty that page for a fragment that is no longer there.
function lift(pad) {
  pad.pen = null;
  changed(pad);
  send(pad);
}

function undo(pad) {
  const before = pad.past.pop();
  if (!before) return;
  pad.strokes = before.strokes;
  pad.picture = null;
  lift(pad);
}

function clear(pad) {
  if (isEmpty(pad)) return;
  if (pad.strokes.length) keep(pad);
  pad.strokes = [];
  pad.picture = null;
  lift(pad);
}

function changed(pad) {
  paint(pad);
  if (!pad.dirty) pad.dirtyAt = performance.now();
  pad.dirty = true;
  schedule(pad);
}

// Send now, or as soon as the last answer is there and the least wait is over.
function schedule(pad) {
  clearTimeout(pad.timer);
  const since = performance.now() - pad.sentAt;
  const waiting = pad.acked < pad.seq && since < LOST_MS;
  if (waiting || since < MIN_WAIT_MS) {
    const left = waiting ? LOST_MS - since : MIN_WAIT_MS - since;
    pad.timer = setTimeout(() => pad.dirty && schedule(pad), left);
    return;
  }
  send(pad);
}

function send(pad) {
  if (!pad.dirty) return;
  clearTimeout(pad.timer);
  pad.dirty = false;
  pad.seq += 1;
  pad.sentAt = performance.now();
  tell(pad, "rnnviz:sent", pad.seq);
  sent = pad.strokes;
  pad.send("ink", { seq: pad.seq, down: pad.pen !== null, strokes: pad.strokes });
}

// For whoever measures (python -m rnnviz bench draw): which message, and since when its ink waits.
function tell(pad, event, seq) {
  const detail = { seq, since: pad.dirtyAt };
  pad.root.dispatchEvent(new CustomEvent(event, { detail, bubbles: true, composed: true }));
}

// ---------------------------------------------------------------------------------------- inputs

function listen(pad) {
  const place = (event) => {
    const box = pad.ink.getBoundingClientRect();
    const on = (value, least, length) => Math.round(Math.max(0, Math.min(PAD, ((value - least) * PAD) / length)));
    return [on(event.clientX, box.left, box.width), on(event.clientY, box.top, box.height)];
  };
  pad.ink.onpointerdown = (event) => {
    if (pad.pen !== null || event.button !== 0) return;
    event.preventDefault();
    pad.ink.focus({ preventScroll: true });
    pad.ink.setPointerCapture(event.pointerId);
    pad.at = place(event);
    pad.byKeys = false;
    begin(pad, ...pad.at, "mouse");
    pad.pointer = event.pointerId;
  };
  pad.ink.onpointermove = (event) => {
    if (pad.pen !== "mouse" || event.pointerId !== pad.pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length ? events : [event]) {
      pad.at = place(one);
      extend(pad, ...pad.at);
    }
  };
  pad.ink.onpointerup = pad.ink.onpointercancel = (event) => {
    if (pad.pen === "mouse" && event.pointerId === pad.pointer) lift(pad);
  };
  pad.ink.onkeydown = (event) => key(pad, event);
  pad.ink.onkeyup = (event) => {
    // Held while moving, Space draws like a held button; tapped, it leaves the pen down.
    if (event.key === " " && pad.pen === "keyboard" && pad.moved) lift(pad);
  };
  pad.ink.onfocus = () => paint(pad);
  pad.ink.onblur = () => (pad.pen === "keyboard" ? lift(pad) : paint(pad));
  pad.undo.onclick = () => undo(pad);
  pad.clear.onclick = () => clear(pad);
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function key(pad, event) {
  pad.byKeys = true;
  if (event.key in ARROWS) {
    const reach = event.shiftKey ? FAST : KEY_STEP;
    pad.at = pad.at.map((value, n) => Math.max(0, Math.min(PAD, value + reach * ARROWS[event.key][n])));
    pad.moved = true;
    if (pad.pen === "keyboard") extend(pad, ...pad.at);
    else paint(pad);
  } else if (event.key === " ") {
    if (event.repeat) return void event.preventDefault();
    pad.moved = false;
    if (pad.pen === "keyboard") lift(pad);
    else if (pad.pen === null) begin(pad, ...pad.at, "keyboard");
    pad.spoken.textContent = penWords(pad.pen);
  } else if (event.key === "z" || event.key === "Z") {
    undo(pad);
  } else if (event.key === "Delete" || event.key === "Backspace") {
    clear(pad);
  } else {
    return;
  }
  consume(event);
}
