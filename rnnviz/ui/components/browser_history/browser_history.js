// One entry of the browser's history for each page that is gone to. Streamlit adds one for every change of the
// link that Python makes: a page that says in the link what it shows, or that another page's settings are gone
// from it, would add two or three for one click. Here a change within a page replaces its entry, as Streamlit
// has it of widgets that are bound to the link. What changes with a click that leads to another page, is of
// that page: the entry that is left gets back the address that it had before the click.

const DONE = Symbol.for("rnnviz.history");
const GESTURES = ["pointerdown", "keydown", "click", "popstate"];

export default function ({ parentElement }) {
  const box = parentElement.getRootNode().host ?? parentElement;
  box.closest('[data-testid="stElementContainer"]')?.style.setProperty("display", "none");
  if (history[DONE]) return;
  history[DONE] = true;
  const push = history.pushState.bind(history);
  let before = null; // this page's address before the link changed, since the last click or key
  for (const name of GESTURES) addEventListener(name, () => (before = null), { capture: true, passive: true });
  history.pushState = (state, title, address) => {
    const next = new URL(address ?? location.href, location.href);
    if (next.pathname === location.pathname) {
      before ??= location.href;
      history.replaceState(state, title, address);
      return;
    }
    if (before !== null) history.replaceState(history.state, "", before);
    before = null;
    push(state, title, address);
    document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0); // another page begins at its top
  };
}
