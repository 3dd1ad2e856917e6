// What modules ask of a browser, as far as a test needs it: a small DOM, pictures, and a context that records.

import { parseHTML } from "linkedom";

// A page with a body; its globals stay until the next one.
export function openPage(body = "") {
  const { document, window } = parseHTML(`<!doctype html><html><body>${body}</body></html>`);
  Object.assign(globalThis, { document, window });
  Object.assign(window, { devicePixelRatio: 1 });
  Object.defineProperty(document, "fonts", { value: { ready: Promise.resolve() }, configurable: true });
  Object.defineProperty(document, "baseURI", { value: "http://localhost/page", configurable: true });
  globalThis.getComputedStyle = ({ style }) => ({ getPropertyValue: (name) => style.getPropertyValue(name) ?? "" });
  return document;
}

globalThis.requestAnimationFrame = () => 0;
globalThis.cancelAnimationFrame = () => {};
globalThis.window = { devicePixelRatio: 1 };

globalThis.ImageData = class {
  constructor(width, height) {
    Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
  }
};

globalThis.OffscreenCanvas = class {
  constructor(width, height) {
    Object.assign(this, { width, height });
  }

  getContext() {
    return { putImageData: (image) => (this.image = image) };
  }
};

// A 2d context: `calls` holds each call with the colors of its time; each letter is 6 px wide.
export function recordingContext() {
  const calls = [];
  const state = { globalAlpha: 1 };
  const own = { calls, state, measureText: (words) => ({ width: 6 * words.length }) };
  return new Proxy(state, {
    get: (_, name) => own[name] ?? state[name] ?? ((...args) => calls.push({ name, args, ...state })),
  });
}

export function canvasOf(clientWidth, g = recordingContext()) {
  return { clientWidth, width: 0, height: 0, style: {}, g, getContext: () => g };
}

export const named = (g, name) => g.calls.filter((call) => call.name === name);
export const wordsOf = (g) => named(g, "fillText").map(({ args }) => args[0]);

const RAMP = Uint8ClampedArray.from({ length: 768 }, (_, n) => Math.floor(n / 3));

export const THEME = {
  ...{ mode: "light", text: "#222222", faint: "#dddddd", background: "#ffffff", accent: "#ff4b4b", font: "serif" },
  ...{ sequential: RAMP, diverging: RAMP, first: "#0000ff", second: "#ff8800", bad: "#cc0000" },
  classes: [
    "#000000",
    "#111111",
    "#222222",
    "#333333",
    "#444444",
    "#ffff00",
    "#ffff11",
    "#ffff22",
    "#ffff33",
    "#ffff44",
  ],
};

// Time that passes when a test says so.
export function fakeClock() {
  let [now, last] = [0, 0];
  const due = new Map();
  const before = {};
  const plan =
    (every) =>
    (call, ms = 0) => {
      due.set(++last, { call, at: now + ms, every: every ? ms : null });
      return last;
    };
  const cancel = (id) => due.delete(id);
  const fakes = {
    setTimeout: plan(false),
    setInterval: plan(true),
    clearTimeout: cancel,
    clearInterval: cancel,
    requestAnimationFrame: (call) => plan(false)(call, 16),
    cancelAnimationFrame: cancel,
  };
  for (const [name, fake] of Object.entries(fakes)) {
    before[name] = globalThis[name];
    globalThis[name] = fake;
  }
  return {
    waits: () => due.size,
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const [id, next] = [...due].sort((a, b) => a[1].at - b[1].at)[0] ?? [];
        if (id === undefined || next.at > end) break;
        now = next.at;
        if (next.every === null) due.delete(id);
        else next.at += next.every;
        next.call();
      }
      now = end;
    },
    stop: () => Object.assign(globalThis, before),
  };
}
