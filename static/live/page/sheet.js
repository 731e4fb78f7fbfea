// The button at the foot of a narrow screen that opens the page's settings over it. Where the screen
// is wide, the settings stand beside the picture and the button is not shown (styles/places.css).

import { element } from "../core/element.js";
import { component } from "../core/mount.js";
import { style } from "../core/theme.js";

export const ready = style(new URL("sheet.css", import.meta.url));

const ICON =
  '<svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.7" ' +
  'stroke-linecap="round" aria-hidden="true"><path d="M3 6h6m5 0h3M3 14h2m5 0h7"/>' +
  '<circle cx="11.5" cy="6" r="2.3"/><circle cx="7.5" cy="14" r="2.3"/></svg>';
const SETTINGS = ".st-key-settings";
const SLIDERS = ".st-key-first_sliders";
/** Where the focus goes; a help text would open by it. */
const FOCUSABLE = "input, button:not([aria-label^=Help]), summary";
/** What opens over the page from a setting. */
const OVER = "[data-baseweb=popover], [role=listbox], dialog";

const root = document.documentElement;
/** @type {(selector: string) => HTMLElement | null} */
const first = (selector) => document.querySelector(selector);
let button = null;

const overThePage = () => [...document.querySelectorAll(OVER)].some((node) => node.checkVisibility());
const isOpen = () => root.hasAttribute("data-sheet");

function turn(on) {
  root.style.setProperty("--unroll-foot", `${first(SLIDERS)?.offsetHeight ?? 0}px`);
  root.toggleAttribute("data-sheet", on);
  button?.setAttribute("aria-expanded", String(on));
  if (on) first(`${SETTINGS} :is(${FOCUSABLE})`)?.focus();
  else if (document.activeElement?.closest(SETTINGS)) button?.focus();
}

function make() {
  const made = element("button", { type: "button" });
  made.innerHTML = `${ICON}<span>Settings</span>`;
  made.setAttribute("aria-expanded", "false");
  made.addEventListener("click", () => turn(!isOpen()));
  return made;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !isOpen() || overThePage()) return;
  turn(false);
  event.stopPropagation();
}, true);

// A tap on the picture is meant for the picture: the sheet goes, so that it can be seen.
document.addEventListener("pointerdown", ({ target }) => {
  if (!isOpen() || !(target instanceof Element)) return;
  if (!target.closest(`${SETTINGS}, ${SLIDERS}, ${OVER}`)) turn(false);
});

export default component((_, { parentElement: parent }) => {
  if (parent.querySelector(":scope > .unroll-sheet")) return;
  turn(false); // of the page before
  button = make();
  const box = element("div", { className: "unroll-sheet" }, button);
  parent.append(box);
});
