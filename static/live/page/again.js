// A lost connection, found again: asks for a run of the page. See ui/live/again.py.

import { around, CONNECTION, connection } from "../core/internals.js";
import { component } from "../core/mount.js";
import { post } from "../core/post.js";

const CONNECTED = "CONNECTED";

let tell = null; // sends to Python
let watched = null;
let lost = false;

const observer = new MutationObserver(() => {
  const connected = connection(watched) === CONNECTED;
  if (connected && lost) post("again", () => tell("lost", Date.now()));
  lost = !connected;
});

function watch(app) {
  if (app === watched) return;
  observer.disconnect();
  watched = app;
  if (app) observer.observe(app, { attributes: true, attributeFilter: [CONNECTION] });
}

export default component((_, { parentElement, setStateValue }) => {
  tell = setStateValue;
  watch(around(parentElement, "app"));
});
