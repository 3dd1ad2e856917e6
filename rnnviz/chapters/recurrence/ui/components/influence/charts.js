// The pictures of what is left: grids on one scale of decades around 1, and lines by distance.

const DECADES_AROUND = 4; // of a grid, to both sides of 1
const GRID = { left: 30, top: 20, right: 4, axis: 20 };
const FAR = { left: 46, top: 32, right: 66, plot: 204, axis: 34, low: -12, high: 6 };

const decades = (value) => Math.log10(Math.max(value, 1e-300));

// One network's grid, row t downwards and row s to the right; what comes later than t stays empty.
function gridSheet(values, T, theme) {
  const image = new ImageData(T, T);
  for (let t = 0; t < T; t++) {
    for (let s = 0; s <= t; s++) {
      const value = values[t * T + s];
      if (!Number.isFinite(value)) continue;
      const place = Math.round(127.5 + (127.5 * decades(value)) / DECADES_AROUND);
      const at = 3 * Math.max(0, Math.min(255, place));
      image.data.set([...theme.diverging.subarray(at, at + 3), 255], 4 * (t * T + s));
    }
  }
  return sheetOf(image);
}

function drawGrid(canvas, theme, { name, colour, sheet, T }, [t, s]) {
  const { left, top, right, axis } = GRID;
  const side = Math.max(canvas.clientWidth - left - right, 1);
  canvas.style.height = `${top + side + axis}px`;
  const g = fit(canvas, canvas.clientWidth, top + side + axis);
  const box = { x: left, y: top, w: side, h: side };
  paste(g, box, sheet);
  outline(g, { accent: theme.faint }, box, 1);
  write(g, { ...theme, text: colour }, name, box.x, box.y - 4, "left", "bottom", 600);
  sideways(g, theme, "h after row t", { ...box, x: box.x - 6 });
  rowAxis(g, theme, box, box.y + box.h, T, "x of row");
  const cell = side / T;
  outline(g, theme, { x: box.x + s * cell, y: box.y + t * cell, w: cell, h: cell }, 2);
  return box;
}

// All networks by distance, the bound dashed, the cursor at t − s.
function drawFar(canvas, theme, networks, distance) {
  const { left, top, right, plot, axis, low, high } = FAR;
  const g = fit(canvas, canvas.clientWidth, top + plot + axis);
  const box = { x: left, y: top, w: Math.max(canvas.clientWidth - left - right, 1), h: plot };
  const { T } = networks[0];
  const x = (d) => box.x + (box.w * d) / Math.max(T - 1, 1);
  const y = (value) => {
    const place = (decades(value) - low) / (high - low);
    return box.y + box.h * (1 - Math.max(0, Math.min(1, place)));
  };
  frame(g, theme, box, [1e6, 1e3, 1, 1e-3, 1e-6, 1e-9, 1e-12], y, (value) => powerOfTen(Math.round(Math.log10(value))));
  line(g, theme.accent, 2, x(distance), box.y, x(distance), box.y + box.h);
  const places = Float32Array.from({ length: T }, (_, d) => d);
  const labels = [];
  for (const { name, colour, far, bound } of networks) {
    if (bound) {
      g.setLineDash([6, 5]);
      const inside = bound.map((value) => (decades(value) > high ? NaN : value)); // it goes on above
      path(g, colour, 1.6, places, inside, x, y);
      g.setLineDash([]);
      const end = lastFinite(inside);
      if (end >= 0) labels.push(["bound", colour, x(end), y(inside[end])]);
    }
    path(g, colour, 2.4, places, far, x, y);
    if (Number.isFinite(far[T - 1])) labels.push([name, colour, box.x + box.w, y(far[T - 1])]);
  }
  endLabels(g, theme, box, labels);
  title(g, theme, farTitle(canvas.clientWidth > 600), { x: 0, y: box.y - 10 });
  for (const d of [0, 7, 14, 21, 27]) {
    if (d < T) faintly(g, theme, d ? String(d) : "t − s = 0", x(d), box.y + box.h + 6, d ? "center" : "left", "top");
  }
  return box;
}
