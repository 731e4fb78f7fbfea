// The address bar: replaces the query once the page has come to rest; and the button that shares it.
// It is on every page, so the keys and the way a page is shown hang on it.
import * as answers from "../core/answers.js";
import { STREAMLIT } from "../core/internals.js";
import { element } from "../core/element.js";
import { component } from "../core/mount.js";
import { post } from "../core/post.js";
import * as settings from "../core/settings.js";
import * as stage from "../core/stage.js";
import * as bar from "./bar.js";
import { Depth } from "./depth.js";
import * as keys from "./keys.js";
import * as onward from "./onward.js";
import { Share } from "./share.js";
import { Terms } from "./terms.js";
import * as tour from "./tour.js";
import * as undoing from "./undo.js";

export const { ready } = stage;

const icon = (path) =>
  '<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.6" ' +
  `stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${path}"/></svg>`;
const ICONS = {
  share: icon("M6.5 9.5l3-3M7 4.5l1.2-1.2a3 3 0 014.3 4.3L11.2 8.8M9 11.5l-1.2 1.2a3 3 0 01-4.3-4.3L4.8 7.2"),
  undo: icon("M5.5 2.5L2.5 5.5l3 3M2.5 5.5H10a3.5 3.5 0 010 7H6.5"),
  tour: "?",
  reset: icon("M2.5 3v3.5H6M2.8 6.5A5.5 5.5 0 112.5 9"),
};
onward.listen();

const REST_MS = 150; // browsers limit how often an address may change
/** After a reconnection Streamlit writes the query it was opened with over ours, unheard. */
const LOOK_MS = 1000;

const instances = new WeakMap();

/** Streamlit's own names in an address: a page that was opened for a frame stays so. */
const FRAME = ["embed", "embed_options"];

/** What is on screen: of the newest answer, or what the session has said since. */
const query = (state) => answers.shown() ?? state.payload.query;

/** The same as the address holds it. */
function inAddress(state) {
  const kept = [...new URLSearchParams(location.search)].filter(([name]) => FRAME.includes(name));
  return [query(state), new URLSearchParams(kept).toString()].filter(Boolean).join("&");
}

function show(state) {
  const url = new URL(location.href);
  const wanted = `?${inAddress(state)}`;
  state.root.dataset.query = wanted.slice(1);
  if (url.search === wanted) return;
  history.replaceState(history.state, "", url.pathname + wanted + url.hash);
}

function later(state) {
  clearTimeout(state.timer);
  state.root.dataset.query = inAddress(state); // what the address bar is about to hold
  state.timer = setTimeout(() => (answers.busy() ? later(state) : show(state)), REST_MS);
}

function create(parent) {
  const root = document.createElement("div");
  root.className = "unroll-address";
  root.dataset.moves = ""; // what it moves it tells by itself
  root.innerHTML =
    `<button type="button" class="share" aria-haspopup="dialog">${ICONS.share}<span>Share</span></button>`;
  const undo = round("undo", "Undo the last change (Ctrl+Z)", undoing.undo);
  const reset = round("reset", "Reset: where this page starts", undoing.reset);
  const help = round("tour", "Tour of this page", () => tour.start());
  root.prepend(help, undo, reset);
  parent.querySelector(":scope > .unroll-address")?.remove();
  parent.append(root);
  const state = { root, timer: 0, depth: new Depth(root), terms: new Terms(root) };
  // Streamlit calls back on a change only: `at` makes the same word, said again, news.
  const tell = (name, value) =>
    post(state.payload.key, () => state.tell(name, { ...value, at: Date.now() }));
  const turn = (on) => {
    stage.present(on);
    bar.show(on);
    tell("present", { on });
  };
  state.share = new Share({
    ask: (link) => tell("link", { link }),
    present: () => turn(!stage.presents()),
    keys: () => keys.showList(),
  });
  const open = () => {
    show(state);
    state.share.open({ ...state.payload, query: query(state), present: stage.presents() });
  };
  root.querySelector(".share").setAttribute("aria-label", "Share"); // on a phone it is a picture
  const button = /** @type {HTMLButtonElement} */ (root.querySelector(".share"));
  button.title = "A link to exactly what is on screen, its QR code, and presenter mode";
  button.onclick = open;
  const possible = () => {
    undo.setAttribute("aria-disabled", String(!undoing.possible()));
    reset.setAttribute("aria-disabled", String(!undoing.moved()));
  };
  state.unwatch = undoing.subscribe(possible);
  possible();
  keys.use({ share: open, turn, hidden: () => state.payload?.hidden ?? [] });
  return state;
}

/** A round button beside Share; what cannot be done keeps its place, and the focus if it has it. */
function round(name, says, act) {
  const made = element("button", { type: "button", className: name, title: says });
  made.innerHTML = ICONS[name];
  made.setAttribute("aria-label", says);
  made.onclick = () => made.getAttribute("aria-disabled") === "true" || act();
  return made;
}

/** Which of the navigation's menus the page stands in: a closed one shows nothing of its pages. */
function mark(group) {
  for (const button of document.querySelectorAll(STREAMLIT.group)) {
    if (button.textContent.trim() === group) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

export default component(
  (payload, { parentElement: parent, setStateValue }) => {
    let state = instances.get(parent);
    if (!state) instances.set(parent, (state = create(parent)));
    state.tell = setStateValue;
    state.root.dataset.key = payload.key;
    if (payload.present !== state.payload?.present) stage.present(payload.present);
    state.payload = payload;
    bar.show(stage.presents());
    // What scrolls is no stop of the Tab key: everything in it is. "Skip to main content" still leads here.
    document.querySelector(STREAMLIT.main)?.setAttribute("tabindex", "-1");
    mark(payload.group);
    settings.say(/** @type {any} */ (payload), setStateValue);
    undoing.begin(payload.page, payload.defaults);
    tour.turnTo(payload.page);
    state.depth.update(payload);
    state.terms.update(payload);
    state.share.update(payload.answer);
    state.unsubscribe ??= answers.subscribe(() => later(state));
    state.looking ??= setInterval(() => answers.busy() || show(state), LOOK_MS);
    later(state);
  },
  (parent) => {
    const state = instances.get(parent);
    if (!state) return;
    clearTimeout(state.timer);
    clearInterval(state.looking);
    state.unsubscribe();
    state.unwatch();
    state.depth.remove();
    state.terms.remove();
    state.share.remove();
    bar.show(false);
  },
);
