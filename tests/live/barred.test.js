// A host that lets only Streamlit's own addresses through: the first answer is not ours.

import assert from "node:assert/strict";
import test from "node:test";

import { later } from "./page.js";

globalThis.fetch = async () => ({
  ok: true, status: 200, headers: new Map([["content-type", "text/html"]]),
});
const settings = await import("../../static/live/core/settings.js");
await import("../../static/live/core/answers.js");

test("a first answer that is not ours hands everything to the session", async () => {
  const sent = [];
  const ours = { path: "live/v/page", names: ["first"] };
  settings.say({ query: "gain=1", answers: ours, told: 0, session: "a" }, (_, value) =>
    sent.push(value));
  assert.ok(settings.live());
  settings.move({ gain: 2 }, { final: false });
  await later(20);
  assert.ok(!settings.live());
  assert.deepEqual(sent, [{ n: 1, values: { gain: 2 } }]);
});
