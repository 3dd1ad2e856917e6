// Axes of time with buttons, a slider and keys: by hand, or playing. Whose view it is keeps its
// cursors in view[axis], its speed in view.speed, what plays in view.playing, and says, by these names,
// lastOf(view, axis), enabled(view, axis), moved(view, axis) and showMoving(view). view.upright says which
// axis ↑ and ↓ move, and by how much ↓ does.

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
const inWords = (word) => WORDS[word].toLowerCase(); // training has steps too

function layAxis(element) {
  const buttons = {};
  element.querySelector(".buttons").replaceChildren(); // Streamlit may end a view and begin another there
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

// One axis: whether it can be moved, where it is, what it is called, and its place in words.
function showAxis(controls, { on, at, last, what, count, plays }) {
  const { buttons, slider, output, name, element } = controls;
  slider.max = last;
  slider.value = at;
  slider.disabled = !on;
  element.classList.toggle("off", !on);
  buttons.first.disabled = buttons.back.disabled = !on || at === 0;
  buttons.next.disabled = buttons.last.disabled = !on || at === last;
  buttons.play.disabled = !on;
  say(name, what);
  slider.setAttribute("aria-label", what);
  say(output, count ?? "–");
  slider.setAttribute("aria-valuetext", count === null ? "none yet" : `${what} ${count}`);
  const labels = { first: "first", back: "one back", next: "one on", last: "last" };
  for (const [button, told] of Object.entries(labels)) {
    buttons[button].setAttribute("aria-label", `${what}: ${told}`);
  }
  const verb = plays ? "Pause" : "Play";
  buttons.play.setAttribute("aria-label", `${verb} the ${what.toLowerCase()}s`);
  buttons.play.querySelector("path").setAttribute("d", plays ? ICONS.pause : ICONS.play);
}

function go(view, axis, to) {
  if (!enabled(view, axis)) return;
  view[axis] = Math.max(0, Math.min(lastOf(view, axis), to));
  moved(view, axis);
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

function listenAxes(view) {
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
  view.root.onkeydown = (event) => moveByKey(view, event);
}

function moveByKey(view, event) {
  const target = event.composedPath()[0];
  if (target.tagName === "SELECT" || event.ctrlKey || event.metaKey || event.altKey) return;
  const own = target.closest("[data-axis]")?.dataset.axis ?? "row";
  const [upright, down] = view.upright ?? ["frame", -1];
  const axis = event.shiftKey ? upright : own;
  const moves = {
    ArrowLeft: [axis, view[axis] - 1],
    ArrowRight: [axis, view[axis] + 1],
    ArrowDown: [upright, view[upright] + down],
    ArrowUp: [upright, view[upright] - down],
    Home: [axis, 0],
    End: [axis, lastOf(view, axis)],
  };
  if (event.key in moves) {
    stop(view);
    go(view, ...moves[event.key]);
  } else if (event.key === " " && target.tagName !== "BUTTON" && target.type !== "checkbox") {
    play(view, own);
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

// The time step under the mouse, null beside the chart.
function columnAt(canvas, event, { across, T }) {
  const x = event.clientX - canvas.getBoundingClientRect().left - across.x;
  return x < 0 || x > across.w ? null : Math.min(T - 1, Math.floor((x * T) / across.w));
}
