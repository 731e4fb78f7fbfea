// Keys of presenter mode, and the list of them.

import { element } from "../core/element.js";
import { STREAMLIT } from "../core/internals.js";
import * as stage from "../core/stage.js";
import { Dialog } from "./dialog.js";
import * as undoing from "./undo.js";

/** @type {(selector: string) => HTMLElement | null} */
const first = (selector) => document.querySelector(selector);

// What a page has to be played stands under one of these names.
const PLAY =
  ".ur-button-play, .un-button-play, .uc-button-play, .st-key-run_pause button, .st-key-run_start button";
const STEP = ".ur-button-back, .un-button-back, .uc-button-forward, .st-key-run_step button";
const BACK = ".ur-button-forward, .un-button-forward, .uc-button-back";
const RESET = ".ur-button-loss, .un-button-loss, .uc-button-start, .st-key-run_reset button";
const NEXT_QUESTION = ".st-key-quiz_next button";
const TEXT = "input:not([type=range], [type=checkbox], [type=radio], [type=button]), textarea, " +
  "select, [contenteditable=true], [role=textbox], [role=combobox], [role=listbox]";
/** What to look at in a scene begins with the scene's name. */
const LOOK = ".st-key-above :is(.unroll-look b, [data-testid=stCaptionContainer] strong)";
const SAID_MS = 1800;

let share = () => {}; // opens the share dialog
let turn = (_) => {}; // presenter mode on or off, and tells Python
let hidden = () => []; // what the link hides
let list = null;

/** @type {() => any[]} the buttons */
const scenes = () =>
  hidden().includes("scenes")
    ? []
    : [...document.querySelectorAll(".st-key-scenes .stButton button")].filter(
        (button) => !button.closest(".st-key-quiz"),
      );
let scene = -1; // which of them was chosen last

document.addEventListener("click", ({ target }) => {
  const at = target instanceof Element ? scenes().indexOf(target.closest("button")) : -1;
  if (at >= 0) scene = at;
}, true);

function turnTo(step) {
  const question = first(NEXT_QUESTION);
  if (question) return question.click();
  const buttons = scenes();
  if (!buttons.length) return;
  // Before the first scene comes the last one.
  const from = scene < 0 && step < 0 ? 0 : scene;
  scene = (from + step + buttons.length) % buttons.length;
  buttons[scene].click();
  say(buttons[scene].textContent);
}

const press = (selector) => () => first(selector)?.click();
const there = (selector) => () => first(selector) !== null;
const hasScenes = () => first(NEXT_QUESTION) !== null || scenes().length > 0;

// keys: as event.key has them, in lower case. Those of `always` act outside presenter mode as well.
const KEYS = [
  { keys: ["n", "pagedown"], shown: "N or Page Down", says: "next scene", run: () => turnTo(1),
    there: hasScenes },
  { keys: ["b", "pageup"], shown: "B or Page Up", says: "scene before", run: () => turnTo(-1),
    there: () => first(NEXT_QUESTION) === null && scenes().length > 0 },
  { keys: [" "], shown: "Space", says: "play or pause", run: press(PLAY), there: there(PLAY) },
  { keys: ["."], shown: ".", says: "one step on", run: press(STEP), there: there(STEP) },
  { keys: [","], shown: ",", says: "one step back", run: press(BACK), there: there(BACK) },
  { keys: ["0"], shown: "0", says: "reset: to the beginning", run: press(RESET),
    there: there(RESET) },
  { keys: ["q"], shown: "Q", says: "share: link and QR code", run: () => share(),
    there: () => !hidden().includes("share"), always: true },
  { keys: ["p"], shown: "P", says: "presenter mode on or off",
    run: () => turn(!stage.presents()), there: () => true, always: true },
  { keys: ["escape"], shown: "Esc", says: "leave presenter mode", run: () => turn(false),
    there: () => true },
  { keys: ["?"], shown: "?", says: "this list", run: () => showList(), there: () => true,
    always: true },
];

/** The keys that do something on this page. */
function showList() {
  list ??= new Dialog("Keys", "unroll-keys");
  const rows = KEYS.filter((key) => key.there()).map(({ shown, says, always }) => {
    const row = element("tr");
    const name = element("th", { scope: "row" });
    for (const part of shown.split(/( or )/)) {
      name.append(part === " or " ? part : element("kbd", { textContent: part }));
    }
    row.append(name, element("td", { textContent: says }));
    if (!always) row.dataset.presenting = "";
    return row;
  });
  const table = element("table", {}, element("tbody", {}, ...rows));
  const note = element("p", {
    textContent: stage.presents()
      ? "They rest while a text field has the focus."
      : "Those in grey act in presenter mode.",
  });
  list.root.toggleAttribute("data-resting", !stage.presents());
  list.body.replaceChildren(table, note);
  list.open();
}

/** A word on what a key has done, for as long as it takes to read. */
let said = null;
let fading = 0;
function say(text) {
  if (!said?.isConnected) {
    said = element("div", { className: "unroll-said" });
    said.setAttribute("role", "status");
    document.body.append(said);
  }
  said.textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => (said.textContent = ""), SAID_MS);
}

function pressed(event) {
  if (event.defaultPrevented || event.altKey) return;
  if (document.querySelector("dialog[open]")) return; // Escape closes it
  const target = event.target instanceof Element ? event.target : document.body;
  if (target.closest(TEXT) || document.activeElement?.closest(TEXT)) return;
  if (event.ctrlKey || event.metaKey) {
    if (event.key.toLowerCase() !== "z" || event.shiftKey || !undoing.possible()) return;
    event.preventDefault();
    undoing.undo();
    return;
  }
  const name = event.key.toLowerCase();
  const key = KEYS.find(({ keys }) => keys.includes(name));
  if (!key || !(key.always || stage.presents()) || !key.there()) return;
  // Space presses the button that has the focus, and Streamlit's menus close by Escape.
  if (name === " " && target.closest("button, a, summary, [role=button], input")) return;
  if (name === "escape" && document.querySelector(STREAMLIT.menu)) return;
  event.preventDefault();
  event.stopPropagation();
  key.run();
}

document.addEventListener("keydown", pressed);

const named = (key) => KEYS.find(({ keys }) => keys.includes(key));

/** Do what `key` does; whether it does something on this page; how the list of keys names it. */
export const act = (key) => named(key).run();
export const possible = (key) => named(key).there();
export const shown = (key) => named(key).shown;

/** The name of the scene that the words above the picture are about, or "". */
export function sceneOnScreen() {
  const said = first(LOOK)?.textContent.replace(/\.$/, "") ?? "";
  return scenes().some((button) => button.textContent.trim() === said) ? said : "";
}

/** What keys need of the page that is on screen. */
export function use(page) {
  ({ share, turn, hidden } = page);
}

export { showList };
