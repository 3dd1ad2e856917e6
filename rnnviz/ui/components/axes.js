// Time axes with buttons, a slider and keys, moved by hand or playing. A view keeps its place on an axis in
// view[axis]. Its axisOf(view, axis) says how an axis stands: { last, what, count }, and { on, at } where they are
// not true and view[axis]. Its moved(view, axis) draws what depends on the place.

/** @import { AxisControls, AxisParts, AxisState, Across, CursorScale, View } from "./types" */

import { partsOf, placeAt } from "./canvas.js";
import { make, say } from "./component_view.js";
import { makeSvg } from "./svg.js";
import { axisValue, moveLabel, placeOf, playLabel, SPEED, SPEED_NAMES, stepName } from "./text.js";

/** @type {Record<string, string>} */
const ICONS = {
  first: "M6 5h2v14H6zM20 5v14L9 12z",
  back: "M17 5v14L6 12z",
  play: "M7 5v14l12-7z",
  pause: "M6 5h4v14H6zM14 5h4v14h-4z",
  next: "M7 5v14l11-7z",
  last: "M16 5h2v14h-2zM4 5v14l11-7z",
};

const ALL_OFF = { on: false, at: 0, last: 0, what: "", count: null };

/**
 * Give a view its axes, one for each `.axis` element. `upright` says which axis ↑ and ↓ move, and by how much ↓
 * does.
 * @param {View} view
 * @param {AxisParts} parts
 */
export function listenAxes(view, { axisOf = timeSteps, moved, upright, speeds = [2, 7, 20] }) {
  /** @type {HTMLElement[]} */
  const elements = [...view.root.querySelectorAll(".axis[data-axis]")];
  view.axes = Object.fromEntries(elements.map((element) => [element.dataset.axis, layAxis(element)]));
  view.upright = upright ?? ("frame" in view.axes ? ["frame", -1] : ["", 0]);
  view.speed ??= laySpeed(view.find(".foot"), speeds);
  Object.assign(view, { axisOf, moved });
  for (const [axis, { buttons, slider }] of Object.entries(view.axes)) {
    const step = (/** @type {() => number} */ to) => () => {
      stop(view);
      go(view, axis, to());
    };
    buttons.first.onclick = step(() => 0);
    buttons.back.onclick = step(() => view[axis] - 1);
    buttons.next.onclick = step(() => view[axis] + 1);
    buttons.last.onclick = step(() => axisState(view, axis).last);
    buttons.play.onclick = () => play(view, axis);
    slider.oninput = step(() => Number(slider.value));
  }
  view.speed.onchange = () => {
    const axis = view.playing;
    if (!axis) return;
    stop(view);
    play(view, axis);
  };
  view.root.onkeydown = (/** @type {KeyboardEvent} */ event) => moveByKey(view, event);
}

/** How the axis of a view stands whose cursor is a time step, row of T. @type {AxisParts["axisOf"]} */
const timeSteps = ({ message, row, T }) =>
  ({ last: T - 1, what: stepName(message.word), count: placeOf(row + 1, T) });

/** @type {(element: any) => AxisControls} */
function layAxis(element) {
  const buttons = /** @type {Record<string, HTMLButtonElement>} */ ({});
  for (const move of ["first", "back", "play", "next", "last"]) {
    const icon = makeSvg("svg", { viewBox: "0 0 24 24", "aria-hidden": true });
    makeSvg("path", { d: ICONS[move] }, null, icon);
    buttons[move] = make("button", { type: "button", className: move }, icon);
  }
  const name = make("span", { className: "name" });
  const slider = make("input", { type: "range", min: "0", step: "1" });
  const output = make("output");
  const place = make("span", { className: "buttons" }, ...Object.values(buttons));
  element.replaceChildren(name, place, slider, output); // Streamlit may end a view and begin another there
  return { element, buttons, slider, name, output };
}

/** The choice of a speed at the end of a view's foot: pictures per second, slow, normal and fast.
 * @type {(foot: HTMLElement, speeds: number[]) => HTMLSelectElement} */
function laySpeed(foot, speeds) {
  const option = (/** @type {number} */ value, /** @type {number} */ n) =>
    make("option", { value: String(value), selected: n === 1 }, SPEED_NAMES[n]);
  const select = make("select", { className: "speed" }, ...speeds.map(option));
  foot.querySelector("label")?.remove();
  foot.append(make("label", {}, SPEED, select));
  return select;
}

/** @type {(view: View, axis: string) => AxisState} */
function axisState(view, axis) {
  const known = view.message !== null && (axis in view.axes || axis === view.upright[0]);
  return { on: true, at: view[axis], ...(known ? view.axisOf(view, axis) : ALL_OFF) };
}

/** @type {(view: View, axis: string) => boolean} */
export const isOn = (view, axis) => axisState(view, axis).on;

/** Show where each axis stands, what it is called, and whether it plays. @param {View} view */
export function showAxes(view) {
  for (const [axis, controls] of Object.entries(view.axes)) {
    showAxis(controls, axisState(view, axis), view.playing === axis);
  }
}

/** @type {(controls: AxisControls, state: AxisState, plays: boolean) => void} */
function showAxis({ element, buttons, slider, name, output }, { on, at, last, what, count }, plays) {
  slider.max = String(last);
  slider.value = String(at);
  slider.disabled = !on;
  element.classList.toggle("off", !on);
  buttons.first.disabled = buttons.back.disabled = !on || at === 0;
  buttons.next.disabled = buttons.last.disabled = !on || at === last;
  buttons.play.disabled = !on;
  say(name, what);
  slider.setAttribute("aria-label", what);
  say(output, count ?? "–");
  slider.setAttribute("aria-valuetext", axisValue(what, count));
  for (const move of ["first", "back", "next", "last"]) buttons[move].setAttribute("aria-label", moveLabel(what, move));
  buttons.play.setAttribute("aria-label", playLabel(what, plays));
  buttons.play.querySelector("path")?.setAttribute("d", plays ? ICONS.pause : ICONS.play);
}

/** @type {(view: View, axis: string, to: number) => void} */
export function go(view, axis, to) {
  const { on, last } = axisState(view, axis);
  if (!on) return;
  view[axis] = Math.max(0, Math.min(last, to));
  view.moved(view, axis);
}

/** @type {(view: View) => void} */
export function stop(view) {
  clearInterval(view.timer);
  view.timer = 0;
  view.playing = null;
}

/** @type {(view: View, axis: string) => void} */
function play(view, axis) {
  const was = view.playing;
  stop(view);
  if (was === axis || !isOn(view, axis)) return showAxes(view);
  if (view[axis] === axisState(view, axis).last) go(view, axis, 0);
  view.playing = axis;
  const tick = () => {
    const { last } = axisState(view, axis);
    const stride = Math.ceil((last + 1) / 100); // no film of more than a hundred pictures
    if (view[axis] + stride >= last) stop(view);
    go(view, axis, view[axis] + stride);
  };
  view.timer = setInterval(tick, 1000 / Number(view.speed.value));
  showAxes(view);
}

/** @type {(event: KeyboardEvent) => boolean} */
export const modified = (event) => event.ctrlKey || event.metaKey || event.altKey;

/** @type {(view: View, event: KeyboardEvent) => void} */
function moveByKey(view, event) {
  const target = /** @type {HTMLInputElement} */ (event.composedPath()[0]);
  if (target.tagName === "SELECT" || modified(event)) return;
  const own = target.closest("[data-axis]")?.getAttribute("data-axis") ?? "row";
  const [upright, down] = view.upright;
  const axis = event.shiftKey ? upright : own;
  /** @type {Record<string, [axis: string, to: number]>} */
  const moves = {
    ArrowLeft: [axis, view[axis] - 1],
    ArrowRight: [axis, view[axis] + 1],
    ArrowDown: [upright, view[upright] + down],
    ArrowUp: [upright, view[upright] - down],
    Home: [axis, 0],
    End: [axis, axisState(view, axis).last],
  };
  if (event.key in moves) {
    stop(view);
    go(view, ...moves[event.key]);
  } else if (event.key === " " && target.tagName !== "BUTTON" && target.type !== "checkbox") {
    play(view, own);
  } else {
    return;
  }
  consume(event);
}

/** @type {(event: Event) => void} */
export function consume(event) {
  event.preventDefault();
  event.stopPropagation();
}

/**
 * A cursor over the steps of a chart, by the mouse and by keys. `scaleOf` returns { box, least, most, at, stride }, or
 * null before the chart is drawn; `move` takes the step.
 * @param {HTMLCanvasElement} canvas
 * @param {() => CursorScale | null} scaleOf
 * @param {(step: number) => void} move
 */
export function listenCursor(canvas, scaleOf, move) {
  /** @type {(scale: CursorScale, step: number) => void} */
  const within = ({ least, most }, step) => move(Math.max(least, Math.min(most, step)));
  canvas.onpointermove = canvas.onpointerdown = (event) => {
    const scale = scaleOf();
    if (!scale) return;
    const { box, least, most } = scale;
    const [part] = partsOf(canvas, event, box);
    within(scale, Math.round(least + part * (most - least)));
  };
  canvas.onkeydown = (event) => {
    const scale = scaleOf();
    if (!scale || modified(event)) return;
    const { least, most, at, stride = 1 } = scale;
    /** @type {Record<string, number>} */
    const moves = { ArrowLeft: at - stride, ArrowRight: at + stride, Home: least, End: most };
    if (!(event.key in moves)) return;
    within(scale, moves[event.key]);
    consume(event);
  };
}

/** The time step under the mouse, null beside the chart.
 * @type {(canvas: HTMLCanvasElement, event: MouseEvent, layout: { across: Across, T: number }) => number | null} */
export function columnAt(canvas, event, { across, T }) {
  const [part] = partsOf(canvas, event, across);
  return part < 0 || part > 1 ? null : placeAt(part, T);
}
