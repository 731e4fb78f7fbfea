// A Plotly figure, redrawn in place: zoom, hover and legend survive new data. Python's side is
// ui/live/chart.py.

import { onClick } from "../core/click.js";
import { element } from "../core/element.js";
import { axesOf, axisOf, drawnBy, roomOf } from "../core/internals.js";
import { Messenger } from "../core/messenger.js";
import { each } from "../core/mount.js";
import { plotly } from "../core/plotly.js";
import * as selection from "../core/selection.js";
import * as settings from "../core/settings.js";
import * as stage from "../core/stage.js";
import * as stream from "../core/stream.js";
import * as theme from "../core/theme.js";
import { Before } from "./before.js";
import { csv, plain } from "./csv.js";
import * as first from "./first.js";
import { isNear, whenNear } from "./near.js";

export const ready = Promise.all([
  theme.style(new URL("chart.css", import.meta.url)),
  stage.ready,
]);

const CONFIG = {
  displaylogo: false,
  displayModeBar: false,
  scrollZoom: false,
  doubleClick: "reset",
  showTips: false,
};

// --- helpers --------------------------------------------------------------------------------------

const escaped = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
/** What opens the explanation of a term, as ui/look/typeset.py writes it, escaped. */
const TERM =
  /&#60;dfn tabindex=&#34;0&#34; role=&#34;button&#34; data-term=&#34;([a-z_0-9]+)&#34;&#62;/g;
/** Text with <sub>, <sup>, <i>, <b> and terms alive, and everything else escaped. */
const rich = (text) => escaped(text)
  .replace(/&#60;(\/?(?:sub|sup|i|b)|\/dfn)&#62;/g, "<$1>")
  .replace(TERM, '<dfn tabindex="0" role="button" data-term="$1">');

const DASHES = { dot: "2 3", dash: "6 4", longdash: "10 4", dashdot: "6 3 2 3" };

/**
 * A trace as its legend draws it: a line, a marker or a filled area.
 * @param {Record<string, any>} trace
 */
function swatch({ line = {}, marker = {}, mode = "lines", fill, fillcolor }) {
  const safe = (colour) => escaped(String(colour));
  const colour = line.color ?? marker.color ?? "currentColor";
  const area = fill ? `<rect y="1" width="26" height="10" fill="${safe(fillcolor)}"/>` : "";
  const stroke = mode.includes("lines") && line.width !== 0
    ? `<path d="M0 6H26" stroke="${safe(colour)}" stroke-width="${Number(line.width ?? 2)}"` +
      ` stroke-dasharray="${DASHES[line.dash] ?? ""}"/>`
    : "";
  const dot = mode.includes("markers")
    ? `<circle cx="13" cy="6" r="3.5" fill="${safe(marker.color ?? colour)}"/>`
    : "";
  return `<svg viewBox="0 0 26 12" aria-hidden="true">${area}${stroke}${dot}</svg>`;
}

function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

const GROWING = new Set(["standoff", "ticklabelstandoff", "xshift", "yshift", "thickness", "borderwidth"]);

/** A trace or a layout with letters, lines and margins `k` times as large. */
function grown(value, k, name = "") {
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) {
    return typeof value[0] === "object" ? value.map((item) => grown(item, k, name)) : value;
  }
  const out = {};
  for (const key in value) {
    const item = value[key];
    const grows = typeof item === "number" &&
      (GROWING.has(key) || name === "margin" || (key === "width" && name === "line") ||
        (key === "size" && /(font|marker)$/.test(name)));
    out[key] = grows ? item * k : grown(item, k, key);
  }
  return out;
}

const LETTER = 0.5; // of the font size: how wide one is, about

/** The title of an axis, not longer than its `room`: cut at its comma or bracket, then smaller. */
function fit(axis, room, usual) {
  const { text, font } = axis?.title ?? {};
  if (!text) return;
  const size = font?.size ?? usual;
  const length = (said) => LETTER * size * plain(said).length;
  const said = length(text) > room ? text.split(/,| \(/)[0] : text;
  const fits = Math.min(1, room / length(said));
  axis.title = { ...axis.title, text: said, font: { ...font, size: size * fits } };
}

/** An axis whose numbers stand side by side: every second of them, or fewer, where all are too many. */
function thin(axis, room, size) {
  const { tickvals, ticktext, range } = axis ?? {};
  if (!tickvals?.length || !ticktext || !range) return;
  const widest = Math.max(...ticktext.map((said) => plain(String(said)).length));
  const each = size * (LETTER * widest + 0.8);
  const apart = (room * Math.abs(tickvals[tickvals.length - 1] - tickvals[0])) /
    (Math.abs(range[1] - range[0]) || 1) / Math.max(1, tickvals.length - 1);
  const kept = (_, i) => i % Math.ceil(each / apart) === 0;
  if (apart > 0 && each > apart) {
    axis.tickvals = [...tickvals].filter(kept);
    axis.ticktext = [...ticktext].filter(kept);
  }
}

/** The layout with titles that are not longer than its axes. */
function fitted(layout) {
  const { width, height, margin, font, xaxis, yaxis } = layout;
  const [upright, level] = [height - margin.t - margin.b, width - margin.l - margin.r];
  fit(yaxis, upright, 1.15 * font.size);
  fit(xaxis, level, 1.15 * font.size);
  thin(xaxis, level, font.size);
  return layout;
}

/** Traces as `grown` makes them, whose lines and markers have a size even if none is given. */
function grownTraces(data, k) {
  return data.map((trace) => {
    const made = grown(trace, k);
    if ((trace.type ?? "scatter") !== "scatter") return made;
    made.line = { width: 2 * k, ...made.line };
    made.marker = { size: 6 * k, ...made.marker };
    return made;
  });
}

// --- the fast path --------------------------------------------------------------------------------
// Plotly.react spends 12 ms on a figure of 8 lines of which 1 ms draws them; the rest finds out that
// axes, labels and annotations are what they were. While a slider moves that is known beforehand:
// only numbers change. So those are put straight into Plotly's computed traces and drawn by its own
// functions. These are internals of the plotly.js that requirements.txt pins; where anything differs
// from what is expected, Plotly.react draws.

/** What may differ between two versions of a line without anything but the line itself changing. */
const FREE = new Set(["x", "y", "text", "hovertext", "hovertemplate", "customdata", "meta"]);

/** @type {(v: any) => boolean} */
const isList = (v) => Array.isArray(v) || ArrayBuffer.isView(v);

function equal(a, b) {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return false;
  if (isList(a) || isList(b)) {
    const lists = isList(a) && isList(b) && a.length === b.length;
    return lists && Array.prototype.every.call(a, (v, i) => equal(v, b[i]));
  }
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((k) => equal(a[k], b[k]));
}

const sameLength = (a, b) =>
  isList(a) === isList(b) && (!isList(a) || a.length === b.length);

const onlyNumbersDiffer = (a, b) =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.keys(a).every((k) =>
    FREE.has(k) ? sameLength(a[k], b[k]) : equal(a[k], b[k]));

/** Draw `data` as the same lines in the same layout; false, and nothing done, if it is not that. */
function refresh(plot, before, data, layout) {
  const drawn = drawnBy(plot);
  if (!drawn) return false;
  const { full, screen, calcdata } = drawn;
  const plainLine = (trace, i) =>
    trace.type === "scatter" && trace.visible === true && !trace.stackgroup && trace.index === i;
  const possible =
    calcdata.length === data.length && full.length === data.length && full.every(plainLine) &&
    ["xaxis", "yaxis"].every((name) => screen[name]?.autorange === false) &&
    data.every((trace, i) => onlyNumbersDiffer(before.data[i], trace)) &&
    equal(before.layout, layout);
  if (!possible) return false;
  data.forEach((trace, i) => {
    for (const key of FREE) if (key in trace) plot.data[i][key] = full[i][key] = trace[key];
    const points = drawn.calculate(full[i]);
    points[0].t ??= {};
    points[0].trace = full[i];
    calcdata[i] = points;
  });
  drawn.paint();
  return true;
}

// --- the chart ------------------------------------------------------------------------------------

export class Chart {
  /** @type {Messenger | undefined} */ messenger;

  constructor(parent) {
    this.parent = parent;
    this.title = element("span", { className: "title" });
    const button = (text, label, act) => {
      const node = element("button", { type: "button", textContent: text, title: label });
      node.setAttribute("aria-label", label);
      node.onclick = act;
      return node;
    };
    this.tools = element("span", { className: "tools" },
      button("CSV", "Save the data as CSV", () => this.saveData()),
      button("PNG", "Save as a PNG image", () => this.saveImage("png")),
      button("SVG", "Save as an SVG image", () => this.saveImage("svg")),
      button("Reset zoom", "Reset zoom", () => this.resetZoom()),
    );
    this.tools.lastElementChild?.classList.add("reset");
    this.legend = element("ul", { className: "legend" });
    this.hidden = new Set(); // names of the traces that the reader has switched off
    /** @type {any} what Plotly adds to it included */
    this.plot = element("div", { className: "plot" });
    this.plot.setAttribute("role", "img");
    this.marks = {
      x: element("div", { className: "mark x" }),
      y: element("div", { className: "mark y" }),
    };
    this.stage = element("div", { className: "stage" }, this.plot, this.marks.x, this.marks.y);
    this.before = new Before(this.stage, () => this.payload);
    this.caption = element("figcaption");
    const head = element("div", { className: "head" }, this.title, this.tools);
    this.root = element("figure", { className: "unroll-chart" });
    this.root.append(head, this.legend, this.stage, this.caption);
    parent.querySelector(":scope > .unroll-chart")?.remove();
    parent.append(this.root);

    this.resize = new ResizeObserver(() => this.onResize());
    this.resize.observe(this.stage);
    this.unsubscribe = selection.subscribe(() => this.placeMarks());
    this.onVisible = () => this.draw();
    document.addEventListener("visibilitychange", this.onVisible);
    this.unstage = stage.subscribe(() => this.draw());
    this.near = false; // once it was, it stays Plotly's
    this.unnear = whenNear(this.stage, () => {
      this.near = true;
      this.draw();
    });
    this.unclick = onClick(this.stage, ({ clientX, clientY }) => {
      if (this.shown) this.selectAt(clientX, clientY);
    });
  }

  /** A new payload, or the same one under a new theme. */
  update(payload) {
    this.payload = payload;
    const { key, height, plotly: path } = payload;
    this.key = this.root.dataset.key = key; // before it is drawn: a hidden chart never is
    if (payload.setting) {
      this.messenger ??= new Messenger(payload.setting);
      this.messenger.adopt(payload.selected ?? null, payload.told);
    }
    if (payload.stream) stream.keep(payload.stream, this.parent);
    if (!this.shown) this.stage.style.height = payload.fill ? "" : `${height}px`;
    this.draw();
    if (path && !window.Plotly) {
      plotly(path, !first.possible(payload.figure)).then(() => this.draw());
    }
  }

  /** Everything around the plot. */
  frame(look) {
    const { title, caption, alt, figure } = this.payload;
    this.title.innerHTML = rich(title);
    this.title.title = plain(title);
    this.caption.innerHTML = rich(caption);
    this.plot.setAttribute("aria-label", alt);
    this.drawLegend(figure.layout.showlegend ? theme.resolve(figure.data, look) : []);
  }

  /** Draw the newest payload, if there is something new and somewhere to draw it. */
  draw() {
    const { payload } = this;
    // A chart may go while plotly.js is still on its way: nobody must wait for it then.
    if (!payload || !this.parent.isConnected) return;
    this.near ||= stage.onPaper() || isNear(this.stage);
    this.root.toggleAttribute("data-far", !this.near);
    if (!window.Plotly || !this.near) return this.drawFirst(payload);
    const width = this.stage.clientWidth;
    const look = theme.read(this.parent);
    const height = this.room(payload);
    const size = stage.scale();
    const { shown } = this;
    if (payload.digest !== shown?.digest || look !== shown.look || width !== shown.width ||
        height !== shown.height || size !== shown.size) {
      // In a hidden tab or panel only the newest payload is kept; becoming visible draws it.
      if (document.hidden || !width) return this.report(payload);
      this.frame(look);
      this.stage.style.height = `${height}px`;
      this.react(payload, look, width, height);
      this.shown = { digest: payload.digest, look, width, height, size };
      this.placeBefore();
    }
    this.report(payload);
  }

  /** The height of the plot: what its style sheet gives it where it is to fill that. */
  room({ fill, height }) {
    return fill ? this.stage.clientHeight : stage.height(this.stage, height);
  }

  /** What there is to see until plotly.js is there, and of a chart that nobody is near. */
  drawFirst(payload) {
    const look = theme.read(this.parent);
    this.frame(look);
    const width = this.stage.clientWidth;
    const { figure } = payload;
    if (!document.hidden && width && first.possible(figure)) {
      const height = this.room(payload);
      if (!payload.fill) this.stage.style.height = `${height}px`;
      const layout = this.layout(figure.layout, look, width, height);
      first.draw(this.plot, this.traces(figure, look), layout);
      const { x, y } = first.axesOf(layout);
      this.before.place(payload.digest, x, y);
    } else if (this.near) return; // it says what it shows once it shows it
    this.report(payload);
  }

  /** The figure's traces at the size of the stage, those that are switched off invisible. */
  traces(figure, look) {
    const size = stage.scale();
    const plain = theme.resolve(figure.data, look);
    const all = size === 1 ? plain : grownTraces(plain, size);
    return this.hidden.size
      ? all.map((trace) => (this.hidden.has(trace.name) ? { ...trace, visible: false } : trace))
      : all;
  }

  react({ figure }, look, width, height) {
    const data = this.traces(figure, look);
    const layout = this.layout(figure.layout, look, width, height);
    const { drawing } = this;
    this.drawing = { data, layout };
    try {
      if (drawing && refresh(this.plot, drawing, data, layout)) return;
    } catch (error) {
      console.warn("chart: drawn the long way", error);
    }
    this.plot.querySelector(":scope > [data-first]")?.remove();
    // Plotly writes into what it is given; what is compared with next time must stay as it came.
    const copies = data.map((trace) => ({ ...trace }));
    window.Plotly.react(this.plot, copies, structuredClone(layout), CONFIG);
    if (!this.listening) {
      this.listening = true;
      for (const event of ["plotly_relayout", "plotly_relayouting", "plotly_afterplot"]) {
        this.plot.on(event, () => {
          this.placeMarks();
          this.placeBefore();
        });
      }
    }
    this.placeMarks();
  }

  layout(given, look, width, height) {
    const layout = {
      ...theme.resolve(given, look),
      width,
      height,
      showlegend: false, // ours is HTML: wraps on a phone, costs nothing while a slider moves
      autosize: false,
      uirevision: given.uirevision ?? "live",
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
    };
    layout.font = { family: look.font, size: 12, color: look.text, ...layout.font };
    layout.margin ??= { l: 64, r: 24, t: 8, b: 44 };
    layout.hoverlabel = { bgcolor: look.background, bordercolor: look.line, ...layout.hoverlabel };
    layout.hoverlabel.font = { family: look.font, color: look.text, ...layout.hoverlabel.font };
    // A finger scrolls the page.
    if (matchMedia("(pointer: coarse)").matches) layout.dragmode = false;
    const further = Object.keys(layout).filter((name) => /^[xy]axis\d/.test(name));
    for (const name of ["xaxis", "yaxis", ...further]) {
      layout[name] = {
        automargin: false,
        gridcolor: look.grid,
        zerolinecolor: look.grid,
        linecolor: look.line,
        tickcolor: look.line,
        ...layout[name],
      };
    }
    const size = stage.scale();
    return fitted(size === 1 ? layout : grown(layout, size));
  }

  /** The legend, a switch for each trace; made anew only when names or looks have changed. */
  drawLegend(data) {
    const entries = data
      .filter((trace) => trace.name && trace.showlegend !== false)
      .map(({ name, line, marker, fill, fillcolor, mode, meta }) =>
        ({ name, line, marker, fill, fillcolor, mode, meta }));
    const digest = JSON.stringify(entries);
    if (digest === this.legendDigest) return;
    this.legendDigest = digest;
    this.legend.replaceChildren(...entries.map((trace) => {
      const node = element("button", { type: "button" });
      node.innerHTML = `${swatch(trace)}<span>${rich(trace.name)}</span>`;
      if (trace.meta?.term) node.dataset.term = trace.meta.term; // see page/terms.js
      node.setAttribute("aria-pressed", String(!this.hidden.has(trace.name)));
      node.onclick = () => {
        if (!this.hidden.delete(trace.name)) this.hidden.add(trace.name);
        node.setAttribute("aria-pressed", String(!this.hidden.has(trace.name)));
        this.shown = null;
        this.draw();
      };
      return element("li", {}, node);
    }));
  }

  /** Say what is on screen. */
  report({ stamp }) {
    this.root.dataset.stamp = stamp ?? "";
  }

  onResize() {
    if (!this.payload || this.frameRequest) return;
    this.frameRequest = requestAnimationFrame(() => {
      this.frameRequest = 0;
      this.draw();
    });
  }

  destroy() {
    this.resize.disconnect();
    this.unsubscribe();
    this.unstage();
    this.unnear();
    this.messenger?.destroy();
    document.removeEventListener("visibilitychange", this.onVisible);
    this.unclick();
    this.before.destroy();
    window.Plotly?.purge(this.plot);
    this.root.remove();
  }

  // --- the selected step --------------------------------------------------------------------------

  axis(name) {
    return this.payload.step_axis.includes(name) ? axisOf(this.plot, name) : null;
  }

  placeBefore() {
    const axes = ["x", "y"].map((name) => axisOf(this.plot, name));
    const [x, y] = axes.map((axis) => axis && ((v) => axis.offset + axis.px(v)));
    this.before.place(this.payload.digest, x, y);
  }

  placeMarks() {
    const step = selection.get();
    const size = roomOf(this.plot);
    for (const name of ["x", "y"]) {
      const axis = this.axis(name);
      const at = axis && size && step !== null ? axis.px(step) : NaN;
      const { style } = this.marks[name];
      if (!(at >= -0.5 && at <= axis?.length + 0.5)) {
        style.display = "none";
        continue;
      }
      const [along, across, from, extent] = name === "x"
        ? ["left", "top", size.t, ["height", size.h]]
        : ["top", "left", size.l, ["width", size.w]];
      style[along] = `${axis.offset + at - 1}px`;
      style[across] = `${from}px`;
      style[extent[0]] = `${extent[1]}px`;
      style.display = "block";
    }
  }

  selectAt(clientX, clientY) {
    const box = this.plot.getBoundingClientRect();
    const [axis, at] = this.axis("x")
      ? [this.axis("x"), clientX - box.left]
      : [this.axis("y"), clientY - box.top];
    const room = roomOf(this.plot);
    if (!axis || !room) return;
    const { l, t, w, h } = room;
    const [x, y] = [clientX - box.left - l, clientY - box.top - t];
    if (x < 0 || x > w || y < 0 || y > h) return;
    const step = Math.round(axis.number(at - axis.offset));
    const [low, high] = this.steps();
    if (step < low || step > high) return;
    this.choose(clientX - box.left, clientY - box.top);
    selection.set(step === selection.get() ? null : step, this.key);
  }

  /** Move the setting whose values stand along an axis, where there is one, to the one nearest a click. */
  choose(x, y) {
    const { chooses } = this.payload;
    const axis = chooses && axisOf(this.plot, chooses.axis);
    if (!axis) return;
    const at = axis.number((chooses.axis === "x" ? x : y) - axis.offset);
    let best = 0;
    chooses.places.forEach((place, i) => {
      if (Math.abs(place - at) < Math.abs(chooses.places[best] - at)) best = i;
    });
    if (chooses.places[best] !== chooses.chosen) {
      settings.move({ [chooses.setting]: chooses.values[best] });
    }
  }

  /** First and last step that the data have. */
  steps() {
    const axis = this.axis("x") ? "x" : "y";
    let low = Infinity;
    let high = -Infinity;
    for (const trace of this.payload.figure.data) {
      for (const v of trace[axis] ?? []) {
        if (v < low) low = v;
        if (v > high) high = v;
      }
    }
    return [low, high];
  }

  // --- buttons ------------------------------------------------------------------------------------

  saveData() {
    save(`${this.key}.csv`, "text/csv", csv(this.payload.figure.data, this.payload.figure.layout.meta?.columns));
  }

  /** What is on screen, zoom and switched-off lines included, with title, legend and background. */
  saveImage(format) {
    if (!this.drawing) return;
    const { title, figure } = this.payload;
    const width = Math.max(this.stage.clientWidth, 800);
    const height = this.payload.height + 64;
    const look = theme.read(this.parent);
    const layout = this.layout(figure.layout, look, width, height);
    const { xaxis, yaxis } = this.plot.layout;
    layout.xaxis = { ...layout.xaxis, range: xaxis?.range ?? layout.xaxis.range };
    layout.yaxis = { ...layout.yaxis, range: yaxis?.range ?? layout.yaxis.range };
    // An image cannot load the page's web font: measured in one, drawn in another, texts overlap.
    layout.font = { ...layout.font, family: "Arial, Helvetica, sans-serif" };
    const above = (layout.margin.t ?? 8) + 40 + (figure.layout.showlegend ? 24 : 0);
    Object.assign(layout, {
      paper_bgcolor: look.background,
      showlegend: Boolean(figure.layout.showlegend),
      legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom" },
      title: { text: title.replace(/<\/?dfn[^>]*>/g, ""), x: 0.02, font: { size: 16 } },
      margin: { ...layout.margin, t: above },
    });
    const options = { format, width, height, scale: 2, filename: this.key };
    window.Plotly.downloadImage({ data: this.drawing.data, layout }, options);
  }

  resetZoom() {
    if (!this.shown) return;
    const { figure } = this.payload;
    const changes = {};
    for (const name of axesOf(this.plot)) {
      const range = figure.layout[name]?.range;
      if (range) changes[`${name}.range`] = [...range];
      else changes[`${name}.autorange`] = figure.layout[name]?.autorange ?? true;
    }
    window.Plotly.relayout(this.plot, changes);
  }
}

export default each(Chart, "unroll-chart");
