// What a person sets in a view is told to Python once, when it has come to rest: for the link. `settingOf` of
// the view says what is set; `view.drag` is what is being dragged.

/** @import { View } from "./types" */

const REST_MS = 800;

/** What stands there now is known already. @type {(view: View) => void} */
export function settled(view) {
  view.sent = JSON.stringify(view.settingOf(view));
}

/** @type {(view: View) => void} */
export function settle(view) {
  clearTimeout(view.resting);
  view.resting = setTimeout(() => {
    if (view.playing || view.drag) return settle(view);
    const before = view.sent;
    settled(view);
    if (view.sent !== before) view.send("set", JSON.parse(view.sent));
  }, REST_MS);
}
