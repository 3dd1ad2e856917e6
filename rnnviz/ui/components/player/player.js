// The player of a reading: digit, belief and states under one cursor. The whole reading comes once;
// scrubbing, playing and hovering ask the server nothing.

export default function (component) {
  const leave = (player) => clearInterval(player.timer);
  return keepView(component, createPlayer, load, { leave });
}

function createPlayer(parentElement) {
  const find = (selector) => parentElement.querySelector(selector);
  const player = {
    root: find(".player"),
    page: find(".page canvas"),
    rows: find(".rows canvas"),
    at: find(".at"),
    bars: find(".bars"),
    slider: find("input"),
    speed: find("select"),
    buttons: Object.fromEntries(
      ["first", "back", "play", "next", "last"].map((name) => [name, find(`.${name}`)]),
    ),
    readout: find(".readout"),
    cursor: 0,
    unit: null,
    timer: 0,
    reading: null,
  };
  listen(player);
  player.watch = new ResizeObserver(() => player.reading && show(player));
  player.watch.observe(player.root);
  return player;
}

function load(player, message) {
  const fresh = !player.reading || player.reading.id !== message.id;
  player.reading = message;
  if (fresh) {
    stop(player);
    player.unit = null;
    player.cursor = lastRow(player);
  }
  player.slider.max = lastRow(player);
  show(player);
}

const believes = (player) => player.reading.arrays.belief.shape[1] > 0;
const lastRow = (player) => player.reading.arrays.belief.shape[0] - 1;

function panels(player) {
  return player.reading.panels.map((panel) => ({
    ...panel,
    values: player.reading.arrays[panel.name],
    units: player.reading.arrays[panel.name].shape[1],
  }));
}

function show(player) {
  const { arrays, decided } = player.reading;
  const t = player.cursor;
  const K = arrays.belief.shape[1];
  const belief = [...arrays.belief.slice(t * K, (t + 1) * K)];
  showPage(player);
  player.layout = drawRowViews(
    player.rows,
    player.theme,
    { belief: arrays.belief, decided },
    panels(player),
    {
      cursor: t,
      unit: player.unit,
      word: player.reading.word,
      sizes: believes(player) ? ROW_VIEWS : { ...ROW_VIEWS, ribbons: 0, gap: 22, top: 0 },
    },
  );
  if (believes(player)) showBars(player.bars, player.theme, belief);
  player.bars.hidden = !believes(player);
  const best = belief.indexOf(Math.max(...belief));
  const row = t + 1;
  const { word } = player.reading;
  player.at.textContent = `after ${word} ${row} of ${lastRow(player) + 1}`;
  player.slider.value = t;
  const told = believes(player) ? `${best} with ${percent(belief[best])}` : "";
  player.slider.setAttribute("aria-valuetext", `${word} ${row}${told && `: ${told}`}`);
  player.rows.setAttribute("aria-label", rowsLabel(word, row, told ? best : null));
  player.readout.textContent = readout(player, row, best, belief[best]);
  player.buttons.first.disabled = player.buttons.back.disabled = t === 0;
  player.buttons.next.disabled = player.buttons.last.disabled = t === lastRow(player);
}

function readout(player, row, best, share) {
  const words = beliefSentence(player.reading.word, row, believes(player) ? best : null, share);
  if (player.unit === null) return `${words} ${POINT}`;
  const told = panels(player).map(({ name, values, units }) => [name, values[player.cursor * units + player.unit]]);
  return `${words} ${unitSentence(player.unit + 1, told)}`;
}

// The digit: rows read are bright, the row that enters now is framed, the rest is still to come.
function showPage(player) {
  const { frame, entering } = player.reading.arrays;
  const [rows, columns] = frame.shape;
  const side = player.page.clientWidth;
  const g = fit(player.page, side, side);
  player.page.setAttribute("aria-label", pageLabel(player.reading.word, player.cursor + 1));
  if (entering) return drawReading(g, side, frame, entering, player.cursor, player.theme);
  const tall = side / rows;
  drawPixels(g, { x: 0, y: 0, w: side, h: side }, frame, rows, columns);
  g.fillStyle = "rgba(24, 26, 40, 0.72)";
  g.fillRect(0, (player.cursor + 1) * tall, side, side);
  g.strokeStyle = player.theme.accent;
  g.lineWidth = 2.5;
  g.strokeRect(1.25, Math.min(player.cursor * tall, side - tall - 1.25), side - 2.5, tall);
}

// ---------------------------------------------------------------------------------------- moving

function go(player, t) {
  player.cursor = Math.max(0, Math.min(lastRow(player), t));
  show(player);
}

const SHAPES = { Play: "M7 5v14l12-7z", Pause: "M6 5h4v14H6zM14 5h4v14h-4z" };

// Let the middle button say what it would do.
function name(player, word) {
  const button = player.buttons.play;
  button.querySelector("path").setAttribute("d", SHAPES[word]);
  button.querySelector("span").textContent = word;
  button.setAttribute("aria-label", word);
}

function stop(player) {
  clearInterval(player.timer);
  player.timer = 0;
  name(player, "Play");
}

function play(player) {
  if (player.timer) return stop(player);
  if (player.cursor === lastRow(player)) go(player, 0);
  name(player, "Pause");
  const tick = () => {
    go(player, player.cursor + 1);
    if (player.cursor === lastRow(player)) stop(player);
  };
  player.timer = setInterval(tick, 1000 / Number(player.speed.value));
}

function listen(player) {
  const { first, back, play: playButton, next, last } = player.buttons;
  const step = (to) => () => {
    stop(player);
    go(player, to());
  };
  first.onclick = step(() => 0);
  back.onclick = step(() => player.cursor - 1);
  next.onclick = step(() => player.cursor + 1);
  last.onclick = step(() => lastRow(player));
  playButton.onclick = () => play(player);
  player.slider.oninput = step(() => Number(player.slider.value));
  player.speed.onchange = () => {
    if (!player.timer) return;
    stop(player);
    play(player);
  };
  player.root.onkeydown = (event) => key(player, event);
  player.rows.onpointermove = (event) => hover(player, event);
  player.rows.onpointerdown = (event) => hover(player, event);
  player.rows.onpointerleave = () => {
    player.unit = null;
    show(player);
  };
}

const KEYS = {
  ArrowLeft: (player) => go(player, player.cursor - 1),
  ArrowRight: (player) => go(player, player.cursor + 1),
  Home: (player) => go(player, 0),
  End: (player) => go(player, lastRow(player)),
};

function key(player, event) {
  const target = event.composedPath()[0];
  if (target.tagName === "SELECT") return;
  if (event.key in KEYS) {
    stop(player);
    KEYS[event.key](player);
  } else if (event.key === " " && target.tagName !== "BUTTON") {
    play(player);
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

function hover(player, event) {
  const { boxes, across, T } = player.layout;
  const place = player.rows.getBoundingClientRect();
  const [x, y] = [event.clientX - place.left, event.clientY - place.top];
  if (x < across.x || x > across.x + across.w) return;
  stop(player);
  const panel = boxes.slice(1).findIndex((box) => y >= box.y && y <= box.y + box.h);
  if (panel >= 0) {
    const box = boxes[panel + 1];
    const { units } = panels(player)[panel];
    player.unit = Math.min(units - 1, Math.floor(((y - box.y) * units) / box.h));
  } else {
    player.unit = null;
  }
  go(player, Math.min(T - 1, Math.floor(((x - across.x) * T) / across.w)));
}
