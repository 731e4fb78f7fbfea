// A room that is watched: what comes of a question once nobody watches any more.

import assert from "node:assert/strict";
import test from "node:test";

import { later } from "./page.js";

globalThis.document.removeEventListener = () => {};
globalThis.removeEventListener = () => {};
const { Refused, Watching } = await import("../../static/live/room/talk.js");

function watched() {
  const heard = [];
  let answer;
  const watching = new Watching(() => new Promise((done, fail) => (answer = { done, fail })), {
    shows: (found) => heard.push(found),
    refused: ({ message }) => heard.push(message),
    lost: (ms) => heard.push(ms > 0),
  });
  return { heard, watching, answer: () => answer };
}

test("a room that says no ends the watching, and is heard", async () => {
  const { heard, watching, answer } = watched();
  answer().fail(new Refused("gone", 404));
  await later();
  assert.deepEqual([heard, watching.stopped], [["gone"], true]);
});

test("of a room that was left while it was asked nothing is heard any more", async () => {
  for (const error of [new Refused("gone", 404), new Refused("wait", 429), new Error("no network")]) {
    const { heard, watching, answer } = watched();
    watching.stop();
    answer().fail(error);
    await later();
    assert.deepEqual(heard, []);
  }
  const { heard, watching, answer } = watched();
  watching.stop();
  answer().done({ found: "late", tag: null });
  await later();
  assert.deepEqual(heard, []);
});
