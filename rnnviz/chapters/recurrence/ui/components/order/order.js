// A digit with its rows in the order in which they are read; what each network believes after each row and
// at the end; and a table of what all of them read of the test digits.

export default function (component) {
  return keepView(component, createView, receive);
}

function createView(parentElement) {
  const find = (selector) => parentElement.querySelector(selector);
  const view = {
    root: find(".order"),
    read: find(".read"),
    plain: find(".plain"),
    how: find(".how"),
    readers: find(".readers"),
    head: find("thead"),
    body: find("tbody"),
    message: null,
    width: 0,
  };
  return drawnAnew(view, draw);
}

function receive(view, message) {
  view.message = message;
  draw(view);
}

function draw(view) {
  view.width = view.root.clientWidth;
  const { arrays, words, read_as } = view.message;
  picture(view.read, arrays.read, `${words}, read ${read_as}`);
  picture(view.plain, arrays.plain, words);
  say(view.how, `its rows as they are read, ${read_as}`);
  drawReaders(view);
  drawTable(view);
}

function picture(canvas, pixels, words) {
  const side = canvas.clientWidth;
  drawPixels(fit(canvas, side, side), { x: 0, y: 0, w: side, h: side }, pixels, 28, 28);
  canvas.setAttribute("aria-label", words);
}

function drawReaders(view) {
  const { readers, arrays } = view.message;
  while (view.readers.children.length < readers.length) view.readers.append(layReader());
  readers.forEach(({ name, rows }, n) => {
    const reader = view.readers.children[n];
    say(reader.querySelector(".name"), name);
    drawBelief(reader.querySelector("canvas"), view.theme, rows ? arrays[`${n}.belief`] : null, name);
    showBars(reader.querySelector(".bars"), view.theme, [...arrays[`${n}.final`]]);
  });
}

function layReader() {
  const reader = Object.assign(document.createElement("div"), { className: "reader" });
  const name = Object.assign(document.createElement("p"), { className: "name" });
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  reader.append(name, canvas, Object.assign(document.createElement("ol"), { className: "bars" }));
  return reader;
}

function drawBelief(canvas, theme, belief, name) {
  const width = canvas.clientWidth;
  const g = fit(canvas, width, 150);
  const box = { x: 6, y: 20, w: Math.max(width - 12, 1), h: 106 };
  if (belief === null) {
    quiet(g, theme, box, "sees all rows at once");
    outline(g, { accent: theme.faint }, box, 1);
    canvas.setAttribute("aria-label", `${name} sees all rows at once`);
    return;
  }
  const [T, K] = belief.shape;
  title(g, theme, "belief after each row", box);
  drawRibbons(g, box, belief, T, K, theme);
  outline(g, { accent: theme.faint }, box, 1);
  rowAxis(g, theme, box, box.y + box.h, T);
  canvas.setAttribute("aria-label", `What ${name} believes after each row`);
}

function drawTable(view) {
  const { table, orders, read_as } = view.message;
  const heads = ["network", "learnt", ...orders.map((order) => `read ${order}`)];
  view.head.replaceChildren(line(heads.map((words, n) => box("th", words, orders[n - 2] === read_as))));
  view.body.replaceChildren(
    ...table.map(({ name, learnt, right, shown }) => {
      const shares = right.map((value, n) => shade(view, value, shown && orders[n] === read_as));
      return line([box("th", name), box("th", learnt), ...shares]);
    }),
  );

  function line(boxes) {
    const row = document.createElement("tr");
    row.append(...boxes);
    return row;
  }
}

function box(kind, words, now = false) {
  return Object.assign(document.createElement(kind), { textContent: words, className: now ? "now" : "" });
}

// A share on the scale of probabilities.
function shade(view, value, now) {
  const found = box("td", share(value), now);
  const at = 3 * Math.round(255 * value);
  const colour = [...view.theme.sequential.slice(at, at + 3)];
  found.style.background = `rgb(${colour.join(" ")})`;
  found.style.color = inkOn(`#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`);
  return found;
}
