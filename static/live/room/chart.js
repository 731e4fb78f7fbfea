// The chart of a round: the axes of the main chart of Gradient flow, drawn by the same hand, and on
// them what was answered, as bars, and what is true, as the curve.

import * as first from "../chart/first.js";
import { node } from "../core/svg.js";
import * as theme from "../core/theme.js";

const LETTER = 0.55; // of the font size: how wide one is, about
const LONGEST = 0.62; // of the plot: the longest bar

/**
 * @typedef {object} Drawn
 * @property {{ data: any[], layout: any }} figure
 * @property {"x" | "y"} axis along which answers stand
 * @property {{ label: string, low: number | null, high: number | null }[]} bars
 * @property {number[]} [counts] of answers in each bar
 * @property {number | null} [right] the bar that is right
 * @property {boolean} [named] whether bars have names: few and wide ones
 * @property {{ value: any, text: string } | null} [mine] one answer, marked
 * @property {string} label for those who do not see it
 * @property {number} height
 * @property {number} [size] of letters and lines, 1 as usual
 */

/** The ticks that have room, the first of them and the last. */
function thinned(axis, room, each) {
  const { tickvals, ticktext, range } = axis;
  const least = (each * (range[1] - range[0])) / room;
  const last = tickvals.length - 1;
  const kept = [];
  tickvals.forEach((v, i) => {
    const before = kept.length ? tickvals[kept[kept.length - 1]] : -Infinity;
    const wide = ticktext[kept[kept.length - 1]] === "never" ? 1.4 : 1;
    if (v - before >= wide * least && (i === last || tickvals[last] - v >= least)) kept.push(i);
  });
  return { ...axis, tickvals: kept.map((i) => tickvals[i]), ticktext: kept.map((i) => ticktext[i]) };
}

/** An axis whose title is no longer than its `room`: smaller where it has to be. */
function fitted(axis, room, letters) {
  const { text = "" } = axis.title ?? {};
  const size = 1.2 * letters;
  const long = LETTER * size * text.replace(/<[^>]*>/g, "").length;
  return { ...axis, title: { ...axis.title, font: { size: size * Math.min(1, room / long) } } };
}

/**
 * Draw in place of what `parent` holds.
 * @param {HTMLElement} parent
 * @param {Drawn} drawn
 */
export function draw(parent, drawn) {
  const { figure, height, size = 1 } = drawn;
  const width = parent.clientWidth;
  if (!width) return;
  const look = theme.read(parent);
  const given = theme.resolve(figure.layout, look);
  const letters = 12 * size;
  const margin = { l: Math.round(58 * size), r: Math.round(16 * size), t: Math.round(10 * size), b: Math.round(40 * size) };
  const [w, h] = [width - margin.l - margin.r, height - margin.t - margin.b];
  const font = { family: look.font, size: letters, color: look.text };
  const axis = (name) => ({ gridcolor: look.grid, linecolor: look.line, tickcolor: look.line, ...given[name] });
  const xaxis = thinned(axis("xaxis"), w, letters * 2.4);
  const data = theme.resolve(figure.data, look).map((trace) => ({
    ...trace,
    y: trace.y.map((v) => v ?? NaN), // JSON has no NaN
    line: { ...trace.line, width: (trace.line?.width ?? 2) * size },
  }));
  const notes = (given.annotations ?? []).map((note) =>
    ({ ...note, font: { ...note.font, size: (note.font?.size ?? 12) * size } }));
  first.draw(parent, data, {
    ...given, width, height, margin, font, xaxis, yaxis: fitted(axis("yaxis"), h, letters), annotations: notes,
  });
  const svg = parent.firstElementChild;
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", drawn.label);
  const scale = ([low, high], from, to) => (v) => from + ((v - low) / (high - low)) * (to - from);
  const place = {
    x: scale(given.xaxis.range, 0, w),
    y: scale(given.yaxis.range, h, 0),
    w,
    h,
    ends: [drawn.bars[0].low, drawn.bars[drawn.bars.length - 1].high],
    ranges: { x: given.xaxis.range, y: given.yaxis.range },
    letters,
    look,
  };
  // Under the curve, over the grid.
  const under = node("g", svg, { transform: `translate(${margin.l},${margin.t})`, class: "bars" });
  svg.firstElementChild.after(under);
  const area = svg.firstElementChild; // first.js puts the curve into a picture within its group
  const curve = area.querySelector("svg");
  if (curve) {
    const over = node("g", svg, { transform: `translate(${margin.l},${margin.t})` });
    over.append(curve);
  }
  if (drawn.counts) bars(under, drawn, place);
  if (drawn.mine) mark(node("g", svg, { transform: `translate(${margin.l},${margin.t})` }), drawn, place);
}

/** From where to where a bar stands along its axis, in pixels. */
function extent(bar, axis, { x, y, ranges, ends: [lowest, highest] }) {
  const [first_, last] = ranges[axis];
  const along = axis === "x" ? x : y;
  // What has no place on the axis, before it; and the outermost reach to its ends.
  if (bar.low === null) return [along(first_) + 3, along(0.5) - 3];
  const low = axis === "y" && bar.low === lowest ? Math.min(first_, bar.low) : bar.low;
  const high = axis === "y" && bar.high === highest ? Math.max(last, bar.high) : bar.high;
  const ends = [along(low), along(high)];
  return [Math.min(...ends), Math.max(...ends)];
}

/** @param {SVGElement} parent @param {Drawn} drawn @param {any} place */
function bars(parent, { bars: all, axis, counts, right, named }, place) {
  const most = Math.max(1, ...counts);
  const { w, h, letters, look } = place;
  all.forEach((bar, i) => {
    const [from, to] = extent(bar, axis, place);
    const gap = to - from > 6 ? 1 : 0;
    const isRight = i === right;
    const long = Math.max(isRight ? 3 : 0, (counts[i] / most) * LONGEST * (axis === "x" ? h : w));
    const colour = isRight ? look.accent : look.text;
    const box = axis === "x"
      ? { x: from + gap, width: to - from - 2 * gap, y: h - long, height: long }
      : { y: from + gap, height: to - from - 2 * gap, x: 0, width: long };
    if (long || isRight) {
      node("rect", parent, {
        ...box, fill: colour, "fill-opacity": isRight ? 0.55 : 0.22, stroke: colour,
        "stroke-opacity": isRight ? 1 : 0.55, "data-bar": i, "data-count": counts[i],
      });
    }
    const said = named && axis === "y" ? `${bar.label}${counts[i] ? ` ${counts[i]}` : ""}` : counts[i] || "";
    if (!said) return;
    const text = axis === "x"
      ? { x: (from + to) / 2, y: h - long - 0.4 * letters, "text-anchor": "middle" }
      : { x: long + 0.6 * letters, y: (from + to) / 2 + 0.35 * letters };
    const words = node("text", parent, {
      ...text, fill: look.text, "font-size": named ? 1.2 * letters : letters, "font-weight": isRight ? 700 : 400,
    });
    words.textContent = String(said);
  });
}

/**
 * One answer: a line at a step, a dot at step 1, or the bar of a word.
 * @param {SVGElement} parent @param {Drawn} drawn @param {any} place
 */
function mark(parent, { mine, axis, bars: all }, place) {
  const { x, y, w, h, look, letters, ranges } = place;
  const { value, text } = mine;
  const stroke = { stroke: look.text, "stroke-width": 2, fill: "none" };
  let at;
  if (axis === "x") {
    const never = value === null;
    at = { x: never ? x((ranges.x[0] + 0.5) / 2) : x(value), y: letters };
    node("path", parent, { d: `M${at.x},0V${h}`, ...stroke });
  } else if (typeof value === "number") {
    // Beside the dot, where the line does not go.
    at = { x: x(1), y: y(value), beside: value < 0 ? 1.5 * letters : -0.7 * letters };
    node("path", parent, { d: `M${at.x},${at.y}L${x(ranges.x[1] - 0.5)},${y(0)}`, ...stroke, "stroke-dasharray": "5 5" });
    node("circle", parent, { cx: at.x, cy: at.y, r: 6, fill: look.text });
  } else {
    const bar = all.find((one) => one.label === text);
    if (!bar) return;
    const [from, to] = extent(bar, axis, place);
    node("rect", parent, { x: 1, width: w - 2, y: from + 1, height: Math.max(2, to - from - 2), ...stroke });
    at = { x: 0, y: (from + to) / 2, beside: 0.35 * letters };
  }
  const right = at.x > 0.6 * w;
  const said = node("text", parent, {
    x: at.x + (right ? -9 : 9),
    y: Math.min(h - 4, Math.max(letters, at.y + (at.beside ?? 0))),
    "text-anchor": right ? "end" : "start",
    fill: look.text,
    "font-size": letters,
    "font-weight": 600,
    "paint-order": "stroke",
    stroke: look.background,
    "stroke-width": 3,
  });
  said.textContent = `you: ${text}`.slice(0, Math.floor(w / (LETTER * letters)));
}
