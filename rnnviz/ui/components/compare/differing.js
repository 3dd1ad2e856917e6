// Digits that two runs answer differently; a click makes one of them the digit that is watched.

const views = new WeakMap(); // Streamlit calls the default export on every change of data or theme
const MARKS = ["●", "■", "▲", "◆"];

export default function ({ data, parentElement, setStateValue }) {
  let view = views.get(parentElement);
  if (!view) {
    view = { list: parentElement.querySelector(".differing"), serial: 0 };
    views.set(parentElement, view);
  }
  view.post = (index) => setStateValue("pick", { index, serial: ++view.serial });
  const message = unpack(data);
  const theme = inkOn(readTheme(view.list).background) === "#ffffff" ? "dark" : "light";
  while (view.list.children.length > message.index.length) view.list.lastChild.remove();
  while (view.list.children.length < message.index.length) view.list.append(newDigit(view));
  message.index.forEach((_, n) => showDigit(view.list.children[n], message, n, theme));
  return () => views.delete(parentElement);
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
