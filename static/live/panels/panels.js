// Many small log curves on one shared axis: one instance per mounted component, its nodes kept and
// moved on every payload. Python's side is ui/live/panels.py.

import { attribute, say } from "../core/changed.js";
import { each } from "../core/mount.js";
import { post } from "../core/post.js";
import { buttons } from "../core/save.js";
import { asText, palette } from "../core/scale.js";
import * as settings from "../core/settings.js";
import { element } from "../core/shadow.js";
import * as stage from "../core/stage.js";
import { node, round } from "../core/svg.js";
import * as theme from "../core/theme.js";

export const ready = Promise.all([
  theme.style(new URL("panels.css", import.meta.url)),
  stage.ready,
]);

const NARROW = 640; // px
const INSET = { left: 3, right: 5, top: 2, bottom: 3 }; // px between a panel's edge and its plot
const FAR = 4096; // px: how far outside its panel a curve is drawn at most

const CLICK = "click a panel to open it on the main page";
const TAP = "tap a panel, then Open";

let instances = 0;

const BARS =
  '<svg viewBox="0 0 14 12" aria-hidden="true">' +
  '<path d="M1 11V8h3v3zM5.5 11V2h3v9zM10 11V6h3v5z"/></svg>';

// One panel: its nodes, and the numbers it draws.
/** px between two numbers of an axis, at least. */
const APART = 11;

class Panel {
  constructor(parent, id) {
    this.cell = element("div", "up-cell", parent);
    this.link = element("a", "up-panel", this.cell);
    const strip = element("span", "up-strip", this.link);
    this.factor = element("b", "", strip);
    strip.append(" "); // what is read is two words
    this.horizon = element("span", "", strip);
    this.svg = node("svg", this.link, { "aria-hidden": "true" });
    this.zero = node("rect", this.svg, { class: "up-zero", y: 0, fill: `url(#${id}-hatch)` });
    this.one = node("path", this.svg, { class: "up-one" });
    this.threshold = node("path", this.svg, { class: "up-threshold" });
    this.band = node("path", this.svg, { class: "up-band", fill: `url(#${id})` });
    this.total = node("path", this.svg, { class: "up-total" });
    this.curve = node("path", this.svg, { class: "up-curve", stroke: `url(#${id})` });
    this.overflow = node("path", this.svg, { class: "up-overflow" });
    this.cross = node("path", this.svg, { class: "up-cross" });
    this.dot = node("circle", this.svg, { class: "up-dot", r: 2.6 });
    this.link.append(" ");
    this.end = element("span", "up-end", this.link);
    this.open = element("span", "up-open", this.link, { "aria-hidden": "true" });
    this.open.textContent = "Open ↗";
    this.look = element("button", "up-look", this.cell, {
      type: "button",
      tabindex: "-1",
      title: "Show where its z lies, below",
    });
    this.look.innerHTML = BARS;
  }
}

export class Panels {
  constructor(parent) {
    this.parent = parent;
    this.id = `up-${(instances += 1)}`;
    this.root = element("div", "unroll-panels", parent);
    this.root.dataset.moves = "";
    this.head = element("div", "up-head", this.root);
    this.title = element("div", "up-title", this.head);
    buttons(this.head, () => ({
      root: this.root,
      name: this.payload.key,
      title: "Initialisation × activation",
      about: this.payload.summary,
      skip: ".up-look, .up-open, .up-title small, .up-hidden:not(svg)",
    }));
    this.summary = element("div", "up-hidden", this.root, { id: `${this.id}-summary` });
    this.grid = element("div", "up-grid", this.root, {
      role: "group",
      "aria-label": "Panels, rows by columns",
      "aria-describedby": this.summary.id,
    });
    this.legend = element("div", "up-legend", this.root);
    const shared = node("svg", this.root, { class: "up-hidden", "aria-hidden": "true" });
    const defs = node("defs", shared);
    this.gradient = node("linearGradient", defs, {
      id: this.id,
      gradientUnits: "userSpaceOnUse",
      x1: 0,
      x2: 0,
    });
    const hatch = node("pattern", defs, {
      id: `${this.id}-hatch`,
      width: 5,
      height: 5,
      patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)",
    });
    node("path", hatch, { class: "up-hatch", d: "M0 0V5" });
    this.panels = [];
    this.at = null; // index into `steps` of the step under the pointer
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.root);
    this.onVisible = () => this.draw();
    document.addEventListener("visibilitychange", this.onVisible);
    this.unstage = stage.subscribe(() => this.draw());
    this.listen();
  }

  update(payload, { setTriggerValue }) {
    this.trigger = setTriggerValue;
    this.payload = payload;
    if (!this.parent.isConnected) return; // the page has gone on while our modules were loading
    this.draw();
    Object.assign(this.root.dataset, { key: payload.key, stamp: payload.stamp ?? "" });
  }

  // Draw the newest payload, if there is something new and somewhere to draw it.
  draw() {
    const { payload, shown } = this;
    const width = this.root.clientWidth;
    if (!payload || !width || document.hidden) return;
    const look = theme.read(this.parent);
    const { clientHeight: height } = this.root;
    const same = shown?.digest === payload.digest && shown.look === look && shown.width === width &&
      shown.height === height;
    if (same) return;
    if (look !== shown?.look) this.dress(look);
    this.frame(width);
    this.place();
    payload.median.forEach((_, i) => this.paint(i));
    this.shown = { digest: payload.digest, look, width, height: this.root.clientHeight };
    this.hover(this.at);
  }

  dress(look) {
    this.root.classList.toggle("up-dark", look.dark);
    this.colours = palette(look.dark, look.ground);
    const levels = Array.from({ length: 15 }, (_, i) => 7 - i);
    this.gradient.replaceChildren();
    for (const r of levels) {
      const offset = (7 - r) / 14;
      node("stop", this.gradient, { offset, "stop-color": this.colours.full(r) });
    }
  }

  // Rows, columns and headings; made anew only when they are others.
  frame(width) {
    const { rows, columns, height, title, summary, legend, legend_ends: ends } = this.payload;
    const narrow = width < NARROW;
    this.narrow = narrow;
    this.root.classList.toggle("up-narrow", narrow);
    this.root.style.height = narrow ? "" : `${height}px`;
    const coarse = matchMedia("(pointer: coarse)").matches;
    this.title.innerHTML = `${title} <small>${coarse ? TAP : CLICK}</small>`;
    say(this.summary, summary);
    this.legendText = narrow || !ends ? legend : `${legend} · ${ends}`;
    const shape = JSON.stringify([rows, columns, narrow]);
    if (shape === this.shape) return;
    this.shape = shape;
    const { grid } = this;
    const focused = this.panels.findIndex(({ link }) => link === document.activeElement);
    grid.style.setProperty("--columns", columns.length);
    grid.style.setProperty("--rows", rows.length);
    grid.replaceChildren();
    element("span", "up-corner", grid);
    for (const { label } of columns) element("span", "up-column", grid).textContent = label;
    this.panels = [];
    this.ticks = [];
    for (const { label, note } of rows) {
      const head = element("span", "up-row", grid);
      element("b", "", head).textContent = label;
      element("small", "", head).textContent = note;
      const ticks = element("span", "up-ticks", head, { "aria-hidden": "true" });
      this.ticks.push(ticks);
      columns.forEach(() => this.panels.push(new Panel(grid, this.id)));
    }
    element("span", "up-corner", grid);
    this.feet = columns.map(() => {
      const foot = element("span", "up-foot", grid, { "aria-hidden": "true" });
      return [element("span", "", foot), element("span", "", foot)];
    });
    this.current = Math.max(0, focused);
    this.rove(this.current, focused >= 0);
  }

  // Positions that every panel shares.
  place() {
    const { window: [low, high], steps, seq_len: T, ticks, threshold } = this.payload;
    const { svg } = this.panels[0];
    const { clientWidth, clientHeight } = svg.parentElement;
    const strip = svg.previousElementSibling.offsetHeight;
    this.width = Math.max(20, clientWidth);
    this.height = Math.max(16, clientHeight - strip);
    this.strip = strip;
    const inner = this.width - INSET.left - INSET.right;
    const tall = this.height - INSET.top - INSET.bottom;
    this.x = (t) => INSET.left + ((t - 1) / (T - 1)) * inner;
    this.y = (r) => INSET.top + ((high - r) / (high - low)) * tall;
    this.level = (r) => round(Math.max(-FAR, Math.min(FAR, this.y(r))));
    this.xs = Array.from(steps, this.x);
    attribute(this.gradient, "y1", round(this.y(7)));
    attribute(this.gradient, "y2", round(this.y(-7)));
    this.oneLine = `M0 ${round(this.y(0))}H${this.width}`;
    this.thresholdLine = `M0 ${round(this.y(threshold))}H${this.width}`;
    for (const place of this.ticks) {
      place.replaceChildren();
      const kept = [];
      // 1 goes before what would stand on it.
      for (const [r, label] of [...ticks].sort(([a], [b]) => Math.abs(a) - Math.abs(b))) {
        const at = this.y(r);
        if (kept.some((other) => Math.abs(other - at) < APART)) continue;
        kept.push(at);
        const tick = element("i", "", place);
        tick.textContent = label;
        tick.style.top = `${round(strip + 1 + at)}px`;
      }
    }
    for (const [first, last] of this.feet) {
      say(first, this.narrow ? "1" : "step 1");
      say(last, this.narrow ? `${T}` : `${T}, loss`);
    }
  }

  paint(i) {
    const { payload, width, height } = this;
    const panel = this.panels[i];
    const [median, lo, hi] = [payload.median[i], payload.lo[i], payload.hi[i]];
    const column = payload.columns[i % payload.columns.length];
    const row = payload.rows[Math.floor(i / payload.columns.length)];
    const { link, svg } = panel;
    attribute(svg, "width", width);
    attribute(svg, "height", height);
    attribute(panel.one, "d", this.oneLine);
    attribute(panel.threshold, "d", this.thresholdLine);
    attribute(panel.curve, "d", this.line(median));
    attribute(panel.total, "d", payload.total.length ? this.line(payload.total[i]) : "");
    attribute(panel.band, "d", this.area(lo, hi));
    const zero = payload.zero_until[i];
    const gone = zero >= payload.seq_len ? width : zero && round(this.x(zero));
    attribute(panel.zero, "width", gone);
    attribute(panel.zero, "height", height);
    const over = payload.overflow[i];
    attribute(panel.overflow, "d", over ? `M${round(this.x(over))} 0V${height}` : "");
    link.style.setProperty("--tint", this.colours.tint(payload.ratio[i]));
    link.style.setProperty("--full", this.colours.full(payload.ratio[i]));
    say(panel.factor, payload.factor[i]);
    say(panel.end, payload.end[i]);
    panel.end.classList.toggle("up-right", this.leavesUnder(median, payload.end[i]));
    // Whoever speaks to the page says what is to be seen.
    const seen = [payload.factor[i], payload.horizon[i], payload.end[i]].filter(Boolean).join(" ");
    attribute(link, "aria-label", `${payload.label[i]} (${seen})`);
    attribute(panel.look, "aria-label", `Show where z lies: ${row.label}, ${column.label}`);
    const [ofRow, ofColumn] = payload.parameters;
    const query = new URLSearchParams(payload.query);
    query.set(ofRow, row.name);
    query.set(ofColumn, column.name);
    attribute(link, "href", `./?${query}`);
    const selected = row.name === payload.selected[0] && column.name === payload.selected[1];
    panel.cell.classList.toggle("up-selected", selected);
    attribute(panel.look, "aria-pressed", selected);
  }

  // True if a falling curve leaves the panel near its left end, where `text` would lie on it.
  leavesUnder(values, text) {
    const low = this.payload.window[0];
    const inside = values.findIndex((v) => v >= low);
    return inside > 0 && values[0] < low && this.xs[inside] < 14 + 5.5 * text.length;
  }

  line(values) {
    let path = "";
    let drawing = false;
    for (let k = 0; k < values.length; k += 1) {
      if (!Number.isFinite(values[k])) {
        drawing = false;
        continue;
      }
      path += `${drawing ? "L" : "M"}${round(this.xs[k])} ${this.level(values[k])}`;
      drawing = true;
    }
    return path;
  }

  area(lo, hi) {
    const there = [];
    for (let k = 0; k < lo.length; k += 1) {
      if (Number.isFinite(lo[k]) && Number.isFinite(hi[k])) there.push(k);
    }
    if (there.length < 2) return "";
    const point = (k, r) => `${round(this.xs[k])} ${this.level(r)}`;
    const up = there.map((k) => point(k, hi[k]));
    const down = there.reverse().map((k) => point(k, lo[k]));
    return `M${up.join("L")}L${down.join("L")}Z`;
  }

  // --- one step in every panel -----------------------------------------------------------------
  hover(at) {
    const { payload, panels } = this;
    if (!payload || !panels.length) return;
    const { steps, seq_len: T, median, horizon } = payload;
    this.at = at !== null && at < steps.length ? at : null;
    this.root.classList.toggle("up-reading", this.at !== null);
    panels.forEach((panel, i) => {
      if (this.at === null) {
        say(panel.horizon, this.narrow ? horizon[i].replace(" back", "") : horizon[i]);
        return;
      }
      const r = median[i][this.at];
      say(panel.horizon, asText(r, 2));
      attribute(panel.cross, "d", `M${round(this.xs[this.at])} 0V${this.height}`);
      attribute(panel.dot, "cx", round(this.xs[this.at]));
      attribute(panel.dot, "cy", Number.isFinite(r) ? this.level(r) : -FAR);
    });
    const step = steps[this.at];
    this.legend.innerHTML =
      this.at === null
        ? this.legendText
        : `Step ${step}, ${T - step} before the loss: at the right of each panel stands its ` +
          "gradient there, relative to the loss end.";
  }

  nearest(event, svg) {
    const { left, width } = svg.getBoundingClientRect();
    const x = ((event.clientX - left) * this.width) / (width || 1); // it may be magnified
    let best = 0;
    this.xs.forEach((place, k) => {
      if (Math.abs(place - x) < Math.abs(this.xs[best] - x)) best = k;
    });
    return best;
  }

  // --- pointer and keys --------------------------------------------------------------------------
  indexOf(target) {
    const cell = target.closest?.(".up-cell");
    return cell ? this.panels.findIndex((panel) => panel.cell === cell) : -1;
  }

  listen() {
    const { grid } = this;
    grid.addEventListener("pointermove", (event) => {
      const i = this.indexOf(event.target);
      if (event.pointerType === "touch") return;
      this.hover(i < 0 ? null : this.nearest(event, this.panels[i].svg));
    });
    grid.addEventListener("pointerleave", () => this.hover(null));
    grid.addEventListener("pointerdown", (event) => {
      this.pointer = event.pointerType;
    });
    grid.addEventListener("focusin", (event) => {
      const i = this.indexOf(event.target);
      if (i >= 0) this.rove(i, false);
    });
    grid.addEventListener("click", (event) => {
      const i = this.indexOf(event.target);
      if (i < 0) return;
      if (event.target.closest(".up-look")) {
        this.select(i, true);
        return;
      }
      // In a new tab or window the browser does it, by the address.
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      const tapped = this.pointer === "touch" && event.detail > 0;
      if (tapped && !this.panels[i].cell.classList.contains("up-selected")) this.select(i, false);
      else this.go(i);
    });
    grid.addEventListener("keydown", (event) => this.press(event));
  }

  press(event) {
    const i = this.indexOf(event.target);
    if (i < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const columns = this.payload.columns.length;
    const count = this.panels.length;
    const column = i % columns;
    const moves = {
      ArrowLeft: column > 0 ? i - 1 : i,
      ArrowRight: column < columns - 1 ? i + 1 : i,
      ArrowUp: i - columns >= 0 ? i - columns : i,
      ArrowDown: i + columns < count ? i + columns : i,
      Home: i - column,
      End: i - column + columns - 1,
    };
    if (event.key === " " && event.target.closest(".up-panel")) this.select(i, true);
    else if (event.key in moves) this.rove(moves[event.key], true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // One stop for the Tab key; arrows move on from there.
  rove(i, focus) {
    this.current = Math.min(i, this.panels.length - 1);
    this.panels.forEach(({ link }, k) => {
      attribute(link, "tabindex", k === this.current ? 0 : -1);
    });
    if (focus) this.panels[this.current].link.focus();
  }

  names(i) {
    const { rows, columns } = this.payload;
    const row = rows[Math.floor(i / columns.length)].name;
    // Streamlit calls back on a change only: `at` makes the same panel, chosen again, news.
    return { row, column: columns[i % columns.length].name, at: Date.now() };
  }

  select(i, show) {
    const { shows, settings: [ofRow, ofColumn] } = this.payload;
    const { row, column } = this.names(i);
    this.panels.forEach(({ cell }, k) => cell.classList.toggle("up-selected", k === i));
    settings.move({ [ofRow]: row, [ofColumn]: column });
    if (!show) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    document
      .querySelector(`.unroll-chart[data-key="${shows}"]`)
      ?.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "nearest" });
  }

  go(i) {
    post(this.payload.key, () => this.trigger("open", this.names(i)));
  }

  destroy() {
    this.unstage();
    this.sizes.disconnect();
    document.removeEventListener("visibilitychange", this.onVisible);
    this.root.remove();
  }
}

export default each(Panels, "unroll-panels");
