// A training, live or to be scrubbed. What is known of it comes whole with each message; moving the two
// cursors asks the server nothing.

export default function (component) {
  const wire = (view) => {
    view.post = (cell) => component.setStateValue("cell", cell);
  };
  return keepView(component, createView, receive, { wire, leave });
}

function createView(parentElement) {
  const find = (selector) => parentElement.querySelector(selector);
  const view = {
    root: find(".training"),
    curves: find(".curves canvas"),
    seen: find(".seen canvas"),
    what: find(".what"),
    answer: find(".answer strong"),
    answerShare: find(".answer span"),
    rows: find(".rows canvas"),
    at: find(".at"),
    bars: find(".bars"),
    whole: find(".whole"),
    bar: find(".whole i"),
    progressWords: find(".progress p"),
    reach: find(".reach canvas"),
    reachSentence: find(".reach .sentence"),
    ten: find(".ten ol"),
    tenTitle: find(".ten h3"),
    healthTitle: find(".health h3"),
    lights: find(".lights"),
    says: find(".says"),
    remedy: find(".remedy"),
    readout: find(".readout"),
    hint: find(".hint"),
    speed: find("select"),
    confusion: find(".confusion"),
    confusionTitle: find(".confusion h3"),
    table: find("table"),
    later: find(".later"),
    most: find(".most .sentence"),
    axes: { frame: layAxis(find('[data-axis="frame"]')), row: layAxis(find('[data-axis="row"]')) },
    message: null,
    frame: 0, // the two cursors
    row: 0,
    unit: null, // of the hidden state, under the mouse
    hover: null, // training step under the mouse
    light: null, // under the mouse
    selected: null, // cell of the confusion matrix
    following: 0, // the timer after which its digits are those of the cursor's step
    decades: null, // of the gradient's axis; it grows only, so that nothing jumps
    mostConfused: 0,
    playing: null,
    timer: 0,
    serial: 0,
    width: 0,
  };
  layConfusion(view);
  listenMoving(view);
  listenConfusion(view);
  return drawnAnew(view, show);
}

function receive(view, message) {
  const before = view.message;
  const fresh = !before || before.run.key !== message.run.key;
  const newest = fresh || view.frame >= before.frame_steps.length - 1;
  const step = newest ? null : before.frame_steps[view.frame];
  view.message = message;
  const F = message.frame_steps.length;
  if (fresh) begin(view);
  if (!enabled(view, view.playing ?? "row")) stop(view);
  view.frame = newest ? Math.max(F - 1, 0) : Math.max(nearest(message.frame_steps, step), 0);
  view.row = Math.min(view.row, rowCount(view) - 1);
  const { reach_h, reach_c, confusion } = message.arrays;
  view.decades = decadesOf(reach_c ? [reach_h, reach_c] : [reach_h], view.decades, DECADES);
  view.mostConfused = confusion ? mostConfused(confusion) : 0;
  show(view);
  if (fresh || before.run.version !== message.run.version) tell(view);
}

// Another run: everything at its newest moment, nothing pointed at.
function begin(view) {
  const { arrays, labels } = view.message;
  stop(view);
  Object.assign(view, { unit: null, hover: null, selected: null, decades: null });
  view.row = rowCount(view) - 1;
  layDigits(view.ten, arrays.images, labels);
}

function show(view) {
  say(view.what, view.message.probe);
  showFrame(view);
  showProgress(view);
  showHealth(view);
}

function leave(view) {
  stop(view);
  clearTimeout(view.following);
}

// What depends on the training step. The canvases come first: they ask for their widths, and words
// that change in between would make the browser lay out the page anew for each.
function showFrame(view) {
  showCurves(view);
  showRow(view);
  showTen(view);
  showMatrix(view);
  titleHealth(view);
  followStep(view);
}

// What depends on the row.
function showRow(view) {
  showProbe(view);
  showReach(view);
  tellProbe(view);
  showMoving(view);
}

// For whoever counts how often a training is redrawn.
function tell(view) {
  const { run, arrays, frame_steps } = view.message;
  const step = Math.max(0, arrays.step[arrays.step.length - 1] ?? 0, ...frame_steps.slice(-1));
  document.dispatchEvent(
    new CustomEvent("rnnviz:trained", { detail: { version: run.version, step } }),
  );
}
