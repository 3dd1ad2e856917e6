// Small experiments: rows of matrices, with signs between them.

import { componentView, make } from "../../../../../ui/components/component_view.js";
import { largest, layMatrix } from "./matrices.js";

export default componentView({ root: ".tables", create: () => {}, receive });

function receive(view, { label, rows }) {
  view.root.setAttribute("aria-label", label);
  view.root.replaceChildren(
    ...rows.map(({ name, parts }) => {
      const matrices = parts.map((part) => (part.sign ? sign(part.sign) : matrix(view, part)));
      return make("section", {}, make("p", { className: "name" }, name), make("div", { className: "row" }, ...matrices));
    }),
  );
}

const sign = (words) => make("span", { className: "sign" }, words);

// `first` numbers, by place, come from the first of two; they are underlined.
function matrix(view, { name, rows, most, first = [] }) {
  const shape = [rows.length, rows[0].length];
  const figure = layMatrix({ name, rows, most: most ?? largest(rows), shape }, view.theme);
  const cells = figure.querySelectorAll(".cells span");
  first.forEach((at) => cells[at].classList.add("first"));
  return figure;
}
