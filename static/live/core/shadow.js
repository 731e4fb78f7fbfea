// For components with a root of their own, which the page's style sheets do not reach.

async function fetched(address) {
  const answer = await fetch(address);
  const own = new CSSStyleSheet();
  own.replaceSync(await answer.text());
  return own;
}

/**
 * The style sheets at some addresses: `ready` once they are there, and `adopt(parent)` gives them to
 * the root that `parent` stands in, once.
 */
export function sheet(...addresses) {
  const own = [];
  const ready = Promise.all(addresses.map(fetched)).then((all) => own.push(...all));
  const adopt = (parent) => {
    const { adoptedStyleSheets: adopted } = parent.getRootNode();
    for (const each of own) if (!adopted.includes(each)) adopted.push(each);
  };
  return { ready, adopt };
}

/** A new `name` element with a class and attributes, at the end of `parent`. */
export function element(name, className, parent, attributes = {}) {
  const made = document.createElement(name);
  made.className = className;
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  parent.append(made);
  return made;
}
