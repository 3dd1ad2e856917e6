// Tensors as blocks: what is clicked or chosen becomes an index expression, for both orders of the axes.

import { componentView, make, say } from "../../../../../ui/components/component_view.js";
import { settle, settled } from "../../../../../ui/components/debounce.js";
import { drawScene, inShape } from "./draw.js";
import { extents, GAP } from "./layout.js";
import { drawProduct, listenProduct, pull, stopProduct } from "./product.js";
import {
  ALL, allOf, COPIED, COPY, cutWords, DIRECTIONS, HINT, layerName, legendWords, MARKED, NO_BATCH, ONE_DIRECTION,
  ONE_NUMBER, ORDERS, pullWords, shapeOf, slabSentence,
} from "./text.js";

export default componentView({ root: ".blocks", create, receive, settingOf, leave: stopProduct });

// What is told to Python when it has come to rest, see debounce.js.
function settingOf(view) {
  return view.pick;
}

const NOTHING = { step: null, sequence: null, half: null, place: null };

function create(view) {
  const { find } = view;
  Object.assign(view, {
    scene: find(".scene"),
    pick: { tensor: "output", ...NOTHING },
    pulled: false,
    product: { gate: 0, row: 0, unit: 0, shown: Infinity, timer: 0 },
  });
  listenCard(view);
  listenProduct(view);
  view.watch = new ResizeObserver(() => {
    const width = find(".stage").clientWidth < 760 ? find(".stage").clientWidth : find(".stage").clientWidth - 372;
    if (width === view.width || width < 50) return;
    view.width = width;
    if (view.message) draw(view);
  });
  view.watch.observe(view.root);
}

function receive(view, message) {
  const before = view.message;
  view.message = message;
  if (before?.id !== message.id) {
    if (!before) choose(view, message.start.tensor, message.start);
    else if (!blockOf(view)) choose(view, "output", { step: message.sizes.T - 1 });
    keepWithin(view);
    settled(view);
    layCard(view);
    stopProduct(view);
  }
  draw(view);
}

const blockOf = (view) => view.message.blocks.find((block) => block.name === view.pick.tensor);

export function choose(view, tensor, cut) {
  view.pick = { tensor, ...NOTHING, ...cut };
  keepWithin(view);
}

// What is cut must be there: settings may have changed since.
function keepWithin(view) {
  const { pick } = view;
  const size = extents(blockOf(view));
  const within = (at, count) => (at === null || !count ? null : Math.max(0, Math.min(at, count - 1)));
  pick.step = within(pick.step, size.time);
  pick.sequence = within(pick.sequence, size.batch);
  pick.place = within(pick.place, size.stack);
  if (pick.tensor !== "output" || view.message.sizes.D === 1) pick.half = null;
}

export function draw(view) {
  if (!view.width) return;
  drawScene(view);
  drawCard(view);
  drawProduct(view);
}

// ------------------------------------------------------------------------------------ the expression

function expression(view, order) {
  const { pick, message } = view;
  const { T, P, D } = message.sizes;
  const block = blockOf(view);
  const size = extents(block);
  const fromEnd = (at, count, named) => (at >= count - named ? at - count : at);
  const part = {
    batch: pick.sequence ?? ":",
    one: pick.step === null ? ":" : 0,
    time: pick.step === null ? ":" : fromEnd(pick.step, T, 1),
    stack: pick.place === null ? ":" : fromEnd(pick.place, size.stack, D),
    features: pick.half === null ? ":" : pick.half ? `${P}:` : `:${P}`,
  };
  const index = block.roles[order].map((role) => part[role]);
  while (index.length && index.at(-1) === ":") index.pop();
  return index.length ? `${pick.tensor}[${index.join(", ")}]` : pick.tensor;
}

// The shape of what is cut, in numbers and letters.
function cutShape(view) {
  const { pick, message } = view;
  const block = blockOf(view);
  const letters = block.letters.replace(/[()]/g, "").split(",").map((one) => one.trim());
  const taken = { batch: pick.sequence, time: pick.step, stack: pick.place, one: pick.step };
  const kept = block.roles.mine.flatMap((role, n) => {
    if (role in taken && taken[role] !== null) return [];
    const half = role === "features" && pick.half !== null;
    return [half ? ["P", message.sizes.P] : [letters[n], block.shape[n]]];
  });
  if (!kept.length) return ONE_NUMBER;
  const joined = (at) => inShape(kept.map((pair) => pair[at]));
  return `${joined(0)} = ${joined(1)}`;
}

// ------------------------------------------------------------------------------------------ the card

function layCard(view) {
  const { message, find } = view;
  const options = message.blocks.map((block) => new Option(block.name));
  find(".tensor").replaceChildren(...options);
  const { D, num_layers } = message.sizes;
  const places = [new Option(ALL, "")];
  for (let layer = 0; layer < num_layers; layer++) {
    for (let d = 0; d < D; d++) {
      places.push(new Option(layerName(layer + 1, D === 2 ? d : null), String(layer * D + d)));
    }
  }
  find(".at-place").replaceChildren(...places);
}

function drawCard(view) {
  const { find, pick, message } = view;
  const size = extents(blockOf(view));
  find(".tensor").value = pick.tensor;
  const show = (name, on) => (find(`.of.${name}`).hidden = !on);
  show("step", size.time);
  show("sequence", size.batch);
  show("half", pick.tensor === "output" && message.sizes.D === 2);
  show("place", size.stack);
  const set = (selector, at, most) => {
    const input = find(selector);
    input.max = most;
    input.placeholder = allOf(most);
    if (input.getRootNode().activeElement !== input) input.value = at === null ? "" : at + 1;
  };
  set(".at-step", pick.step, size.time ?? 1);
  set(".at-sequence", pick.sequence, size.batch ?? 1);
  find(".at-half").value = pick.half ?? "";
  find(".at-place").value = pick.place ?? "";
  say(find(".title"), titleOf(view, size));
  const orders = message.batchFirst ? ["mine", "other"] : ["other", "mine"];
  [".first", ".last"].forEach((place, n) => {
    const line = find(`.code${place}`);
    line.hidden = !message.orders && orders[n] === "other";
    line.classList.toggle("mine", orders[n] === "mine");
    say(line.querySelector(".order"), message.orders ? ORDERS[n] : NO_BATCH);
    say(line.querySelector("code"), expression(view, orders[n]));
  });
  say(find(".shape"), shapeOf(cutShape(view)));
  say(find(".fact"), factOf(view));
  const pullable = Boolean(size.time) && ["x", "output"].includes(pick.tensor);
  find(".pull").disabled = !pullable;
  find(".pull").setAttribute("aria-expanded", String(view.pulled));
  say(find(".pull"), pullWords(view.pulled));
  drawLegend(view);
  say(find(".hint"), HINT);
}

function drawLegend(view) {
  const { D, num_layers } = view.message.sizes;
  const { first, second } = view.theme;
  const parts = D === 2 ? [[first, DIRECTIONS[0]], [second, DIRECTIONS[1]]] : [[first, ONE_DIRECTION]];
  const items = parts.map(([colour, words]) => {
    const swatch = make("i");
    swatch.style.background = colour;
    return make("span", {}, swatch, words);
  });
  view.find(".legend").replaceChildren(...items, legendWords(num_layers, view.enlarged));
}

function titleOf({ pick, message: { sizes: { D } } }, size) {
  const layer = pick.place === null ? null : Math.floor(pick.place / D);
  const direction = pick.place === null || D === 1 ? null : pick.place % D;
  return cutWords(pick.tensor, { ...pick, layer, direction }, size.time);
}

function factOf(view) {
  const { pick, message } = view;
  const key = [pick.tensor, pick.step ?? "", pick.half ?? "", pick.place ?? ""].join("|");
  const fact = message.facts[key];
  if (fact) return fact;
  if (pick.step !== null && pick.sequence === null && ["x", "ids", "images"].includes(pick.tensor)) {
    return slabSentence(pick.step + 1);
  }
  return "";
}

// ------------------------------------------------------------------------------- what a person does

function listenCard(view) {
  const { find } = view;
  const set = (part) => {
    Object.assign(view.pick, part);
    keepWithin(view);
    draw(view);
    settle(view);
  };
  const place = (input) => (input.value === "" ? null : Math.round(Number(input.value)) - 1 || 0);
  find(".tensor").onchange = (event) => {
    const { step, sequence } = view.pick;
    choose(view, event.target.value, { step, sequence });
    draw(view);
    settle(view);
  };
  find(".at-step").oninput = (event) => set({ step: place(event.target) });
  find(".at-sequence").oninput = (event) => set({ sequence: place(event.target) });
  find(".at-half").onchange = (event) => set({ half: event.target.value === "" ? null : Number(event.target.value) });
  find(".at-place").onchange = (event) => set({ place: event.target.value === "" ? null : Number(event.target.value) });
  find(".whole").onclick = () => set(NOTHING);
  find(".pull").onclick = () => pull(view);
  for (const line of view.root.querySelectorAll(".code")) {
    line.querySelector(".copy").onclick = () => copy(line);
  }
}

async function copy(line) {
  const button = line.querySelector(".copy");
  const code = line.querySelector("code");
  try {
    await navigator.clipboard.writeText(code.textContent);
    say(button, COPIED);
  } catch {
    getSelection().selectAllChildren(code); // no clipboard here: it is marked to be copied by hand
    say(button, MARKED);
  }
  setTimeout(() => say(button, COPY), 1200);
}

export function listenBlock(view, group, block, box) {
  group.onclick = (event) => {
    const cut = cutAt(view, block, box, event);
    choose(view, block.name, cut);
    draw(view);
    settle(view);
    view.scene.querySelector(`[data-block="${block.name}"]`).focus();
  };
  group.onkeydown = (event) => {
    if (!keyed(view, block, event.key)) return;
    event.preventDefault();
    keepWithin(view);
    draw(view);
    settle(view);
  };
}

// A face says which two axes are meant: front, time and features; top, time and batch; side, batch and features.
function cutAt(view, block, box, event) {
  const bounds = view.scene.getBoundingClientRect();
  const zoom = view.width / bounds.width;
  const [x, y] = [(event.clientX - bounds.left) * zoom - box.x, box.y - (event.clientY - bounds.top) * zoom];
  const size = extents(block);
  const z = y > box.h ? (y - box.h) / box.dy : Math.max(0, (x - box.w) / box.dx);
  const across = x - z * box.dx;
  const up = y - z * box.dy;
  const pick = {};
  const nth = (part, count) => Math.max(0, Math.min(count - 1, Math.floor(part * count)));
  if (size.stack) return { place: Math.max(0, Math.min(size.stack - 1, Math.floor(across / (box.slab + GAP)))) };
  const side = x > box.w && y <= box.h + z * box.dy && across >= box.w - 1;
  const top = y > box.h && !side;
  if (!side && size.time) pick.step = nth(across / box.w, size.time);
  if ((side || top) && size.batch) pick.sequence = nth(z, size.batch);
  if (!top && block.name === "output" && view.message.sizes.D === 2) pick.half = up / box.h >= 0.5 ? 1 : 0;
  return pick;
}

function keyed(view, block, key) {
  if (view.pick.tensor !== block.name) choose(view, block.name, {});
  const { pick } = view;
  const size = extents(block);
  const along = size.stack ? "place" : size.time ? "step" : null;
  const count = size.stack ?? size.time;
  if (key === "Enter" || key === " " || key === "Escape") Object.assign(pick, NOTHING);
  else if (key === "ArrowRight" && along) pick[along] = pick[along] === null ? 0 : pick[along] + 1;
  else if (key === "ArrowLeft" && along) pick[along] = pick[along] === null ? count - 1 : pick[along] - 1;
  else if (key === "Home" && along) pick[along] = 0;
  else if (key === "End" && along) pick[along] = count - 1;
  else if (key === "ArrowUp" || key === "ArrowDown") {
    const turn = [null, 0, 1];
    const step = key === "ArrowUp" ? 1 : 2;
    pick.half = turn[(turn.indexOf(pick.half) + step) % 3];
  } else return false;
  return true;
}
