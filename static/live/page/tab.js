// The tab across a reload: keeps the session's token, and claims it for the session that follows.

import { around } from "../core/internals.js";
import { component } from "../core/mount.js";
import { post } from "../core/post.js";

const TOKEN = "unroll-tab";
const LEFT = "unroll-left";
/** A page that began so close to the moment another one was left is its successor. */
const SUCCESSOR_MS = 10000;

// A browser may forbid storage; then a reload begins anew.
function storage(use) {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}

// A duplicated tab begins with a copy of the storage, token included, while the page it was copied
// from goes on. Only a page that is left writes down when.
const left = Number(storage((s) => s.getItem(LEFT)));
let successor = left > 0 && Math.abs(performance.timeOrigin - left) < SUCCESSOR_MS;
storage((s) => s.removeItem(LEFT));
/** Whether this page was opened by a link, and not by a reload or on the way back. */
const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
const linked = entry?.type === "navigate";
addEventListener("pagehide", () => storage((s) => s.setItem(LEFT, String(Date.now()))));
addEventListener("pageshow", ({ persisted }) => persisted && storage((s) => s.removeItem(LEFT)));

const claimed = new Set(); // tokens of sessions in which a claim has been made
let asked = null; // the name of the latest claim

export default component(({ key, token, heard }, { parentElement, setStateValue }) => {
  // Out of the column, where even nothing would take the width of a gap.
  const box = around(parentElement, "box");
  if (box) box.style.position = "absolute";
  const kept = storage((s) => s.getItem(TOKEN));
  if (kept && kept !== token && !claimed.has(token)) {
    claimed.add(token);
    asked = `${performance.timeOrigin}/${claimed.size}`;
    const fresh = linked && claimed.size === 1; // later ones come from a lost connection
    const claim = { token: kept, at: asked, reloaded: successor, linked: fresh };
    successor = false;
    post(key, () => setStateValue("claim", claim));
    return;
  }
  if (asked === null || asked === heard) storage((s) => s.setItem(TOKEN, token));
});
