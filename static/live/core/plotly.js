// plotly.js, once per page.

import { address } from "./place.js";

let library = null;

/** The library, loaded from `path` unless it is there. */
export function plotly(path) {
  library ??= new Promise((done, failed) => {
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
  return library;
}
