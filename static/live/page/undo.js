// Undo and Reset: the page's settings as they were before the last change that came to rest, and as
// the page starts. Both are moves like any other: picture, address and session follow as they do a
// slider, and what Streamlit draws by itself is drawn anew.

import * as settings from "../core/settings.js";

/** Stillness after which what has been moved counts as one change. */
const REST_MS = 700;
const MOST = 100;

/** @typedef {Record<string, string | number | null>} Values of settings, by key */

/** @type {Values} where the page starts */
let defaults = {};
let page = ""; // whose settings these are
/** @type {Record<string, string>} as a link writes them, at rest */
let current = {};
/** @type {Record<string, string>[]} before that, the newest last */
let past = [];
let going = false; // back, and the session has not said so yet
let timer = 0;
const subscribers = new Set();

const written = (value) => (value === null ? "none" : String(value));

/** The settings on screen, as a link writes them; one that it leaves out is where the page starts. */
function onScreen() {
  const query = new URLSearchParams(settings.query());
  return Object.fromEntries(
    Object.entries(defaults).map(([key, value]) => [key, query.get(key) ?? written(value)]),
  );
}

const start = () =>
  Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, written(value)]));

/** What has to be moved to come from one state to the other, as the sliders know it. */
function moves(from, to) {
  /** @type {Values} */
  const found = {};
  for (const key of Object.keys(defaults)) {
    if (from[key] === to[key]) continue;
    if (to[key] === "none" && defaults[key] === null) found[key] = null;
    else found[key] = typeof defaults[key] === "string" ? to[key] : Number(to[key]);
  }
  return found;
}

const differ = (from, to) => Object.keys(moves(from, to)).length > 0;

const announce = () => [...subscribers].forEach((fn) => fn());

function settle() {
  clearTimeout(timer);
  const now = onScreen();
  if (going) {
    if (!settings.told()) return;
    going = false; // it may have come out otherwise: limits hang on each other
    current = now;
  } else if (differ(current, now)) {
    past = [...past, current].slice(-MOST);
    current = now;
  }
  announce();
}

settings.subscribe((what) => {
  if (what === "moved") {
    clearTimeout(timer);
    timer = setTimeout(settle, REST_MS);
    announce();
  } else if (settings.told()) settle();
});

/**
 * The page's word: its name, and where it starts.
 * @param {string} name
 * @param {Values} values
 */
export function begin(name, values) {
  defaults = values;
  if (name === page) return;
  page = name;
  past = [];
  going = false;
  current = onScreen();
  announce();
}

/** Whether there is a change to take back; whether anything is not where the page starts. */
export const possible = () => past.length > 0 || differ(current, onScreen());
export const moved = () => differ(onScreen(), start());

function go(to) {
  const now = onScreen();
  current = to;
  going = true;
  settings.move(moves(now, to), { whole: true });
  clearTimeout(timer);
  announce();
}

/** Take back the last change. */
export function undo() {
  if (!possible()) return;
  // What moves still is a change, too.
  go(differ(current, onScreen()) && !going ? current : past.pop() ?? current);
}

/** Back to where the page starts; that can be taken back as well. */
export function reset() {
  if (!moved()) return;
  const now = onScreen();
  past = [...past, ...(differ(current, now) ? [current] : []), now].slice(-MOST);
  go(start());
}

/** Call `fn()` when what is possible may have changed. */
export function subscribe(fn) {
  subscribers.add(fn);
  return () => subscribers.delete(fn);
}
