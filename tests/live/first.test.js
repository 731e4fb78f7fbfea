// Which figures have a first drawing: lines over axes whose range and ticks are given.

import assert from "node:assert/strict";
import test from "node:test";

import "./page.js";

const { possible } = await import("../../static/live/chart/first.js");

const axis = { range: [0, 1], tickvals: [0, 1] };
const lines = { data: [{ type: "scatter" }, {}], layout: { xaxis: axis, yaxis: axis } };

test("lines over given axes have one", () => assert.ok(possible(lines)));

for (const [what, figure] of Object.entries({
  "a heat map": { ...lines, data: [{ type: "heatmap" }] },
  "an axis that finds its own range": { ...lines, layout: { xaxis: axis, yaxis: { tickvals: [0] } } },
  "ticks that Plotly chooses": { ...lines, layout: { xaxis: axis, yaxis: { range: [0, 1] } } },
  "a logarithmic axis": { ...lines, layout: { xaxis: axis, yaxis: { ...axis, type: "log" } } },
  "a second axis": { ...lines, layout: { ...lines.layout, yaxis2: axis } },
  "no axes": { data: lines.data, layout: {} },
})) test(`${what} has none`, () => assert.ok(!possible(figure)));
