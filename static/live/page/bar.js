// The bar over presenter mode: its keys, for whoever has none at hand. A finger on a phone or at a
// smart board goes through the scenes by it, shares the page, and leaves.

import { element } from "../core/element.js";
import * as keys from "./keys.js";

const ICONS = {
  back: "M12.5 4.5L7 10l5.5 5.5",
  on: "M7.5 4.5L13 10l-5.5 5.5",
};
const ABOVE = ".st-key-above";

let bar = null;
let name = null;
let watched = null;

const drawn = (path) =>
  `<svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="2" ` +
  `stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${path}"/></svg>`;

/** A button that does what `key` does; not there where the key does nothing. */
function button(key, says, inside) {
  const made = element("button", { type: "button", title: `${says} (key: ${keys.shown(key)})` });
  made.innerHTML = inside;
  made.setAttribute("aria-label", says);
  made.onclick = () => keys.act(key);
  made.dataset.acts = key;
  return made;
}

function make() {
  name = element("span", { className: "name" });
  name.setAttribute("role", "status");
  const made = element("div", { className: "unroll-bar" },
    button("b", "Scene before", drawn(ICONS.back)), name,
    button("n", "Next scene", drawn(ICONS.on)),
    element("span", { className: "room" }),
    button("q", "Share", "Share"), button("escape", "Leave presenter mode", "Leave"));
  made.setAttribute("role", "toolbar");
  made.setAttribute("aria-label", "Presenter mode");
  return made;
}

/** The name of the scene on screen, and the buttons that do something on this page. */
function refresh() {
  if (!bar) return;
  const said = keys.sceneOnScreen() || (keys.possible("n") ? "Scenes" : "");
  if (name.textContent !== said) name.textContent = said;
  for (const each of bar.querySelectorAll("button")) each.hidden = !keys.possible(each.dataset.acts);
}

const observer = new MutationObserver(refresh);

/** The bar is there in presenter mode only; to be called whenever the page has been told anew. */
export function show(on) {
  if (!on) {
    bar?.remove();
    bar = null;
    observer.disconnect();
    watched = null;
    return;
  }
  if (!bar?.isConnected) document.body.prepend((bar ??= make()));
  const above = document.querySelector(ABOVE);
  if (above !== watched) {
    observer.disconnect();
    if (above) observer.observe(above, { subtree: true, childList: true, characterData: true });
    watched = above;
  }
  refresh();
}
