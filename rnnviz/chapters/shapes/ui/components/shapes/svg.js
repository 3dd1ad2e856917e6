// Points of a polygon, and colors of a scale.

import { around, colorAt, css } from "../../../../../ui/components/theme.js";

export const points = (list) => list.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

// A color of a ramp, for a value within ±reach.
export const heat = (table, value, reach) => css(colorAt(table, around(value, reach)));
