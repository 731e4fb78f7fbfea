// For components with a root of their own, which the page's style sheets do not reach.

const { search } = new URL(import.meta.url);

/** The sheet `name`.css: a function that gives it to the root that `parent` stands in, once. */
export async function sheet(name) {
  const answer = await fetch(new URL(`${name}.css${search}`, import.meta.url));
  const own = new CSSStyleSheet();
  own.replaceSync(await answer.text());
  return (parent) => {
    const scope = parent.getRootNode();
    if (!scope.adoptedStyleSheets.includes(own)) scope.adoptedStyleSheets.push(own);
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
