// Numbers of a reading that follow from its states, its input and the weights. A file that shows a
// reading holds no more than those: of an LSTM two arrays of T × H in place of twenty-seven.

const sigmoid = (a) => 1 / (1 + Math.exp(-a));
// ln ½ / ln σ(a), from the pre-activation: a gate close to 1 has too few digits left.
const halfLife = (a) => Math.LN2 / (a > 0 ? Math.log1p(Math.exp(-a)) : Math.log1p(Math.exp(a)) - a);

// Complete the arrays of a message that has `derived`, as Python would have sent them.
export function derive(message) {
  const { arrays, cell, gates } = message;
  const [T, U] = [arrays.x.shape[0], arrays.units.shape[0]];
  const G = gates.length;
  const add = (name, ...shape) => (arrays[name] = Object.assign(new Float32Array(shape.reduce((a, b) => a * b)), { shape }));
  const before = prevRows(message, "h");
  const fromInput = product(arrays.x, arrays.weight_ih, T, (t) => t, add("from_input", G, T, U));
  const fromState = product(arrays["panel.h"], arrays.weight_hh, T, before, add("from_state", G, T, U), arrays.h_prev);
  const a = add("a", G, T, U);
  const at = (k, t, u) => (k * T + t) * U + u;
  const bias = (name, k, u) => (arrays[name] ? arrays[name][k * U + u] : 0);
  const panels = gates.map((name) => (cell === "rnn" ? null : add(`panel.${name}`, T, U)));
  for (let k = 0; k < G; k++) {
    const signed = "gn".includes(gates[k]);
    const reset = cell === "gru" && gates[k] === "n" ? panels[gates.indexOf("r")] : null;
    for (let t = 0; t < T; t++) {
      for (let u = 0; u < U; u++) {
        const n = at(k, t, u);
        const state = fromState[n] + bias("bias_hh", k, u);
        a[n] = fromInput[n] + bias("bias_ih", k, u) + (reset ? reset[t * U + u] * state : state);
        if (panels[k]) panels[k][t * U + u] = signed ? Math.tanh(a[n]) : sigmoid(a[n]);
      }
    }
    const whole = a.slice(at(k, 0, 0), at(k + 1, 0, 0));
    arrays[`panel.a_${gates[k]}`] = Object.assign(whole, { shape: [T, U] });
  }
  if (cell !== "rnn") deriveTerms(message, add, Object.fromEntries(gates.map((name, k) => [name, panels[k]])));
}

// The products of which a new state is made, and in how many steps what is left alone halves.
function deriveTerms(message, add, gate) {
  const { arrays, cell } = message;
  const [T, U] = [arrays.x.shape[0], arrays.units.shape[0]];
  const names = cell === "lstm" ? ["kept", "added", "squashed", "made", "half_life"] : ["kept", "added", "half_life"];
  const [kept, added, ...rest] = names.map((name) => add(name, T, U));
  const half = rest.at(-1);
  const held = cell === "lstm" ? "c" : "h";
  const keeper = arrays[`panel.a_${cell === "lstm" ? "f" : "z"}`];
  const [state, given] = [arrays[`panel.${held}`], arrays[`${held}_prev`]];
  const before = prevRows(message, held);
  for (let t = 0; t < T; t++) {
    for (let u = 0; u < U; u++) {
      const n = t * U + u;
      const from = before(t);
      const prev = given ? given[n] : from === null ? 0 : state[from * U + u];
      half[n] = halfLife(keeper[n]);
      if (cell === "gru") {
        kept[n] = gate.z[n] * prev;
        added[n] = (1 - gate.z[n]) * gate.n[n];
        continue;
      }
      const [squashed, made] = rest;
      kept[n] = gate.f[n] * prev;
      added[n] = gate.i[n] * gate.g[n];
      squashed[n] = Math.tanh(state[n]);
      made[n] = gate.o[n] * squashed[n];
    }
  }
}

// In which row stands the state before row t; null where the reading begins from 0.
function prevRows({ arrays, reverse }, name) {
  const T = arrays.x.shape[0];
  if (arrays[`${name}_prev`]) return (t) => t;
  if (reverse) return (t) => (t + 1 < T ? t + 1 : null);
  return (t) => (t > 0 ? t - 1 : null);
}

// Rows of values (T, I) times weights (G·U, I), into (G, T, U). `given` holds the rows where they
// are not those of `values`.
function product(values, weights, T, rowOf, into, given = null) {
  const rows = given ?? values;
  const I = rows.shape[1];
  const [G, , U] = into.shape;
  for (let t = 0; t < T; t++) {
    const row = rowOf(t);
    if (row === null) continue;
    for (let k = 0; k < G; k++) {
      for (let u = 0; u < U; u++) {
        const start = (k * U + u) * I;
        let sum = 0;
        for (let i = 0; i < I; i++) sum += weights[start + i] * rows[row * I + i];
        into[(k * T + t) * U + u] = sum;
      }
    }
  }
  return into;
}
