// Fragments that follow what leads: remedies, tables, files. They are the session's, so they are asked
// for once it has been told, one at a time, those in view first.

import * as answers from "./answers.js";
import { post } from "./post.js";
import * as settings from "./settings.js";

const SETTLE_MS = 60;
const UNSEEN_MS = 1500;
/** A question unanswered for so long is lost. */
const LOST_MS = 2000;
/**
 * A busy server is not asked for what may wait: for every millisecond that its answers take beyond
 * EASY_MS the stillness must last BUSY milliseconds, up to MOST_MS.
 */
const EASY_MS = 120;
const BUSY = 5;
const MOST_MS = 1500;
/** How often a follower is asked for one and the same state before it is left alone: a busy server is
 * given half a minute. */
const TRIES = 15;

const followers = new Map(); // key -> { shown, ask, node, asked, tries }
let asking = null; // { key, since }
let took = 0; // ms that the last question took
let still = 0;
let timer = 0;

const seen = new IntersectionObserver((entries) => {
  if (entries.some((entry) => entry.isIntersecting)) soon(0);
});

/**
 * The fragment marked by `key` shows the state `shown`; `ask(stamp)` makes Python run it again.
 * `node` is where the mark stands.
 * @param {string} key
 * @param {string} shown
 * @param {(stamp: string) => void} ask
 * @param {HTMLElement} node
 */
export function follow(key, shown, ask, node) {
  const before = followers.get(key) ?? { asked: null, tries: 0, node: null };
  if (before.node !== node) {
    if (before.node) seen.unobserve(before.node);
    seen.observe(node);
  }
  if (asking?.key === key) {
    took = performance.now() - asking.since;
    asking = null;
  }
  followers.set(key, { ...before, shown, ask, node });
  soon();
}

/** @param {string} key */
export function unfollow(key) {
  const follower = followers.get(key);
  if (follower) seen.unobserve(follower.node);
  if (asking?.key === key) asking = null;
  followers.delete(key);
}

/** On screen, or one screen above it: what stands below the mark belongs to its fragment, too. */
function inView(node) {
  const { top, bottom } = node.getBoundingClientRect();
  return node.offsetParent !== null && top < innerHeight && bottom > -innerHeight;
}

function moved() {
  still = performance.now();
  mark();
  soon();
}

/** What the session draws is older while it has not been told, or has not drawn it again. */
function mark() {
  const stamp = answers.stampShown();
  for (const { shown, node } of followers.values()) {
    node.toggleAttribute("data-late", stamp !== null && shown !== stamp);
  }
}

answers.subscribe(moved);
settings.subscribe((what) => what === "told" && moved());

function soon(delay = SETTLE_MS) {
  clearTimeout(timer);
  timer = setTimeout(settle, delay);
}

function settle() {
  const stamp = answers.stampShown();
  mark();
  if (stamp === null || !settings.told() || answers.busy()) return;
  for (const follower of followers.values()) {
    if (follower.asked !== stamp) Object.assign(follower, { asked: stamp, tries: 0 });
  }
  const late = [...followers].filter(([, { shown, tries }]) => shown !== stamp && tries < TRIES);
  if (!late.length) return;
  const near = late.find(([, { node }]) => inView(node));
  const now = performance.now();
  const patience = Math.min(MOST_MS, Math.max(SETTLE_MS, BUSY * (took - EASY_MS)));
  const wait = Math.max(
    asking ? asking.since + LOST_MS - now : 0,
    still + patience + (near ? 0 : UNSEEN_MS) - now,
  );
  if (wait > 0) {
    soon(wait);
    return;
  }
  const [key, follower] = near ?? late[0];
  follower.tries += 1;
  asking = { key, since: now };
  post(key, () => follower.ask(stamp));
  soon(LOST_MS); // asks again if the answer is lost; any drawing comes here sooner
}
