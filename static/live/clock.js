// The page-wide clock between the sliders and the charts they move.
//
// It has no tick of its own: a value is sent, Python answers, the leading charts draw, and only then
// is the newest value sent. So at most one request is under way, nothing queues up, and the pace is
// whatever server and browser can keep.

const { search } = new URL(import.meta.url);
const { tap } = await import(`./early.js${search}`);

/** A request unanswered for so long is lost (an error on the server, a broken connection). */
const LOST_MS = 2000;
/** Stillness after which the charts that follow are asked to catch up. */
const SETTLE_MS = 60;
/** How often a follower is asked for one and the same state before the clock gives up. */
const TRIES = 3;

let counter = 0;
let inFlight = null; // { seq, answered, timer }
const pending = new Map(); // slider key -> { value, final, send, lost }
const leads = new Map(); // chart key -> seq of what it shows
const followers = new Map(); // chart key -> { shown, ask, late, asked, tries }
const listeners = new Set();
let stamp = null; // of what the leading charts show
let settled = null; // the last one that was announced
let settleTimer = 0;

// --- one message at a time ----------------------------------------------------------------------
// Streamlit gathers the values set within one task into one message and sends it by setTimeout(0).
// Two things about that are in our way. The message has ONE fragment id: a value of a second
// fragment would go along, but that fragment would not run. And the browser draws a frame before it
// comes to the timeout, 10 ms of waiting on a busy page. So the timeout is caught, and the message
// sent at once. Should Streamlit send in another way one day, nothing is caught, and values of
// different components wait for each other's messages instead.

let turn = null; // whose message is being gathered
const waiting = [];

/** Run `send`, which sets a value of the component `key`, in a message of its own. */
export function post(key, send) {
  if (turn !== null && turn !== key) {
    waiting.push([key, send]);
    return;
  }
  if (sendNow(send) || turn !== null) return;
  turn = key;
  setTimeout(() => {
    turn = null;
    const next = waiting.shift();
    if (next) post(...next);
  }, 0); // after Streamlit's own, which `send` has set
}

/** Run `send` and the timeout it sets; false if it set none. */
function sendNow(send) {
  const { setTimeout } = window;
  let flush = null;
  window.setTimeout = (callback, delay, ...rest) => {
    if (flush || delay || typeof callback !== "function") {
      return setTimeout(callback, delay, ...rest);
    }
    flush = () => callback(...rest);
    return 0;
  };
  try {
    send();
  } finally {
    window.setTimeout = setTimeout;
  }
  if (flush) tap(flush);
  return flush !== null;
}

// --- sliders --------------------------------------------------------------------------------------

/**
 * A slider's newest value. `send({ value, seq, final })` is called when its turn comes, at once if
 * the page is idle; a newer offer under the same key replaces one that has not been sent. `lost` is
 * called if nobody answers.
 */
export function offer(key, { value, final, send, lost }) {
  pending.delete(key); // to the end of the line, so that two sliders moved at once alternate
  pending.set(key, { value, final, send, lost });
  pump();
}

function pump() {
  if (inFlight || !pending.size) return;
  const [key, { value, final, send, lost }] = pending.entries().next().value;
  pending.delete(key);
  const seq = ++counter;
  inFlight = { seq, answered: false };
  inFlight.timer = setTimeout(() => {
    lost?.();
    release();
  }, LOST_MS);
  clearTimeout(settleTimer);
  post(key, () => send({ value, seq, final }));
}

/** Python has seen sequence numbers up to `seq` (a slider got its answer). */
export function answered(seq) {
  counter = Math.max(counter, seq); // another page of the same session may be ahead
  if (!inFlight || seq < inFlight.seq) return;
  inFlight.answered = true;
  // The leading charts come with the same answer: the line is free only if there is none of them.
  releaseIfDrawn();
}

function releaseIfDrawn() {
  if (!inFlight) return;
  const shown = [...leads.values()];
  const drawn = shown.every((seq) => seq >= inFlight.seq);
  if (drawn && (shown.length || inFlight.answered)) release();
}

function release() {
  if (!inFlight) return;
  clearTimeout(inFlight.timer);
  inFlight = null;
  pump();
  settleSoon();
}

/** True while a value is on its way or waiting to go. */
export const busy = () => inFlight !== null || pending.size > 0;

// --- charts that lead -----------------------------------------------------------------------------

/** The leading chart `key` now shows the state `newStamp`, computed after the sliders' `seq`. */
export function drawn(key, seq, newStamp) {
  leads.set(key, seq);
  counter = Math.max(counter, seq);
  stamp = newStamp;
  for (const follower of followers.values()) follower.late(follower.shown !== stamp);
  releaseIfDrawn();
  settleSoon();
}

/** The leading chart `key` is gone: nobody may wait for it. */
export function unlead(key) {
  leads.delete(key);
  releaseIfDrawn();
}

// --- charts that follow ---------------------------------------------------------------------------

/**
 * The following chart `key` shows the state `shown`; `ask(stamp)` makes Python run its fragment
 * again, and `late(yes)` hears whether the leading charts are ahead of it.
 */
export function follow(key, shown, ask, late = () => {}) {
  const before = followers.get(key);
  followers.set(key, { asked: null, tries: 0, ...before, shown, ask, late });
  late(stamp !== null && shown !== stamp);
  settleSoon();
}

export function unfollow(key) {
  followers.delete(key);
}

/** Call `fn(stamp)` whenever the leading charts have come to rest; returns how to end that. */
export function onSettled(fn) {
  listeners.add(fn);
  return () => listeners.delete(fn);
}

function settleSoon(delay = SETTLE_MS) {
  clearTimeout(settleTimer);
  settleTimer = setTimeout(settle, delay);
}

function settle() {
  if (busy() || stamp === null) return;
  if (stamp !== settled) {
    settled = stamp;
    for (const fn of listeners) fn(stamp);
  }
  // One question at a time: the answer redraws every chart of a fragment, and each comes here again.
  for (const [key, follower] of followers) {
    if (follower.asked !== stamp) Object.assign(follower, { asked: stamp, tries: 0 });
    if (follower.shown === stamp || follower.tries >= TRIES) continue;
    follower.tries += 1;
    const wanted = stamp;
    post(key, () => follower.ask(wanted));
    settleSoon(LOST_MS); // asks again if the answer is lost; any drawing comes here sooner
    return;
  }
}
