// A text, each character coloured by what one unit holds after it, or by what it cost; under the cursor the
// network's three likeliest guesses of what comes next.

import { componentView, make, parts, say } from "../../../../../ui/components/component_view.js";
import { around, colorAt, css, inkOn } from "../../../../../ui/components/theme.js";
import { expectedSentence, otherWords, POINT, shownWords, TEXT_LABEL } from "./text.js";

export default componentView({ root: ".painted", create, receive });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    ...parts(find, "cost", "text", "readout"),
    slider: find("input"),
    output: find("output"),
    letters: [],
    unit: 0,
    at: null,
    costs: false,
    laid: "",
  });
  view.slider.oninput = () => {
    view.unit = Number(view.slider.value);
    view.costs = false;
    show(view);
  };
  view.cost.onclick = () => {
    view.costs = !view.costs;
    show(view);
  };
  view.text.tabIndex = 0;
  view.text.setAttribute("role", "application");
  view.text.setAttribute("aria-label", TEXT_LABEL);
  view.text.onkeydown = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    look(view, Math.max(0, Math.min(view.letters.length - 1, (view.at ?? -1) + by)));
  };
}

function receive(view, message) {
  view.message = message;
  const [T, H] = message.arrays.h.shape;
  view.unit = Math.min(view.unit, H - 1);
  view.slider.max = H - 1;
  view.slider.value = view.unit;
  if (view.at !== null) view.at = Math.min(view.at, T - 1);
  const laid = JSON.stringify([message.symbols, message.read]);
  if (laid !== view.laid) {
    view.laid = laid;
    view.letters = message.symbols.map((symbol, t) => {
      const letter = make("span", { className: t >= message.read ? "written" : "" }, symbol);
      letter.onpointerenter = letter.onclick = () => look(view, t);
      return letter;
    });
    view.text.replaceChildren(...view.letters);
  }
  show(view);
}

function look(view, t) {
  view.at = t;
  show(view);
}

function show(view) {
  const { arrays } = view.message;
  const [, H] = arrays.h.shape;
  const { diverging, sequential } = view.theme;
  view.letters.forEach((letter, t) => {
    const h = arrays.h[t * H + view.unit];
    const color = view.costs ? colorAt(sequential, arrays.bits[t] / 8) : colorAt(diverging, around(h, 1));
    Object.assign(letter.style, { background: css(color), color: inkOn(color) });
    letter.classList.toggle("now", t === view.at);
  });
  say(view.output, shownWords(view.costs, view.unit + 1, H));
  view.cost.setAttribute("aria-pressed", view.costs);
  say(view.cost, otherWords(view.costs));
  say(view.readout, told(view));
}

function told(view) {
  const { arrays, symbols, guesses } = view.message;
  if (view.at === null) return POINT;
  const t = view.at;
  const wide = arrays.shares.shape[1];
  const expected = guesses[t].map((symbol, k) => [symbol, arrays.shares[t * wide + k]]);
  const came = t + 1 < symbols.length ? [symbols[t + 1], arrays.bits[t + 1]] : null;
  const h = arrays.h[t * arrays.h.shape[1] + view.unit];
  return expectedSentence(symbols[t], t + 1, view.unit + 1, h, expected, came);
}
