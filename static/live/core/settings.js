// The settings of the page, in the browser: what the session says they are, and over it what the
// reader has moved since. Sliders and pictures write here, answers are asked for by it, and the
// session is told of it once it rests.
//
// Moves are counted. Everything the session sends says how many of them it knows of, so what is
// older than what is on screen can be told from what is newer.

import { post } from "./post.js";

/** Stillness after which the session is told, where answers keep the page up to date meanwhile. */
const REST_MS = 1200;
/** A message unanswered for so long is lost (a broken connection): what moved is told again. */
const LOST_MS = 5000;

let base = new URLSearchParams(); // as the session has them
let said = null; // the query that it said last
let session = null; // its name
let asked = { path: "", names: [] }; // where answers are asked for
let barred = false; // answers do not come through to here
let count = 0;
/** @type {Map<string, { value: string | number | null, n: number }>} */
const mine = new Map();
/** @type {((name: string, value: object) => void) | null} */
let tell = null; // sends to the session
let telling = 0; // the count that is on its way there
let telledAt = 0;
let timer = 0;
let wholly = false; // of what the session does not know: the page draws more of it than we do
const subscribers = new Set();

/** How many moves there have been. */
export const moves = () => count;

/** The number of one more move, for what is no setting and tells Python by itself. */
export const counted = () => (count += 1);

/** Whether the reader has moved `key` since the session was told. */
export const moved = (key) => mine.has(key);

/**
 * Whether the reader has moved `key` since what the session sends of `known` moves; pieces come one by
 * one, and what says that a move is known may come last.
 * @param {string} key
 * @param {number | undefined} known
 */
export const newer = (key, known) => {
  const own = mine.get(key);
  return own !== undefined && !(known !== undefined && known >= own.n);
};

/** What the reader has moved `key` to, where the session does not know it yet. */
export const value = (key) => mine.get(key)?.value;

/** Whether the session knows all that has been moved. */
export const told = () => mine.size === 0;

/** Whether answers bring the page up to date; else the session does. */
export const live = () => Boolean(asked.path) && !barred;

/** {path, names}: where the page's answers are asked for, the one that leads first. */
export const answers = () => asked;

/** All settings as a query. */
export function query() {
  const params = new URLSearchParams(base);
  for (const [key, { value }] of mine) {
    if (value === null) params.delete(key);
    else params.set(key, String(value));
  }
  return params.toString();
}

/** Call `fn(what)`: "moved" here, "said" by the session, "told" to it, or "barred". */
export function subscribe(fn) {
  subscribers.add(fn);
  return () => subscribers.delete(fn);
}

const announce = (what) => [...subscribers].forEach((fn) => fn(what));

/**
 * The reader moves settings: {key: value}. With `final` they have come to rest; as a `whole` they are
 * any of the page's, boxes and switches of Streamlit's among them, and the session is told at once.
 * @param {Record<string, string | number | null>} values
 */
export function move(values, { final = true, whole = false } = {}) {
  count += 1;
  for (const key in values) mine.set(key, { value: values[key], n: count });
  wholly ||= whole;
  announce("moved");
  if (whole) tellNow();
  else rest(final);
}

/** What has been moved has come to rest. */
export const rested = () => mine.size && rest(true);

/** Tell the session as soon as it is due. */
function rest(final) {
  clearTimeout(timer);
  if (!live()) tellNow();
  else if (final) timer = setTimeout(tellNow, REST_MS);
}

/** Tell the session now what it does not know: the reader turns to something of its own. */
export function tellNow() {
  clearTimeout(timer);
  if (!tell || !mine.size) return;
  const due = telledAt + LOST_MS - performance.now();
  if (telling && due > 0) {
    timer = setTimeout(tellNow, due); // one at a time; `say` comes here sooner
    // What the reader does next must find it told: it goes after what is under way.
    if (telling === count) return;
    if (!live()) return;
  }
  telling = count;
  telledAt = performance.now();
  const values = Object.fromEntries([...mine].map(([key, { value }]) => [key, value]));
  const message = { n: count, values, ...(wholly && { whole: true }) };
  post("address", () => tell("moved", message));
}

/** The session's word: what it has, how many moves that takes in, and how it is told. */
export function say({ query: theirs, answers: where, told: known, session: name }, send) {
  tell = send;
  const same = String(where?.names) === String(asked.names); // the page
  if (session !== null && session !== name) begin(same ? new URLSearchParams(theirs) : null, known);
  session = name;
  asked = where ?? { path: "", names: [] };
  count = Math.max(count, known); // another page of the same session may be ahead
  for (const [key, { n }] of mine) if (n <= known) mine.delete(key);
  if (telling && telling <= known) telling = 0;
  const news = theirs !== said;
  said = theirs;
  base = new URLSearchParams(theirs);
  if (!mine.size) wholly = false;
  if (news) announce("said");
  if (!mine.size) announce("told");
  else if (!telling && !live()) tellNow();
}

/**
 * Another session, after the server was lost or has forgotten the last one: it counts anew, and what
 * is on screen here and not there has been moved.
 */
function begin(theirs, known) {
  const here = new URLSearchParams(query());
  mine.clear();
  telling = 0;
  count = known;
  if (!theirs) return;
  for (const [key, value] of here) {
    if (theirs.get(key) !== value) mine.set(key, { value, n: known + 1 });
  }
  if (mine.size) {
    count = known + 1;
    setTimeout(tellNow);
  }
}

/** Nothing but the server's own addresses comes through: the session brings everything. */
export function bar() {
  if (barred) return;
  barred = true;
  document.documentElement.dataset.unrollAnswers = "barred";
  announce("barred");
  if (mine.size) tellNow();
}

// Whatever is not ours to move belongs to the session, and must find it told: in a message of its own,
// so it is sent as soon as the pointer or the focus turns there, before anything is pressed.
const elsewhere = ({ target }) => {
  if (mine.size && live() && !target.closest?.("[data-moves]")) tellNow();
};
for (const turn of ["pointerover", "pointerdown", "focusin"]) addEventListener(turn, elsewhere, true);
addEventListener("pagehide", tellNow);
document.addEventListener("visibilitychange", () => document.hidden && tellNow());
