// A chart until plotly.js is there: the same lines, bands and axes as plain SVG, drawn from the same
// figure. It draws what the main charts are made of, lines over axes whose range and ticks are
// given, and nothing else: of another figure there is no first picture.

import { node } from "../core/svg.js";

/** As Plotly draws them, in units of the line's width, of three pixels at least. */
const DASHES = { dot: [1, 1], dash: [3, 3], longdash: [5, 5], dashdot: [3, 1, 1, 1] };
/** Of the font size: from a letter's middle to its baseline, and what <sub> and <sup> are drawn at. */
const MIDDLE = 0.35;
const SMALL = 0.7;
const SHIFTS = { sub: 0.3, sup: -0.6 };
/** Of the labels' size: from their row to the title below; of the title's: from labels to its middle. */
const BELOW = 0.52;
const BESIDE = 0.27;
/** px: a tick's length, from an axis to its labels, from an annotation's point to its text. */
const TICK = 5;
const PAD = 8.4;
const NOTE = 2;

const AXES = /** @type {const} */ (["xaxis", "yaxis"]);

/** Whether a figure's layout and traces are of the kind that is drawn here. */
export function possible({ data, layout }) {
  return (
    Object.keys(layout).every((name) => !/^[xy]axis\d/.test(name)) &&
    AXES.every((name) => {
      const { range, tickvals, type } = layout[name] ?? {};
      return range?.length === 2 && tickvals && (type === undefined || type === "linear");
    }) &&
    data.every(({ type = "scatter", xaxis, yaxis }) => type === "scatter" && !xaxis && !yaxis)
  );
}

/**
 * Text with <sub>, <sup>, <i>, <b> at the end of an SVG text.
 * @param {SVGTextElement} text
 * @param {string} said
 * @param {number} size
 */
function rich(text, said, size) {
  let shift = 0;
  const styles = [];
  for (const part of said.split(/(<\/?(?:sub|sup|i|b)>)/)) {
    const tag = /^<(\/?)(\w+)>$/.exec(part);
    if (tag?.[1]) styles.splice(styles.lastIndexOf(tag[2]), 1);
    else if (tag) styles.push(tag[2]);
    if (tag || !part) continue;
    const raised = styles.find((name) => name in SHIFTS);
    const wanted = raised ? SHIFTS[raised] * SMALL * size : 0;
    const span = node("tspan", text, {
      dy: wanted - shift,
      "font-size": raised ? SMALL * size : size,
    });
    if (styles.includes("i")) span.setAttribute("font-style", "italic");
    if (styles.includes("b")) span.setAttribute("font-weight", "bold");
    span.textContent = part;
    shift = wanted;
  }
}

/** The d of a line through points, with gaps where a number is missing. */
function path(xs, ys, x, y) {
  let d = "";
  let open = false;
  for (let i = 0; i < xs.length; i++) {
    const [px, py] = [x(xs[i]), y(ys[i])];
    if (!Number.isFinite(px + py)) open = false;
    else {
      d += `${open ? "L" : "M"}${px.toFixed(2)},${py.toFixed(2)}`;
      open = true;
    }
  }
  return d;
}

/** Where the numbers of a layout's axes stand, in pixels from the drawing's corner: x and y. */
export function axesOf({ width, height, margin, xaxis, yaxis }) {
  const scale = ({ range: [low, high] }, from, to) => (v) =>
    from + ((v - low) / (high - low)) * (to - from);
  return {
    x: scale(xaxis, margin.l, width - margin.r),
    y: scale(yaxis, height - margin.b, margin.t),
  };
}

const dashes = ({ width = 2, dash }) =>
  (DASHES[dash] ?? []).map((part) => part * Math.max(width, 3)).join(",");

/**
 * Draw `data` in `layout`, both as Plotly would be given them, in place of what `parent` holds.
 * @param {Element} parent
 * @param {any[]} data
 * @param {any} layout
 */
export function draw(parent, data, layout) {
  const { width, height, margin, font } = layout;
  const [w, h] = [width - margin.l - margin.r, height - margin.t - margin.b];
  parent.replaceChildren();
  const svg = node("svg", parent, {
    width,
    height,
    "data-first": "",
    "font-family": font.family,
    "font-size": font.size,
    fill: font.color,
  });
  const area = node("g", svg, { transform: `translate(${margin.l},${margin.t})` });
  const scale = ({ range: [low, high] }, from, to) => (v) =>
    from + ((v - low) / (high - low)) * (to - from);
  const x = scale(layout.xaxis, 0, w);
  const y = scale(layout.yaxis, h, 0);
  axes(area, layout, { x, y, w, h });
  const inside = node("svg", area, { width: w, height: h, overflow: "hidden" });
  for (const trace of data) if (trace.visible !== false) line(inside, trace, x, y);
  const at = {
    x: (v, ref) => (ref === "paper" ? v * w : x(v)),
    y: (v, ref) => (ref === "paper" ? h - v * h : y(v)),
  };
  for (const shape of layout.shapes ?? []) {
    if (shape.type !== "line") continue;
    node("line", inside, {
      x1: at.x(shape.x0, shape.xref),
      x2: at.x(shape.x1, shape.xref),
      y1: at.y(shape.y0, shape.yref),
      y2: at.y(shape.y1, shape.yref),
      stroke: shape.line.color,
      "stroke-width": shape.line.width ?? 2,
      "stroke-dasharray": dashes(shape.line),
      opacity: shape.opacity ?? 1,
    });
  }
  for (const note of layout.annotations ?? []) annotation(area, note, at, font);
}

function line(parent, trace, x, y) {
  const { mode = "lines", line: stroke = {}, marker = {}, opacity = 1 } = trace;
  const group = node("g", parent, { opacity });
  if (mode.includes("lines")) {
    node("path", group, {
      d: path(trace.x, trace.y, x, y),
      fill: trace.fill ? trace.fillcolor : "none",
      stroke: stroke.color ?? "none",
      "stroke-width": stroke.width ?? 2,
      "stroke-dasharray": dashes(stroke),
    });
  }
  if (!mode.includes("markers")) return;
  trace.x.forEach((v, i) => {
    const [cx, cy] = [x(v), y(trace.y[i])];
    if (!Number.isFinite(cx + cy)) return;
    node("circle", group, { cx, cy, r: (marker.size ?? 6) / 2, fill: marker.color ?? stroke.color });
  });
}

function axes(area, { xaxis, yaxis, font }, { x, y, w, h }) {
  const size = font.size;
  const ticks = ({ tickvals, ticktext, range: [low, high] }) =>
    Array.from(tickvals, (v, i) => ({ v: Number(v), said: String(ticktext?.[i] ?? v) }))
      .filter(({ v }) => v >= Math.min(low, high) && v <= Math.max(low, high));
  const stroke = (d, colour) =>
    node("path", area, { d, stroke: colour, fill: "none", "shape-rendering": "crispEdges" });
  let labels = 0;
  for (const { v, said } of ticks(xaxis)) {
    stroke(`M${x(v)},0v${h}`, xaxis.gridcolor);
    stroke(`M${x(v)},${h}v${TICK}`, xaxis.tickcolor);
    rich(node("text", area, { x: x(v), y: h + PAD + size, "text-anchor": "middle" }), said, size);
  }
  const off = yaxis.ticklabelstandoff ?? 0;
  for (const { v, said } of ticks(yaxis)) {
    stroke(`M0,${y(v)}h${w}`, yaxis.gridcolor);
    stroke(`M0,${y(v)}h${-TICK}`, yaxis.tickcolor);
    const text = node("text", area, { x: -PAD - off, y: y(v) + MIDDLE * size, "text-anchor": "end" });
    rich(text, said, size);
    labels = Math.max(labels, text.getBBox().width);
  }
  stroke(`M0,${h}h${w}`, xaxis.linecolor);
  stroke(`M0,0v${h}`, yaxis.linecolor);
  const title = (axis) => [axis.title?.text, axis.title?.font?.size ?? 1.2 * size, axis.title?.standoff ?? 0];
  const [below, belowSize, belowOff] = title(xaxis);
  if (below) {
    const text = node("text", area, {
      x: w / 2,
      y: h + PAD + BELOW * size + belowOff + belowSize,
      "text-anchor": "middle",
    });
    rich(text, below, belowSize);
  }
  const [left, leftSize, leftOff] = title(yaxis);
  if (!left) return;
  const away = -(PAD + off + labels + leftOff + BESIDE * leftSize);
  const text = node("text", area, { transform: `translate(${away},${h / 2}) rotate(-90)`, "text-anchor": "middle" });
  rich(text, left, leftSize);
}

const ANCHORS = { left: "start", center: "middle", right: "end" };

function annotation(area, note, at, font) {
  if (note.showarrow !== false) return;
  const { text: said, xanchor = "center", yanchor = "middle" } = note;
  const size = note.font?.size ?? font.size;
  const beside = { left: NOTE, right: -NOTE, center: 0 }[xanchor] ?? 0;
  const over = { bottom: -NOTE - 0.3 * size, top: NOTE + size, middle: MIDDLE * size }[yanchor] ?? 0;
  const text = node("text", area, {
    x: at.x(note.x, note.xref) + beside,
    y: at.y(note.y, note.yref) + over,
    "text-anchor": ANCHORS[xanchor] ?? "middle",
    fill: note.font?.color ?? font.color,
  });
  rich(text, said, size);
}
