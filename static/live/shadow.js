// For components with a root of their own, which the page's style sheets do not reach.

const { search } = new URL(import.meta.url);

const sheets = new Map();

async function fetched(name) {
  const answer = await fetch(new URL(`${name}.css${search}`, import.meta.url));
  const own = new CSSStyleSheet();
  own.replaceSync(await answer.text());
  return own;
}

/** The sheets `name`.css: a function that gives them to the root that `parent` stands in, once. */
export async function sheet(...names) {
  for (const name of names) if (!sheets.has(name)) sheets.set(name, fetched(name));
  const all = await Promise.all(names.map((name) => sheets.get(name)));
  return (parent) => {
    const { adoptedStyleSheets: adopted } = parent.getRootNode();
    for (const own of all) if (!adopted.includes(own)) adopted.push(own);
  };
}

/** A new `name` element with a class and attributes, at the end of `parent`. */
export function element(name, className, parent, attributes = {}) {
  const made = document.createElement(name);
  made.className = className;
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  parent.append(made);
  return made;
}
