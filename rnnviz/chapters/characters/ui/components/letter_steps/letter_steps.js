// Networks unrolled over the characters of one line: what goes in, h, the probabilities, what is chosen.
// Two axes, epochs and characters, move over all networks and ask the server nothing.

const SHOWN = 6; // probabilities of a column

export default function (component) {
  return keepView(component, createView, receive, { leave: stop });
}

function createView(parentElement) {
  const find = (selector) => parentElement.querySelector(selector);
  const view = {
    root: find(".spelled"),
    readout: find(".readout"),
    networks: find(".networks"),
    speed: find("select"),
    axes: {
      frame: layAxis(find('.axis[data-axis="frame"]')),
      step: layAxis(find('.axis[data-axis="step"]')),
    },
    upright: ["frame", -1],
    message: null,
    parts: [],
    frame: 0,
    step: 0,
    following: true, // the newest epoch, until somebody looks elsewhere
    laid: "",
    playing: null,
    timer: 0,
  };
  listenAxes(view);
  view.networks.replaceChildren();
  return drawnAnew(view, show);
}

function receive(view, message) {
  const fresh = view.message?.id !== message.id;
  view.message = message;
  if (fresh) {
    stop(view);
    view.step = message.source.length - 1;
    view.following = true;
  }
  if (view.following) view.frame = lastOf(view, "frame");
  view.frame = Math.min(view.frame, lastOf(view, "frame"));
  view.step = Math.min(view.step, lastOf(view, "step"));
  lay(view);
  show(view);
}

const lastOf = (view, axis) =>
  axis === "frame" ? view.message.frames.length - 1 : view.message.source.length - 1;
const enabled = (view, axis) => view.message !== null && (axis === "step" || axis === "frame");

function moved(view, axis) {
  if (axis === "frame") view.following = view.frame === lastOf(view, "frame");
  show(view);
}

function showMoving(view) {
  const { frames, source } = view.message;
  showAxis(view.axes.frame, {
    on: frames.length > 1,
    at: view.frame,
    last: lastOf(view, "frame"),
    what: "After epochs",
    count: `${frames[view.frame]}`,
    plays: view.playing === "frame",
  });
  showAxis(view.axes.step, {
    on: true,
    at: view.step,
    last: lastOf(view, "step"),
    what: "Character",
    count: `${view.step + 1} of ${source.length}`,
    plays: view.playing === "step",
  });
}

// The elements of all columns, made anew only for another line or other networks.
function lay(view) {
  const { networks, source, symbols } = view.message;
  const wanted = JSON.stringify([networks, source, symbols]);
  if (wanted === view.laid) return;
  view.laid = wanted;
  view.root.style.setProperty("--networks", networks.length);
  view.parts = networks.map((name) => layNetwork(view, name));
  view.networks.replaceChildren(...view.parts.map(({ element }) => element));
}

function make(tag, className, parent) {
  const element = Object.assign(document.createElement(tag), { className });
  parent?.append(element);
  return element;
}

function layNetwork(view, name) {
  const element = make("section", "network");
  const title = make("h3", "", element);
  make("span", "", title).textContent = name;
  const lost = make("span", "lost", title);
  const answer = make("p", "answer", element);
  const row = make("div", "columns", element);
  row.tabIndex = 0;
  row.setAttribute("role", "group");
  const columns = view.message.source.map((symbol, t) => layColumn(view, symbol, t, row));
  return { element, lost, answer, row, columns };
}

function layColumn(view, symbol, t, row) {
  const element = make("div", "column", row);
  element.onclick = () => {
    stop(view);
    go(view, "step", t);
  };
  make("div", "in", element).textContent = seen(symbol);
  const h = make("canvas", "h", element);
  h.setAttribute("role", "img");
  const list = make("ul", "shares", element);
  const count = Math.min(SHOWN, view.message.symbols.length);
  const bars = Array.from({ length: count }, () => {
    const line = make("li", "", list);
    return { symbol: make("span", "symbol", line), bar: make("i", "", line) };
  });
  const out = make("div", "out", element);
  const chosen = make("span", "chosen", out);
  const wanted = make("span", "wanted", out);
  const cost = make("div", "cost", element);
  return { element, h, bars, out, chosen, wanted, cost: make("i", "", cost), loss: make("span", "", cost) };
}

function show(view) {
  showMoving(view);
  const { arrays, source, target, networks } = view.message;
  view.parts.forEach((part, n) => {
    const [h, p, loss] = ["h", "p", "loss"].map((name) => arrays[`${n}.${name}`]);
    const [, T, H] = h.shape;
    const K = p.shape[2];
    const at = Math.min(view.frame, h.shape[0] - 1);
    const table = { h, p, loss, T, H, K, at };
    part.element.style.setProperty("--h-height", `${Math.min(112, Math.max(48, 14 * H))}px`);
    part.columns.forEach((column, t) => showColumn(view, column, table, t));
    scrollTo(part.row, part.columns[view.step].element);
    const sum = loss.slice(at * T, at * T + T).reduce((total, one) => total + one, 0);
    say(part.lost, `loss ${sum.toFixed(2)}`);
    showAnswer(view, part, table);
  });
  say(view.readout, inWordsNow(view, networks, source, target));
}

// Keep the character of the cursor within a row that is wider than its place; the page stays where it is.
function scrollTo(row, column) {
  const left = column.offsetLeft - row.offsetLeft;
  const right = left + column.offsetWidth;
  if (left < row.scrollLeft) row.scrollLeft = left - 4;
  else if (right > row.scrollLeft + row.clientWidth) row.scrollLeft = right - row.clientWidth + 4;
}

function inWordsNow(view, networks, source, target) {
  const { arrays, symbols } = view.message;
  const t = view.step;
  const told = networks.map((name, n) => {
    const p = arrays[`${n}.p`];
    const [F, T, K] = p.shape;
    const at = (Math.min(view.frame, F - 1) * T + t) * K;
    const own = p.slice(at, at + K);
    const best = own.indexOf(Math.max(...own));
    return [name, symbols[best], own[best]];
  });
  return answersSentence(source[t], target[t], told);
}

function best(view, { p, T, K, at }, t) {
  const start = (at * T + t) * K;
  const own = Array.from(p.subarray(start, start + K));
  return { own, code: own.indexOf(Math.max(...own)) };
}

function showAnswer(view, part, table) {
  const { symbols, target } = view.message;
  part.answer.replaceChildren(
    ...target.map((wanted, t) => {
      const symbol = symbols[best(view, table, t).code];
      const letter = make("span", symbol === wanted ? "" : "wrong");
      letter.textContent = symbol;
      return letter;
    }),
  );
}

function showColumn(view, column, table, t) {
  const { symbols, target, source } = view.message;
  const { h, loss, T, H, at } = table;
  column.element.classList.toggle("now", t === view.step);
  column.element.classList.toggle("later", t > view.step);
  const values = h.subarray((at * T + t) * H, (at * T + t + 1) * H);
  const width = Math.max(column.h.clientWidth, 1);
  const height = Math.max(column.h.clientHeight, 1);
  const g = fit(column.h, width, height);
  drawHeat(g, { x: 0, y: 0, w: width, h: height }, values, 1, H, view.theme.diverging, [-1, 1]);
  column.h.setAttribute("aria-label", statesLabel(source[t], values.slice(0, 8)));
  const { own, code } = best(view, table, t);
  const order = own.map((_, k) => k);
  if (own.length > SHOWN) order.sort((one, other) => own[other] - own[one]);
  column.bars.forEach(({ symbol, bar }, k) => {
    const share = own[order[k]];
    say(symbol, seen(symbols[order[k]]));
    bar.style.width = `${100 * share}%`;
    const n = 3 * Math.round(255 * (0.25 + 0.75 * share));
    bar.style.background = `rgb(${view.theme.sequential.slice(n, n + 3).join(",")})`;
  });
  const right = symbols[code] === target[t];
  say(column.chosen, seen(symbols[code]));
  say(column.wanted, right ? " ✓" : ` not ${seen(target[t])}`);
  column.out.classList.toggle("wrong", !right);
  const cost = loss[at * T + t];
  say(column.loss, cost.toFixed(2));
  column.cost.style.width = `${Math.min(100, 100 * (cost / 3))}%`;
}
