// The life of a component: a view is made once for its elements and shows each message of Python.

/** @import { Component, View, ViewParts } from "./types" */

import { headerOf, unpack } from "./packing.js";
import { LOST } from "./text.js";
import { readTheme } from "./theme.js";

/** Streamlit calls a component's default export on every change of data or theme.
 * @type {WeakMap<Component["parentElement"], View>} */
const views = new WeakMap();

/**
 * The default export of a component. `root` selects the view's element, `create` adds what is the view's own,
 * `receive` shows a message. `draw`, if there is one, draws all anew; `settingOf` returns what the reader set.
 * @param {ViewParts} spec
 * @returns {(component: Component) => () => void}
 */
export function componentView(spec) {
  return (component) => keepView(component, spec);
}

/** Show newer data in the view that this place has, or in a new one; return what lets it rest. Streamlit may
 * end a component and go on with it in the very same elements: a view is made once for them.
 * @type {(component: Component, spec: ViewParts) => () => void} */
function keepView(component, spec) {
  const { data, parentElement } = component;
  // Streamlit waits for a component's code before it calls it: by then its elements may be gone from the page.
  if (!parentElement.isConnected) return () => {};
  const known = views.get(parentElement);
  const view = known && parentElement.contains(known.root) ? known : createView(parentElement, spec);
  views.set(parentElement, view);
  view.watch?.observe(view.root);
  view.send = component.setStateValue;
  view.trigger = component.setTriggerValue;
  const { address } = headerOf(data);
  const message = (view.awaited = {}); // what came last is shown, in whatever order bodies come
  const show = (/** @type {Uint8Array | undefined} */ body) => {
    if (view.awaited !== message || !parentElement.isConnected) return;
    view.root.querySelector(":scope > .lost")?.remove();
    view.root.removeAttribute("aria-busy");
    view.theme = readTheme(view.root);
    spec.receive(view, unpack(data, body));
    view.root.removeAttribute("data-early"); // what is seen listens
    if (body) document.fonts.ready.then(() => view.again?.()); // its first words may have asked for the font
  };
  if (!address || bodies.has(address)) show(bodies.get(address));
  else {
    view.root.setAttribute("aria-busy", "true");
    fetchBody(address).then(show, () => view.awaited === message && sayLost(view.root));
  }
  return () => {
    rest(view); // what is awaited is still shown: Streamlit may go on without another call
    spec.leave?.(view);
    view.watch?.disconnect();
  };
}

/** @type {(parentElement: Component["parentElement"], parts: ViewParts) => View} */
function createView(parentElement, { root, create, draw, settingOf }) {
  const find = (/** @type {string} */ selector) => /** @type {any} */ (parentElement.querySelector(selector));
  const view = { root: find(root), find, message: null, width: 0, playing: null, timer: 0, draw, settingOf };
  create(view);
  if (draw) drawAnew(view);
  return view;
}

/** The elements of a view by the names of their classes.
 * @type {(find: (selector: string) => any, ...names: string[]) => Record<string, any>} */
export function parts(find, ...names) {
  return Object.fromEntries(names.map((name) => [name, find(`.${name}`)]));
}

/** Draw a view anew when it has another width, and when its font has come. @type {(view: View) => void} */
function drawAnew(view) {
  view.again = () => view.message && view.draw(view);
  view.watch = new ResizeObserver(() => {
    if (view.root.clientWidth === view.width) return;
    view.width = view.root.clientWidth;
    view.again();
  });
  view.watch.observe(view.root);
  document.fonts.ready.then(view.again);
}

/** Draw once for all that has moved since the last picture. @type {(view: View) => void} */
export function later(view) {
  cancelAnimationFrame(view.drawing);
  view.drawing = requestAnimationFrame(() => view.draw(view));
}

/** End what a view does by itself. @type {(view: View) => void} */
function rest(view) {
  clearInterval(view.timer);
  clearTimeout(view.resting);
  cancelAnimationFrame(view.drawing);
  view.timer = 0;
  view.playing = null;
}

/** What was fetched last, for another theme or a view that comes back; the browser's cache keeps the others.
 * @type {Map<string, Uint8Array>} */
const bodies = new Map();
const BODIES = 3;
const WAITS = [300, 1500]; // ms before another try: a connection may be lost for a moment

/** @type {(address: string) => Promise<Uint8Array>} */
async function fetchBody(address) {
  for (let turn = 0; ; turn++) {
    try {
      const answer = await fetch(new URL(address, document.baseURI));
      if (!answer.ok) throw new Error(`${answer.status} of ${address}`);
      const body = new Uint8Array(await answer.arrayBuffer());
      bodies.set(address, body);
      for (const oldest of bodies.keys()) if (bodies.size > BODIES) bodies.delete(oldest);
      return body;
    } catch (error) {
      if (turn === WAITS.length) throw error;
      await new Promise((go) => setTimeout(go, WAITS[turn]));
    }
  }
}

/** @type {(root: HTMLElement) => void} */
function sayLost(root) {
  const told = root.querySelector(":scope > .lost") ?? make("p", { className: "lost" });
  told.setAttribute("role", "alert");
  say(told, LOST);
  root.prepend(told);
  root.removeAttribute("data-early");
  root.removeAttribute("aria-busy");
}

/** An element with properties and what it holds.
 * @type {(tag: string, properties?: object, ...children: (Node | string)[]) => any} */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** An element of a class, and what it holds.
 * @type {(tag: string, className: string, ...children: (Node | string)[]) => any} */
export const classed = (tag, className, ...children) => make(tag, { className }, ...children);

/** Set words, unless they stand there already. @type {(element: Element, words: string | number) => void} */
export function say(element, words) {
  if (element.textContent !== String(words)) element.textContent = String(words);
}
