// SVG elements, and colours mixed of the theme's.

function shape(name, attributes = {}, words = null) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(key, String(value));
  }
  if (words !== null) element.textContent = words;
  return element;
}

const points = (list) => list.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

// `share` of a colour over another, both as #rrggbb.
function mix(colour, ground, share) {
  const [a, b] = [rgb(colour), rgb(ground)];
  return `rgb(${a.map((part, n) => Math.round(share * part + (1 - share) * b[n])).join(",")})`;
}

// A colour of a ramp of 256, for a value within ±reach.
function heat(table, value, reach) {
  const n = Math.max(0, Math.min(255, Math.round(127.5 * (1 + value / (reach || 1)))));
  return `rgb(${table[3 * n]},${table[3 * n + 1]},${table[3 * n + 2]})`;
}
