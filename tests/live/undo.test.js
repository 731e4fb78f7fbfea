// Undo and Reset, over the settings that the session has and those that move.

import assert from "node:assert/strict";
import test from "node:test";

import { later } from "./page.js";

const settings = await import("../../static/live/core/settings.js");
const undoing = await import("../../static/live/page/undo.js");

const REST = 750; // longer than what counts as still
const DEFAULTS = { gain: 1, activation: "tanh", bits: "101", step: null };
let moves = 0;
const sent = [];
const send = (_, value) => sent.push(value);
const say = (query) =>
  settings.say({ query, told: moves, session: "a", answers: { path: "live/v/page", names: ["first"] } }, send);
const move = (values) => {
  moves += 1;
  settings.move(values);
};
/** The session has heard of everything, and holds what is on screen. */
const hear = () => {
  moves = settings.moves();
  say(settings.query());
};

test("a change at rest is taken back whole, by the sliders' own values, and told at once", async () => {
  say("gain=1&activation=tanh&bits=101");
  undoing.begin("page", DEFAULTS);
  assert.ok(!undoing.possible() && !undoing.moved());
  move({ gain: 1.5 });
  move({ gain: 1.7 });
  assert.ok(undoing.possible() && undoing.moved());
  await later(REST);
  hear();
  // A scene is the session's word.
  say("gain=0.6&activation=relu&bits=001&step=3");
  sent.length = 0;
  undoing.undo();
  await later();
  assert.deepEqual(sent.at(-1).values, { gain: 1.7, activation: "tanh", bits: "101", step: null });
  assert.equal(sent.at(-1).whole, true);
  assert.equal(settings.query(), "gain=1.7&activation=tanh&bits=101");
  hear();
  undoing.undo();
  assert.equal(new URLSearchParams(settings.query()).get("gain"), "1");
  hear();
  assert.ok(!undoing.possible() && !undoing.moved());
});

test("what still moves is one more change, and Reset can be taken back", async () => {
  move({ gain: 2 });
  undoing.reset();
  assert.equal(new URLSearchParams(settings.query()).get("gain"), "1");
  hear();
  assert.ok(!undoing.moved());
  undoing.undo();
  assert.equal(new URLSearchParams(settings.query()).get("gain"), "2");
  hear();
  undoing.undo();
  hear();
  assert.equal(new URLSearchParams(settings.query()).get("gain"), "1");
});

test("another page begins anew, and what a link leaves out is where it starts", () => {
  move({ gain: 2 });
  hear();
  say("w=3");
  undoing.begin("other", { w: 3, flag: "off" });
  assert.ok(!undoing.possible() && !undoing.moved());
});
