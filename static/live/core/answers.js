// Answers: while something moves, the page's pictures, charts and sentences are asked for by the
// settings, as a plain HTTP answer, and drawn. The first answer of a page leads; the others follow
// once it rests, those in view first. One question is under way at a time, and the newest wins: no
// constants of pace, it is whatever server and browser can keep.
//
// Should the server not answer, the last good picture stays, the page is marked, and the question is
// asked again. Where no answer of ours ever comes through, the session brings everything, slower.

import * as pieces from "./pieces.js";
import { address } from "./place.js";
import * as settings from "./settings.js";
import { unpack } from "./wire.js";

const TYPE = "application/x-unroll";
/** Of these the same question may be answered a moment later. */
const BUSY = [429, 503];
/** Stillness after which the answers that follow are asked for, if they are in view. */
const SETTLE_MS = 60;
/** And so much later those that are not. */
const UNSEEN_MS = 1500;
/** Waits before a question is asked again. */
const AGAIN_MS = [300, 600, 1200, 2400, 4800];
/** Silence after which the page says that it waits. */
const SAID_MS = 500;
/** So old may what leads be before it is marked as old. */
const LATE_MS = 300;
/** An answer that has not come by then never will. */
const LOST_MS = 20000;

const tab = Math.random().toString(36).slice(2);

let stamp = null; // of what leads
let link = null; // the settings on screen, as the server writes them
let shownMoves = 0; // the moves that are on screen
let flying = null; // { name, abort }
let epoch = 0; // changes when the session goes elsewhere
let failures = 0;
let came = false; // an answer of ours has come through
let timer = 0;
let lateTimer = 0; // of the oldest move that what leads does not show
let stillSince = 0;
const subscribers = new Set();

/** Call `fn()` when what is on screen has changed. */
export function subscribe(fn) {
  subscribers.add(fn);
  return () => subscribers.delete(fn);
}

/** The address's query for what is on screen, or null where nothing has been answered since the
 * session said it. */
export const shown = () => link;

/** Whether a move waits for its picture. */
export const busy = () => settings.live() && shownMoves < settings.moves();

/** What leads is of this state now. */
export function leads(newStamp) {
  stamp = newStamp;
  stillSince = performance.now();
  mark();
  aged();
}

/** The state that leads. */
export const stampShown = () => stamp;

// --- asking ---------------------------------------------------------------------------------------

settings.subscribe((what) => {
  if (what === "moved") {
    lateTimer ||= setTimeout(old, LATE_MS);
    if (!settings.live()) return;
    if (flying && flying.name !== leader()) flying.abort.abort(); // it would be old when it comes
    clearTimeout(timer);
    ask();
  } else if (what === "said") {
    link = null;
    epoch += 1;
    flying?.abort.abort();
    if (settings.told()) shownMoves = settings.moves();
    else if (settings.live()) ask(); // the reader's moves over what the session has now
    settle();
  } else aged();
});

const leader = () => settings.answers().names[0];

function ask() {
  if (!flying && busy()) fetchOne(leader());
}

async function fetchOne(name) {
  const moves = settings.moves();
  const abort = new AbortController();
  flying = { name, abort };
  const mine = flying;
  const started = epoch;
  const late = setTimeout(() => say("waiting", "Waiting for the server …"), SAID_MS);
  const lost = setTimeout(() => abort.abort("lost"), LOST_MS);
  let outcome;
  try {
    outcome = await answer(name, settings.query(), abort.signal);
  } catch {
    outcome = { failed: abort.signal.aborted && abort.signal.reason !== "lost" ? "old" : "network" };
  }
  clearTimeout(late);
  clearTimeout(lost);
  if (flying !== mine) return;
  flying = null;
  if (outcome.failed === "old" || started !== epoch) {
    ask();
    settle();
  } else if (outcome.failed) failed(outcome);
  else {
    failures = 0;
    came = true;
    say("", "");
    took(name, moves, outcome);
  }
}

/** The parts of an answer: [head, ...pieces]; or why there are none. */
async function answer(name, query, signal) {
  const where = address(`${settings.answers().path}/${name}?${query}`);
  const got = await fetch(where, { signal, headers: { "x-unroll-tab": tab } });
  const type = got.headers.get("content-type") ?? "";
  if (got.ok && type.startsWith(TYPE)) return { parts: split(new Uint8Array(await got.arrayBuffer())) };
  if (type.startsWith("application/json")) {
    const { error } = await got.json();
    const failed = BUSY.includes(got.status) ? "busy" : "refused";
    if (typeof error === "string") return { failed, error };
  }
  return { failed: "foreign" };
}

/** An answer's parts, each behind its length; see ui/answers/made.py. */
export function split(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [];
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint32(at, true);
    parts.push(unpack(bytes.subarray(at + 8, at + 8 + length)));
    at += 8 + length;
  }
  return parts;
}

async function took(name, moves, { parts: [head, ...rest] }) {
  const leading = name === leader();
  if (leading) {
    shownMoves = moves;
    link = head.address;
    leads(head.stamp);
  }
  for (const piece of rest) {
    pieces.drawn(piece);
    await null; // whoever watches one piece hears of it before the next is drawn; no frame between
  }
  mark();
  for (const fn of subscribers) fn();
  ask();
  settle();
}

function failed({ failed: why, error }) {
  // A first answer that is not ours: a host that lets only Streamlit's own addresses through.
  if (why === "foreign" && !came) return settings.bar();
  failures += 1;
  if (why === "refused") {
    say("refused", error);
    shownMoves = settings.moves(); // asking again would not help; the next move does
    aged();
    return;
  }
  if (why === "busy") say("waiting", error);
  else say("waiting", "The server does not answer: what is on screen is older than the settings.");
  // For a class it is better that not all of them ask at the same moment.
  const wait = AGAIN_MS[Math.min(failures, AGAIN_MS.length) - 1] * (0.75 + Math.random() / 2);
  clearTimeout(timer);
  timer = setTimeout(() => (busy() ? ask() : settle()), wait);
}

// --- what follows ---------------------------------------------------------------------------------

pieces.subscribe((payload) => {
  if (payload.group && payload.group === leader()) leads(payload.stamp);
  else if (payload.group) mark();
  settle();
});

/** @param {{ shown: import("../types").Payload }} place */
const isLate = ({ shown }) => stamp !== null && shown.stamp !== stamp;

/** Mark what is older than what leads. */
function mark() {
  for (const name of settings.answers().names.slice(1)) {
    for (const place of pieces.of(name)) place.parent.toggleAttribute("data-late", isLate(place));
  }
}

/** Whether a move waits for its picture, whoever is to bring it. */
const behind = () =>
  settings.answers().names.length > 0 && (settings.live() ? busy() : !settings.told());

/** Mark what leads, if it still is older than the settings. */
function old() {
  if (behind()) document.documentElement.dataset.unrollLate = "";
}

/** What leads has come, and may be older than the settings again. */
function aged() {
  clearTimeout(lateTimer);
  delete document.documentElement.dataset.unrollLate;
  lateTimer = behind() ? setTimeout(old, LATE_MS) : 0;
}

function inView({ parent }) {
  const { top, bottom, height } = parent.getBoundingClientRect();
  return height > 0 && top < innerHeight && bottom > 0;
}

/** Bring up to date what follows, when it is time. */
function settle() {
  clearTimeout(timer);
  if (!settings.live() || flying || busy() || stamp === null) return;
  const late = settings.answers().names.slice(1).filter((name) => pieces.of(name).some(isLate));
  if (!late.length) return;
  const near = late.find((name) => pieces.of(name).some(inView));
  const wait = stillSince + (near ? SETTLE_MS : UNSEEN_MS) - performance.now();
  if (wait > 0) timer = setTimeout(settle, wait);
  else if (!document.hidden) fetchOne(near ?? late[0]);
}

addEventListener("scroll", settle, { capture: true, passive: true });
document.addEventListener("visibilitychange", settle);

// --- what the reader is told ----------------------------------------------------------------------

let place = null;

function say(state, text) {
  const { dataset } = document.documentElement;
  if (!state && !place) return;
  if (!place?.isConnected) {
    place = document.createElement("div");
    place.className = "unroll-answering";
    place.setAttribute("role", "status");
    document.body.append(place);
  }
  if (place.textContent !== text) place.textContent = text;
  if (state) dataset.unrollAnswering = state;
  else delete dataset.unrollAnswering;
}
