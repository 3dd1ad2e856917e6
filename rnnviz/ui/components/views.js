// Shared by the components: unpacking, colours, and the pictures of a reading.
// Python puts this file before each component's own, so these are plain functions.

// One packed buffer: four bytes with the header's size, the header as JSON, then the arrays it names.
function unpack(bytes) {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  const kinds = { uint8: Uint8Array, float32: Float32Array };
  const arrays = {};
  for (const [name, { dtype, shape, offset }] of Object.entries(header.arrays)) {
    const Kind = kinds[dtype];
    const count = shape.reduce((product, n) => product * n, 1);
    const start = 4 + size + offset;
    arrays[name] = new Kind(bytes.slice(start, start + count * Kind.BYTES_PER_ELEMENT).buffer);
    arrays[name].shape = shape;
  }
  return { ...header, arrays };
}

function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

// 256 colours between the steps of a scale.
function ramp(steps) {
  const colours = steps.map(rgb);
  const table = new Uint8ClampedArray(256 * 3);
  for (let n = 0; n < 256; n++) {
    const place = (n / 255) * (colours.length - 1);
    const low = Math.min(Math.floor(place), colours.length - 2);
    for (let part = 0; part < 3; part++) {
      table[3 * n + part] =
        colours[low][part] + (place - low) * (colours[low + 1][part] - colours[low][part]);
    }
  }
  return table;
}

// The colours of the app's theme, as Streamlit hands them to a component.
function readTheme(element) {
  const css = getComputedStyle(element);
  const one = (name) => css.getPropertyValue(name).trim();
  const many = (name) => one(name).split(",").map((colour) => colour.trim());
  return {
    text: one("--st-text-color"),
    faint: one("--st-border-color"),
    background: one("--st-background-color"),
    accent: one("--st-primary-color"),
    font: one("--st-font") || "sans-serif",
    sequential: ramp(many("--st-chart-sequential-colors")),
    diverging: ramp(many("--st-chart-diverging-colors")),
    classes: many("--st-chart-categorical-colors"),
  };
}

// Black or white, whichever reads better on a colour.
function inkOn(hex) {
  const [r, g, b] = rgb(hex);
  return 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#14151c" : "#ffffff";
}

// Size a canvas for the screen's pixels and return its context in CSS pixels.
function fit(canvas, width, height) {
  const dense = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * dense), Math.round(height * dense)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const g = canvas.getContext("2d");
  g.setTransform(dense, 0, 0, dense, 0, 0);
  g.clearRect(0, 0, width, height);
  return g;
}

// Grey values (rows × columns) as a picture of square pixels.
function drawPixels(g, box, pixels, rows, columns) {
  const image = new ImageData(columns, rows);
  pixels.forEach((value, n) => image.data.set([value, value, value, 255], 4 * n));
  blit(g, box, image);
}

// Values (T × H) as colours: x is the row of the digit, y the unit; `range` is [least, most].
function drawHeat(g, box, values, T, H, table, [least, most]) {
  const image = new ImageData(T, H);
  for (let t = 0; t < T; t++) {
    for (let unit = 0; unit < H; unit++) {
      const place = (values[t * H + unit] - least) / (most - least);
      const n = 3 * Math.max(0, Math.min(255, Math.round(255 * place)));
      const at = 4 * (unit * T + t);
      image.data[at] = table[n];
      image.data[at + 1] = table[n + 1];
      image.data[at + 2] = table[n + 2];
      image.data[at + 3] = 255;
    }
  }
  blit(g, box, image);
}

function blit(g, box, image) {
  const sheet = new OffscreenCanvas(image.width, image.height);
  sheet.getContext("2d").putImageData(image, 0, 0);
  g.imageSmoothingEnabled = false;
  g.drawImage(sheet, box.x, box.y, box.w, box.h);
}

// Beliefs (T × K) as stacked ribbons, each named where it is widest.
function drawRibbons(g, box, belief, T, K, theme) {
  const column = box.w / T;
  const base = new Float64Array(T).fill(0);
  const y = (share) => box.y + box.h * (1 - share);
  const names = [];
  g.save();
  g.beginPath();
  g.rect(box.x, box.y, box.w, box.h);
  g.clip();
  for (let k = 0; k < K; k++) {
    const top = base.map((share, t) => share + belief[t * K + k]);
    g.beginPath();
    edge(g, box, column, top, y, false);
    edge(g, box, column, base, y, true);
    g.closePath();
    g.fillStyle = theme.classes[k];
    g.fill();
    let widest = 0;
    for (let t = 1; t < T; t++) {
      if (top[t] - base[t] > top[widest] - base[widest] + 0.02) widest = t;
    }
    const tall = (top[widest] - base[widest]) * box.h;
    if (tall > 15) {
      const x = Math.max(box.x + 8, Math.min(box.x + box.w - 8, box.x + (widest + 0.5) * column));
      names.push([k, x, y((top[widest] + base[widest]) / 2)]);
    }
    base.set(top);
  }
  g.restore();
  g.textAlign = "center";
  g.textBaseline = "middle";
  g.font = `700 13px ${theme.font}`;
  for (const [k, x, middle] of names) {
    g.fillStyle = inkOn(theme.classes[k]);
    g.fillText(String(k), x, middle);
  }
}

// One edge of a ribbon: through the middle of each column, level at both ends, smooth between.
function edge(g, box, column, shares, y, backwards) {
  const points = [[box.x, y(shares[0])]];
  shares.forEach((share, t) => points.push([box.x + (t + 0.5) * column, y(share)]));
  points.push([box.x + box.w, y(shares[shares.length - 1])]);
  if (backwards) points.reverse();
  g.lineTo(...points[0]);
  for (let n = 1; n < points.length; n++) {
    const [[x0, y0], [x1, y1]] = [points[n - 1], points[n]];
    const half = (x0 + x1) / 2;
    g.bezierCurveTo(half, y0, half, y1, x1, y1);
  }
}

const ROW_VIEWS = { left: 30, right: 6, top: 20, ribbons: 128, gap: 24, heat: 132, axis: 20 };

// The height that `drawRowViews` needs for so many heatmaps.
function rowViewsHeight(panels) {
  const { top, ribbons, gap, heat, axis } = ROW_VIEWS;
  return top + ribbons + panels * (gap + heat) + axis;
}

// All that happens row by row, under one axis: the belief as ribbons, then a heatmap for each panel.
// Returns where things lie, for the mouse. `reading` is null before there is ink.
function drawRowViews(canvas, theme, reading, panels, { cursor = null, unit = null } = {}) {
  const { left, right, top, ribbons, gap, heat, axis } = ROW_VIEWS;
  const width = canvas.clientWidth;
  const height = rowViewsHeight(panels.length);
  canvas.style.height = `${height}px`;
  const g = fit(canvas, width, height);
  const T = reading ? reading.belief.shape[0] : 28;
  const across = { x: left, w: Math.max(width - left - right, 1) };
  const boxes = [{ ...across, y: top, h: ribbons }];
  panels.forEach((_, n) =>
    boxes.push({ ...across, y: top + ribbons + gap + n * (heat + gap), h: heat }),
  );
  title(g, theme, "belief after each row", boxes[0]);
  if (reading) {
    drawRibbons(g, boxes[0], reading.belief, T, reading.belief.shape[1], theme);
  }
  panels.forEach((panel, n) => {
    const box = boxes[n + 1];
    title(g, theme, panel.label, box);
    sideways(g, theme, `${panel.units} units`, box);
    if (panel.values) {
      drawHeat(g, box, panel.values, T, panel.units, theme[panel.scale], panel.range);
    }
    if (unit !== null) {
      outline(g, theme, { ...box, y: box.y + (unit * box.h) / panel.units, h: box.h / panel.units });
    }
  });
  boxes.forEach((box) => outline(g, { accent: theme.faint }, box, 1));
  sideways(g, theme, "probability", boxes[0]);
  const last = boxes[boxes.length - 1];
  rowAxis(g, theme, across, last.y + last.h, T);
  if (reading && reading.decided) markDecided(g, theme, across, boxes, T, reading.decided);
  if (cursor !== null) {
    const column = across.w / T;
    boxes.forEach((box) =>
      outline(g, theme, { ...box, x: across.x + cursor * column, w: column }, 2),
    );
  }
  return { boxes, across, T };
}

function title(g, theme, words, box) {
  g.fillStyle = theme.text;
  g.font = `600 12px ${theme.font}`;
  g.textAlign = "left";
  g.textBaseline = "bottom";
  g.fillText(words, box.x, box.y - 4);
}

function sideways(g, theme, words, box) {
  g.save();
  g.translate(box.x - 8, box.y + box.h / 2);
  g.rotate(-Math.PI / 2);
  g.fillStyle = theme.text;
  g.globalAlpha = 0.65;
  g.font = `11px ${theme.font}`;
  g.textAlign = "center";
  g.textBaseline = "bottom";
  g.fillText(words, 0, 0);
  g.restore();
}

function outline(g, theme, box, width = 1.5) {
  g.strokeStyle = theme.accent;
  g.lineWidth = width;
  g.strokeRect(box.x, box.y, box.w, box.h);
}

function rowAxis(g, theme, across, y, T) {
  g.fillStyle = theme.text;
  g.globalAlpha = 0.65;
  g.font = `11px ${theme.font}`;
  g.textBaseline = "top";
  const column = across.w / T;
  for (const row of new Set([1, ...[0.25, 0.5, 0.75, 1].map((part) => Math.round(part * T))])) {
    g.textAlign = "center";
    g.fillText(row === 1 ? "row 1" : String(row), across.x + (row - 0.5) * column, y + 5);
  }
  g.globalAlpha = 1;
}

// A dashed line before the row from which the answer no longer changed.
function markDecided(g, theme, across, boxes, T, decided) {
  const x = across.x + ((decided - 1) * across.w) / T;
  const words = `decided at row ${decided}`;
  g.strokeStyle = theme.text;
  g.lineWidth = 1.5;
  g.setLineDash([4, 3]);
  for (const box of boxes) {
    g.beginPath();
    g.moveTo(x, box.y);
    g.lineTo(x, box.y + box.h);
    g.stroke();
  }
  g.setLineDash([]);
  g.font = `600 12px ${theme.font}`;
  g.fillStyle = theme.text;
  g.textBaseline = "bottom";
  const room = g.measureText(words).width;
  const right = x + room > across.x + across.w;
  if (right || x - across.x > 140) {
    g.textAlign = right ? "right" : "left";
    g.fillText(words, right ? across.x + across.w : x, boxes[0].y - 4);
  } else {
    g.textAlign = "right"; // the left is taken by the title
    g.fillText(words, across.x + across.w, boxes[0].y - 4);
  }
}

// Ten bars that never change places. `probabilities` may be null.
function showBars(list, theme, probabilities) {
  while (list.children.length < 10) {
    const row = document.createElement("li");
    for (const part of ["digit", "track", "share"]) {
      row.append(Object.assign(document.createElement("span"), { className: part }));
    }
    row.querySelector(".track").append(document.createElement("i"));
    row.querySelector(".digit").textContent = String(list.children.length);
    list.append(row);
  }
  const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
  [...list.children].forEach((row, k) => {
    const share = probabilities ? probabilities[k] : 0;
    row.classList.toggle("best", k === best);
    const bar = row.querySelector("i");
    bar.style.width = `${100 * share}%`;
    bar.style.background = theme.classes[k];
    row.querySelector(".share").textContent = probabilities ? percent(share) : "–";
  });
}

function percent(share) {
  const whole = Math.round(100 * share);
  if (whole === 0 && share > 0) return "<1 %";
  return whole === 100 && share < 1 ? ">99 %" : `${whole} %`;
}
