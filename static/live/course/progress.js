// How far this browser has come with the lessons: kept here and nowhere else. A receipt is what the
// server signs when it has computed a goal as met; the completion code is made of receipts.

const PLACE = "unroll-course";

/** @typedef {{ at: string, receipt: string, score: number | null }} Met */
/** @typedef {{ met: Record<string, Met>, last: string, folded: boolean, name: string }} Progress */

/** @returns {Progress} */
export function read() {
  const empty = { met: {}, last: "", folded: false, name: "" };
  try {
    const kept = JSON.parse(localStorage.getItem(PLACE) ?? "{}");
    return { ...empty, ...kept, met: typeof kept.met === "object" && kept.met ? kept.met : {} };
  } catch {
    return empty; // a browser may forbid storage, and somebody may have written there
  }
}

/** @param {Partial<Progress>} changes */
export function keep(changes) {
  try {
    localStorage.setItem(PLACE, JSON.stringify({ ...read(), ...changes }));
  } catch {
    // Then nothing is kept: the lesson itself works all the same.
  }
  dispatchEvent(new Event("unroll-progress"));
}

/**
 * A lesson has been met. What comes without a receipt may get one later; the best score stays.
 * @param {string} name
 * @param {string} receipt
 * @param {number | null} score
 */
export function meet(name, receipt, score) {
  const { met } = read();
  const before = met[name];
  const better = score !== null && score > (before?.score ?? -Infinity);
  if (before && !better && (before.receipt || !receipt)) return;
  if (before?.receipt && !receipt) return; // its receipt is on its way
  const at = before?.at ?? new Date().toISOString().slice(0, 10);
  keep({ met: { ...met, [name]: { at, receipt, score } } });
}

export function forget() {
  try {
    localStorage.removeItem(PLACE);
  } catch {
    // nothing was kept
  }
  dispatchEvent(new Event("unroll-progress"));
}
