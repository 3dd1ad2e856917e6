// One unit among all of its layer. The table of all units is here, so that the cursor moves at once;
// what is told of one unit comes from the server when the cursor has come to rest.

const REST_MS = 150;
const K = 10;
Object.assign(WORDS, { unit: "Unit" });

export default function (component) {
  const wire = (view) => {
    view.post = (name, value) => component.setStateValue(name, { ...value, serial: ++view.serial });
  };
  const leave = (view) => {
    stop(view);
    clearTimeout(view.resting);
  };
  return keepView(component, createView, receive, { wire, leave });
}

function createView(parentElement) {
  const find = (selector) => parentElement.querySelector(selector);
  const view = {
    root: find(".unit"),
    find,
    matrix: find(".matrix"),
    course: find(".course"),
    who: find(".who"),
    speed: find("select"),
    axes: { unit: layAxis(find('.axis[data-axis="unit"]')) },
    serial: 0,
    message: null,
    unit: 0, // the cursor: a place in the order
    hover: null, // {place, k} under the mouse
    row: null, // time step under the mouse
    sheet: null,
    playing: null,
    timer: 0,
    resting: 0,
    width: 0,
  };
  listenAxes(view);
  listenMatrix(view);
  listenCourse(view);
  view.watch = new ResizeObserver(() => {
    if (view.root.clientWidth === view.width) return;
    view.width = view.root.clientWidth;
    if (view.message) draw(view);
  });
  view.watch.observe(view.root);
  document.fonts.ready.then(() => view.message && draw(view));
  return view;
}

function receive(view, message) {
  view.message = message;
  [view.T] = message.arrays.course.shape;
  [view.U] = message.arrays.auc.shape;
  view.sheet = null;
  if (!view.resting) view.unit = Math.max(0, message.order.indexOf(message.unit - 1));
  view.row = null;
  layTells(view);
  layStrip(view, "most", 0);
  layStrip(view, "least", message.most.length);
  draw(view);
}

const lastOf = (view) => view.U - 1;
const enabled = (view, axis) => axis === "unit" && view.message !== null;
const unitAt = (view, place) => view.message.order[place] + 1;

function moved(view) {
  view.hover = null;
  showMoving(view);
  clearTimeout(view.resting);
  view.resting = setTimeout(() => {
    view.resting = 0;
    const unit = unitAt(view, view.unit);
    if (unit !== view.message.unit) view.post("unit", { unit });
    showMoving(view);
  }, REST_MS);
}

function draw(view) {
  drawCourse(view);
  showMoving(view);
  const { message } = view;
  const { word, measure } = message;
  const title = (name, words) => say(view.find(`.${name}-title`), words);
  title("course", `Unit ${message.unit}: mean after each ${inWords(word)}, for each digit`);
  title("told", `How well unit ${message.unit} tells each digit from the rest`);
  const [most, least] =
    measure === "rise" ? ["rises most in one", "falls most in one"] : ["is highest after a", "is lowest after a"];
  title("most", `Where unit ${message.unit} ${most} ${inWords(word)}`);
  title("least", `Where unit ${message.unit} ${least} ${inWords(word)}`);
}

function showMoving(view) {
  const at = view.unit;
  showAxis(view.axes.unit, {
    on: true,
    at,
    last: lastOf(view),
    what: "Unit",
    count: `${unitAt(view, at)} of ${view.U}`,
    plays: view.playing === "unit",
  });
  drawMatrix(view);
  view.who.classList.toggle("waiting", unitAt(view, at) !== view.message.unit);
  say(view.find(".hint"), "← → one unit on · Home End · Space plays · click one above");
}

// ------------------------------------------------------------------------------------- all units

const MATRIX = { left: 16, right: 2, top: 2, bottom: 2 };

// Units in their order × digits; what is no better than chance stays pale.
function sheetOfAll(view) {
  const { auc, chance } = view.message.arrays;
  const { order } = view.message;
  const values = Float32Array.from({ length: view.U * K }, (_, n) => {
    const from = order[Math.floor(n / K)] * K + (n % K);
    return Math.abs(auc[from] - 0.5) > chance[from] ? auc[from] : 0.5;
  });
  return heatSheet(values, view.U, K, view.theme.diverging, [0, 1]);
}

function drawMatrix(view) {
  const { matrix, theme, U } = view;
  const [width, height] = [matrix.clientWidth, matrix.clientHeight];
  const g = fit(matrix, width, height);
  const { left, right, top, bottom } = MATRIX;
  const box = { x: left, y: top, w: Math.max(1, width - left - right), h: height - top - bottom };
  if (view.sheet?.theme !== theme.background) view.sheet = { theme: theme.background, picture: sheetOfAll(view) };
  paste(g, box, view.sheet.picture);
  outline(g, { accent: theme.faint }, box, 1);
  const tall = box.h / K;
  for (let k = 0; k < K; k++) write(g, theme, String(k), 0, box.y + (k + 0.5) * tall, "left", "middle");
  const wide = box.w / U;
  const column = (place) => ({ ...box, x: box.x + place * wide, w: Math.max(wide, 3) });
  g.strokeStyle = theme.background;
  g.lineWidth = 4;
  const here = column(view.unit);
  g.strokeRect(here.x, here.y, here.w, here.h);
  outline(g, theme, here, 2);
  if (view.hover) outline(g, { accent: theme.text }, { ...column(view.hover.place), y: box.y + view.hover.k * tall, h: tall }, 1.5);
  view.box = box;
  const { held, by, word } = view.message;
  say(view.find(".all .title"), `All ${U} units of ${held}, ${by}: orange is higher for the digit, blue lower, faint is chance`);
  const place = view.hover?.place ?? view.unit;
  const k = view.hover?.k ?? bestOf(view, view.message.order[place]);
  const told = `unit ${unitAt(view, place)} · digit ${k}: ${tellWords(view, view.message.order[place], k, word)}`;
  say(view.find(".pointed"), told);
  matrix.setAttribute("aria-label", `How well each of ${U} units tells each digit; ${told}`);
}

function bestOf(view, unit) {
  const row = [...view.message.arrays.auc.subarray(unit * K, unit * K + K)].map((auc) => Math.abs(auc - 0.5));
  return row.indexOf(Math.max(...row));
}

function tellWords(view, unit, k, word) {
  const { auc, step, chance } = view.message.arrays;
  const at = unit * K + k;
  const beyond = Math.abs(auc[at] - 0.5) > chance[at];
  return `AUC ${two(auc[at])} at ${inWords(word)} ${step[at] + 1}${beyond ? "" : ", as by chance"}`;
}

const two = (value) => value.toFixed(2);

function listenMatrix(view) {
  const under = (event) => {
    const frame = view.matrix.getBoundingClientRect();
    const part = (event.clientX - frame.left - view.box.x) / view.box.w;
    const k = Math.floor(((event.clientY - frame.top - view.box.y) / view.box.h) * K);
    if (part < 0 || part >= 1 || k < 0 || k >= K) return null;
    return { place: Math.min(view.U - 1, Math.floor(part * view.U)), k };
  };
  view.matrix.onpointermove = (event) => {
    view.hover = under(event);
    drawMatrix(view);
  };
  view.matrix.onpointerleave = () => {
    view.hover = null;
    drawMatrix(view);
  };
  view.matrix.onclick = (event) => {
    const found = under(event);
    if (!found) return;
    stop(view);
    view.axes.unit.slider.focus({ preventScroll: true });
    go(view, "unit", found.place);
  };
}

// -------------------------------------------------------------------------------------- one unit

const COURSE = { left: 40, marks: 44, top: 8, bottom: 22 };

function drawCourse(view) {
  const { theme, T, message } = view;
  const { course, own } = message.arrays;
  const [width, height] = [view.course.clientWidth, view.course.clientHeight];
  const g = fit(view.course, width, height);
  const { top, bottom } = COURSE;
  const [left, right] = message.reverse ? [COURSE.left + COURSE.marks, 8] : [COURSE.left, COURSE.marks];
  const box = { x: left, y: top, w: Math.max(1, width - left - right), h: height - top - bottom };
  const seen = [...course, ...own].filter(Number.isFinite);
  const [low, high] = rangeOf(Math.min(...seen), Math.max(...seen));
  const x = (t) => box.x + ((t + 0.5) * box.w) / T;
  const y = (value) => box.y + box.h * (1 - (value - low) / (high - low));
  const ticks = [low, (low + high) / 2, high];
  const wall = message.reverse ? { x: COURSE.left, w: box.w + COURSE.marks } : box; // marks stand at the end
  frame(g, theme, wall, ticks, y, (value) => String(Number(value.toPrecision(2))).replace("-", "−"));
  const rows = Float32Array.from({ length: T }, (_, t) => t);
  const lines = Array.from({ length: K }, (_, k) => rows.map((t) => course[t * K + k]));
  lines.forEach((line, k) => path(g, theme.classes[k], 2.2, rows, line, x, y));
  g.setLineDash([5, 4]);
  path(g, theme.text, 1.8, rows, own, x, y);
  g.setLineDash([]);
  if (view.row !== null) line(g, theme.accent, 1.5, x(view.row), box.y, x(view.row), box.y + box.h);
  const end = message.reverse ? 0 : T - 1;
  const there = lines.map((_, k) => k).filter((k) => Number.isFinite(lines[k][end]));
  const heights = apart(there.map((k) => y(lines[k][end])), 17, box.y + 4, box.y + box.h - 2);
  const away = message.reverse ? -12 : 14;
  there.forEach((k, n) => {
    const tip = x(end) + away * (n % 2 ? 2.1 : 1);
    g.globalAlpha = 0.6;
    line(g, theme.classes[k], 1, x(end), y(lines[k][end]), tip, heights[n]);
    g.globalAlpha = 1;
    mark(g, theme, k, tip, heights[n]);
  });
  rowAxis(g, theme, box, box.y + box.h, T, inWords(message.word));
  view.across = { x: box.x, w: box.w };
  tellCourse(view, lines);
}

// A range of whole tenths (or of a finer kind) around all that is seen.
function rangeOf(least, most) {
  if (!(most > least)) return [least - 0.5, most + 0.5];
  const grain = 10 ** Math.floor(Math.log10(most - least)) / 5;
  return [Math.floor(least / grain) * grain, Math.ceil(most / grain) * grain];
}

function tellCourse(view, lines) {
  const { message, row } = view;
  const word = inWords(message.word);
  const number = (value) => value.toFixed(2).replace("-", "−");
  let told = `dashed: ${message.probe}`;
  if (row !== null) {
    const ordered = lines.map((line, k) => [k, line[row]]).filter(([, value]) => Number.isFinite(value));
    ordered.sort((one, other) => other[1] - one[1]);
    const [[a, high], [b, low]] = [ordered[0], ordered[ordered.length - 1]];
    told = `${word} ${row + 1}: ${a} highest ${number(high)}, ${b} lowest ${number(low)}, this digit ${number(message.arrays.own[row])}`;
  }
  say(view.find(".course-value"), told);
  view.course.setAttribute("aria-label", `Mean course of unit ${message.unit} for each digit. ${told}`);
}

function listenCourse(view) {
  const over = (event) => {
    view.row = columnAt(view.course, event, { across: view.across, T: view.T });
    drawCourse(view);
  };
  view.course.onpointermove = view.course.onpointerdown = over;
  view.course.onpointerleave = () => {
    view.row = null;
    drawCourse(view);
  };
}

function layTells(view) {
  const { message, theme } = view;
  const { auc, chance } = message.arrays;
  const unit = message.unit - 1;
  const best = bestOf(view, unit);
  const items = Array.from({ length: K }, (_, k) => {
    const at = unit * K + k;
    const beyond = Math.abs(auc[at] - 0.5) > chance[at];
    const item = document.createElement("li");
    item.className = `${beyond ? "" : "by-chance"} ${beyond && k === best ? "best" : ""}`.trim();
    const digit = Object.assign(document.createElement("span"), { className: "digit", textContent: k });
    Object.assign(digit.style, { background: theme.classes[k], color: inkOn(theme.classes[k]) });
    const track = Object.assign(document.createElement("span"), { className: "track" });
    const [low, high] = [Math.min(0.5, auc[at]), Math.max(0.5, auc[at])];
    track.append(bar("value", low, high, theme.classes[k]), bar("chance", 0.5 - chance[at], 0.5 + chance[at]));
    track.append(Object.assign(document.createElement("b"), { className: "middle" }));
    const words = Object.assign(document.createElement("span"), { className: "words" });
    words.textContent = tellWords(view, unit, k, message.word).replace("AUC ", "");
    words.title = `by chance ${two(0.5 - chance[at])} to ${two(0.5 + chance[at])}`;
    item.append(digit, track, words);
    return item;
  });
  view.find(".tells").replaceChildren(...items);
  view.find(".tells").setAttribute("aria-label", "Area under the ROC curve for each digit, 0.5 tells nothing");
}

function bar(name, low, high, colour) {
  const element = Object.assign(document.createElement("i"), { className: name });
  element.style.left = `${100 * low}%`;
  element.style.width = `${100 * (high - low)}%`;
  if (colour) element.style.background = colour;
  return element;
}

function layStrip(view, name, from) {
  const { message, theme } = view;
  const { images, entering } = message.arrays;
  const items = message[name].map(({ index, label, step, value }, n) => {
    const item = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button" });
    const canvas = document.createElement("canvas");
    const pixels = images.subarray(784 * (from + n), 784 * (from + n + 1));
    const order = message.reverse ? entering.map((t) => view.T - 1 - t) : entering;
    drawReading(fit(canvas, 64, 64), 64, pixels, order, message.reverse ? view.T - 1 - step : step, theme);
    const is = Object.assign(document.createElement("span"), { className: "is", textContent: label });
    const words = Object.assign(document.createElement("span"), { className: "words" });
    const sign = value < 0 ? "−" : "+";
    words.textContent = `${inWords(message.word)} ${step + 1}: ${sign}${two(Math.abs(value))}`;
    button.append(canvas, is, words);
    button.onclick = () => view.post("pick", { index });
    button.setAttribute("aria-pressed", String(index === message.watched));
    button.setAttribute("aria-label", `Test digit ${index}, a ${label}, ${words.textContent}. Watch it`);
    button.title = `Test digit ${index}: click to watch it`;
    item.append(button);
    return item;
  });
  view.find(`.${name}`).replaceChildren(...items);
}
