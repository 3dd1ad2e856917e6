// All that happens row by row, under one axis: belief as ribbons, states as heatmaps.

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
function rowViewsHeight(panels, sizes = ROW_VIEWS) {
  const { top, ribbons, gap, heat, axis } = sizes;
  return top + ribbons + panels * (gap + heat) + axis;
}

// All that happens row by row, under one axis: the belief as ribbons, then a heatmap for each panel.
// Returns where things lie, for the mouse. `reading` is null before there is ink; then `steps` says how
// many rows there will be. `word` is what a time step is called.
function drawRowViews(
  canvas,
  theme,
  reading,
  panels,
  { cursor = null, unit = null, word = "row", sizes = ROW_VIEWS, steps = 28 } = {},
) {
  const { left, right, top, ribbons, gap, heat, axis } = sizes;
  const width = canvas.clientWidth;
  const height = rowViewsHeight(panels.length, sizes);
  canvas.style.height = `${height}px`;
  const g = fit(canvas, width, height);
  const T = reading ? reading.belief.shape[0] : steps;
  const across = { x: left, w: Math.max(width - left - right, 1) };
  const boxes = [{ ...across, y: top, h: ribbons }];
  panels.forEach((_, n) =>
    boxes.push({ ...across, y: top + ribbons + gap + n * (heat + gap), h: heat }),
  );
  if (ribbons) title(g, theme, `belief after each ${word}`, boxes[0]);
  if (reading && ribbons) {
    drawRibbons(g, boxes[0], reading.belief, T, reading.belief.shape[1], theme);
  }
  panels.forEach((panel, n) => {
    const box = boxes[n + 1];
    title(g, theme, panel.label, box);
    sideways(g, theme, `${panel.units} units`, box);
    if (panel.sheet) {
      paste(g, box, panel.sheet);
    } else if (panel.values) {
      drawHeat(g, box, panel.values, T, panel.units, theme[panel.scale], panel.range);
    }
    if (unit !== null) {
      outline(g, theme, {
        ...box,
        y: box.y + (unit * box.h) / panel.units,
        h: box.h / panel.units,
      });
    }
  });
  const drawn = boxes.filter(({ h }) => h > 0); // a reading may come without belief
  drawn.forEach((box) => outline(g, { accent: theme.faint }, box, 1));
  if (ribbons) sideways(g, theme, "probability", boxes[0]);
  const last = boxes[boxes.length - 1];
  rowAxis(g, theme, across, last.y + last.h, T, word);
  if (reading && reading.decided) markDecided(g, theme, across, boxes, T, reading.decided, word);
  if (cursor !== null) {
    const column = across.w / T;
    drawn.forEach((box) =>
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

function rowAxis(g, theme, across, y, T, word = "row") {
  g.fillStyle = theme.text;
  g.globalAlpha = 0.65;
  g.font = `11px ${theme.font}`;
  g.textBaseline = "top";
  const column = across.w / T;
  for (const row of new Set([1, ...[0.25, 0.5, 0.75, 1].map((part) => Math.round(part * T))])) {
    const words = row === 1 ? `${word} 1` : String(row);
    const half = g.measureText(words).width / 2;
    const middle = across.x + (row - 0.5) * column;
    const [least, most] = [across.x + half - 6, across.x + across.w - half + 6];
    g.textAlign = "center";
    g.fillText(words, Math.max(least, Math.min(most, middle)), y + 5);
  }
  g.globalAlpha = 1;
}

// A dashed line before the time step from which the answer no longer changed.
function markDecided(g, theme, across, boxes, T, decided, word) {
  const x = across.x + ((decided - 1) * across.w) / T;
  const words = `decided at ${word} ${decided}`;
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
