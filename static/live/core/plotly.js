// plotly.js, once per page.

import { address } from "./place.js";

let library = null;

/** It takes the browser up to a second to read: after what a page begins with, if it may wait. */
const PATIENCE_MS = 3000;
const idle = () => new Promise((done) => {
  if (window.requestIdleCallback) requestIdleCallback(done, { timeout: PATIENCE_MS });
  else setTimeout(done, PATIENCE_MS / 10); // WebKit
});

let begin = () => {};

/**
 * The library, loaded from `path` unless it is there: once the browser has time for it, or `now`,
 * where there is nothing to be seen without it.
 * @param {string} path
 */
export function plotly(path, now = false) {
  library ??= new Promise((resolve) => {
    begin = () => resolve(undefined);
    idle().then(resolve);
  }).then(() => load(path));
  if (now) begin();
  return library;
}

function load(path) {
  return new Promise((done, failed) => {
    if (window.Plotly) return done(window.Plotly);
    const script = document.createElement("script");
    script.src = address(path);
    script.onload = () => done(window.Plotly);
    script.onerror = () => {
      library = null; // the next chart tries again
      failed(new Error(`plotly.js could not be loaded from ${path}`));
    };
    document.head.append(script);
  });
}
