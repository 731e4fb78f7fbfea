// One unrolled unit, every number of it a node one can ask for its equation: one instance per mounted
// component, redrawn in place on every payload, theme and size change.

import { Held } from "../core/held.js";
import { each } from "../core/mount.js";
import { buttons } from "../core/save.js";
import { palette } from "../core/scale.js";
import * as selection from "../core/selection.js";
import { element, sheet } from "../core/shadow.js";
import * as shown from "../core/stage.js";
import * as theme from "../core/theme.js";
import { END, Picture, ROWS, place } from "./draw.js";
import { Walk } from "./walk.js";

const own = sheet(
  new URL("../core/steps.css", import.meta.url),
  new URL("neuron.css", import.meta.url),
);
export const ready = Promise.all([own.ready, shown.ready]);

export class Neuron {
  constructor(parent) {
    own.adopt(parent);
    this.root = element("div", "unroll-neuron", parent, { "data-moves": "" });
    this.stage = element("div", "un-stage", this.root, {
      role: "group",
      "aria-label": "The unrolled unit; arrow keys move between its numbers",
    });
    this.summary = element("div", "un-hidden", this.root);
    this.summary.id = `un-summary-${Math.random().toString(36).slice(2)}`;
    this.stage.setAttribute("aria-describedby", this.summary.id);
    this.controls = element("div", "us-row un-controls", this.root, {
      role: "group",
      "aria-label": "Step through the backward pass",
    });
    buttons(this.controls, () => ({
      root: this.stage,
      name: this.payload.key,
      title: "One neuron, forward and backward",
      about: this.payload.summary,
    }));
    this.line = element("div", "un-line", this.root, { "aria-live": "polite" });
    this.equation = element("div", "un-equation", this.line);
    this.note = element("div", "un-note", this.line);

    this.picture = new Picture(this.stage);
    this.walk = new Walk(
      this.controls,
      (id) => this.choose(id),
      () => this.show(),
    );
    this.held = new Held(() => this.selected, () => this.walk.playing);
    this.listen();
    this.unsubscribe = selection.subscribe((step, source) => this.stepSelected(step, source));
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.stage);
    this.unstage = shown.subscribe(() => {
      this.readTheme();
      this.draw();
    });
  }

  update(payload) {
    const relit = this.readTheme();
    const before = this.payload;
    this.payload = payload;
    if (payload !== before) {
      if (payload.height !== before?.height) this.stage.style.height = `${payload.height}px`;
      const { selected, setting, told } = payload;
      if (this.held.adopt(setting, selected, told)) this.selected = selected;
    }
    if (relit || !before || payload.digest !== before.digest) this.draw();
    Object.assign(this.root.dataset, { key: payload.key, stamp: payload.stamp ?? "" });
  }

  // True if the colours have changed.
  readTheme() {
    const look = theme.read(this.root.parentElement);
    if (look === this.look) return false;
    this.look = look;
    this.root.classList.toggle("un-dark", look.dark);
    this.palette = palette(look.dark, look.ground);
    return true;
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const { payload, picture } = this;
    if (!payload || width < 160 || height < 120) return;
    this.known = new Map(payload.nodes.map((n) => [n.id, n]));
    if (!this.known.has(this.selected)) this.selected = payload.selected;
    picture.place(width, height, payload.steps);
    picture.paint(payload, this.palette);
    this.walk.update(payload.order);
    this.show();
    if (this.summary.textContent !== payload.summary) this.summary.textContent = payload.summary;
  }

  // Marks, equation and the page's step, from the selected node.
  show() {
    const n = this.known?.get(this.selected);
    if (!n) return;
    this.picture.mark(n.id, n.uses, this.walk.waiting());
    this.root.dataset.selected = n.id;
    this.line.setAttribute("aria-live", this.walk.playing ? "off" : "polite");
    if (n.equation !== this.written) this.equation.innerHTML = this.written = n.equation;
    if (n.note !== this.noted) this.note.innerHTML = this.noted = n.note;
    selection.set(place(n.id).step, this);
  }

  // --- the selected node ---------------------------------------------------------------------
  choose(id) {
    if (!this.known?.has(id)) return;
    this.selected = id;
    this.show();
    this.picture.reveal(id);
    this.held.changed();
  }

  // A step chosen in a chart: the same kind of number there.
  stepSelected(step, source) {
    if (source === this || step === null || !this.known) return;
    const { row, step: here } = place(this.selected);
    const id = `${here === null ? "g" : row}${step}`;
    this.leave(id);
    this.choose(id);
  }

  // --- pointer and keys ----------------------------------------------------------------------
  listen() {
    this.stage.addEventListener("click", (event) => {
      const id = event.target.closest?.(".un-node")?.dataset.id;
      if (!id) return;
      this.leave(id);
      this.choose(id);
    });
    this.stage.addEventListener("keydown", (event) => this.press(event));
  }

  // Chosen by hand: the step-through goes on from there if it has been there, and else waits.
  leave(id) {
    this.walk.pause();
    const at = this.payload.order.indexOf(id);
    if (this.walk.at !== null && at >= 0) {
      this.walk.at = at;
      this.walk.show();
    }
  }

  press(event) {
    if (!this.known || event.altKey || event.ctrlKey || event.metaKey) return;
    const { key } = event;
    if (key === " ") this.walk.toggle();
    else if (key === "Escape" && this.walk.at !== null) this.walk.stop();
    else {
      const id = this.neighbour(key);
      if (!id) return;
      this.leave(id);
      this.choose(id);
      this.picture.nodes.get(id)?.group.focus({ preventScroll: true });
    }
    event.preventDefault();
    event.stopPropagation();
  }

  neighbour(key) {
    const T = this.payload.steps;
    const ends = Object.keys(END);
    const { row, step } = place(this.selected);
    const atEnd = (r) => ends.find((id) => END[id] === r) ?? { x: "L", g: "out" }[r];
    if (key === "Home") return `${row}1`;
    if (key === "End") return atEnd(row);
    if (step === null) {
      const i = ends.indexOf(this.selected);
      if (key === "ArrowUp") return ends[i - 1];
      if (key === "ArrowDown") return ends[i + 1];
      return key === "ArrowLeft" ? `${row}${T}` : undefined;
    }
    const i = ROWS.indexOf(row);
    if (key === "ArrowUp" && i > 0) return `${ROWS[i - 1]}${step}`;
    if (key === "ArrowDown" && i < ROWS.length - 1) return `${ROWS[i + 1]}${step}`;
    if (key === "ArrowLeft" && step > 1) return `${row}${step - 1}`;
    if (key === "ArrowRight") return step < T ? `${row}${step + 1}` : atEnd(row);
    return undefined;
  }

  destroy() {
    this.walk.pause();
    this.held.destroy();
    this.unsubscribe();
    this.unstage();
    this.sizes.disconnect();
    selection.set(null, this); // the next page has steps of its own
    this.root.remove();
  }
}

export default each(Neuron, "unroll-neuron");
