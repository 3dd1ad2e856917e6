// A race of two or three networks: the curves of one round, all results, and the intervals of every two.

import { componentView, parts, say } from "../../../../../../ui/components/component_view.js";
import { share, three } from "../../../../../../ui/components/numbers.js";
import { drawAccuracies, drawLosses, listenCharts } from "../../../../../../ui/components/overlay.js";
import { ACCURACY, LOSS } from "../../../../../../ui/components/text.js";
import { drawDuels } from "./duels.js";
import { showTable } from "./table.js";
import { curvesLabel, curvesSentence, NOTHING_YET } from "./text.js";

export default componentView({ root: ".race", create, receive, draw: show });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    ...parts(find, "loss", "accuracy", "sentence", "which", "whole"),
    bar: find(".whole i"),
    words: find(".progress p"),
    table: find("table"),
    duels: find(".duels canvas"),
    duelWords: find(".duels .caption"),
    racers: [], // of the message, each with its arrays, its colour and its mark
    hover: null, // training step under the mouse
    across: null, // where the charts' axis lies
    laid: "", // what the table was built for
  });
  listenCharts(view, () => showCharts(view));
}

const OF_RUN = ["step", "loss", "accuracy", "test_step", "test_accuracy"];
const MARK_OF = { rnn: "■", gru: "▲", lstm: "●" };

function receive(view, message) {
  const before = view.message;
  view.message = message;
  view.racers = message.racers.map((racer, n) => ({
    ...racer,
    ...Object.fromEntries(OF_RUN.map((name) => [name, message.arrays[`${n}.${name}`]])),
    colour: racer.colours[view.theme.mode],
    mark: MARK_OF[racer.cell],
  }));
  show(view);
  const { key, version } = message.said;
  if (before && before.said.key === key && before.said.version === version) return;
  const step = Math.max(0, ...view.racers.map(({ step: all }) => all[all.length - 1] ?? 0));
  document.dispatchEvent(new CustomEvent("rnnviz:raced", { detail: { version, step } }));
}

// The canvases come first: they ask for their widths, and words that change in between would make the
// browser lay out the page anew for each.
function show(view) {
  showCharts(view);
  drawDuels(view);
  showTable(view);
  showWords(view);
}

function showCharts(view) {
  const { said } = view.message;
  const told = { steps: said.steps, frames: [], at: null, hover: view.hover, stretched: false };
  view.across = drawLosses(view.loss, view.theme, view.racers, told);
  drawAccuracies(view.accuracy, view.theme, view.racers, told);
}

function showWords(view) {
  const { said, rows } = view.message;
  const percentDone = Math.round(100 * said.progress);
  view.bar.style.width = `${100 * said.progress}%`;
  view.whole.dataset.state = said.state;
  view.whole.setAttribute("aria-valuenow", percentDone);
  say(view.words, said.words);
  say(view.sentence, said.sentence);
  const seed = rows.find(({ number }) => number === said.shown)?.seed;
  say(view.which, curvesSentence(said.shown, seed));
  const last = (values, words) => (values.length ? words(values[values.length - 1]) : NOTHING_YET);
  const tell = (of) => view.racers.map((racer) => [racer.name, of(racer)]);
  view.loss.setAttribute("aria-label", curvesLabel(LOSS, tell(({ loss }) => last(loss, three))));
  const shares = tell(({ test_accuracy }) => last(test_accuracy, share));
  view.accuracy.setAttribute("aria-label", curvesLabel(ACCURACY, shares));
}
