// Two halves of digits read as one: the belief for each thing that can become of the memory between them.

import { columnAt, listenAxes, showAxes, stop } from "../../../../../../ui/components/axes.js";
import { fit, line } from "../../../../../../ui/components/canvas.js";
import { componentView, later, make, parts, say } from "../../../../../../ui/components/component_view.js";
import { drawReading } from "../../../../../../ui/components/digits.js";
import { drawRowViews } from "../../../../../../ui/components/heatmap.js";
import { mostProbable } from "../../../../../../ui/components/numbers.js";
import { inWords } from "../../../../../../ui/components/text.js";
import { joinedLabel, joinedWords, KEYS, variantLabel, variantWords } from "./text.js";

const SPLICED = { left: 8, right: 6, top: 20, ribbons: 96, gap: 0, heat: 0, axis: 20 };

export default componentView({ root: ".spliced", create, receive, draw });

function create(view) {
  const { find } = view;
  Object.assign(view, { ...parts(find, "page", "variants", "caption"), row: 0, hover: null });
  listenAxes(view, { moved: () => show(view, null) });
  say(find(".hint"), KEYS);
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
      const canvas = make("canvas", { role: "img" });
      const column = (event) => columnAt(canvas, event, { across: { x: SPLICED.left, w: canvas.clientWidth - SPLICED.left - SPLICED.right }, T: view.T });
      canvas.onpointermove = (event) => show(view, column(event));
      canvas.onpointerleave = canvas.onpointercancel = () => show(view, null);
      canvas.onpointerdown = (event) => {
        stop(view);
        view.row = column(event) ?? view.row;
        show(view, null);
      };
      return make("figure", {}, make("figcaption", {}, make("span", {}, name), make("output")), canvas);
    }),
  );
}

function show(view, hover) {
  view.hover = hover;
  later(view);
}

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
    const words = variantWords(...mostProbable(belief.subarray(row * K, (row + 1) * K)));
    say(card.querySelector("output"), words);
    canvas.setAttribute("aria-label", variantLabel(names[n], word, row + 1, words));
  });
  showAxes(view);
}

// A dashed line where the second half begins.
function markSeam(g, theme, box, x) {
  for (const [colour, dash] of [[theme.background, []], [theme.text, [4, 3]]]) {
    g.setLineDash(dash);
    line(g, colour, 2, x, box.y, x, box.y + box.h);
  }
  g.setLineDash([]);
}
