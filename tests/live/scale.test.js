// What width and colour mean in the river, where a step stands, how its numbers are written.

import assert from "node:assert/strict";
import test from "node:test";

import {
  END, FLOAT64, LIMIT, MARGIN, SWELL, asHTML, asText, digits, palette, percent, riverWidth, stepAt, stepX,
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

const GROUNDS = [[false, [255, 255, 255]], [true, [14, 17, 23]]];
const rgb = (colour) => colour.match(/\d+/g).map(Number);

function contrast(a, b) {
  const light = (channels) => {
    const [r, g, b_] = channels.map((v) => (v <= 10 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b_ + 0.05;
  };
  return Math.max(light(a), light(b)) / Math.min(light(a), light(b));
}

test("colour goes on past the limits to the end of the scale, apart from the background", () => {
  const apart = (a, b) => Math.hypot(...rgb(a).map((v, i) => v - rgb(b)[i]));
  for (const [dark, ground] of GROUNDS) {
    const { full, tint } = palette(dark, ground);
    for (const sign of [-1, 1]) {
      const seen = [LIMIT, 8, 30, FLOAT64, END].map((r) => full(sign * r));
      assert.equal(new Set(seen).size, seen.length, `${dark} ${seen}`);
      assert.ok(apart(full(sign * 8), full(sign * 361)) > 70, `${dark} ${sign}`);
      assert.ok(apart(full(sign * 7), full(sign * 7.01)) < 6, "no jump at the limit");
      assert.equal(full(sign * END), full(sign * Infinity));
      for (const r of [...seen.keys()]) assert.ok(contrast(rgb(seen[r]), ground) > 3, `${dark} ${seen[r]}`);
    }
    assert.equal(full(0), full(NaN));
    assert.equal(full(0), "rgb(140,143,148)");
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
