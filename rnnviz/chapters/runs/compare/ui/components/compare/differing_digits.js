// Digits that two runs answer differently; a click makes one of them the digit that is watched.

import { drawPixels } from "../../../../../../ui/components/canvas.js";
import { componentView, make, say } from "../../../../../../ui/components/component_view.js";
import { MARKS } from "../../../../../../ui/components/overlay.js";
import { isLabel } from "../../../../../../ui/components/text.js";
import { answerWords, differingLabel } from "./text.js";

export default componentView({ root: ".differing", create: (view) => (view.serial = 0), receive });

function receive(view, message) {
  const items = view.root.children;
  while (items.length > message.index.length) view.root.lastChild.remove();
  while (items.length < message.index.length) view.root.append(newDigit(view));
  message.index.forEach((_, n) => showDigit(items[n], message, n, view.theme.mode));
}

function newDigit(view) {
  const words = ["is", "first", "second"].map((className) => make("span", { className }));
  const button = make("button", { type: "button" }, make("canvas", { width: 28, height: 28 }), ...words);
  button.onclick = () => view.send("pick", { index: Number(button.dataset.index), serial: ++view.serial });
  return make("li", {}, button);
}

function showDigit(item, message, n, theme) {
  const { index, labels, names, places, watched, arrays, colours } = message;
  const button = item.firstChild;
  const pixels = arrays.images.subarray(784 * n, 784 * n + 784);
  const canvas = button.querySelector("canvas");
  drawPixels(canvas.getContext("2d"), { x: 0, y: 0, w: 28, h: 28 }, pixels, 28, 28);
  button.dataset.index = index[n];
  say(button.querySelector(".is"), isLabel(labels[n]));
  const told = ["first", "second"].map((part, k) => {
    const answer = message[part][n];
    const right = answer === labels[n];
    const element = button.querySelector(`.${part}`);
    say(element, answerWords(MARKS[places[k]], answer, right));
    element.style.color = colours[theme][places[k]];
    return [names[k], answer];
  });
  button.setAttribute("aria-pressed", String(index[n] === watched));
  const words = differingLabel(index[n], labels[n], told);
  button.setAttribute("aria-label", words);
  button.title = words;
}
