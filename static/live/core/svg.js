// Small helpers for drawing with SVG nodes that are kept and reused.

const NS = "http://www.w3.org/2000/svg";

export function node(name, parent, attributes = {}) {
  const element = document.createElementNS(NS, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  parent.append(element);
  return element;
}

// Exactly `count` children of `parent`: those there are kept, missing ones made, spare ones dropped.
export function repeat(parent, count, make) {
  while (parent.childElementCount > count) parent.lastElementChild.remove();
  while (parent.childElementCount < count) make(parent);
  return parent.children;
}

// A text of one italic letter and its subscript.
export function variable(parent, letter, className) {
  const text = node("text", parent, { class: className });
  const name = node("tspan", text, { class: "ur-var" });
  name.textContent = letter;
  node("tspan", text, { class: letter === "W" ? "ur-sub ur-var" : "ur-sub", dy: "0.28em" });
  return text;
}

export function subscript(text, value) {
  text.lastElementChild.textContent = value;
}

export const round = (v) => Math.round(v * 10) / 10;
