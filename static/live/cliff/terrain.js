// The loss surface that cliff.js draws on: kept here by its id, shown nowhere.

import { component } from "../core/mount.js";

let terrain = null;
const subscribers = new Set();

/** The newest terrain, or null. */
export const get = () => terrain;

/** Call `fn()` whenever there is a new one; returns how to end that. */
export function subscribe(fn) {
  subscribers.add(fn);
  return () => subscribers.delete(fn);
}

/** Keep a new terrain. */
export function take(next) {
  if (next.id === terrain?.id) return;
  terrain = next;
  for (const fn of [...subscribers]) fn();
}

export default component(take);
