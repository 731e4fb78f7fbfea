// Small helpers for drawing with SVG nodes that are kept and reused.

const NS = "http://www.w3.org/2000/svg";

/**
 * A new SVG element at the end of `parent`.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} name
 * @param {Element} parent
 * @param {Record<string, any>} attributes
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function node(name, parent, attributes = {}) {
  const element = document.createElementNS(NS, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  parent.append(element);
  return element;
}

/**
 * Exactly `count` children of `parent`: those there are kept, missing ones made, spare ones dropped.
 * @param {Element} parent
 * @param {number} count
 * @param {(parent: Element) => unknown} make
 * @returns {HTMLCollectionOf<any>} of what `make` makes
 */
export function repeat(parent, count, make) {
  while (parent.childElementCount > count) parent.lastElementChild.remove();
  while (parent.childElementCount < count) make(parent);
  return parent.children;
}

/**
 * A text of one italic letter and its subscript.
 * @param {Element} parent
 * @param {string} letter
 * @param {string} className
 */
export function variable(parent, letter, className) {
  const text = node("text", parent, { class: className });
  const name = node("tspan", text, { class: "ur-var" });
  name.textContent = letter;
  node("tspan", text, { class: letter === "W" ? "ur-sub ur-var" : "ur-sub", dy: "0.28em" });
  return text;
}

/**
 * @param {Element} text
 * @param {string | number} value
 */
export function subscript(text, value) {
  text.lastElementChild.textContent = String(value);
}

/** @param {number} v */
export const round = (v) => Math.round(v * 10) / 10;
