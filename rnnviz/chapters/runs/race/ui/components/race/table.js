// Rounds × networks: what each reads at its end, or how far it is. It is built once for a race and a
// shape; afterwards only words change, so that a click is never lost.

import { make, say } from "../../../../../../ui/components/component_view.js";
import { MEAN } from "../../../../../../ui/components/text.js";
import { OPEN_RUN, resultLabel, roundName, seedName } from "./text.js";

export function showTable(view) {
  const { said, racers, rows } = view.message;
  const shape = JSON.stringify([said.key, racers.map(({ cell }) => cell), rows.length]);
  if (view.laid !== shape) {
    layTable(view);
    view.laid = shape;
  }
  const [head, body, foot] = view.table.children;
  view.racers.forEach((racer, n) => showRacer(head.rows[0].cells[n + 1], racer));
  rows.forEach((row, n) => showRound(view, body.rows[n], row));
  view.racers.forEach(({ mean }, n) => say(foot.rows[0].cells[n + 1], mean));
  foot.hidden = rows.length < 2;
}

function layTable(view) {
  const { racers, rows } = view.message;
  const span = (className) => make("span", { className });
  const button = (...inside) => make("button", { type: "button" }, ...inside);
  const heads = racers.map(() => {
    return make("th", { scope: "col" }, span("name"), span("size"), span("size"));
  });
  const body = rows.map(({ number }) => {
    const label = make("th", { scope: "row" }, button(span("name"), span("size")));
    label.firstChild.onclick = () => {
      const { said } = view.message;
      const chosen = label.firstChild.getAttribute("aria-pressed") === "true";
      view.send("shown", chosen ? null : { race: said.key, round: number });
    };
    const cells = racers.map(() => {
      const cell = make("td", {}, button(span("number"), make("i")));
      cell.firstChild.onclick = () => view.trigger("open", { run: cell.firstChild.dataset.run });
      return cell;
    });
    return make("tr", {}, label, ...cells);
  });
  const mean = make("th", { scope: "row" }, MEAN);
  view.table.replaceChildren(
    make("thead", {}, make("tr", {}, make("th"), ...heads)),
    make("tbody", {}, ...body),
    make("tfoot", {}, make("tr", {}, mean, ...racers.map(() => make("td")))),
  );
}

function showRacer(head, { name, mark, size, parameters, colour }) {
  const [label, units, count] = head.children;
  say(label, `${mark} ${name}`);
  say(units, size);
  say(count, parameters);
  label.style.color = colour;
}

function showRound(view, line, { number, seed, results }) {
  const { said } = view.message;
  const label = line.cells[0].firstChild;
  say(label.children[0], roundName(number));
  say(label.children[1], seedName(seed));
  label.setAttribute("aria-pressed", String(said.key !== "" && said.shown === number));
  label.disabled = said.key === "";
  results.forEach((result, n) => {
    const button = line.cells[n + 1].firstChild;
    const { colour, name } = view.racers[n];
    const { run, words, share: done, counts, best, why } = result;
    say(button.firstChild, words);
    button.dataset.run = run;
    button.disabled = !run;
    button.classList.toggle("counts", counts);
    button.classList.toggle("best", best);
    button.title = why || (run ? OPEN_RUN : "");
    button.setAttribute("aria-label", resultLabel(number, name, words, button.title));
    const bar = button.lastChild;
    bar.style.background = colour;
    bar.style.width = counts ? "0" : `${100 * done}%`;
  });
}
