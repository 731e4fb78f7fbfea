// Where next: a link at a page's end takes the settings on screen along, the newest moves too.

import * as settings from "../core/settings.js";

/** How a page asks is its own affair. */
const LEFT = ["quiz"];

/** The address of a link with what is on screen, and what the link has otherwise. */
function complete(link) {
  const query = new URLSearchParams(settings.query());
  for (const name of [...LEFT, ...link.dataset.without.split(" ")]) query.delete(name);
  for (const [name, value] of new URLSearchParams(link.dataset.onward)) query.set(name, value);
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (name.startsWith("embed")) query.append(name, value); // a frame stays one
  }
  const address = new URL(link.href);
  address.search = query.toString();
  link.href = address.href;
}

/** Have every such link completed before it is followed, copied or opened elsewhere. */
export function listen() {
  for (const turn of ["pointerover", "pointerdown", "focusin"]) {
    document.addEventListener(turn, ({ target }) => {
      const link = target instanceof Element ? target.closest("a[data-onward]") : null;
      if (link) complete(link);
    }, true);
  }
}
