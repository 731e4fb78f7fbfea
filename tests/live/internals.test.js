// Without the names that Streamlit and Plotly do not promise, everything is done without.

import assert from "node:assert/strict";
import test from "node:test";

import { around, axesOf, axisOf, connection, drawnBy, roomOf } from "../../static/live/core/internals.js";

const axis = { _offset: 40, _length: 100, d2p: (v) => 2 * v, p2d: (p) => p / 2 };
const trace = { _module: { calc: () => [{}] } };
const whole = () => ({
  _fullLayout: {
    xaxis: { ...axis },
    _size: { l: 1, t: 2, w: 3, h: 4 },
    _basePlotModules: [{ plot() {} }],
    _visibleModules: [{}],
  },
  _fullData: [trace],
  calcdata: [[{}]],
});

test("a plot that is laid out says where its axis is", () => {
  const { offset, length, px, number } = axisOf(whole(), "x");
  assert.deepEqual([offset, length, px(10), number(20)], [40, 100, 20, 10]);
  assert.deepEqual(axesOf(whole()), ["xaxis"]);
  assert.equal(roomOf(whole()).w, 3);
  assert.ok(drawnBy(whole()));
});

test("an axis without one of its names is none", () => {
  for (const name of ["_offset", "_length", "d2p", "p2d"]) {
    const plot = whole();
    delete plot._fullLayout.xaxis[name];
    assert.equal(axisOf(plot, "x"), null, name);
  }
  for (const plot of [null, {}, { _fullLayout: {} }]) {
    assert.equal(axisOf(plot, "x"), null);
    assert.equal(roomOf(plot), null);
    assert.deepEqual(axesOf(plot), []);
    assert.equal(drawnBy(plot), null);
  }
});

test("a chart that is not known inside is drawn by Plotly.react", () => {
  for (const name of ["_fullData", "calcdata", "_fullLayout"]) {
    const plot = whole();
    delete plot[name];
    assert.equal(drawnBy(plot), null, name);
  }
  for (const name of ["_basePlotModules", "_visibleModules"]) {
    const plot = whole();
    delete plot._fullLayout[name];
    assert.equal(drawnBy(plot), null, name);
  }
  assert.equal(drawnBy({ ...whole(), _hoverdata: [{}] }), null);
});

test("a page without Streamlit's names has no such part", () => {
  assert.equal(around(null, "box"), null);
  assert.equal(around({ closest: () => null }, "box"), null);
  assert.equal(connection(null), null);
});
