// One message to the server's session at a time.
//
// Streamlit gathers the values set within one task into one message, and that has ONE fragment id: a
// value of a second fragment would go along, but its fragment would not run. So values of different
// components wait for each other's messages.

/** @type {string | null} */
let turn = null; // whose message is being gathered
/** @type {[string, () => void][]} */
const waiting = [];

/**
 * Run `send`, which sets a value of the component `key`, in a message of its own.
 * @param {string} key
 * @param {() => void} send
 */
export function post(key, send) {
  if (turn !== null && turn !== key) {
    waiting.push([key, send]);
    return;
  }
  send();
  if (turn !== null) return;
  turn = key;
  setTimeout(() => {
    turn = null;
    const next = waiting.shift();
    if (next) post(...next);
  }, 0); // after Streamlit's own, which `send` has set
}
