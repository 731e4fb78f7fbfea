// What Python has packed, read here: bytes that ui/live/wire.py made, not this side's idea of them.

import assert from "node:assert/strict";
import test from "node:test";

import "./page.js";

const { split } = await import("../../static/live/core/answers.js");
const { unpack } = await import("../../static/live/core/wire.js");

// wire.pack({"name": "σ ≈ 1", "y": np.array([1.5, np.nan, -np.inf]),
//            "z": np.arange(6).reshape(2, 3), "full": wire.Full(np.array([0.1])),
//            "on": np.array([True, False]), "rows": [{"w": np.zeros((0, 3))}]}, {"seq": 7})
const PACKED = Uint8Array.from(Buffer.from(
  "iwEAAHsicGF5bG9hZCI6eyJuYW1lIjoiz4Mg4omIIDEiLCJ5Ijp7IiRuZCI6MH0sInoiOnsiJG5kIjoxfSwiZnVsbC" +
  "I6eyIkbmQiOjJ9LCJvbiI6eyIkbmQiOjN9LCJyb3dzIjpbeyJ3Ijp7IiRuZCI6NH19XX0sImFycmF5cyI6W3siZHR5" +
  "cGUiOiJmbG9hdDMyIiwic2hhcGUiOlszXSwib2Zmc2V0IjowfSx7ImR0eXBlIjoiaW50MzIiLCJzaGFwZSI6WzIsM1" +
  "0sIm9mZnNldCI6MTZ9LHsiZHR5cGUiOiJmbG9hdDY0Iiwic2hhcGUiOlsxXSwib2Zmc2V0Ijo0MH0seyJkdHlwZSI6" +
  "InVpbnQ4Iiwic2hhcGUiOlsyXSwib2Zmc2V0Ijo0OH0seyJkdHlwZSI6ImZsb2F0MzIiLCJzaGFwZSI6WzAsM10sIm" +
  "9mZnNldCI6NTZ9XSwiZW52ZWxvcGUiOnsic2VxIjo3fSwiZGlnZXN0IjoiYjI2MjJkNWE4ZDIzMTIyYSJ9AAAAwD8A" +
  "AMB/AACA/wAAAAAAAAAAAQAAAAIAAAADAAAABAAAAAUAAACamZmZmZm5PwEAAAAAAAAA",
  "base64",
));

const PAYLOAD = {
  name: "σ ≈ 1",
  y: Float32Array.of(1.5, NaN, -Infinity),
  z: [Int32Array.of(0, 1, 2), Int32Array.of(3, 4, 5)],
  full: Float64Array.of(0.1),
  on: Uint8Array.of(1, 0),
  rows: [{ w: [] }],
  seq: 7,
  digest: "b2622d5a8d23122a",
};

test("every kind of array, a matrix as its rows, and the envelope", () => {
  assert.deepEqual(unpack(PACKED), PAYLOAD);
});

test("what is read does not share the memory of the message", () => {
  const bytes = PACKED.slice();
  const read = unpack(bytes);
  bytes.fill(0);
  assert.deepEqual(read, PAYLOAD);
});

test("an answer's parts are read each by itself, wherever the answer begins", () => {
  const answer = new Uint8Array(3 + 2 * (8 + PACKED.length));
  [3, 3 + 8 + PACKED.length].forEach((at) => {
    new DataView(answer.buffer).setUint32(at, PACKED.length, true);
    answer.set(PACKED, at + 8);
  });
  assert.deepEqual(split(answer.subarray(3)), [PAYLOAD, PAYLOAD]);
  assert.deepEqual(split(new Uint8Array(0)), []);
});
