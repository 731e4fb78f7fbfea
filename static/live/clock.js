// The page-wide clock between the sliders and the charts they move.
//
// It has no tick of its own: a value is sent, Python answers, the leading charts draw, and only then
// is the newest value sent. So at most one request is under way, nothing queues up, and the pace is
// whatever server and browser can keep.

const { search } = new URL(import.meta.url);
const { tap } = await import(`./early.js${search}`);

/** A request unanswered for so long is lost (an error on the server, a broken connection). */
const LOST_MS = 2000;
/** Stillness after which the charts that follow are asked to catch up, if they are in view. */
const SETTLE_MS = 60;
/** And so much later those that are not: on paper, and for whoever scrolls, they are current too. */
const UNSEEN_MS = 1500;
/**
 * A busy server is not asked for what may wait: for every millisecond that a slider's answers take
 * beyond twice the quickest one, or beyond EASY_MS, the stillness must last BUSY milliseconds, up to
 * MOST_MS. So a class of thirty keeps its sliders moving.
 */
const EASY_MS = 60;
const BUSY = 20;
const MOST_MS = 1500;
/** Of the newest answer's time in the running mean. */
const NEWEST = 0.3;
/** How often a follower is asked for one and the same state before the clock gives up. */
const TRIES = 3;

let counter = 0;
let inFlight = null; // { seq, answered, sent, timer }
const pending = new Map(); // slider key -> { value, final, send, lost }
const leads = new Map(); // chart key -> seq of what it shows
const followers = new Map(); // chart key -> { shown, ask, late, node, asked, tries }
let stamp = null; // of what the leading charts show
let settleTimer = 0;
let asking = null; // { key, since }: the question to a follower that is under way
let still = 0; // when the leading charts came to rest
let answerTime = 0; // ms from a slider's value to its drawing, a running mean
let quickest = Infinity;

function timed(since) {
  const took = performance.now() - since;
  quickest = Math.min(quickest, took);
  answerTime += NEWEST * (took - answerTime);
}

/** How long the page must have been still before the charts that follow are asked for. */
const patience = () =>
  Math.min(MOST_MS, Math.max(SETTLE_MS, BUSY * (answerTime - Math.min(EASY_MS, 2 * quickest))));

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
  inFlight = { seq, answered: false, sent: performance.now() };
  asking = null; // it may be overtaken
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
  timed(inFlight.sent);
  inFlight = null;
  pump();
  rested();
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
  rested();
}

/** The leading chart `key` is gone: nobody may wait for it. */
export function unlead(key) {
  leads.delete(key);
  releaseIfDrawn();
}

// --- charts that follow ---------------------------------------------------------------------------

const seen = new IntersectionObserver((entries) => {
  if (entries.some((entry) => entry.isIntersecting)) settleSoon(0);
});

/**
 * What follows as `key` shows the state `shown`; `ask(stamp)` makes Python run its fragment again,
 * and `late(yes)` hears whether the leading charts are ahead of it. `node` is where it stands.
 */
export function follow(key, shown, ask, node, late = () => {}) {
  const before = followers.get(key) ?? { asked: null, tries: 0, node: null };
  if (before.node !== node) {
    if (before.node) seen.unobserve(before.node);
    seen.observe(node);
  }
  if (asking?.key === key) asking = null;
  followers.set(key, { ...before, shown, ask, late, node });
  late(stamp !== null && shown !== stamp);
  settleSoon(Math.max(SETTLE_MS, answerTime)); // the rest of its fragment is on its way
}

export function unfollow(key) {
  const follower = followers.get(key);
  if (follower) seen.unobserve(follower.node);
  if (asking?.key === key) asking = null;
  followers.delete(key);
}

/** On screen, or one screen above it: what stands below a chart belongs to its fragment, too. */
function inView(node) {
  const { top, bottom, height } = node.getBoundingClientRect();
  return height > 0 && top < innerHeight && bottom > -innerHeight;
}

function rested() {
  still = performance.now();
  settleSoon();
}

function settleSoon(delay = SETTLE_MS) {
  clearTimeout(settleTimer);
  settleTimer = setTimeout(settle, delay);
}

function settle() {
  if (busy() || stamp === null) return;
  for (const follower of followers.values()) {
    if (follower.asked !== stamp) Object.assign(follower, { asked: stamp, tries: 0 });
  }
  const late = [...followers].filter(([, { shown, tries }]) => shown !== stamp && tries < TRIES);
  if (!late.length) return;
  // Of a fragment's charts the last: with it all of them are there.
  const near = late.findLast(([, { node }]) => inView(node));
  const now = performance.now();
  // One question at a time: the answer redraws every chart of a fragment, and each comes here again.
  const wait = Math.max(
    asking ? asking.since + LOST_MS - now : 0,
    still + patience() + (near ? 0 : UNSEEN_MS) - now,
  );
  if (wait > 0) {
    settleSoon(wait);
    return;
  }
  const [key, follower] = near ?? late.at(-1);
  follower.tries += 1;
  asking = { key, since: now };
  const wanted = stamp;
  post(key, () => follower.ask(wanted));
  settleSoon(LOST_MS); // asks again if the answer is lost; any drawing comes here sooner
}
