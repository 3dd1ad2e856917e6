// How far back the memory reaches: two networks on one digit. All of it comes at once; one cursor, a time
// step of the first network, moves over everything and asks the server nothing.

import { columnAt, listenAxes, showAxes, stop } from "../../../../../../ui/components/axes.js";
import { fit, partsOf, placeAt, title } from "../../../../../../ui/components/canvas.js";
import { componentView, later, parts, say } from "../../../../../../ui/components/component_view.js";
import { DECADES, drawReach, REACH } from "../../../../../../ui/components/curves.js";
import { settle, settled } from "../../../../../../ui/components/debounce.js";
import { drawReading } from "../../../../../../ui/components/digits.js";
import { decadesOf, mostProbable } from "../../../../../../ui/components/numbers.js";
import { inWords, placeOf, stepName } from "../../../../../../ui/components/text.js";
import { gradientOf } from "../../../../../../ui/components/theme.js";
import { drawSpoken, drawStops } from "./charts.js";
import {
  feltLabel, feltTitle, keysHint, networkSentence, pixelWords, reachWords, readWords, spokenLabel, stoppedLabel,
  stoppedWords, sumWords,
} from "./text.js";

export default componentView({ root: ".memory", create, receive, draw: show, settingOf });

function create(view) {
  const { find } = view;
  Object.assign(view, {
    ...parts(find, "page", "read", "spoken", "least", "most", "pixel", "readout", "hint"),
    bar: find(".scale i"),
    parts: [...view.root.querySelectorAll(".network")].map((element) => ({
      name: element.querySelector(".name"),
      reach: element.querySelector(".reach"),
      stops: element.querySelector(".stops"),
    })),
    sentences: Object.fromEntries(
      ["felt", "surer", "stopping", "complete", "loudest"].map((name) => [name, find(`.${name}`)]),
    ),
    networks: [],
    row: 0, // the cursor: a time step of the first network
    under: null, // the pixel under the mouse
  });
  listenAxes(view, { axisOf, moved });
  view.parts.forEach((part, n) => [part.reach, part.stops].forEach((canvas) => listenChart(view, canvas, n)));
  listenPixels(view);
}

const OF_NETWORK = ["belief", "h", "c", "x", "right", "entering"];

function receive(view, message) {
  const first = view.message === null;
  const fresh = view.message?.id !== message.id;
  view.message = message;
  view.networks = message.networks.map((network, n) => {
    const own = Object.fromEntries(OF_NETWORK.map((name) => [name, message.arrays[`${n}.${name}`]]));
    const [T, K] = own.belief.shape;
    return { ...network, ...own, T, K };
  });
  const felt = view.networks.flatMap(({ h, c, x }) => [h, c, x].filter(Boolean));
  view.decades = decadesOf(felt, null, DECADES);
  view.loudest = Math.max(...message.arrays.spoken.map(Math.abs));
  if (fresh) {
    stop(view);
    view.under = null;
    view.row = view.networks[0].T - 1;
    if (first && message.start) view.row = Math.min(view.row, message.start - 1);
    if (first) settled(view);
    else settle(view);
  }
  for (const [name, element] of Object.entries(view.sentences)) say(element, message.told[name]);
  show(view);
}

function axisOf({ networks: [{ T, word }], row }) {
  return { last: T - 1, what: stepName(word), count: placeOf(row + 1, T) };
}

// Where another network is when the first has read as much of the digit.
const across = (view, row, from, to) => {
  const [a, b] = [view.networks[from].T, view.networks[to].T];
  return Math.max(0, Math.ceil(((row + 1) * b) / a - 1e-9) - 1);
};

function moved(view) {
  view.under = null;
  later(view);
  settle(view);
}

function settingOf(view) {
  return { row: view.row + 1 };
}

// The canvases come first: they ask for their widths, and words that change in between would make the
// browser lay out the page anew for each.
function show(view) {
  drawPictures(view);
  view.parts.forEach((_, n) => drawNetwork(view, n));
  tell(view);
  showAxes(view);
  say(view.hint, keysHint(inWords(view.networks[0].word)));
}

function drawPictures(view) {
  const { arrays } = view.message;
  const { entering } = view.networks[0];
  const [page, spoken] = [view.page.clientWidth, view.spoken.clientWidth];
  drawReading(fit(view.page, page, page), page, arrays.picture, entering, view.row, view.theme);
  const what = { values: arrays.spoken, most: view.loudest, ink: arrays.picture, entering, t: view.row };
  drawSpoken(fit(view.spoken, spoken, spoken), spoken, what, view.theme);
}

function drawNetwork(view, n) {
  const part = view.parts[n];
  const [own, other] = [view.networks[n], view.networks[1 - n]];
  const cursor = across(view, view.row, 0, n);
  part.reachLayout = drawReach(part.reach, view.theme, { ...own, cursor, decades: view.decades });
  const g = part.reach.getContext("2d");
  if (part.reach.clientWidth > 330) title(g, view.theme, feltTitle(view.message.relative), { x: REACH.left, y: REACH.top });
  part.stopsLayout = drawStops(part.stops, view.theme, own, other, cursor);
}

function tell(view) {
  const { asked, words, done, relative } = view.message;
  view.networks.forEach((network, n) => {
    const at = across(view, view.row, 0, n);
    const { reach, stops, name } = view.parts[n];
    say(name, network.name);
    const place = `${inWords(network.word)} ${at + 1}`;
    reach.setAttribute("aria-label", feltLabel(network.name, place, normsAt(network, at), relative));
    stops.setAttribute("aria-label", stoppedLabel(network.name, place, stopped(network, at)));
  });
  const [own] = view.networks;
  const place = `${inWords(own.word)} ${view.row + 1}`;
  const pixels = rowSum(view, view.row);
  say(view.read, readWords(words, place));
  view.page.setAttribute("aria-label", readWords(words, place));
  say(view.least, `against ${asked}`);
  say(view.most, `for ${asked}`);
  view.bar.style.background = gradientOf(view.theme.diverging);
  const sums = sumWords(inWords(own.word), pixels, asked);
  view.spoken.setAttribute("aria-label", spokenLabel(asked, sums));
  say(view.pixel, underWords(view) || reachWords(view.loudest, sums, done));
  say(view.readout, readout(view));
}

function readout(view) {
  const told = view.networks.map((network, n) => {
    const at = across(view, view.row, 0, n);
    const place = `${inWords(network.word)} ${at + 1}`;
    return networkSentence(network.name, place, normsAt(network, at), stopped(network, at));
  });
  return told.join(" ");
}

const normsAt = (network, at) =>
  ["h", "c", "x"].filter((letter) => network[letter]).map((letter) => [letter, network[letter][at]]);

function stopped({ belief, right, K }, at) {
  return stoppedWords(...mostProbable(belief.subarray(at * K, (at + 1) * K)), right[at]);
}

function rowSum(view, row) {
  const { entering } = view.networks[0];
  return view.message.arrays.spoken.reduce((sum, value, n) => sum + (entering[n] === row ? value : 0), 0);
}

function underWords(view) {
  if (view.under === null) return "";
  const { arrays, asked } = view.message;
  const [row, column] = [Math.floor(view.under / 28), view.under % 28];
  return pixelWords(row + 1, column + 1, arrays.picture[view.under], arrays.spoken[view.under], asked);
}

// ---------------------------------------------------------------------------------------- pointing

function listenChart(view, canvas, n) {
  const point = (event) => {
    const part = view.parts[n];
    const layout = canvas === part.reach ? part.reachLayout : part.stopsLayout;
    const at = layout ? columnAt(canvas, event, layout) : null;
    if (at === null) return;
    const row = n ? Math.max(0, Math.floor(((at + 1) * view.networks[0].T) / view.networks[1].T) - 1) : at;
    pointAt(view, row);
  };
  canvas.onpointermove = canvas.onpointerdown = point;
}

function listenPixels(view) {
  view.spoken.onpointermove = view.spoken.onpointerdown = (event) => {
    const [across, down] = partsOf(view.spoken, event);
    view.under = 28 * placeAt(down, 28) + placeAt(across, 28);
    pointAt(view, view.networks[0].entering[view.under]);
  };
  view.spoken.onpointerleave = () => {
    view.under = null;
    later(view);
  };
}

function pointAt(view, row) {
  if (view.playing) stop(view);
  view.row = row;
  later(view);
  settle(view);
}
