// The two sides: belief as ribbons over the heatmap of a state or gate. On either a unit is picked by a
// click, several by a drag or with Shift, or by keys.

const SIDES = { left: 30, right: 6, top: 20, ribbons: 104, gap: 24, heat: 264, axis: 20 };

function drawSides(view, row) {
  const { arrays, word } = view.message;
  const part = partOf(view);
  const units = unitsOf(view);
  const widths = Object.fromEntries(["before", "after"].map((when) => [when, view.canvases[when].clientWidth]));
  if (!widths.before) return; // not to be seen
  for (const when of ["before", "after"]) {
    const canvas = view.canvases[when];
    const panel = { label: part.label, units, sheet: sheetFor(view, part, when) };
    const reading = { belief: arrays[when], decided: 0 };
    view.laid = drawRowViews(canvas, view.theme, reading, [panel], { cursor: row, word, sizes: SIDES });
    const g = canvas.getContext("2d");
    const box = view.laid.boxes[1];
    markUnits(g, view.theme, box, units, [...view.picks], view.theme.accent, 2);
    if (when === "after") markEdge(g, box, units, part.changed, view.theme.text);
    const unit = view.hover?.unit ?? (view.focused ? view.unit : null);
    if (unit !== null && unit < units) {
      outline(g, view.theme, { ...box, y: box.y + (unit * box.h) / units, h: Math.max(box.h / units, 2) }, 1);
    }
  }
  const words = unitsLabel(part.label, view.unit + 1, units, view.picks.has(view.unit), spell(view.picks));
  view.canvases.before.setAttribute("aria-label", words);
  view.canvases.after.setAttribute("aria-label", changedLabel(view.message.told));
}

function sheetFor(view, { name, scale }, when) {
  const key = `${when} ${name} ${view.theme.background}`;
  if (!view.sheets.has(key)) {
    const values = view.message.arrays[`${when}.${name}`];
    view.sheets.set(key, heatSheet(values, ...values.shape, view.theme[scale], [0, 255]));
  }
  return view.sheets.get(key);
}

// Picked units: a line over the whole width with a gap around it, and a mark at the left.
function markUnits(g, theme, box, units, which, colour, thick) {
  const high = box.h / units;
  for (const unit of which) {
    const y = box.y + (unit + 0.5) * high;
    if (high < 6) {
      g.fillStyle = colour;
      g.beginPath();
      g.moveTo(box.x - 8, y - 4);
      g.lineTo(box.x - 1, y);
      g.lineTo(box.x - 8, y + 4);
      g.fill();
    }
    g.strokeStyle = theme.background;
    g.lineWidth = thick + 2;
    g.strokeRect(box.x, y - high / 2 - 1, box.w, high + 2);
    g.strokeStyle = colour;
    g.lineWidth = thick;
    g.strokeRect(box.x, y - high / 2 - 1, box.w, high + 2);
  }
}

// Changed units: a mark at the right.
function markEdge(g, box, units, which, colour) {
  g.fillStyle = colour;
  const high = Math.max(box.h / units, 2);
  for (const unit of which) g.fillRect(box.x + box.w + 2, box.y + (unit * box.h) / units, 4, high);
}

function listenPicks(view) {
  for (const canvas of Object.values(view.canvases)) {
    canvas.onpointermove = (event) => {
      view.hover = under(view, canvas, event);
      if (view.dragged && view.hover?.unit !== null && view.hover !== null) dragTo(view, view.hover.unit);
      redraw(view);
    };
    canvas.onpointerdown = (event) => {
      const at = under(view, canvas, event);
      if (!at || event.button) return;
      stop(view);
      view.row = at.unit === null ? at.row : view.row;
      if (at.unit !== null) begin(view, at.unit, event.shiftKey);
      if (at.unit !== null && event.pointerType !== "touch") canvas.setPointerCapture(event.pointerId);
      redraw(view);
    };
    canvas.onpointerup = canvas.onlostpointercapture = () => {
      view.dragged = null;
    };
    canvas.onpointerleave = canvas.onpointercancel = () => {
      view.hover = null;
      redraw(view);
    };
  }
  const { before } = view.canvases;
  before.onfocus = () => focusUnit(view, before.matches(":focus-visible"));
  before.onblur = () => focusUnit(view, false);
  before.onkeydown = (event) => moveUnit(view, event);
}

function focusUnit(view, focused) {
  view.focused = focused;
  if (view.message) redraw(view);
}

function redraw(view) {
  cancelAnimationFrame(view.drawing);
  view.drawing = requestAnimationFrame(() => draw(view));
}

// The time step, and over the heatmap the unit, under the mouse.
function under(view, canvas, event) {
  const frame = canvas.getBoundingClientRect();
  const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
  const { boxes, across, T } = view.laid;
  const within = (part, count) => Math.max(0, Math.min(count - 1, Math.floor(part * count)));
  const row = within((x - across.x) / across.w, T);
  const [ribbons, heat] = boxes;
  if (view.dragged || (y >= heat.y - 3 && y <= heat.y + heat.h + 3)) {
    return { row, unit: within((y - heat.y) / heat.h, unitsOf(view)) };
  }
  return y >= ribbons.y - 6 && y <= ribbons.y + ribbons.h + 6 ? { row, unit: null } : null;
}

function begin(view, unit, ranged) {
  const from = ranged && view.anchor !== null ? view.anchor : unit;
  view.dragged = { from: unit, base: new Set(view.picks) };
  if (ranged) addRange(view.picks, from, unit);
  else if (!view.picks.delete(unit)) view.picks.add(unit);
  view.anchor = unit;
  view.unit = unit;
  showPicks(view);
}

function dragTo(view, unit) {
  if (unit === view.dragged.from) return;
  view.picks = new Set(view.dragged.base);
  addRange(view.picks, view.dragged.from, unit);
  view.unit = unit;
  showPicks(view);
}

function addRange(picks, a, b) {
  for (let unit = Math.min(a, b); unit <= Math.max(a, b); unit++) picks.add(unit);
}

function moveUnit(view, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const last = unitsOf(view) - 1;
  const to = { ArrowUp: view.unit - 1, ArrowDown: view.unit + 1, PageUp: view.unit - 10, PageDown: view.unit + 10 }[event.key];
  if (to !== undefined) {
    view.anchor ??= view.unit;
    view.unit = Math.max(0, Math.min(last, to));
    if (event.shiftKey) addRange(view.picks, view.anchor, view.unit);
    else view.anchor = view.unit;
  } else if (event.key === " " || event.key === "Enter") {
    if (!view.picks.delete(view.unit)) view.picks.add(view.unit);
    view.anchor = view.unit;
  } else {
    return;
  }
  view.focused = true;
  event.preventDefault();
  event.stopPropagation();
  showPicks(view);
  redraw(view);
}

function pickFromList(view, unit) {
  view.part = 0; // the lists are of h
  if (unit >= unitsOf(view)) return;
  if (!view.picks.delete(unit)) view.picks.add(unit);
  view.unit = unit;
}

function forgetLost(view) {
  const units = unitsOf(view);
  for (const unit of [...view.picks]) if (unit >= units) view.picks.delete(unit);
  view.unit = Math.min(view.unit, units - 1);
}
