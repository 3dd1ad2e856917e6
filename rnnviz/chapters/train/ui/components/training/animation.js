// The two axes of time, training step × row, and the mouse over the charts.

const LIVE = ["queued", "starting", "running"];
const lastOf = (view, axis) => (axis === "row" ? rowCount(view) : frameCount(view)) - 1;
const enabled = (view, axis) => frameCount(view) > (axis === "row" ? 0 : 1);

function showMoving(view) {
  const { frame_steps, word, run } = view.message;
  for (const [axis, controls] of Object.entries(view.axes)) {
    const on = enabled(view, axis);
    const [at, last] = on ? [view[axis], lastOf(view, axis)] : [Math.min(frameCount(view), 1), 1]; // the right end: now
    const steps = frameCount(view) ? frame_steps[view.frame] : null;
    const count = axis === "row" ? (on ? at + 1 : null) : steps;
    showAxis(controls, {
      on,
      at,
      last,
      what: axis === "row" ? WORDS[word] : "Training step",
      count: count === null ? null : grouped(count),
      plays: view.playing === axis,
    });
  }
  const scrubs = enabled(view, "frame");
  view.hint.classList.toggle("keys", scrubs);
  say(view.hint, scrubs ? keysHint(inWords(word)) : LIVE.includes(run.state) ? WAIT : "");
  say(view.readout, readout(view));
}

function readout(view) {
  const { word, frame_steps, arrays } = view.message;
  if (!frameCount(view)) return NO_STATES;
  const { now, best } = beliefNow(view);
  const belief = now && now[best];
  const words = beliefSentence(frame_steps[view.frame], inWords(word), view.row + 1, best, belief);
  if (view.unit === null) return `${words} ${POINT}`;
  const U = arrays.h.shape[2];
  const value = ofFrame(view, "h")[view.row * U + view.unit] / 127.5 - 1;
  return `${words} ${unitSentence(view.unit + 1, value)}`;
}

// ---------------------------------------------------------------------------------------- moving

function moved(view, axis) {
  if (axis === "row") showRow(view);
  else showFrame(view);
}

function listenMoving(view) {
  listenAxes(view);
  listenPointer(view);
}

function listenPointer(view) {
  view.curves.onpointermove = (event) => overCurves(view, event);
  view.curves.onpointerdown = (event) => {
    view.curves.setPointerCapture(event.pointerId);
    overCurves(view, event);
  };
  view.curves.onpointerleave = () => {
    view.hover = null;
    showCurves(view);
  };
  view.rows.onpointermove = view.rows.onpointerdown = (event) => overRows(view, event);
  view.rows.onpointerleave = () => {
    view.unit = null;
    showRow(view);
  };
  view.reach.onpointerdown = (event) => {
    view.reach.setPointerCapture(event.pointerId);
    overReach(view, event);
  };
  view.reach.onpointermove = (event) => event.buttons && overReach(view, event);
}

function overCurves(view, event) {
  const { x, w, steps } = view.axis;
  const part = (event.clientX - view.curves.getBoundingClientRect().left - x) / w;
  if (event.buttons && enabled(view, "frame")) {
    stop(view);
    view.hover = null;
    const wanted = Math.max(0, Math.min(1, part)) * steps;
    return go(view, "frame", nearest(view.message.frame_steps, wanted));
  }
  const inside = part >= 0 && part <= 1 && view.message.arrays.step.length > 0;
  const { step } = view.message.arrays;
  view.hover = inside ? step[nearest(step, part * steps)] : null;
  showCurves(view);
}

function overReach(view, event) {
  const row = columnAt(view.reach, event, view.reachLayout);
  if (row === null) return;
  stop(view);
  go(view, "row", row);
}

function overRows(view, event) {
  const row = columnAt(view.rows, event, view.layout);
  if (row === null || !frameCount(view)) return;
  stop(view);
  const box = view.layout.boxes[1];
  const y = event.clientY - view.rows.getBoundingClientRect().top - box.y;
  const U = view.message.arrays.h.shape[2];
  view.unit = y >= 0 && y <= box.h ? Math.min(U - 1, Math.floor((y * U) / box.h)) : null;
  go(view, "row", row);
}
