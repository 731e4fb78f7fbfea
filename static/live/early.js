// Payloads are drawn when they arrive, not when Streamlit has rendered the page again.
//
// A rerun makes Streamlit walk the whole page several times, 10 to 20 ms of it between the arrival
// of a payload and the call of the component it is for. So a second listener on Streamlit's own
// connection picks out our payloads (they carry the component's key) and draws them at once. The
// regular call comes later and finds its payload on screen. Were there nothing to listen to, the
// regular call would draw: this file only ever makes it earlier.

const { search } = new URL(import.meta.url);
const { unpack } = await import(`./wire.js${search}`);

/** How a payload's header begins, after its length in four bytes; see ui/live/wire.py. */
const MARK = '{"payload":{';
/** A payload drawn early that has not come the regular way for so long never will. */
const FORGOTTEN_MS = 1000;

const mounted = new Map(); // key -> { component, draw, early }
const sockets = new WeakSet();
const latin1 = new TextDecoder("latin1");

const identity = ({ digest, seq, stamp }) => `${digest}/${seq}/${stamp}`;

/**
 * Until a component has drawn, Python keeps its place with a fixed height; from then on it is as
 * high as its content, and a caption may grow on a narrow screen.
 */
function release(parent) {
  const box = parent.closest("[data-testid=stElementContainer]");
  if (box) Object.assign(box.style, { height: "auto", flex: "none", overflow: "visible" });
}

/** The regular way: Streamlit calls for `component`, which `draw` draws. */
export function mount(component, draw) {
  const { parentElement: parent } = component;
  const payload = unpack(component.data);
  const entry = mounted.get(payload.key) ?? { early: null };
  mounted.set(payload.key, entry);
  Object.assign(entry, { component, draw });
  const { early } = entry;
  let { data } = component;
  if (payload.pumped) listen();
  const recent = early && performance.now() - early.at < FORGOTTEN_MS;
  const newer = !(payload.version > early?.version);
  if (recent && newer && early.identity !== identity(payload)) {
    data = early.data; // something newer is on screen; or its own call is still to come
  } else {
    entry.early = null;
  }
  const cleanup = draw({ ...component, data });
  release(parent);
  return () => {
    cleanup?.();
    if (parent.isConnected || entry.component.parentElement !== parent) return;
    mounted.delete(payload.key);
  };
}

function arrived(event) {
  const { data: message } = event;
  if (!(message instanceof ArrayBuffer)) return;
  const at = latin1.decode(message).indexOf(MARK);
  if (at < 4) return;
  const data = new Uint8Array(message, at - 4);
  try {
    const payload = unpack(data);
    // What ui/live/pump.py sends is for us alone.
    if (payload.pushed) event.stopImmediatePropagation();
    const entry = mounted.get(payload.key);
    if (!entry?.component.parentElement.isConnected) return;
    const { version } = payload;
    entry.early = { identity: identity(payload), version, data, at: performance.now() };
    entry.draw({ ...entry.component, data });
  } catch (error) {
    console.debug("drawn the regular way", error);
  }
}

/** Run `send`, which sends a message, and listen to the answers on the connection it uses. */
export function tap(send) {
  listen();
  send();
}

/** Listen on the connection over which the page sends its next message, before Streamlit does. */
function listen() {
  const { prototype } = WebSocket;
  const original = prototype.send;
  if (original.listens) return;
  prototype.send = function (...message) {
    prototype.send = original;
    if (!sockets.has(this)) {
      sockets.add(this);
      this.addEventListener("message", arrived, { capture: true });
    }
    return original.apply(this, message);
  };
  prototype.send.listens = true;
}
