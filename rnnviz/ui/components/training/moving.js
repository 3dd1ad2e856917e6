// The two axes of time, training step × row: buttons, sliders, keys, mouse, playing.

const ICONS = {
  first: "M6 5h2v14H6zM20 5v14L9 12z",
  back: "M17 5v14L6 12z",
  play: "M7 5v14l12-7z",
  pause: "M6 5h4v14H6zM14 5h4v14h-4z",
  next: "M7 5v14l11-7z",
  last: "M16 5h2v14h-2zM4 5v14l11-7z",
};
const SVG = "http://www.w3.org/2000/svg";
const WORDS = { row: "Row", column: "Column", step: "Time step" };

function layAxis(element) {
  const buttons = {};
  for (const name of ["first", "back", "play", "next", "last"]) {
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      className: name,
    });
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.append(document.createElementNS(SVG, "path"));
    svg.firstChild.setAttribute("d", ICONS[name]);
    button.append(svg);
    element.querySelector(".buttons").append(button);
    buttons[name] = button;
  }
  return {
    element,
    buttons,
    slider: element.querySelector("input"),
    name: element.querySelector(".name"),
    output: element.querySelector("output"),
  };
}

const LIVE = ["queued", "starting", "running"];
const lastOf = (view, axis) => (axis === "row" ? rowCount(view) : frameCount(view)) - 1;
const enabled = (view, axis) => frameCount(view) > (axis === "row" ? 0 : 1);

function showMoving(view) {
  const { frame_steps, word, run } = view.message;
  for (const [axis, controls] of Object.entries(view.axes)) {
    const { buttons, slider, output, name, element } = controls;
    const on = enabled(view, axis);
    const [at, last] = on ? [view[axis], lastOf(view, axis)] : [Math.min(frameCount(view), 1), 1]; // the right end: now
    const what = axis === "row" ? WORDS[word] : "Training step";
    slider.max = last;
    slider.value = at;
    slider.disabled = !on;
    element.classList.toggle("off", !on);
    buttons.first.disabled = buttons.back.disabled = !on || at === 0;
    buttons.next.disabled = buttons.last.disabled = !on || at === last;
    buttons.play.disabled = !on;
    say(name, what);
    slider.setAttribute("aria-label", what);
    const steps = frameCount(view) ? frame_steps[view.frame] : null;
    const count = axis === "row" ? (on ? at + 1 : null) : steps;
    say(output, count === null ? "–" : grouped(count));
    slider.setAttribute(
      "aria-valuetext",
      count === null ? "none yet" : `${what} ${grouped(count)}`,
    );
    const labels = { first: "first", back: "one back", next: "one on", last: "last" };
    for (const [button, told] of Object.entries(labels)) {
      buttons[button].setAttribute("aria-label", `${what}: ${told}`);
    }
    const plays = view.playing === axis;
    buttons.play.setAttribute(
      "aria-label",
      `${plays ? "Pause" : "Play"} the ${what.toLowerCase()}s`,
    );
    buttons.play.querySelector("path").setAttribute("d", plays ? ICONS.pause : ICONS.play);
  }
  const scrubs = enabled(view, "frame");
  const keys = `← → ${inWords(word)}s · ↑ ↓ training steps · Space plays`;
  const wait = "Pause, or let it finish, to scrub back through training.";
  view.hint.classList.toggle("keys", scrubs);
  say(view.hint, scrubs ? keys : LIVE.includes(run.state) ? wait : "");
  say(view.readout, readout(view));
}

const inWords = (word) => WORDS[word].toLowerCase(); // training has steps too

function readout(view) {
  const { word, frame_steps, arrays } = view.message;
  if (!frameCount(view)) return "The network's states appear here as soon as it trains.";
  const { now, best } = beliefNow(view);
  const steps = frame_steps[view.frame];
  const when = steps ? `After step ${grouped(steps)} and` : "Before the first step, after";
  const what = now
    ? `it believes ${best} with ${percent(now[best])}`
    : "its belief is not a number";
  const words = `${when} ${inWords(word)} ${view.row + 1} ${what}.`;
  if (view.unit === null) return `${words} Point at the hidden state to read one unit.`;
  const U = arrays.h.shape[2];
  const value = ofFrame(view, "h")[view.row * U + view.unit] / 127.5 - 1;
  return `${words} Unit ${view.unit + 1}: h = ${value.toFixed(2).replace("-", "−")}.`;
}

// ---------------------------------------------------------------------------------------- moving

function go(view, axis, to) {
  if (!enabled(view, axis)) return;
  view[axis] = Math.max(0, Math.min(lastOf(view, axis), to));
  if (axis === "row") showRow(view);
  else showFrame(view);
}

function stop(view) {
  clearInterval(view.timer);
  view.timer = 0;
  view.playing = null;
}

function play(view, axis) {
  const was = view.playing;
  stop(view);
  if (was === axis || !enabled(view, axis)) return showMoving(view);
  if (view[axis] === lastOf(view, axis)) go(view, axis, 0);
  view.playing = axis;
  view.timer = setInterval(
    () => {
      const stride = Math.ceil((lastOf(view, axis) + 1) / 100); // no film of more than a hundred pictures
      if (view[axis] + stride >= lastOf(view, axis)) stop(view);
      go(view, axis, view[axis] + stride);
    },
    1000 / Number(view.speed.value),
  );
  showMoving(view);
}

function listenMoving(view) {
  for (const [axis, { buttons, slider }] of Object.entries(view.axes)) {
    const step = (to) => () => {
      stop(view);
      go(view, axis, to());
    };
    buttons.first.onclick = step(() => 0);
    buttons.back.onclick = step(() => view[axis] - 1);
    buttons.next.onclick = step(() => view[axis] + 1);
    buttons.last.onclick = step(() => lastOf(view, axis));
    buttons.play.onclick = () => play(view, axis);
    slider.oninput = step(() => Number(slider.value));
  }
  view.speed.onchange = () => {
    const axis = view.playing;
    if (!axis) return;
    stop(view);
    play(view, axis);
  };
  view.root.onkeydown = (event) => key(view, event);
  listenPointer(view);
}

function key(view, event) {
  const target = event.composedPath()[0];
  if (target.tagName === "SELECT" || event.ctrlKey || event.metaKey || event.altKey) return;
  const own = target.closest("[data-axis]")?.dataset.axis ?? "row";
  const axis = event.shiftKey ? "frame" : own;
  const moves = {
    ArrowLeft: [axis, view[axis] - 1],
    ArrowRight: [axis, view[axis] + 1],
    ArrowDown: ["frame", view.frame - 1],
    ArrowUp: ["frame", view.frame + 1],
    Home: [axis, 0],
    End: [axis, lastOf(view, axis)],
  };
  if (event.key in moves) {
    stop(view);
    go(view, ...moves[event.key]);
  } else if (event.key === " " && target.tagName !== "BUTTON") {
    play(view, own);
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

function listenPointer(view) {
  view.curves.onpointermove = (event) => overCurves(view, event);
  view.curves.onpointerdown = (event) => {
    view.curves.setPointerCapture(event.pointerId);
    overCurves(view, event);
  };
  view.curves.onpointerleave = () => {
    view.hover = null;
    showCurves(view);
  };
  view.rows.onpointermove = view.rows.onpointerdown = (event) => overRows(view, event);
  view.rows.onpointerleave = () => {
    view.unit = null;
    showRow(view);
  };
  view.reach.onpointerdown = (event) => {
    view.reach.setPointerCapture(event.pointerId);
    overReach(view, event);
  };
  view.reach.onpointermove = (event) => event.buttons && overReach(view, event);
}

function overCurves(view, event) {
  const { x, w, steps } = view.axis;
  const part = (event.clientX - view.curves.getBoundingClientRect().left - x) / w;
  if (event.buttons && enabled(view, "frame")) {
    stop(view);
    view.hover = null;
    const wanted = Math.max(0, Math.min(1, part)) * steps;
    return go(view, "frame", nearest(view.message.frame_steps, wanted));
  }
  const inside = part >= 0 && part <= 1 && view.message.arrays.step.length > 0;
  const { step } = view.message.arrays;
  view.hover = inside ? step[nearest(step, part * steps)] : null;
  showCurves(view);
}

function columnAt(canvas, event, { across, T }) {
  const x = event.clientX - canvas.getBoundingClientRect().left - across.x;
  return x < 0 || x > across.w ? null : Math.min(T - 1, Math.floor((x * T) / across.w));
}

function overReach(view, event) {
  const row = columnAt(view.reach, event, view.reachLayout);
  if (row === null) return;
  stop(view);
  go(view, "row", row);
}

function overRows(view, event) {
  const row = columnAt(view.rows, event, view.layout);
  if (row === null || !frameCount(view)) return;
  stop(view);
  const box = view.layout.boxes[1];
  const y = event.clientY - view.rows.getBoundingClientRect().top - box.y;
  const U = view.message.arrays.h.shape[2];
  view.unit = y >= 0 && y <= box.h ? Math.min(U - 1, Math.floor((y * U) / box.h)) : null;
  go(view, "row", row);
}
