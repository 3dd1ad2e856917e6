// The blocks, drawn: faces by direction and layer, axes in letters and numbers, and the slice that is cut.

import { makeSvg } from "../../../../../ui/components/svg.js";
import { mix, rgb } from "../../../../../ui/components/theme.js";
import { listenBlock } from "./blocks.js";
import { cutOf, extents, faces, layOut } from "./layout.js";
import { points } from "./svg.js";

const WHOLE = { across: [0, 1], deep: [0, 1], up: [0, 1] };
const SHADE = { front: 0.62, top: 0.4, side: 0.8 };
const LINES = 4; // px between the lines of steps, at least
const LETTER = { batch: "B", time: "T", one: "1" };

export function drawScene(view) {
  const { message, scene } = view;
  const width = view.width;
  const most = width < 640 ? 190 : 300;
  const { boxes, height } = layOut(message.blocks, width, most);
  view.enlarged = boxes.some((box) => box.enlarged);
  scene.setAttribute("viewBox", `0 0 ${width} ${height}`);
  scene.setAttribute("width", width);
  scene.setAttribute("height", height);
  const focused = view.scene.getRootNode().activeElement?.dataset?.block;
  scene.replaceChildren(...message.blocks.map((block, n) => drawBlock(view, block, boxes[n])));
  if (focused) scene.querySelector(`[data-block="${focused}"]`)?.focus();
  drawArrows(view, boxes);
}

function drawBlock(view, block, box) {
  const chosen = view.pick.tensor === block.name;
  const group = makeSvg("g", { class: chosen ? "block chosen" : "block", tabindex: 0, role: "button" });
  group.dataset.block = block.name;
  group.setAttribute("aria-pressed", String(chosen));
  group.setAttribute("aria-label", `${block.name}, ${block.letters} = ${inShape(block.shape)}`);
  for (const [colour, part] of coloredParts(view, block)) drawPart(view, group, box, block, colour, part);
  drawRules(view, group, box, block);
  if (chosen) drawCut(view, group, box, block);
  drawLabels(view, group, box, block);
  listenBlock(view, group, block, box);
  return group;
}

export const inShape = (sizes) => `(${sizes.join(", ")}${sizes.length === 1 ? "," : ""})`;

// Which parts of a block have which colour: directions by hue, lower layers paler.
function coloredParts(view, block) {
  const { D, num_layers } = view.message.sizes;
  const { first, second, text, background } = view.theme;
  const hue = [first, second];
  const size = extents(block);
  if (block.name === "output" && D === 2) {
    return [0, 1].map((d) => [hue[d], { ...WHOLE, up: [d / 2, d / 2 + 0.5] }]);
  }
  if (size.stack) {
    return Array.from({ length: size.stack }, (_, place) => {
      const layer = Math.floor(place / D);
      const share = num_layers === 1 ? 1 : 0.45 + (0.55 * layer) / (num_layers - 1);
      const across = [place / size.stack, (place + 1) / size.stack];
      return [mix(hue[place % D], background, share), { ...WHOLE, across }];
    });
  }
  if (["output", "h", "c"].includes(block.name)) return [[first, WHOLE]];
  return [[mix(text, background, 0.55), WHOLE]];
}

function drawPart(view, group, box, block, colour, part) {
  const seen = faces(box, part, extents(block));
  const { background, text } = view.theme;
  for (const face of ["side", "top", "front"]) {
    if (face === "top" && part.up[1] < 1) continue;
    group.append(
      makeSvg("polygon", {
        points: points(seen[face]),
        fill: blend(colour, background, SHADE[face]),
        stroke: mix(text, background, 0.35),
        "stroke-width": 0.75,
        "stroke-linejoin": "round",
      }),
    );
  }
}

// As `mix`, of a colour that may already be rgb(…).
function blend(colour, ground, share) {
  if (colour.startsWith("#")) return mix(colour, ground, share);
  const a = colour.match(/\d+/g).map(Number);
  const b = rgb(ground);
  return `rgb(${a.map((part, n) => Math.round(share * part + (1 - share) * b[n])).join(",")})`;
}

// Thin lines between the steps, where there is room for them.
function drawRules(view, group, box, block) {
  const { time } = extents(block);
  if (!time || box.w / time < LINES) return;
  const path = [];
  for (let t = 1; t < time; t++) {
    const x = box.x + (t * box.w) / time;
    path.push(`M${x} ${box.y}V${box.y - box.h}l${box.dx} ${-box.dy}`);
  }
  const stroke = mix(view.theme.text, view.theme.background, 0.3);
  group.append(makeSvg("path", { d: path.join(""), stroke, "stroke-width": 0.5, fill: "none" }));
}

function drawCut(view, group, box, block) {
  const part = cutOf(view, block);
  const all = [part.across, part.deep, part.up].every(([from, to]) => to - from > 0.999);
  const seen = faces(box, part, extents(block));
  const pulled = view.pulled && block.name === "x" && view.pick.step !== null;
  const sheet = makeSvg("g", { class: pulled ? "cut pulled" : "cut" });
  sheet.style.setProperty("--far", `${-far(box)}px`);
  for (const face of ["side", "top", "front"]) {
    sheet.append(
      makeSvg("polygon", {
        points: points(seen[face]),
        fill: all ? "none" : view.theme.accent,
        "fill-opacity": pulled ? 0.85 : face === "front" ? 0.55 : 0.35,
        stroke: view.theme.accent,
        "stroke-width": 2,
        "stroke-linejoin": "round",
      }),
    );
  }
  group.append(sheet);
}

// How far a step is pulled out.
const far = (box) => (box.h + box.dy) * 0.2 + 12;

function drawLabels(view, group, box, block) {
  const { roles, shape: sizes, letters } = block;
  const middle = box.x + (box.w + box.dx) / 2;
  const lifted = view.pulled && block.name === "x" && view.pick.tensor === "x" ? far(box) : 0;
  const top = box.y - box.h - box.dy - lifted;
  const fill = view.theme.text;
  const word = (x, y, words, more = {}) =>
    group.append(makeSvg("text", { x, y, fill, "text-anchor": "middle", ...more }, words));
  word(middle, top - 26, block.name, { class: "name" });
  word(middle, top - 11, letters, { class: "letters" });
  roles.mine.forEach((role, n) => {
    const said = `${axisLetter(view, block, role, n)} = ${sizes[n]}`;
    if (role === "time" || role === "stack") {
      word(box.x + box.w / 2, box.y + 15, said);
      word(box.x + box.w / 2, box.y + 29, `dim ${n}`, { class: "dim" });
    } else if (role === "batch") {
      const [x, y] = [box.x + box.w + box.dx + 6, Math.min(box.y - box.dy + 1, box.y - 12)];
      word(x, y, said, { "text-anchor": "start" });
      word(x, y + 13, `dim ${n}`, { class: "dim", "text-anchor": "start" });
    } else if (role === "features") {
      const y = box.y - Math.max(box.h / 2, 12);
      word(box.x - 8, y, said, { "text-anchor": "end" });
      word(box.x - 8, y + 13, `dim ${n}`, { class: "dim", "text-anchor": "end" });
    }
  });
}

function axisLetter(view, block, role, n) {
  const letter = block.letters.replace(/[()]/g, "").split(",")[n]?.trim() ?? LETTER[role];
  return letter === "num_layers·D" ? "layers·D" : letter;
}

function drawArrows(view, boxes) {
  const { blocks, module } = view.message;
  const of = (name) => boxes[blocks.findIndex((block) => block.name === name)];
  const [a, b] = [of("x"), of("output")];
  if (!a || !b || Math.abs(a.y - b.y) > 1) return;
  const y = a.y + 40;
  const [from, to] = [a.x + a.w / 2 + 30, b.x + b.w / 2 - 30];
  if (to - from < 60) return;
  const stroke = mix(view.theme.text, view.theme.background, 0.5);
  const line = `M${from} ${y}H${to}m-6 -4l6 4l-6 4`;
  view.scene.append(makeSvg("path", { d: line, stroke, fill: "none", "stroke-width": 1.25 }));
  const middle = { x: (from + to) / 2, y: y - 6, "text-anchor": "middle", fill: view.theme.text };
  view.scene.append(makeSvg("text", { ...middle, class: "letters" }, `nn.${module}`));
}
