// Where each block stands and how large it is. One scale for all: time runs to the right, the batch into
// the depth, features upwards; a layer's state is as wide as one time step.

const CAP = 26; // px for one number, at most
const LEAST = 9; // px of an edge, so that it can be hit
const DEEP = [0.42, 0.26]; // px right and up for each px of depth
const ROOM = { left: 58, right: 56, top: 50, bottom: 44 };
export const GAP = 6; // px between the states of two layers

// What a tensor's axes are, by role: {time: 28, batch: 32, features: 128}.
export function extents(block) {
  return Object.fromEntries(block.roles.mine.map((role, n) => [role, block.shape[n]]));
}

function boxOf(block, scale) {
  const size = extents(block);
  const edge = (count) => Math.max(LEAST, (count ?? 1) * scale);
  const stack = size.stack ?? 0;
  const slab = stack ? Math.max(stack > 4 ? 6 : LEAST + 3, scale) : 0;
  const depth = edge(size.batch);
  return {
    w: stack ? stack * slab + (stack - 1) * GAP : edge(size.time),
    h: size.features === undefined ? LEAST : edge(size.features),
    dx: depth * DEEP[0],
    dy: depth * DEEP[1],
    slab,
    enlarged: [size.time, size.batch, size.features].some((n) => n && n * scale < LEAST),
  };
}

// Lay blocks in rows, as many to a row as make them largest; returns the boxes with x, y of the lower left
// front corner, and the height.
export function layOut(blocks, width, most) {
  const half = Math.ceil(blocks.length / 2);
  const counts = width < 430 ? [2, 1] : width < 640 ? [3, 2] : [blocks.length, half];
  let best = null;
  for (const count of counts) {
    const rows = [];
    for (let n = 0; n < blocks.length; n += count) rows.push(blocks.slice(n, n + count));
    const tall = width < 640 ? most : (most - (rows.length - 1) * (ROOM.top + ROOM.bottom)) / rows.length;
    const scale = largest(rows, width, tall);
    if (!best || scale > (width < 640 ? 2 : 1.3) * best.scale) best = { rows, scale };
  }
  return { ...place(best.rows, best.scale, width), scale: best.scale };
}

function measure(rows, scale, width) {
  return rows.map((row) => {
    const boxes = row.map((block) => boxOf(block, scale));
    return {
      boxes,
      width: boxes.reduce((sum, box) => sum + cellWidth(box, width), 0),
      height: Math.max(...boxes.map((box) => box.h + box.dy)),
    };
  });
}

function largest(rows, width, tall) {
  const fits = (scale) => measure(rows, scale, width).every((row) => row.width <= width && row.height <= tall);
  if (fits(CAP)) return CAP;
  let [low, high] = [0.001, CAP];
  for (let n = 0; n < 24; n++) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

function place(rows, scale, width) {
  const boxes = [];
  let y = 0;
  for (const row of measure(rows, scale, width)) {
    const spare = Math.max(0, (width - row.width) / (row.boxes.length + 1));
    let x = spare;
    y += ROOM.top + row.height;
    for (const box of row.boxes) {
      const [left, right] = margins(width);
      const cell = cellWidth(box, width);
      const inside = (cell - left - right - box.w - box.dx) / 2;
      boxes.push({ ...box, x: x + left + inside, y });
      x += cell + spare;
    }
    y += ROOM.bottom;
  }
  return { boxes, height: y };
}

const margins = (width) => (width < 430 ? [54, 42] : [ROOM.left, ROOM.right]);

function cellWidth(box, width) {
  const [left, right] = margins(width);
  return Math.max(left + box.w + box.dx + right, width < 430 ? 110 : 136);
}

// The part of a box that a pick takes: from and to along time or stack, batch, features, each 0…1.
export function cutOf(view, block) {
  const size = extents(block);
  const { pick } = view;
  const whole = [0, 1];
  const one = (at, count) => (at === null ? whole : [at / count, (at + 1) / count]);
  const half = pick.half === null ? whole : pick.half ? [0.5, 1] : [0, 0.5];
  return {
    across: size.stack ? one(pick.place, size.stack) : one(size.time ? pick.step : null, size.time ?? 1),
    deep: one(size.batch ? pick.sequence : null, size.batch ?? 1),
    up: block.name === "output" && view.message.sizes.D === 2 ? half : whole,
  };
}

// The corners of a part of a box, as the faces that are seen: front, top and side.
export function faces(box, { across, deep, up }, size) {
  let [x0, x1] = across.map((part) => box.x + part * box.w);
  if (size.stack && across[1] - across[0] < 1) {
    const place = Math.round(across[0] * size.stack);
    x0 = box.x + place * (box.slab + GAP);
    x1 = x0 + box.slab;
  }
  const at = (x, part, z) => [x + z * box.dx, box.y - part * box.h - z * box.dy];
  const [z0, z1] = deep;
  const [u0, u1] = up;
  return {
    front: [at(x0, u0, z0), at(x1, u0, z0), at(x1, u1, z0), at(x0, u1, z0)],
    top: [at(x0, u1, z0), at(x1, u1, z0), at(x1, u1, z1), at(x0, u1, z1)],
    side: [at(x1, u0, z0), at(x1, u0, z1), at(x1, u1, z1), at(x1, u1, z0)],
  };
}
