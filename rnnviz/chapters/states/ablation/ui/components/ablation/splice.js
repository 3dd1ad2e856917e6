// Two halves of digits read as one: the belief for each thing that can become of the memory between them.

const SPLICED = { left: 8, right: 6, top: 20, ribbons: 96, gap: 0, heat: 0, axis: 20 };

export default function (component) {
  return keepView(component, createView, receive, { leave: stop });
}

function createView(parentElement) {
  const find = (selector) => parentElement.querySelector(selector);
  const view = {
    root: find(".spliced"),
    page: find(".page"),
    variants: find(".variants"),
    caption: find(".caption"),
    speed: find(".speed"),
    axes: { row: layAxis(find('[data-axis="row"]')) },
    message: null,
    row: 0,
    frame: 0,
    hover: null,
    playing: null,
    timer: 0,
    width: 0,
  };
  listenAxes(view);
  return drawnAnew(view, draw);
}

function receive(view, message) {
  const before = view.message;
  view.message = message;
  const [, T] = message.arrays.beliefs.shape;
  if (before?.arrays.beliefs.shape[1] !== T) view.row = T - 1;
  view.T = T;
  if (before?.names.join() !== message.names.join()) layVariants(view);
  draw(view);
}

function layVariants(view) {
  view.variants.replaceChildren(
    ...view.message.names.map((name) => {
      const card = document.createElement("figure");
      const label = document.createElement("figcaption");
      label.append(Object.assign(document.createElement("span"), { textContent: name }), document.createElement("output"));
      const canvas = document.createElement("canvas");
      canvas.setAttribute("role", "img");
      const column = (event) => columnAt(canvas, event, { across: { x: SPLICED.left, w: canvas.clientWidth - SPLICED.left - SPLICED.right }, T: view.T });
      canvas.onpointermove = (event) => show(view, column(event));
      canvas.onpointerleave = canvas.onpointercancel = () => show(view, null);
      canvas.onpointerdown = (event) => {
        stop(view);
        view.row = column(event) ?? view.row;
        show(view, null);
      };
      card.append(label, canvas);
      return card;
    }),
  );
}

function show(view, hover) {
  view.hover = hover;
  cancelAnimationFrame(view.drawing);
  view.drawing = requestAnimationFrame(() => draw(view));
}

const lastOf = (view) => view.T - 1;
const enabled = (view) => view.message !== null;
const moved = (view) => show(view, null);
const showMoving = (view) => draw(view);

function draw(view) {
  const { arrays, names, row: seam, word } = view.message;
  const [, T, K] = arrays.beliefs.shape;
  const row = view.hover ?? view.row;
  const side = view.page.clientWidth;
  if (!side) return;
  drawReading(fit(view.page, side, side), side, arrays.frame, arrays.entering, row, view.theme);
  view.page.setAttribute("aria-label", joinedLabel(word, row + 1));
  say(view.caption, joinedWords(inWords(word), seam));
  [...view.variants.children].forEach((card, n) => {
    const belief = arrays.beliefs.subarray(n * T * K, (n + 1) * T * K);
    belief.shape = [T, K];
    const canvas = card.querySelector("canvas");
    const { boxes, across } = drawRowViews(canvas, view.theme, { belief, decided: 0 }, [], { cursor: row, word, sizes: SPLICED });
    markSeam(canvas.getContext("2d"), view.theme, boxes[0], across.x + (seam * across.w) / T);
    const now = belief.subarray(row * K, (row + 1) * K);
    const best = now.indexOf(Math.max(...now));
    const words = variantWords(best, now[best]);
    say(card.querySelector("output"), words);
    canvas.setAttribute("aria-label", variantLabel(names[n], word, row + 1, words));
  });
  const at = { on: true, at: view.row, last: T - 1, what: WORDS[word], count: `${view.row + 1} of ${T}` };
  showAxis(view.axes.row, { ...at, plays: view.playing === "row" });
}

// A dashed line where the second half begins.
function markSeam(g, theme, box, x) {
  for (const [colour, dash] of [[theme.background, []], [theme.text, [4, 3]]]) {
    g.strokeStyle = colour;
    g.lineWidth = 2;
    g.setLineDash(dash);
    g.beginPath();
    g.moveTo(x, box.y);
    g.lineTo(x, box.y + box.h);
    g.stroke();
  }
  g.setLineDash([]);
}
