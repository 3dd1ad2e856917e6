// SVG elements.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, those that are null left out, and words.
 * @type {(name: string, attributes?: object, words?: string | null, parent?: Element | null) => SVGElement} */
export function makeSvg(name, attributes = {}, words = null, parent = null) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(key, String(value));
  }
  if (words !== null) element.textContent = words;
  parent?.append(element);
  return element;
}
