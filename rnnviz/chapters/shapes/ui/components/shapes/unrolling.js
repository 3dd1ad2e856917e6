// A network unrolled in time: what goes in, what is carried on and what comes out, shapes on the arrows.

import { componentView } from "../../../../../ui/components/component_view.js";
import { makeSvg } from "../../../../../ui/components/svg.js";
import { mix } from "../../../../../ui/components/theme.js";

const AT = { step: 128, box: 64, high: 46, left: 84, middle: 112, arrow: 34 };

export default componentView({ root: ".unrolled", create: () => {}, receive });

function receive({ find, theme }, { cells, carried, title }) {
  const svg = find("svg");
  const width = AT.left + cells.length * AT.step + 20;
  const height = 2 * AT.middle;
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}`, "aria-label": title })) {
    svg.setAttribute(name, value);
  }
  const line = mix(theme.text, theme.background, 0.55);
  const arrow = (d, dashed) =>
    svg.append(makeSvg("path", { d, fill: "none", stroke: line, "stroke-width": 1.4, "stroke-dasharray": dashed ? "4 4" : null }));
  const word = (x, y, words, more = {}) => svg.append(makeSvg("text", { x, y, fill: theme.text, "text-anchor": "middle", ...more }, words));
  svg.replaceChildren();
  cells.forEach((cell, n) => {
    const x = AT.left + n * AT.step;
    const middle = x + AT.box / 2;
    const [top, bottom] = [AT.middle - AT.high / 2, AT.middle + AT.high / 2];
    const colour = cell.part === "decoder" ? theme.second : theme.first;
    if (cell.gap) {
      word(middle, AT.middle + 5, "…", { class: "name" });
    } else {
      const box = { x, y: top, width: AT.box, height: AT.high, rx: 8, fill: mix(colour, theme.background, 0.3), stroke: colour };
      svg.append(makeSvg("rect", box));
      word(middle, AT.middle + 5, cell.label, { class: "name" });
    }
    if (n + 1 < cells.length) {
      arrow(`M${x + AT.box + 4} ${AT.middle}H${x + AT.step - 6}m-6 -4l6 4l-6 4`);
      if ((n === 0 || cell.handover) && !cell.fed) word(x + AT.box + 32, AT.middle - 8, carried.name, { class: "faded" });
    }
    if (cell.given) {
      arrow(`M${middle} ${bottom + AT.arrow}V${bottom + 5}m-4 6l4 -6l4 6`);
      word(middle, bottom + AT.arrow + 16, cell.given.name, { class: "name" });
      word(middle, bottom + AT.arrow + 31, cell.given.shape, { class: "faded" });
    }
    if (cell.made) {
      arrow(`M${middle} ${top - 5}V${top - AT.arrow}m-4 6l4 -6l4 6`);
      word(middle, top - AT.arrow - 22, cell.made.name, { class: "name" });
      word(middle, top - AT.arrow - 7, cell.made.shape, { class: "faded" });
    }
    if (cell.fed) {
      const [out, into] = [top - AT.arrow + 4, bottom + AT.arrow];
      const end = middle + AT.step;
      const turn = `C${x + AT.box + 34} ${out} ${x + AT.box + 26} ${into} ${end - 12} ${into}`;
      arrow(`M${middle + 10} ${out}${turn}Q${end} ${into} ${end} ${bottom + 5}m-4 6l4 -6l4 6`, true);
    }
  });
  word(4, AT.middle - 6, carried.name, { class: "name", "text-anchor": "start" });
  word(4, AT.middle + 9, carried.shape, { class: "faded", "text-anchor": "start" });
}
