// Drawings that the server sends by themselves, while a run goes on: one stream per page, open as long
// as a chart of it is on screen. What it does not bring, the next run of the page does.

import { split } from "./answers.js";
import * as pieces from "./pieces.js";
import { address } from "./place.js";

const AGAIN_MS = 1000;
const HEAD = 8; // bytes before each drawing: its length

let open = null; // { path, abort, charts }

/**
 * Keep the stream at `path` open for the chart whose parent is `parent`.
 * @param {string} path
 * @param {HTMLElement} parent
 */
export function keep(path, parent) {
  if (open?.path !== path) {
    open?.abort.abort();
    open = { path, abort: new AbortController(), charts: new Set() };
    read(open);
  }
  open.charts.add(parent);
}

const wanted = (stream) =>
  open === stream && [...stream.charts].some((parent) => parent.isConnected);

async function read(stream) {
  while (open === stream) {
    try {
      const got = await fetch(address(stream.path), { signal: stream.abort.signal });
      const ours = (got.headers.get("content-type") ?? "").startsWith("application/x-unroll");
      if (got.ok && ours) await follow(got.body.getReader(), stream);
    } catch {
      if (stream.abort.signal.aborted) break;
    }
    await new Promise((done) => setTimeout(done, AGAIN_MS));
    if (!wanted(stream)) break;
  }
  if (open === stream) open = null;
}

async function follow(reader, stream) {
  let rest = new Uint8Array(0);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    if (!wanted(stream)) {
      stream.abort.abort();
      return;
    }
    const bytes = new Uint8Array(rest.length + value.length);
    bytes.set(rest);
    bytes.set(value, rest.length);
    const whole = end(bytes);
    for (const payload of split(bytes.slice(0, whole))) if (payload) pieces.drawn(payload);
    rest = bytes.slice(whole);
  }
}

/** Where the last whole drawing ends. */
function end(bytes) {
  const view = new DataView(bytes.buffer);
  let at = 0;
  while (at + HEAD <= bytes.length) {
    const next = at + HEAD + view.getUint32(at, true);
    if (next > bytes.length) break;
    at = next;
  }
  return at;
}
