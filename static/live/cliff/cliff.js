// A loss surface with several descents on it, from the side and from above, and a scrubber over their
// updates. One instance per mounted component. The surface is drawn when it changes; while the
// scrubber moves only the paths are, on a canvas and an SVG over it.

import { onClick } from "../core/click.js";
import { Held } from "../core/held.js";
import { axisOf } from "../core/internals.js";
import { each } from "../core/mount.js";
import { plotly } from "../core/plotly.js";
import { buttons } from "../core/save.js";
import { element, sheet } from "../core/shadow.js";
import * as settings from "../core/settings.js";
import * as stage from "../core/stage.js";
import { node as svg } from "../core/svg.js";
import * as theme from "../core/theme.js";
import { number } from "./number.js";
import { Play } from "./play.js";
import { Scene } from "./scene.js";
import * as terrains from "./terrain.js";

const own = sheet(
  new URL("../core/steps.css", import.meta.url),
  new URL("cliff.css", import.meta.url),
);
export const ready = Promise.all([own.ready, stage.ready]);

// A click sets the start; a second one so soon means a double click, which resets the zoom.
const DOUBLE = 260;
const CONFIG = { displaylogo: false, displayModeBar: false, scrollZoom: false, showTips: false };

/** Valleys dark, heights light, or the other way round: neutral, since colour means gradients. */
const scale = (dark) =>
  dark
    ? [[0, "#10161d"], [0.25, "#2b3540"], [1, "#a9b4bf"]]
    : [[0, "#5f6b78"], [0.25, "#a3adb8"], [1, "#f3f5f7"]];

export class Cliff {
  constructor(parent) {
    own.adopt(parent);
    this.parent = parent;
    this.root = element("div", "unroll-cliff", parent, { role: "group", "data-moves": "" });
    this.summary = element("div", "uc-hidden", this.root);
    this.summary.id = `uc-summary-${Math.random().toString(36).slice(2)}`;
    this.stage = element("div", "uc-stage", this.root);
    this.side = this.pane("side", "The loss L over (w, b), from the side: drag to turn it");
    this.scene = new Scene(this.side.box, () => this.show());
    this.map = this.pane("map", "From above: click to start there, drag to zoom");
    this.map.plot = element("div", "uc-plot", this.map.box, { role: "img" });
    this.overlay = svg("svg", this.map.box, { class: "uc-overlay", "aria-hidden": "true" });
    this.controls = element("div", "us-row uc-controls", this.root, {
      role: "group",
      "aria-label": "Go through the updates",
    });
    this.play = new Play(this.controls, () => this.go(), () => this.held.changed());
    this.held = new Held(
      () => (this.atEnd ? this.most : this.play.at),
      () => this.play.playing,
    );
    this.place = element("span", "uc-place", this.controls);
    this.play.button("us-word uc-reset", () => this.resetViews()).textContent = "Reset views";
    buttons(this.controls, () => ({
      root: this.stage,
      name: this.payload.key,
      title: `The loss over (w, b), ${this.place.textContent}`,
      about: this.payload.summary,
    }));
    this.numbers = element("div", "uc-numbers", this.root);
    this.root.setAttribute("aria-describedby", this.summary.id);
    this.root.addEventListener("keydown", (event) => this.press(event));
    this.listenForClicks();
    this.unsubscribe = terrains.subscribe(() => this.draw());
    this.unstage = stage.subscribe(() => this.draw());
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.stage);
    this.onVisible = () => this.draw();
    document.addEventListener("visibilitychange", this.onVisible);
  }

  pane(name, title) {
    const pane = element("figure", `uc-pane uc-${name}`, this.stage);
    element("figcaption", "uc-title", pane).textContent = title;
    const box = element("div", "uc-box", pane);
    return { pane, box };
  }

  update(payload) {
    const before = this.payload;
    this.payload = payload;
    if (payload !== before) {
      const { updates, dwell, paths, height } = payload;
      if (height !== before?.height) this.stage.style.setProperty("--uc-height", `${height}px`);
      this.adopt(payload);
      this.play.update({ updates, dwell });
      if (payload.digest !== before?.digest) {
        this.points = null;
        this.rows(paths);
        this.summary.textContent = payload.summary;
      }
    }
    this.key = payload.key;
    if (window.Plotly) this.draw();
    else plotly(payload.plotly, true).then(() => this.draw());
  }

  /** The terrain that this payload's paths belong to, once it is there. */
  get terrain() {
    const found = terrains.get();
    return found && found.id === this.payload?.terrain ? found : null;
  }

  /** Where on the surface a loss stands. */
  height(loss) {
    const [low, high] = this.terrain.z_range;
    const z = this.terrain.log ? Math.log10(Math.max(loss, 1e-30)) : loss;
    return Math.min(high, Math.max(low, z));
  }

  /** A path's points; the last one, if it has left, moved to the window's edge. */
  inWindow({ w, b, loss, left }) {
    const points = Array.from(w, (x, i) => [x, b[i], loss[i]]);
    const n = points.length;
    if (!left || n < 2) return points;
    const [from, to] = [points[n - 2], points[n - 1]];
    const share = [0, 1].reduce((least, axis) => {
      const [low, high] = this.terrain.window[axis];
      const [a, z] = [from[axis], to[axis]];
      const edge = z > high ? high : z < low ? low : null;
      return edge === null ? least : Math.min(least, (edge - a) / (z - a));
    }, 1);
    points[n - 1] = from.map((a, axis) => a + share * (to[axis] - a));
    return points;
  }

  // --- drawing -------------------------------------------------------------------------------
  draw() {
    const { payload, terrain } = this;
    if (!payload || !terrain || !window.Plotly || !this.parent.isConnected) return;
    const look = theme.read(this.parent);
    const width = this.side.box.clientWidth;
    const height = this.side.box.clientHeight;
    const shown = this.shown ?? {};
    const size = stage.scale();
    if (!document.hidden && width > 80 && height > 80) {
      const ground = terrain !== shown.terrain || look !== shown.look || width !== shown.width
        || height !== shown.height || size !== shown.size;
      if (ground) this.drawGround(look, width, height);
      if (ground || payload.digest !== shown.digest) this.takePaths();
      this.shown = { terrain, look, width, height, size, digest: payload.digest };
      this.show();
    }
    Object.assign(this.root.dataset, { key: payload.key, stamp: payload.stamp ?? "" });
  }

  drawGround(look, width, height) {
    const { terrain } = this;
    const [w, b] = terrain.window;
    const axis = {
      gridcolor: look.grid, zeroline: false, linecolor: look.line, tickcolor: look.line,
      color: look.text,
    };
    const size = stage.scale();
    const font = { family: look.font, size: 12 * size, color: look.text };
    const named = terrain.log ? "log₁₀ L" : "L";
    this.scene.place(width, height, terrain, look, scale(look.dark), size);
    window.Plotly.react(this.map.plot, [{
      type: "contour", x: terrain.w, y: terrain.b, z: terrain.z, colorscale: scale(look.dark),
      zmin: terrain.z_range[0], zmax: terrain.z_range[1], showscale: false,
      hovertemplate: `w %{x:.3f}<br>b %{y:.3f}<br>${named} %{z:.4g}<extra></extra>`,
      contours: { coloring: "heatmap", start: terrain.levels[0], end: terrain.levels[1],
        size: terrain.levels[2] },
      line: { color: look.line, width: 0.8, smoothing: 0.6 },
    }], {
      width, height, font, autosize: false, showlegend: false, uirevision: "keep",
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      hoverlabel: { bgcolor: look.background, bordercolor: look.line, font },
      margin: { l: 46 * size, r: 12 * size, t: 6 * size, b: 38 * size },
      dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
      xaxis: { ...axis, title: { text: "w", standoff: 4 }, range: [...w] },
      yaxis: { ...axis, title: { text: "b", standoff: 2 }, range: [...b] },
    }, CONFIG);
    if (!this.listening) {
      this.listening = true;
      for (const event of ["plotly_relayout", "plotly_relayouting"]) {
        this.map.plot.on(event, () => this.show());
      }
    }
  }

  /** The payload's paths, on the surface they belong to. */
  takePaths() {
    const { paths, summary } = this.payload;
    this.points = paths.map((path) => this.inWindow(path));
    this.scene.setPaths(paths.map(({ colour }, i) => ({
      colour,
      points: this.points[i].map(([w, b, loss]) => [w, b, this.height(loss)]),
    })));
    for (const picture of [this.scene.front, this.map.plot]) {
      picture.setAttribute("aria-label", summary);
    }
  }

  rows(paths) {
    this.numbers.replaceChildren();
    this.texts = paths.map((path) => {
      const row = element("div", "uc-row", this.numbers);
      const mark = element("i", "uc-mark", row);
      mark.style.borderTop = `3px ${path.dash ? "dashed" : "solid"} ${path.colour}`;
      element("b", "uc-name", row).textContent = path.name;
      return element("span", "uc-text", row);
    });
  }

  /** Everything that follows the scrubber. */
  show() {
    if (!this.terrain || !this.points) return;
    const { at } = this.play;
    const { paths, updates } = this.payload;
    this.root.dataset.at = at;
    const place = `update ${at} of ${updates}`;
    if (this.place.textContent !== place) this.place.textContent = place;
    this.numbers.setAttribute("aria-live", this.play.playing ? "off" : "polite");
    paths.forEach((path, i) => {
      const text = says(path, at);
      if (this.texts[i].textContent !== text) this.texts[i].textContent = text;
    });
    this.play.describe(`${place}. ${paths.map((p) => `${p.name}: ${says(p, at)}`).join("; ")}`);
    this.drawOverlay(at);
    this.scene.paintPaths(at);
    if (stage.onPaper()) this.scene.settle();
  }

  drawOverlay(at) {
    const [across, up] = ["x", "y"].map((name) => axisOf(this.map.plot, name));
    if (!across?.length || !up) return;
    const { offsetWidth: width, offsetHeight: height } = this.map.plot;
    const [left, top] = [across.offset, up.offset];
    const id = `uc-clip-${this.key}`;
    const { overlay } = this;
    overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
    overlay.replaceChildren();
    const clip = svg("clipPath", svg("defs", overlay), { id });
    svg("rect", clip, { x: left, y: top, width: across.length, height: up.length });
    const group = svg("g", overlay, { "clip-path": `url(#${id})` });
    const px = ([w, b]) => [left + across.px(w), top + up.px(b)];
    const look = theme.read(this.parent);
    this.payload.paths.forEach((path, i) => {
      const points = this.points[i].map(px);
      const way = (list) => list.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
      const line = { fill: "none", stroke: path.colour, "stroke-linejoin": "round" };
      if (path.dash) line["stroke-dasharray"] = path.dash;
      // Where paths run together, the first shows on both sides of the others.
      const wide = (i ? 2.2 : 5) * stage.scale();
      svg("polyline", group, { ...line, "stroke-width": wide / 2, opacity: 0.5, points: way(points) });
      const travelled = points.slice(0, at + 1);
      svg("polyline", group, { ...line, "stroke-width": wide, points: way(travelled) });
      for (const [x, y] of i ? travelled.slice(1, -1) : []) {
        svg("circle", group, { cx: x, cy: y, r: 1.8, fill: path.colour });
      }
      const [x, y] = travelled.at(-1);
      svg("circle", group, { cx: x, cy: y, r: 5.5 * stage.scale(), fill: path.colour, stroke: look.background,
        "stroke-width": 1.5, class: "uc-now", "data-kind": path.kind });
    });
    const [x, y] = px(this.points[0][0]);
    svg("path", group, { d: `M${x - 6} ${y}H${x + 6}M${x} ${y - 6}V${y + 6}`, stroke: look.text,
      "stroke-width": 1.6 });
  }

  resetViews() {
    const [w, b] = this.terrain.window;
    window.Plotly.relayout(this.map.plot, { "xaxis.range": [...w], "yaxis.range": [...b] });
    this.scene.reset();
  }

  // --- the update shown --------------------------------------------------------------------
  adopt({ at, most, updates, step_setting: setting, told }) {
    if (this.held.adopt(setting, at, told)) {
      this.play.pause();
      this.atEnd = at >= updates;
      this.play.at = Math.min(at, updates);
    } else if (this.atEnd && !this.play.playing) {
      this.play.at = updates; // a longer path is shown to its end, too
    }
    this.most = most;
    this.play.at = Math.min(this.play.at, updates);
  }

  go() {
    this.atEnd = this.play.at === this.payload.updates;
    this.show();
    this.held.changed();
  }

  // --- pointer and keys ----------------------------------------------------------------------
  listenForClicks() {
    this.unclick = onClick(this.map.box, (event) => {
      if (!this.shown) return;
      const second = this.clicking;
      clearTimeout(this.clicking);
      this.clicking = 0;
      if (second) {
        const [w, b] = this.terrain.window;
        window.Plotly.relayout(this.map.plot, { "xaxis.range": [...w], "yaxis.range": [...b] });
        return;
      }
      this.clicking = setTimeout(() => {
        this.clicking = 0;
        this.startAt(event.clientX, event.clientY);
      }, DOUBLE);
    });
  }

  startAt(clientX, clientY) {
    const box = this.map.plot.getBoundingClientRect();
    const [across, up] = ["x", "y"].map((name) => axisOf(this.map.plot, name));
    if (!across || !up) return;
    const x = clientX - box.left - across.offset;
    const y = clientY - box.top - up.offset;
    if (x < 0 || y < 0 || x > across.length || y > up.length) return;
    const [w, b] = [across.number(x), up.number(y)].map((v) => Math.round(v * 100) / 100);
    const { start_settings: [ofW, ofB], step_setting: ofStep } = this.payload;
    settings.move({ [ofW]: w, [ofB]: b, [ofStep]: this.most });
  }

  press(event) {
    if (event.key !== " " || event.target.closest?.("button,input")) return;
    this.play.toggle();
    event.preventDefault();
    event.stopPropagation();
  }

  destroy() {
    this.play.pause();
    this.held.destroy();
    clearTimeout(this.clicking);
    this.unsubscribe();
    this.unstage();
    this.sizes.disconnect();
    document.removeEventListener("visibilitychange", this.onVisible);
    this.unclick();
    this.scene.destroy();
    window.Plotly?.purge(this.map.plot);
    this.root.remove();
  }
}

/** One path at one update, in numbers. */
function says({ w, b, loss, norm, step, factor, clipped, left, end, letters }, at) {
  const last = w.length - 1;
  const i = Math.min(at, last);
  const where = `w ${number(w[i])}, b ${number(b[i])}, ${letters[0]} ${number(loss[i])}`;
  if (i === last && (left || at > last)) return `${end} · ${where}`;
  const shortened = clipped[i] ? `, clipped ×${number(factor[i], 2)}` : "";
  return `${where} · ${letters[1]} ${number(norm[i])}${shortened} · next step ${number(step[i])}`;
}

export default each(Cliff, "unroll-cliff");
