// A style sheet in the head of the page: one that Streamlit holds is gone for a while in some reruns.
//
// Chromium hides the content of a closed `details` (an expander) by `content-visibility`. While a page has such
// content, each change of a selection costs seconds in a text of 100,000 characters. `display: none` hides the
// same and costs nothing.
//
// Links to pages that stand in a row of keyed "page_links" look like the buttons that they are to a reader.

const RULES = `
details:not([open])::details-content { content-visibility: visible; display: none; }
.st-key-page_links [data-testid="stPageLink-NavLink"] {
  border: 1px solid rgb(128 128 150 / 40%); border-radius: 0.5rem; padding: 0.5rem 0.75rem;
}`;
const ID = "rnnviz-page-style";

export default function ({ parentElement }) {
  const box = parentElement.getRootNode().host ?? parentElement;
  box.closest('[data-testid="stElementContainer"]')?.style.setProperty("display", "none");
  if (document.getElementById(ID)) return;
  document.head.append(Object.assign(document.createElement("style"), { id: ID, textContent: RULES }));
}
