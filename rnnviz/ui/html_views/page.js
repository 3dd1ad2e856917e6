// The page around a view: which layer and direction is shown, the theme, and the height of the frame
// that a notebook puts it in.

import { make } from "../components/component_view.js";
import showReading from "../components/watch/watch.js";

const HOST = document.querySelector("#view");
const INSIDE = HOST.attachShadow({ mode: "open" });
INSIDE.append(/** @type {HTMLTemplateElement} */ (document.querySelector("#inside")).content);
const PLACES = JSON.parse(document.querySelector("#readings").textContent);
const unpacked = new Map();
let shownPlace = PLACES.find(({ first }) => first);

// Readings are deflated; a place's is inflated when it is first shown.
async function readingOf(place) {
  if (!unpacked.has(place)) {
    const binary = atob(place.data);
    const bytes = new Uint8Array(binary.length);
    for (let n = 0; n < binary.length; n++) bytes[n] = binary.charCodeAt(n);
    const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    unpacked.set(place, new Uint8Array(await new Response(inflated).arrayBuffer()));
  }
  return unpacked.get(place);
}

async function showPlace(place) {
  shownPlace = place;
  const data = await readingOf(place);
  if (place !== shownPlace) return;
  showReading({ data, parentElement: INSIDE, setStateValue: () => {} });
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("#places button"));
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(place[button.dataset.axis] === button.value));
    const other = { ...place, [button.dataset.axis]: button.value };
    button.disabled = !found(other)?.data;
  }
}

const found = ({ layer, direction }) => PLACES.find((one) => one.layer === layer && one.direction === direction);

// Buttons for the axis "layer" or "direction" where there are several.
function layPlaces(axis, label) {
  const values = [...new Set(PLACES.map((place) => place[axis]))];
  if (values.length < 2) return;
  const group = make("div");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", label);
  group.append(make("span", { textContent: label }));
  for (const value of values) {
    const button = make("button", { type: "button", value, textContent: value });
    button.dataset.axis = axis;
    button.onclick = () => showPlace(found({ ...shownPlace, [axis]: value }));
    group.append(button);
  }
  document.querySelector("#places").append(group);
}

// The document that embeds this one, where it may be read; null for a file of its own.
function embedding() {
  try {
    return window.frameElement?.ownerDocument ?? null;
  } catch {
    return null;
  }
}

// The theme around the frame: what JupyterLab and Notebook 7, VS Code, Colab or Sphinx say, or else whether
// the words there are light. The system's theme says nothing of a notebook that has its own.
function themeAround(outside) {
  const [html, body] = [outside.documentElement, outside.body];
  if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "true" ? "light" : "dark";
  if (body.dataset.vscodeThemeKind) return body.dataset.vscodeThemeKind.includes("light") ? "light" : "dark";
  const named = html.getAttribute("theme") ?? html.dataset.theme ?? body.dataset.theme;
  if (named === "dark" || named === "light") return named;
  const ink = getComputedStyle(window.frameElement).color.match(/^rgba?\((\d+), (\d+), (\d+)/);
  if (!ink) return null;
  const [red, green, blue] = ink.slice(1).map(Number);
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? "dark" : "light";
}

const DARK = matchMedia("(prefers-color-scheme: dark)");

function setTheme() {
  const outside = embedding();
  const theme = (outside && themeAround(outside)) ?? (DARK.matches ? "dark" : "light");
  if (document.documentElement.dataset.theme === theme) return;
  document.documentElement.dataset.theme = theme;
  showPlace(shownPlace);
}

function watchAround() {
  DARK.addEventListener("change", setTheme);
  const outside = embedding();
  if (!outside) return;
  const changes = new MutationObserver(setTheme);
  for (const element of [outside.documentElement, outside.body]) changes.observe(element, { attributes: true });
  new ResizeObserver(() => {
    /** @type {HTMLElement} */ (window.frameElement).style.height = `${document.documentElement.offsetHeight}px`;
  }).observe(document.documentElement);
}

if (!("DecompressionStream" in window)) {
  document.querySelector("#note").textContent = "This page needs a browser of 2023 or later.";
}
layPlaces("layer", "Layer");
layPlaces("direction", "Direction");
setTheme();
watchAround();
