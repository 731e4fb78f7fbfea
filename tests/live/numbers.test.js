// What needs no page: the grid of a slider, the numbers of a file, and the bytes of the wire.

import assert from "node:assert/strict";
import test from "node:test";

import { csv } from "../../static/live/chart/csv.js";
import { unpack } from "../../static/live/core/wire.js";
import { Scale } from "../../static/live/slider/scale.js";

test("slider values lie on the grid and between the limits", () => {
  const gain = new Scale({ minimum: 0.1, maximum: 3, step: 0.01, log: false, digits: 2 });
  const steps = new Scale({ minimum: 2, maximum: 1000, step: 1, log: true, digits: 0 });
  assert.deepEqual([0.1 + 0.2, 2.999, -4, 9].map((v) => gain.snap(v)), [0.3, 3, 0.1, 3]);
  assert.deepEqual([gain.move(0.29, 1), gain.move(3, 1), gain.move(0.1, -10)], [0.3, 3, 0.1]);
  assert.deepEqual([gain.text(1), gain.text(0.9871), steps.text(60)], ["1.00", "0.9871", "60"]);
  const walk = [steps.minimum];
  while (walk.at(-1) < steps.maximum) walk.push(steps.move(walk.at(-1), 1));
  assert.ok(walk.every((v, i) => Number.isInteger(v) && (i === 0 || v > walk[i - 1])));
  assert.ok(walk.length < 200);
  const ends = [steps.at(steps.place(1000)), steps.at(steps.place(2)), steps.move(2, -1)];
  assert.deepEqual(ends, [1000, 2, 2]);
});

test("a file holds every trace with its name: seven digits, names quoted, markup dropped", () => {
  const text = csv([
    { name: "median, h<sub>t</sub>", x: [1, 2], y: Float32Array.of(0.1, NaN) },
    { name: "map", x: [1, 2], y: [5], z: [Float32Array.of(0.5, 1)] },
  ]);
  assert.deepEqual(text.trimEnd().split("\n"), [
    "trace,x,y,z", '"median, ht",1,0.1,', '"median, ht",2,NaN,', "map,1,5,0.5", "map,2,5,1",
  ]);
});

test("arrays come off the wire at any alignment of the bytes, with their envelope", () => {
  const header = JSON.stringify({
    payload: { name: "σ", y: { $nd: 0 } },
    arrays: [{ dtype: "float32", shape: [2], offset: 0 }],
    envelope: { told: 7 },
    digest: "d",
  });
  const body = new TextEncoder().encode(header);
  const start = 4 + body.length + ((8 - ((4 + body.length) % 8)) % 8);
  for (const shift of [0, 1, 3]) {
    const bytes = new Uint8Array(shift + start + 8);
    const view = new DataView(bytes.buffer);
    view.setUint32(shift, body.length, true);
    bytes.set(body, shift + 4);
    view.setFloat32(shift + start, 1.5, true);
    view.setFloat32(shift + start + 4, -Infinity, true);
    const read = unpack(bytes.subarray(shift));
    assert.deepEqual([read.name, read.told, read.digest], ["σ", 7, "d"]);
    assert.deepEqual(read.y, Float32Array.of(1.5, -Infinity));
  }
});
