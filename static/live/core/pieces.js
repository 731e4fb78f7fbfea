// What stands on the page, by key: drawn by the session's payloads and by answers, whichever is newer.

import * as settings from "./settings.js";

/** @typedef {import("../types").Payload} Payload */

/** @type {Map<string, { parent: HTMLElement, draw: (payload: Payload) => void, shown: Payload }>} */
const places = new Map();
const subscribers = new Set();

/** Call `fn(payload)` when a piece has been drawn by the session. */
export function subscribe(fn) {
  subscribers.add(fn);
  return () => subscribers.delete(fn);
}

/**
 * The session's payload for the piece that stands in `parent`.
 * @param {Payload} payload
 * @param {HTMLElement} parent
 * @param {(payload: Payload) => void} draw
 */
export function regular(payload, parent, draw) {
  const before = places.get(payload.key);
  const there = before?.parent === parent ? before.shown : null;
  const answered = payload.group && settings.live() && payload.told < settings.moves();
  const overtaken = payload.pumped && there?.version > payload.version;
  // What is on screen is of more moves than this.
  const shown = there && (answered || overtaken) ? there : payload;
  places.set(payload.key, { parent, draw, shown });
  draw(shown);
  if (shown === payload) subscribers.forEach((fn) => fn(payload));
}

/**
 * Keep a place for the piece `key`, which answers alone will draw.
 * @param {string} key
 * @param {HTMLElement} parent
 * @param {(payload: Payload) => void} draw
 */
export const keep = (key, parent, draw) => void places.set(key, { parent, draw, shown: { key } });

/**
 * The payload of an answer, or a drawing sent by itself; false if it stands nowhere.
 * @param {Payload} payload
 */
export function drawn(payload) {
  if (payload.html !== undefined) return written(payload);
  const place = places.get(payload.key);
  if (!place?.parent.isConnected) return false;
  place.shown = payload;
  place.draw(payload);
  return true;
}

/**
 * Words are written where the session wrote theirs.
 * @param {Payload} payload
 */
function written({ key, html, stamp }) {
  /** @type {HTMLElement | null} */
  const node = document.querySelector(`[data-words="${key}"]`);
  if (!node) return false;
  if (node.innerHTML !== html) node.innerHTML = html;
  node.dataset.stamp = stamp ?? "";
  return true;
}

export function gone(key, parent) {
  if (places.get(key)?.parent === parent) places.delete(key);
}

/** The pieces that the answer `group` draws. */
export const of = (group) => [...places.values()].filter(({ shown }) => shown.group === group);
