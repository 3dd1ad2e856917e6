// Digits that two runs answer differently; a click makes one of them the digit that is watched.

const MARKS = ["●", "■", "▲", "◆"];

export default function (component) {
  const wire = (view) => {
    view.post = (index) => component.setStateValue("pick", { index, serial: ++view.serial });
  };
  return keepView(component, createView, receive, { wire });
}

function createView(parentElement) {
  return { root: parentElement.querySelector(".differing"), serial: 0 };
}

function receive(view, message) {
  const theme = inkOn(view.theme.background) === "#ffffff" ? "dark" : "light";
  const items = view.root.children;
  while (items.length > message.index.length) view.root.lastChild.remove();
  while (items.length < message.index.length) view.root.append(newDigit(view));
  message.index.forEach((_, n) => showDigit(items[n], message, n, theme));
}

function newDigit(view) {
  const item = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "button" });
  button.append(Object.assign(document.createElement("canvas"), { width: 28, height: 28 }));
  for (const part of ["is", "first", "second"]) {
    button.append(Object.assign(document.createElement("span"), { className: part }));
  }
  button.onclick = () => view.post(Number(button.dataset.index));
  item.append(button);
  return item;
}

function showDigit(item, message, n, theme) {
  const { index, labels, names, places, watched, arrays, colours } = message;
  const button = item.firstChild;
  const pixels = arrays.images.subarray(784 * n, 784 * n + 784);
  const canvas = button.querySelector("canvas");
  drawPixels(canvas.getContext("2d"), { x: 0, y: 0, w: 28, h: 28 }, pixels, 28, 28);
  button.dataset.index = index[n];
  say(button.querySelector(".is"), `is ${labels[n]}`);
  const told = ["first", "second"].map((part, k) => {
    const answer = message[part][n];
    const right = answer === labels[n];
    const element = button.querySelector(`.${part}`);
    say(element, `${MARKS[places[k]]} ${answer} ${right ? "✓" : "✗"}`);
    element.style.color = colours[theme][places[k]];
    return `${names[k]} takes it for ${answer}`;
  });
  button.setAttribute("aria-pressed", String(index[n] === watched));
  const words = `Test digit ${index[n]} is ${labels[n]}; ${told.join(", ")}. Watch it`;
  button.setAttribute("aria-label", words);
  button.title = words;
}
