// Small experiments: rows of matrices, with signs between them.

export default function (component) {
  return keepView(component, createView, receive);
}

function createView(parentElement) {
  return { root: parentElement.querySelector(".tables") };
}

function receive(view, { label, rows }) {
  view.root.setAttribute("aria-label", label);
  view.root.replaceChildren(
    ...rows.map(({ name, parts }) => {
      const section = document.createElement("section");
      const head = Object.assign(document.createElement("p"), { className: "name", textContent: name });
      const row = Object.assign(document.createElement("div"), { className: "row" });
      row.append(...parts.map((part) => (part.sign ? sign(part.sign) : matrix(view, part))));
      section.append(head, row);
      return section;
    }),
  );
}

function sign(words) {
  return Object.assign(document.createElement("span"), { className: "sign", textContent: words });
}

// `first` numbers, by place, come from the first of two; they are underlined.
function matrix(view, { name, rows, most, first = [] }) {
  const shape = [rows.length, rows[0].length];
  const figure = layMatrix({ name, rows, most: most ?? largest(rows), shape }, view.theme);
  const cells = figure.querySelectorAll(".cells span");
  first.forEach((at) => cells[at].classList.add("first"));
  return figure;
}
