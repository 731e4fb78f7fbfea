// How answers are asked for: one question at a time, the newest wins, and what a bad network does.

import assert from "node:assert/strict";
import test from "node:test";

import { later } from "./page.js";

const asked = []; // { url, answer, fail, signal }
globalThis.fetch = (url, { signal }) =>
  new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")));
    asked.push({ url, signal, answer: resolve, fail: () => reject(new Error("network")) });
  });

const settings = await import("../../static/live/core/settings.js");
const pieces = await import("../../static/live/core/pieces.js");
const answers = await import("../../static/live/core/answers.js");

const encoder = new TextEncoder();
/** A payload without arrays, as Python packs it. */
function packed(payload, envelope = {}) {
  const header = encoder.encode(JSON.stringify({ payload, arrays: [], envelope, digest: "d" }));
  const bytes = new Uint8Array(Math.ceil((4 + header.length) / 8) * 8);
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  bytes.set(header, 4);
  return bytes;
}
function body(stamp) {
  const parts = [packed({ address: `gain=${stamp}`, stamp }), packed({ key: "river" }, { stamp })];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 8 + part.length, 0));
  let at = 0;
  for (const part of parts) {
    new DataView(bytes.buffer).setUint32(at, part.length, true);
    bytes.set(part, at + 8);
    at += 8 + part.length;
  }
  return bytes;
}
const reply = (bytes) => ({
  ok: true,
  status: 200,
  headers: new Map([["content-type", "application/x-unroll"]]),
  arrayBuffer: async () => bytes.buffer,
});
const error = (status, type, json) => ({
  ok: status === 200, status, headers: new Map([["content-type", type]]), json: async () => json,
});
const gain = ({ url }) => new URL(url).searchParams.get("gain");

const ours = { path: "live/v/page", names: ["first"] };
settings.say({ query: "gain=1", answers: ours, told: 0, session: "a" }, () => {});
const shown = [];
pieces.regular({ key: "river", told: 0, stamp: "1" }, { isConnected: true }, (p) =>
  shown.push(p.stamp));

test("one question is under way, and the newest value is asked for when it is answered", async () => {
  for (const value of [2, 3, 4]) settings.move({ gain: value }, { final: false });
  assert.deepEqual(asked.map(gain), ["2"]);
  assert.ok(answers.busy());
  asked[0].answer(reply(body("2")));
  await later();
  assert.deepEqual(asked.map(gain), ["2", "4"]);
  asked[1].answer(reply(body("4")));
  await later();
  assert.deepEqual(shown, ["1", "2", "4"]);
  assert.equal(answers.shown(), "gain=4");
  assert.ok(!answers.busy());
});

test("what leads is marked once a move has waited for a moment, until it is drawn", async () => {
  const { dataset } = document.documentElement;
  settings.move({ gain: 4.5 }, { final: false });
  await later();
  assert.ok(!("unrollLate" in dataset));
  await later(400);
  settings.move({ gain: 4.6 }, { final: false }); // the newest is not there either
  assert.ok("unrollLate" in dataset);
  asked.at(-1).answer(reply(body("4.5")));
  await later();
  assert.ok(!("unrollLate" in dataset)); // newer than it was, and asked for again
  await later(400);
  assert.ok("unrollLate" in dataset);
  asked.at(-1).answer(reply(body("4.6")));
  await later();
  assert.ok(!("unrollLate" in dataset));
});

test("what the session sends of fewer moves does not undo what is on screen", () => {
  const parent = { isConnected: true };
  const draws = [];
  const draw = (p) => draws.push(p.stamp);
  pieces.regular({ key: "x", group: "first", told: 3, stamp: "new" }, parent, draw);
  settings.move({ gain: 5 }, { final: false });
  pieces.regular({ key: "x", group: "first", told: 0, stamp: "old" }, parent, draw);
  assert.deepEqual(draws, ["new", "new"]);
  asked.at(-1).answer(reply(body("5")));
});

test("a network that fails is asked again, and says so; a refusal is not", async () => {
  await later();
  settings.move({ gain: 6 }, { final: false });
  const before = asked.length;
  asked.at(-1).fail();
  await later();
  assert.equal(document.documentElement.dataset.unrollAnswering, "waiting");
  assert.equal(answers.shown(), "gain=5");
  await later(600);
  assert.equal(asked.length, before + 1);
  asked.at(-1).answer(error(502, "text/html"));
  await later(1000);
  assert.ok(settings.live(), "an answer has come through before");
  assert.equal(asked.length, before + 2);
  asked.at(-1).answer(error(400, "application/json", { error: "gain must be …" }));
  await later(1500);
  assert.equal(document.documentElement.dataset.unrollAnswering, "refused");
  assert.equal(asked.length, before + 2);
});

test("an answer to a question from before the session went elsewhere is not drawn", async () => {
  settings.move({ gain: 7 }, { final: false });
  const late = asked.at(-1);
  settings.say({ query: "gain=2.5", answers: ours, told: settings.moves(), session: "a" }, () => {});
  assert.ok(late.signal.aborted);
  await later();
  assert.equal(answers.shown(), null);
  assert.ok(!shown.includes("7"));
});
