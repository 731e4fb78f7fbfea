// The layers of a recording, one above the other, each as the river of its gradient through time:
// depth × time, directions apart. One instance per mounted component, its nodes kept and moved on
// every payload. Python's side is ui/live/stack.py.

import { attribute, say } from "../core/changed.js";
import { Messenger } from "../core/messenger.js";
import { each } from "../core/mount.js";
import { buttons } from "../core/save.js";
import { MARGIN, asHTML, palette, stepAt, stepX } from "../core/scale.js";
import * as selection from "../core/selection.js";
import * as settings from "../core/settings.js";
import { element } from "../core/shadow.js";
import * as stage from "../core/stage.js";
import { node } from "../core/svg.js";
import * as theme from "../core/theme.js";
import { Layer } from "./layer.js";

export const ready = Promise.all([
  theme.style(new URL("stack.css", import.meta.url)),
  stage.ready,
]);

const TOP = 4; // px above the first row
const LEAST = 34; // px of a row where the chart below needs the room: on a projector
const NAMES = 17; // px of a row for its name
const LEGEND =
  "Relative to the loss end of the module’s top layer: blue is gone, grey flows, orange-red " +
  "explodes. Stems: what arrives from above.";

let instances = 0;

class Stack {
  /** @type {Messenger | undefined} */ messenger;

  constructor(parent) {
    this.parent = parent;
    this.id = `uk-${(instances += 1)}`;
    this.root = element("div", "unroll-stack", parent);
    this.root.dataset.moves = "";
    this.head = element("div", "uk-head", this.root);
    this.title = element("div", "uk-title", this.head);
    buttons(this.head, () => ({
      root: this.stage,
      name: this.payload.key,
      title: this.payload.title,
      about: this.payload.summary,
      skip: ".uk-hidden:not(svg)",
    }));
    this.summary = element("div", "uk-hidden", this.root, { id: `${this.id}-summary` });
    this.stage = element("div", "uk-stage", this.root, {
      role: "group",
      "aria-label": "Layers, the one nearest the loss first",
      "aria-describedby": this.summary.id,
    });
    this.svg = node("svg", this.stage, { "aria-hidden": "true" });
    this.marks = node("g", this.svg);
    this.axis = node("g", this.svg, { class: "uk-axis" });
    this.mark = node("path", this.svg, { class: "uk-mark" });
    this.line = element("div", "uk-line", this.root);
    this.probe = element("span", "uk-hidden", this.root, { "aria-hidden": "true" });
    /** @type {{ button: HTMLElement, name: HTMLElement, word: HTMLElement, far: HTMLElement,
     *   layer: Layer }[]} */
    this.rows = [];
    this.at = null; // [row, step] under the pointer
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.root);
    this.unstage = stage.subscribe(() => this.draw());
    this.unsubscribe = selection.subscribe(() => this.selected());
    this.listen();
  }

  update(payload) {
    const before = this.payload;
    this.payload = payload;
    if (!this.parent.isConnected) return; // the page has gone on while our modules were loading
    if (payload !== before) {
      const [, ofStep] = payload.settings;
      this.messenger ??= new Messenger(ofStep);
      this.messenger.adopt(payload.selected ?? null, payload.told);
      if (!settings.newer(payload.settings[0], payload.told)) this.chosen = payload.chosen;
    }
    this.draw();
    Object.assign(this.root.dataset, { key: payload.key, stamp: payload.stamp ?? "" });
  }

  // Draw the newest payload, if there is something new and somewhere to draw it.
  draw() {
    const { payload, shown } = this;
    const width = this.root.clientWidth;
    if (!payload || width < 2 * (MARGIN.left + MARGIN.right)) return;
    const look = theme.read(this.parent);
    const presents = stage.presents();
    const same = shown?.digest === payload.digest && shown.look === look &&
      shown.width === width && shown.presents === presents;
    if (!same) {
      this.pitch = presents ? Math.min(payload.pitch, LEAST) : payload.pitch;
      if (look !== shown?.look) this.dress(look);
      this.width = width;
      say(this.title, payload.title);
      say(this.summary, payload.summary);
      this.frame();
      payload.rows.forEach((row, i) => this.paint(row, i));
      this.ticks();
      this.shown = { digest: payload.digest, look, width, presents };
    }
    this.choose(this.chosen);
    this.selected();
  }

  dress(look) {
    this.root.classList.toggle("uk-dark", look.dark);
    this.probe.style.color = look.background;
    const ground = getComputedStyle(this.probe).color.match(/[\d.]+/g) ?? [255, 255, 255];
    this.colours = palette(look.dark, ground.slice(0, 3).map(Number));
  }

  // As many rows as there are layers.
  frame() {
    const { pitch, payload: { rows } } = this;
    this.height = TOP + rows.length * pitch + 22;
    this.stage.style.height = `${this.height}px`;
    attribute(this.svg, "viewBox", `0 0 ${this.width} ${this.height}`);
    while (this.rows.length > rows.length) {
      const { button, layer } = this.rows.pop();
      button.remove();
      layer.root.remove();
    }
    while (this.rows.length < rows.length) {
      const button = element("button", "uk-row", this.stage, { type: "button" });
      const name = element("span", "uk-name", button);
      button.append(" "); // what is read aloud is one after the other
      const word = element("b", "", button);
      button.append(" ");
      this.rows.push({
        button,
        name,
        word,
        far: element("span", "uk-far", button),
        layer: new Layer(this.marks, `${this.id}-${this.rows.length}`),
      });
    }
  }

  paint(row, i) {
    const { button, name, word, far, layer } = this.rows[i];
    const { pitch } = this;
    const top = TOP + i * pitch;
    Object.assign(button.style, { top: `${top}px`, height: `${pitch - 2}px` });
    say(name, row.title);
    say(word, row.word);
    word.className = `unroll-${row.kind}`;
    say(far, row.far);
    attribute(button, "aria-description", row.label);
    const x = (t) => stepX(t, row.length, this.width);
    layer.paint(row, x, { top: top + NAMES, bottom: top + pitch - 4 }, this.colours);
  }

  // Steps below, where all rows have as many.
  ticks() {
    const { rows } = this.payload;
    const T = rows[0].length;
    const y = this.height - 7;
    this.axis.replaceChildren();
    const text = (x, anchor, words) => {
      const label = node("text", this.axis, { x, y, "text-anchor": anchor });
      label.textContent = words;
    };
    if (rows.some((row) => row.length !== T)) {
      text(MARGIN.left, "start", "first step");
      text(this.width - MARGIN.right, "end", "last step of each");
      return;
    }
    text(stepX(1, T, this.width), "middle", "step 1");
    text(stepX(T, T, this.width), "middle", `${T}`);
  }

  // --- the layer and the step -------------------------------------------------------------------
  /** @param {string} path */
  choose(path) {
    this.chosen = path;
    let current = this.payload.rows.findIndex((row) => row.path === path);
    if (current < 0) current = 0;
    this.rows.forEach(({ button }, i) => {
      button.classList.toggle("uk-chosen", i === current);
      attribute(button, "aria-pressed", i === current);
      attribute(button, "tabindex", i === current ? 0 : -1);
    });
    this.current = current;
  }

  selected() {
    if (!this.payload || !this.colours) return;
    const step = selection.get();
    const { rows } = this.payload;
    const T = rows[this.current ?? 0].length;
    const shown = typeof step === "number" && step <= T;
    const x = shown ? Math.round(stepX(step, T, this.width)) : 0;
    // Over the rows whose steps these are.
    const path = rows
      .map((row, i) => (row.length === T ? i : -1))
      .filter((i) => shown && i >= 0)
      .map((i) => `M${x} ${TOP + i * this.pitch + NAMES}v${this.pitch - NAMES - 4}`);
    attribute(this.mark, "d", path.join(""));
    this.tell();
  }

  // The numbers of the step under the pointer, or of the selected one; else what the picture means.
  tell() {
    const step = selection.get();
    const [i, t] = this.at ?? [this.current ?? 0, step];
    const row = this.payload.rows[i];
    if (typeof t !== "number" || !row || t > row.length) {
      say(this.line, LEGEND);
      return;
    }
    // Of a long sequence not every step is sent.
    let k = 0;
    row.steps.forEach((s, n) => {
      if (Math.abs(s - t) < Math.abs(row.steps[k] - t)) k = n;
    });
    const s = row.steps[k];
    const arrived = row.arrived ? `; from above arrives ${asHTML(row.arrived[k])} of it` : "";
    this.line.innerHTML =
      `<b></b> step ${s} of ${row.length}: ‖∂<i>L</i>/∂<i>h</i><sub>${s}</sub>‖ ` +
      `${asHTML(row.log10_abs[k])}, ${asHTML(row.log10[k])} of the loss end${arrived}`;
    this.line.firstElementChild.textContent = `${row.title},`;
  }

  // --- pointer and keys ---------------------------------------------------------------------------
  indexOf(target) {
    const button = target.closest?.(".uk-row");
    return button ? this.rows.findIndex((row) => row.button === button) : -1;
  }

  step(event, i) {
    const { left, width } = this.stage.getBoundingClientRect();
    const x = ((event.clientX - left) * this.width) / (width || 1); // it may be magnified
    return stepAt(x, this.payload.rows[i].length, this.width);
  }

  listen() {
    const { stage: area } = this;
    area.addEventListener("pointermove", (event) => {
      const i = this.indexOf(event.target);
      if (event.pointerType === "touch") return;
      this.at = i < 0 ? null : [i, this.step(event, i)];
      this.tell();
    });
    area.addEventListener("pointerleave", () => {
      this.at = null;
      if (this.payload) this.tell();
    });
    area.addEventListener("click", (event) => {
      const i = this.indexOf(event.target);
      if (i < 0) return;
      // By the keyboard the layer alone.
      if (event.detail > 0) {
        const step = this.step(event, i);
        selection.set(i === this.current && selection.get() === step ? null : step, "stack");
      }
      this.take(i);
    });
    area.addEventListener("keydown", (event) => this.press(event));
  }

  take(i) {
    const { path } = this.payload.rows[i];
    if (path === this.chosen) return;
    this.choose(path);
    this.selected();
    settings.move({ [this.payload.settings[0]]: path });
  }

  press(event) {
    const i = this.indexOf(event.target);
    if (i < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const T = this.payload.rows[i].length;
    const held = selection.get();
    const step = typeof held === "number" && held <= T ? held : null;
    const up = { ArrowUp: i - 1, ArrowDown: i + 1 }[event.key];
    const steps = {
      ArrowLeft: Math.max(1, (step ?? T + 1) - 1),
      ArrowRight: Math.min(T, (step ?? 0) + 1),
      Home: 1,
      End: T,
      Escape: null,
    };
    if (up !== undefined) this.rows[Math.min(Math.max(up, 0), this.rows.length - 1)].button.focus();
    else if (event.key in steps) selection.set(steps[event.key], "stack");
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  destroy() {
    this.messenger?.destroy();
    this.unsubscribe();
    this.unstage();
    this.sizes.disconnect();
    this.root.remove();
  }
}

export default each(Stack, "unroll-stack");
