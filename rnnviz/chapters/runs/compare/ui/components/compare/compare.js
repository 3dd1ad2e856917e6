// Several runs over one another, under two cursors: the training step, and how far the digit is read.
// All that is known comes with each message; moving the cursors asks the server nothing.

export default function (component) {
  return keepView(component, createView, receive, { leave: stop });
}

function createView(parentElement) {
  const find = (selector) => parentElement.querySelector(selector);
  const view = {
    root: find(".compare"),
    chips: find(".chips"),
    stretch: find(".stretch input"),
    loss: find(".loss"),
    accuracy: find(".accuracy"),
    kinds: find(".kinds"),
    columns: find(".columns"),
    readout: find(".readout"),
    mixed: find(".mixed"),
    hint: find(".hint"),
    speed: find("select"),
    axes: { frame: layAxis(find('[data-axis="frame"]')), row: layAxis(find('[data-axis="row"]')) },
    message: null,
    runs: [], // of the message, each with its arrays and its colour
    parts: [], // what is on the screen of each
    moments: [], // training steps that any run has a frame of
    frame: 0, // the two cursors: a place in `moments`, a time step of the run that has most
    row: 0,
    unit: null, // {n, unit} of the hidden state under the mouse
    hover: null, // training step under the mouse
    playing: null,
    timer: 0,
    width: 0,
  };
  listenAxes(view);
  view.stretch.onchange = () => showCharts(view);
  for (const canvas of [view.loss, view.accuracy]) listenChart(view, canvas);
  return drawnAnew(view, show);
}

function receive(view, message) {
  const before = view.message;
  const fresh = !before || before.key !== message.key;
  const newest = fresh || view.frame >= view.moments.length - 1;
  const step = momentOf(view);
  const part = before ? (view.row + 1) / longest(view) : 1;
  view.message = message;
  view.runs = message.runs.map((run, n) => withArrays(view, run, n));
  const steps = new Set(view.runs.flatMap(({ frame_steps }) => frame_steps));
  view.moments = [...steps].sort((a, b) => a - b);
  if (fresh) {
    stop(view);
    view.unit = view.hover = null;
    layColumns(view);
  }
  const last = Math.max(view.moments.length - 1, 0);
  view.frame = newest ? last : Math.max(nearest(view.moments, step), 0);
  view.row = Math.max(Math.ceil((fresh ? 1 : part) * longest(view) - 1e-9) - 1, 0);
  if (!enabled(view, view.playing ?? "row")) stop(view);
  show(view);
}

const OF_RUN = ["step", "loss", "accuracy", "test_step", "test_accuracy", "h", "belief", "entering"];

function withArrays(view, run, n) {
  const { arrays, colours } = view.message;
  const theme = inkOn(view.theme.background) === "#ffffff" ? "dark" : "light";
  const own = Object.fromEntries(OF_RUN.map((name) => [name, arrays[`${n}.${name}`]]));
  const [, T, U] = own.h.shape;
  return { ...run, ...own, T, U, colour: colours[theme][n], mark: MARKS[n] };
}

const longest = (view) => Math.max(...view.runs.map(({ T }) => T));
const momentOf = (view) => view.moments[view.frame] ?? null;
const lastOf = (view, axis) => (axis === "row" ? longest(view) : view.moments.length) - 1;
const enabled = (view, axis) => view.moments.length > (axis === "row" ? 0 : 1);

function moved(view, axis) {
  if (axis === "row") showRows(view);
  else showFrame(view);
}

function show(view) {
  showChips(view);
  showFrame(view);
}

// What depends on the training step. The canvases come first: they ask for their widths, and words
// that change in between would make the browser lay out the page anew for each.
function showFrame(view) {
  showCharts(view);
  showRows(view);
}

// What depends on how far the digit is read.
function showRows(view) {
  view.runs.forEach((_, n) => drawColumn(view, n));
  view.runs.forEach((_, n) => tellColumn(view, n));
  showMoving(view);
}

function showCharts(view) {
  const told = {
    steps: Math.max(...view.runs.map(({ steps }) => steps)),
    frames: view.moments,
    at: enabled(view, "frame") ? momentOf(view) : null,
    hover: view.hover,
    stretched: view.stretch.checked,
  };
  view.across = drawLosses(view.loss, view.theme, view.runs, told);
  drawAccuracies(view.accuracy, view.theme, view.runs, told);
  const held = view.runs.filter((run) => run.held === "held out").map(({ name }) => name);
  say(view.kinds, kindsSentence(held, view.runs.length));
  const last = (steps, values, words) => {
    const value = valueAt(steps, values, null);
    return value === null ? "nothing yet" : words(value);
  };
  const tell = (of) => view.runs.map((run) => [run.name, of(run)]);
  const losses = tell((run) => last(run.step, run.loss, three));
  const shares = tell((run) => last(run.test_step, run.test_accuracy, share));
  view.loss.setAttribute("aria-label", curvesLabel("Loss while training", losses));
  view.accuracy.setAttribute("aria-label", curvesLabel("Accuracy", shares));
}

// Whether all runs read in the same steps.
const alike = ({ runs }) => runs.every(({ word, T }) => word === runs[0].word && T === runs[0].T);
const partRead = (view) => `${Math.round((100 * (view.row + 1)) / longest(view))} %`;

function showMoving(view) {
  const [on, scrubs, steps] = [enabled(view, "row"), enabled(view, "frame"), momentOf(view)];
  const same = alike(view);
  const { word } = view.runs[0];
  showAxis(view.axes.frame, {
    on: scrubs,
    at: scrubs ? view.frame : 1,
    last: Math.max(lastOf(view, "frame"), 1),
    what: "Training step",
    count: steps === null ? null : grouped(steps),
    plays: view.playing === "frame",
  });
  const count = same ? String(view.row + 1) : partRead(view);
  showAxis(view.axes.row, {
    on,
    at: view.row,
    last: lastOf(view, "row"),
    what: same ? WORDS[word] : "Part read",
    count: on ? count : null,
    plays: view.playing === "row",
  });
  say(view.mixed, same ? "" : MIXED);
  say(view.hint, keysHint(same ? `${inWords(word)}s` : "parts"));
  say(view.readout, readout(view));
}

function readout(view) {
  const { unit, runs } = view;
  const { probe } = view.message;
  const beliefs = runs.map((run, n) => [run.name, beliefOf(view, n)]).filter(([, now]) => now);
  if (!beliefs.length) return NO_STATES;
  const told = beliefs.map(([name, now]) => [name, now.best, now.share]);
  const part = alike(view) ? `${inWords(runs[0].word)} ${view.row + 1}` : partRead(view);
  const words = beliefsSentence(told, runs.length, probe, momentOf(view), part);
  if (!unit) return words;
  const { U } = runs[unit.n];
  const value = momentNow(view, unit.n).h[rowOf(view, unit.n) * U + unit.unit] / 127.5 - 1;
  return `${words} ${unitSentence(unit.unit + 1, runs[unit.n].name, value)}`;
}

function listenChart(view, canvas) {
  const over = (event) => {
    const { x, w, steps } = view.across;
    const part = (event.clientX - canvas.getBoundingClientRect().left - x) / w;
    if (event.buttons && enabled(view, "frame")) {
      stop(view);
      view.hover = null;
      const wanted = Math.max(0, Math.min(1, part)) * steps;
      return go(view, "frame", nearest(view.moments, wanted));
    }
    view.hover = part >= 0 && part <= 1 ? Math.round(part * steps) : null;
    showCharts(view);
  };
  canvas.onpointermove = over;
  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    over(event);
  };
  canvas.onpointerleave = () => {
    view.hover = null;
    showCharts(view);
  };
}
