// QR codes are those that others make of the same text: the package qrcode 8.2 for Python, in bytes, at
// level L, with the mask that is chosen here.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";

import { LONGEST, code } from "../../static/live/core/code.js";

const written = (rows) => rows.map((row) => Array.from(row).join("")).join("\n");
const digest = (rows) => createHash("sha256").update(written(rows)).digest("hex").slice(0, 16);

// Text, its modules on a side, their digest: with one block and several, with the version written on
// it and without, filled up and full.
const KNOWN = [
  ["http://x/", 21, "43a58087e43418e1"],
  ["http://localhost:8501/?gain=1.2&seed=7", 29, "b62fc40d8d6946d7"],
  [`http://localhost:8501/?gain=1.2&seed=7&${"a".repeat(116)}`, 49, "1c8d257b2b0a57fa"],
  [`http://localhost:8501/?gain=1.2&seed=7&ü=1${"b".repeat(300)}`, 65, "1b74ce6714d40923"],
  [`http://localhost:8501/?gain=1.2&seed=7${"c".repeat(1694)}`, 137, "a011cf11f343a3ea"],
];

test("a code is the one that another program makes", () => {
  for (const [text, size, known] of KNOWN) {
    const rows = code(text);
    assert.equal(rows.length, size);
    assert.equal(digest(rows), known, text.slice(0, 40));
  }
});

test("the longest link has a code, and a longer one has none; length counts bytes", () => {
  assert.equal(code("a".repeat(LONGEST)).length, 17 + 4 * 30);
  assert.equal(code("a".repeat(LONGEST + 1)), null);
  assert.equal(code("ü".repeat(LONGEST / 2 + 1)), null);
});

test("every size has the three corners, and another link another code", () => {
  for (const length of [1, 17, 18, 230, 231, 1000, 1700]) {
    const rows = code("x".repeat(length));
    for (const [x, y] of [[0, 0], [rows.length - 7, 0], [0, rows.length - 7]]) {
      assert.equal(Array.from(rows[y].slice(x, x + 7)).join(""), "1111111");
      assert.equal(Array.from(rows[y + 3].slice(x, x + 7)).join(""), "1011101");
    }
  }
  assert.notEqual(written(code("http://x/?gain=1.2")), written(code("http://x/?gain=1.3")));
});
