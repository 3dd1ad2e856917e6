// A class's number as a mark in its colour, and lines that carry such marks at their ends.

// After ten the colours come again: the number tells them apart.
const colourOf = (theme, k) => theme.classes[k % theme.classes.length];

function mark(g, theme, k, x, y, radius = 7) {
  const colour = colourOf(theme, k);
  g.fillStyle = theme.background;
  disc(g, x, y, radius + 1.5);
  g.fillStyle = colour;
  disc(g, x, y, radius);
  const words = String(k);
  g.font = `700 ${Math.round((1.5 * radius) / Math.max(1, 0.68 * words.length))}px ${theme.font}`;
  g.fillStyle = inkOn(colour);
  g.textAlign = "center";
  g.textBaseline = "middle";
  g.fillText(words, x, y + 0.5);
}

// Heights pushed apart where marks would lie on each other, all within [top, bottom]; of each its own.
function apart(heights, gap, top, bottom) {
  const order = heights.map((_, n) => n).sort((a, b) => heights[a] - heights[b]);
  const placed = [...heights];
  order.forEach((n, place) => {
    const least = place ? placed[order[place - 1]] + gap : top;
    placed[n] = Math.max(heights[n], least);
  });
  let most = bottom;
  for (const n of order.reverse()) {
    placed[n] = Math.min(placed[n], most);
    most = placed[n] - gap;
  }
  return placed;
}
