// What width and colour mean in the river, where a step stands, how its numbers are written.

import assert from "node:assert/strict";
import test from "node:test";

import {
  LIMIT, MARGIN, SWELL, asHTML, asText, digits, palette, percent, riverWidth, stepAt, stepX,
} from "../../static/live/core/scale.js";

test("a step is found again where it stands, and the margins belong to the first and the last", () => {
  for (const steps of [1, 2, 30, 1000]) {
    for (const t of [1, Math.ceil(steps / 2), steps]) assert.equal(stepAt(stepX(t, steps, 900), steps, 900), t);
    assert.equal(stepAt(0, steps, 900), 1);
    assert.equal(stepAt(900, steps, 900), steps);
  }
  assert.equal(stepX(1, 1, 900), (MARGIN.left + 900 - MARGIN.right) / 2);
});

test("the river's width grows with the gradient between its limits; nothing flows at zero", () => {
  const widths = [-99, -LIMIT, -3, 0, 3, LIMIT, 99].map((r) => riverWidth(r, 20));
  assert.deepEqual(widths.toSorted((a, b) => a - b), widths);
  assert.equal(widths[0], widths[1]);
  assert.equal(widths[3], 20);
  assert.equal(widths[6], 20 * SWELL);
  assert.equal(riverWidth(-Infinity, 20), 0);
  assert.equal(riverWidth(NaN, 20), 0);
});

test("colours stop at the limits, and what is no number has the colour of what flows", () => {
  for (const dark of [false, true]) {
    const { full, tint } = palette(dark, dark ? [14, 17, 23] : [255, 255, 255]);
    assert.equal(full(-LIMIT), full(-Infinity));
    assert.equal(full(LIMIT), full(Infinity));
    assert.equal(full(0), full(NaN));
    assert.equal(full(0), "rgb(140,143,148)");
    assert.notEqual(full(-LIMIT), full(LIMIT));
    assert.notEqual(tint(3), full(3));
  }
});

test("a number of any depth is written by its log10", () => {
  assert.deepEqual(
    [0, Math.log10(0.5), 3, -4, 12.3, -1500.25].map((log10) => asText(log10)),
    ["1.00", "0.500", "1000", "1.00·10⁻⁴", "2.00·10¹²", "5.6·10⁻¹⁵⁰¹"],
  );
  assert.equal(asHTML(-4.5, 2), "3.2·10<sup>−5</sup>");
  assert.deepEqual(
    [-Infinity, Infinity, NaN].map((log10) => digits(log10).mantissa), ["0", "∞", "–"]);
  // 9.999 rounds up into the next power
  assert.deepEqual(digits(Math.log10(9.999e5)), { mantissa: "1.00", exponent: 6 });
});

test("a small share is not written as nothing, nor a large one as all; a tie goes up", () => {
  assert.deepEqual(
    [1, 0.123, 0.125, 0.995, 0.99999, 0.0005, 1e-7, 0, NaN].map(percent),
    ["100 %", "12 %", "13 %", "99.5 %", "over 99.9 %", "0.050 %", "1.0·10⁻⁵ %", "0 %", "–"],
  );
});
