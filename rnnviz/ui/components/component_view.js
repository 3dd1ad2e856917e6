// Shared by the components: unpacking, colours, pixels as pictures, and the bars of a belief.
// Python puts this file before each component's own, so these are plain functions.

// What stays of a component: Streamlit calls its default export on every change of data or theme.
const views = new WeakMap();

// Show newer data in the view that this place has, or in a new one; returns what lets it rest. Streamlit may
// end a component and go on with it in the very same elements: a view is made once for them. `wire` hands it
// what comes anew with each call.
function keepView({ data, parentElement }, create, receive, { wire = () => {}, leave = () => {} } = {}) {
  // Streamlit waits for a component's code before it calls it: by then its elements may be gone from the page.
  if (!parentElement.isConnected) return () => {};
  const known = views.get(parentElement);
  const view = known && parentElement.contains(known.root) ? known : create(parentElement);
  views.set(parentElement, view);
  view.watch?.observe(view.root);
  wire(view);
  const { address } = headerOf(data);
  const message = (view.awaited = {}); // what came last is shown, in whatever order bodies come
  const show = (body) => {
    if (view.awaited !== message || !parentElement.isConnected) return;
    view.root.querySelector(":scope > .lost")?.remove();
    view.root.removeAttribute("aria-busy");
    view.theme = readTheme(view.root);
    receive(view, unpack(data, body));
    view.root.removeAttribute("data-early"); // what is seen listens
    if (body) document.fonts.ready.then(() => view.again?.()); // its first words may have asked for the font
  };
  if (!address || bodies.has(address)) show(bodies.get(address));
  else {
    view.root.setAttribute("aria-busy", "true");
    fetchBody(address).then(show, () => view.awaited === message && sayLost(view.root));
  }
  return () => {
    leave(view); // what is awaited is still shown: Streamlit may go on without another call
    view.watch?.disconnect();
  };
}

// Draw a view anew when it has another width, and when its font has come; return it.
function drawnAnew(view, draw) {
  const again = () => view.message && draw(view);
  view.again = again;
  view.watch = new ResizeObserver(() => {
    if (view.root.clientWidth === view.width) return;
    view.width = view.root.clientWidth;
    again();
  });
  view.watch.observe(view.root);
  document.fonts.ready.then(again);
  return view;
}

// One packed buffer: four bytes with the header's size, the header as JSON, then the arrays it names; or they
// are a body of their own, at the header's address.
function unpack(bytes, body = null) {
  const header = headerOf(bytes);
  const kinds = { uint8: Uint8Array, float32: Float32Array };
  const arrays = {};
  const [from, first] = body ? [body, 0] : [bytes, 4 + headerSize(bytes)];
  for (const [name, { dtype, shape, offset }] of Object.entries(header.arrays)) {
    const Kind = kinds[dtype];
    const count = shape.reduce((product, n) => product * n, 1);
    const start = first + offset;
    arrays[name] = new Kind(from.slice(start, start + count * Kind.BYTES_PER_ELEMENT).buffer);
    arrays[name].shape = shape;
  }
  return { ...header, arrays };
}

const headerSize = (bytes) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
const headerOf = (bytes) => JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headerSize(bytes))));

// What was fetched last, for another theme or a view that comes back; the browser's cache keeps the others.
const bodies = new Map();
const BODIES = 3;
const WAITS = [300, 1500]; // ms before another try: a connection may be lost for a moment

async function fetchBody(address) {
  for (let turn = 0; ; turn++) {
    try {
      const answer = await fetch(new URL(address, document.baseURI));
      if (!answer.ok) throw new Error(`${answer.status} of ${address}`);
      bodies.set(address, new Uint8Array(await answer.arrayBuffer()));
      if (bodies.size > BODIES) bodies.delete(bodies.keys().next().value);
      return bodies.get(address);
    } catch (error) {
      if (turn === WAITS.length) throw error;
      await new Promise((go) => setTimeout(go, WAITS[turn]));
    }
  }
}

function sayLost(root) {
  const words = "The numbers of this view could not be fetched. Reload the page.";
  const told = root.querySelector(":scope > .lost") ?? Object.assign(document.createElement("p"), { className: "lost" });
  told.setAttribute("role", "alert");
  say(told, words);
  root.prepend(told);
  root.removeAttribute("data-early");
  root.removeAttribute("aria-busy");
}

function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

// 256 colours between the steps of a scale.
function ramp(steps) {
  const colours = steps.map(rgb);
  const table = new Uint8ClampedArray(256 * 3);
  for (let n = 0; n < 256; n++) {
    const place = (n / 255) * (colours.length - 1);
    const low = Math.min(Math.floor(place), colours.length - 2);
    for (let part = 0; part < 3; part++) {
      table[3 * n + part] =
        colours[low][part] + (place - low) * (colours[low + 1][part] - colours[low][part]);
    }
  }
  return table;
}

// The colours of the app's theme, as Streamlit hands them to a component.
function readTheme(element) {
  const css = getComputedStyle(element);
  const one = (name) => css.getPropertyValue(name).trim();
  const many = (name) =>
    one(name)
      .split(",")
      .map((colour) => colour.trim());
  return {
    text: one("--st-text-color"),
    faint: one("--st-border-color"),
    background: one("--st-background-color"),
    accent: one("--st-primary-color"),
    font: one("--st-font") || "sans-serif",
    sequential: ramp(many("--st-chart-sequential-colors")),
    diverging: ramp(many("--st-chart-diverging-colors")),
    classes: many("--st-chart-categorical-colors"),
    first: many("--st-chart-diverging-colors").at(1), // of two lines in one chart
    second: many("--st-chart-diverging-colors").at(-2),
    bad: one("--st-red-text-color"),
  };
}

// Black or white, whichever reads better on a colour.
function inkOn(hex) {
  const [r, g, b] = rgb(hex);
  return 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#14151c" : "#ffffff";
}

// Size a canvas for the screen's pixels and return its context in CSS pixels.
function fit(canvas, width, height) {
  const dense = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * dense), Math.round(height * dense)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const g = canvas.getContext("2d");
  g.setTransform(dense, 0, 0, dense, 0, 0);
  g.clearRect(0, 0, width, height);
  return g;
}

// Grey values (rows × columns) as a picture of square pixels.
function drawPixels(g, box, pixels, rows, columns) {
  const image = new ImageData(columns, rows);
  pixels.forEach((value, n) => image.data.set([value, value, value, 255], 4 * n));
  blit(g, box, image);
}

// Values (T × H) as colours: x is the row of the digit, y the unit; `range` is [least, most].
function drawHeat(g, box, values, T, H, table, range) {
  paste(g, box, heatSheet(values, T, H, table, range));
}

// The same as a picture of one pixel a value, to be kept while only a cursor moves over it.
function heatSheet(values, T, H, table, [least, most]) {
  const image = new ImageData(T, H);
  for (let t = 0; t < T; t++) {
    for (let unit = 0; unit < H; unit++) {
      const place = (values[t * H + unit] - least) / (most - least);
      const n = 3 * Math.max(0, Math.min(255, Math.round(255 * place)));
      const at = 4 * (unit * T + t);
      image.data[at] = table[n];
      image.data[at + 1] = table[n + 1];
      image.data[at + 2] = table[n + 2];
      image.data[at + 3] = 255;
    }
  }
  return sheetOf(image);
}

function sheetOf(image) {
  const sheet = new OffscreenCanvas(image.width, image.height);
  sheet.getContext("2d").putImageData(image, 0, 0);
  return sheet;
}

function blit(g, box, image) {
  paste(g, box, sheetOf(image));
}

function paste(g, box, sheet) {
  g.imageSmoothingEnabled = false;
  g.drawImage(sheet, box.x, box.y, box.w, box.h);
}

// Ten bars that never change places. `probabilities` may be null.
function showBars(list, theme, probabilities) {
  while (list.children.length < 10) {
    const row = document.createElement("li");
    for (const part of ["digit", "track", "share"]) {
      row.append(Object.assign(document.createElement("span"), { className: part }));
    }
    row.querySelector(".track").append(document.createElement("i"));
    row.querySelector(".digit").textContent = String(list.children.length);
    list.append(row);
  }
  const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
  [...list.children].forEach((row, k) => {
    const share = probabilities ? probabilities[k] : 0;
    row.classList.toggle("best", k === best);
    const bar = row.querySelector("i");
    bar.style.width = `${100 * share}%`;
    bar.style.background = theme.classes[k];
    say(row.querySelector(".share"), probabilities ? percent(share) : "–");
  });
}

// Set words, unless they stand there already.
function say(element, words) {
  if (element.textContent !== String(words)) element.textContent = words;
}

function percent(share) {
  const whole = Math.round(100 * share);
  if (whole === 0 && share > 0) return "<1 %";
  return whole === 100 && share < 1 ? ">99 %" : `${whole} %`;
}
