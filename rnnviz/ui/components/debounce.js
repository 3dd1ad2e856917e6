// What a person sets in a view is told to Python once, when it has come to rest: for the link. Whose view it
// is says by this name what is set, settingOf(view), and keeps in view.drag what is being dragged.

const REST_MS = 800;

const settling = (component) => ({
  wire: (view) => (view.post = (value) => component.setStateValue("set", value)),
  leave: (view) => {
    stop(view);
    clearTimeout(view.resting);
    cancelAnimationFrame(view.drawing);
  },
});

// What stands there now is known already.
function settled(view) {
  view.sent = JSON.stringify(settingOf(view));
}

function settle(view) {
  clearTimeout(view.resting);
  view.resting = setTimeout(() => {
    if (view.playing || view.drag) return settle(view);
    const before = view.sent;
    settled(view);
    if (view.sent !== before) view.post(JSON.parse(view.sent));
  }, REST_MS);
}
