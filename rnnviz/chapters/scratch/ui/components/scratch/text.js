// What a step of the training, a node of its graph and its matrices say, in words. Steps count from 1.

const timeStep = (t) => `time step ${t}`;

// norm: of the gradient, null if there is none; used: by so many other nodes.
function nodeWords(name, shape, norm, used) {
  const grad = norm === null ? "no gradient" : `its gradient has the norm ${twoDecimals(norm)}`;
  const times = used > 1 ? `, used ${used} times: what comes back adds up` : "";
  return `${name} ${shape.length ? shapeWords(shape) : "(), one number"}: ${grad}${times}`;
}

function leafWords({ name, column }) {
  if (column < 0) return "A leaf that is trained: the optimizer moves it against its gradient.";
  return name === "number" ? "A number of the formula." : "A leaf that is given, not trained.";
}

const wayWords = (back, t) => `${back ? "Backward" : "Forward"}, ${timeStep(t)}`;

// The place of a number (i, j) in a result of so many rows and columns.
function placeWords(i, j, rows, columns) {
  const place = rows > 1 ? `row ${i}, column ${j}` : `number ${j}`;
  const size = rows * columns === 1 ? 1 : `${rows} × ${columns}`;
  return `${place} of ${size}; ∂ is short for ∂L/∂`;
}

const codeTitle = (file) => `The line that runs, in ${file}`;

const SUM_NAME = "∂L/∂W_hh so far";
const shareName = (t) => `from step ${t}`;

// told: time step and norm of what it adds; sum: norm of all of it; whole: whether nothing is missing.
function normsSentence(told, sum, whole) {
  if (!told.length) return "It fills in on the way back.";
  const each = told.map(([t, norm]) => `step ${t} ${twoDecimals(norm)}`).join(", ");
  return `Norms: ${each}; together ${twoDecimals(sum)}, ${whole ? "all of it" : "so far"}.`;
}
