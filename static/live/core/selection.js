// The selected time step (1-based), one for the whole page.

let step = null;
const subscribers = new Set();

/** The selected step, or null. */
export const get = () => step;

/**
 * Select `next` (null for none). `source` names who did it, so that a subscriber can ignore its own
 * change.
 */
export function set(next, source = null) {
  if (next === step) return;
  step = next;
  for (const fn of [...subscribers]) fn(step, source);
}

/** Call `fn(step, source)` on every change. Returns the function that ends it. */
export function subscribe(fn) {
  subscribers.add(fn);
  return () => subscribers.delete(fn);
}
