// The settings in the browser, and who is told of them when.

import assert from "node:assert/strict";
import test from "node:test";

import { later } from "./page.js";

const settings = await import("../../static/live/core/settings.js");
const { post } = await import("../../static/live/core/post.js");
const { root } = await import("../../static/live/core/place.js");

const sent = [];
const send = (name, value) => sent.push([name, value]);
const ours = { path: "live/v/page", names: ["first", "rest"] };
const say = (query, told, answers = ours, session = "a") =>
  settings.say({ query, answers, told, session }, send);

test("moves lie over what the session says until it knows them", async () => {
  say("gain=1&step=3", 0);
  settings.move({ gain: 1.5 });
  settings.move({ step: null });
  assert.equal(settings.query(), "gain=1.5");
  say("gain=1.5&step=3", 1); // knows of the first move only
  assert.equal(settings.query(), "gain=1.5");
  assert.ok(!settings.moved("gain") && settings.moved("step"));
  // A piece that knows of the second move is newer than it, though nothing has said so yet.
  assert.ok(settings.newer("step", 1) && settings.newer("step", undefined));
  assert.ok(!settings.newer("step", 2) && !settings.newer("gain", 0));
  say("gain=1.5", 2);
  assert.ok(settings.told());
});

test("the session is told once, of the newest values, when the reader turns elsewhere", async () => {
  sent.length = 0;
  for (const gain of [1.6, 1.7, 1.8]) settings.move({ gain }, { final: false });
  await later();
  assert.deepEqual(sent, []);
  settings.tellNow();
  settings.tellNow();
  await later();
  assert.deepEqual(sent, [["moved", { n: 5, values: { gain: 1.8 } }]]);
  say("gain=1.8", 5);
});

test("without answers the session is told at every move, one message at a time", async () => {
  const none = { path: "", names: ["first", "rest"] };
  say("gain=1.8", 5, none);
  sent.length = 0;
  for (const gain of [1.9, 2, 2.1]) settings.move({ gain }, { final: false });
  await later();
  assert.deepEqual(sent.map(([, { values }]) => values.gain), [1.9]);
  say("gain=1.9", 6, none);
  await later();
  assert.deepEqual(sent.map(([, { values }]) => values.gain), [1.9, 2.1]);
  say("gain=2.1", 8, none);
});

test("another session counts anew, and is told what is on screen and not there", async () => {
  say("gain=2.1&seed=7", 8);
  sent.length = 0;
  say("gain=1&seed=7", 0, ours, "b"); // a server that only knows the link
  assert.equal(settings.moves(), 1);
  assert.equal(settings.query(), "gain=2.1&seed=7");
  await later();
  assert.deepEqual(sent, [["moved", { n: 1, values: { gain: "2.1" } }]]);
});

test("values of different components wait for each other's messages", async () => {
  await later(); // for what the tests before have posted
  const order = [];
  post("a", () => order.push("a1"));
  post("b", () => order.push("b"));
  post("a", () => order.push("a2"));
  assert.deepEqual(order, ["a1", "a2"]);
  await later();
  assert.deepEqual(order, ["a1", "a2", "b"]);
});

test("the server's root is where Streamlit's script came from, whatever a proxy strips", () => {
  const page = (src) => ({
    baseURI: "http://unroll.test/lab/one_neuron",
    querySelector: () => (src ? { src } : null),
  });
  assert.equal(root(page("http://x/user/ann/static/js/index.a.js")), "http://x/user/ann/");
  assert.equal(root(page("http://x/static/js/index.a.js")), "http://x/");
  assert.equal(root(page(null)), "http://unroll.test/lab/");
});
