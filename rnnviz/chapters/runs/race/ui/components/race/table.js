// Rounds × networks: what each reads at its end, or how far it is. It is built once for a race and a
// shape; afterwards only words change, so that a click is never lost.

function showTable(view) {
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
  const make = (tag, ...inside) => {
    const element = document.createElement(tag);
    element.append(...inside);
    return element;
  };
  const span = (name) => Object.assign(document.createElement("span"), { className: name });
  const button = (...inside) => Object.assign(make("button", ...inside), { type: "button" });
  const heads = racers.map(() => {
    const head = make("th", span("name"), span("size"), span("size"));
    head.scope = "col";
    return head;
  });
  const body = rows.map(({ number }) => {
    const label = make("th", button(span("name"), span("size")));
    label.scope = "row";
    label.firstChild.onclick = () => {
      const { said } = view.message;
      const chosen = label.firstChild.getAttribute("aria-pressed") === "true";
      view.wantRound(said.key, chosen ? 0 : number);
    };
    const cells = racers.map(() => {
      const cell = make("td", button(span("number"), make("i")));
      cell.firstChild.onclick = () => view.open(cell.firstChild.dataset.run);
      return cell;
    });
    return make("tr", label, ...cells);
  });
  const mean = Object.assign(make("th", "mean"), { scope: "row" });
  view.table.replaceChildren(
    make("thead", make("tr", make("th"), ...heads)),
    make("tbody", ...body),
    make("tfoot", make("tr", mean, ...racers.map(() => make("td")))),
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
  say(label.children[0], `Round ${number}`);
  say(label.children[1], `seed ${seed}`);
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
