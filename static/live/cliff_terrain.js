// The loss surface that static/live/cliff.js draws on: kept here by its id, shown nowhere.

const { search } = new URL(import.meta.url);
const { unpack } = await import(`./wire.js${search}`);

let terrain = null;
const subscribers = new Set();

/** The newest terrain, or null. */
export const get = () => terrain;

/** Call `fn()` whenever there is a new one; returns how to end that. */
export function subscribe(fn) {
  subscribers.add(fn);
  return () => subscribers.delete(fn);
}

export default function ({ data }) {
  const next = unpack(data);
  if (next.id === terrain?.id) return;
  terrain = next;
  for (const fn of [...subscribers]) fn();
}
