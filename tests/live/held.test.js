// A setting that a picture holds: what is chosen there moves it, what the session says is taken over.

import assert from "node:assert/strict";
import test from "node:test";

import { later } from "./page.js";

const settings = await import("../../static/live/core/settings.js");
const { Held } = await import("../../static/live/core/held.js");

const STILL = 170; // ms, a little more than a choice must be still
let told = 0;
const say = (query) => settings.say({ query, answers: { path: "live/v/page", names: ["first"] },
  told, session: "a" }, () => {});
say("node=h1");

test("a choice becomes one move once it is still, and the same choice none", async () => {
  let own = "h1";
  const held = new Held(() => own);
  assert.ok(held.adopt("node", "h1", 0));
  for (own of ["h2", "h3", "h4"]) held.changed();
  assert.ok(!settings.moved("node"));
  await later(STILL);
  assert.equal(settings.value("node"), "h4");
  const count = settings.moves();
  held.changed();
  await later(STILL);
  assert.equal(settings.moves(), count);
  told = count;
  say("node=h4");
});

test("what the session says is taken over if it is news and nothing newer comes from here", async () => {
  let own = "h4";
  const held = new Held(() => own);
  assert.ok(held.adopt("node", "h4", told));
  assert.ok(!held.adopt("node", "h4", told)); // no news
  assert.ok(held.adopt("node", "h5", told));
  own = "h6";
  held.changed();
  assert.ok(!held.adopt("node", "h7", told)); // a choice is on its way
  await later(STILL);
  assert.ok(!held.adopt("node", "h8", told)); // it is a move that this payload does not know of
  assert.ok(held.adopt("node", "h9", settings.moves()));
  told = settings.moves();
  say("node=h9");
  held.destroy();
});

test("while it plays it is not at rest", async () => {
  let own = 1;
  let moving = true;
  const held = new Held(() => own, () => moving);
  held.adopt("step", 1, told);
  own = 2;
  held.changed();
  await later(2 * STILL);
  assert.ok(!settings.moved("step"));
  moving = false;
  await later(STILL);
  assert.equal(settings.value("step"), 2);
  held.destroy();
});
