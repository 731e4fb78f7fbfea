// The unrolled network with the gradient flowing back through it: one instance per mounted
// component, redrawn in place on every payload, theme and size change.

import { Messenger } from "../core/messenger.js";
import { each } from "../core/mount.js";
import { buttons } from "../core/save.js";
import { MARGIN, asHTML, asText, palette, percent, stepAt } from "../core/scale.js";
import * as selection from "../core/selection.js";
import { element, sheet } from "../core/shadow.js";
import * as shown from "../core/stage.js";
import * as theme from "../core/theme.js";
import { Picture } from "./draw.js";
import { Walk } from "./walk.js";

const own = sheet(
  new URL("../core/steps.css", import.meta.url),
  new URL("river.css", import.meta.url),
);
export const ready = Promise.all([own.ready, shown.ready]);

export class River {
  /** @type {Messenger | undefined} */ messenger;

  constructor(parent) {
    own.adopt(parent);
    this.root = element("div", "unroll-river", parent, { "data-moves": "" });
    this.stage = element("div", "ur-stage", this.root, {
      tabindex: "0",
      role: "slider",
      "aria-label": "Step of the unrolled network",
      "aria-orientation": "horizontal",
      "aria-valuemin": "1",
    });
    this.summary = element("div", "ur-hidden", this.root);
    this.controls = element("div", "us-row ur-controls", this.root, {
      role: "group",
      "aria-label": "Step through the backward pass",
    });
    this.line = element("div", "ur-equation", this.root);
    this.tip = element("div", "ur-tip", this.stage, { "aria-hidden": "true" });
    this.summary.id = `ur-summary-${Math.random().toString(36).slice(2)}`;
    this.stage.setAttribute("aria-describedby", this.summary.id);

    this.picture = new Picture(this.stage);
    this.walk = new Walk(this.controls, this.line, (t) => this.choose(t));
    this.walk.selected = () => selection.get();
    buttons(this.controls, () => ({
      root: this.stage,
      name: this.payload.key,
      title: "Gradient flowing back from the loss",
      about: this.payload.summary ?? "",
      skip: ".ur-tip",
    }));
    this.legend();
    this.listen();
    this.unsubscribe = selection.subscribe(() => this.selected());
    this.unstage = shown.subscribe(() => {
      this.readTheme();
      this.draw();
      this.walk.fit(true);
    });
    this.sizes = new ResizeObserver(() => {
      this.draw();
      this.walk.fit(true);
    });
    this.sizes.observe(this.stage);
    // Nothing needs to move while nobody can see it.
    this.sight = new IntersectionObserver(([entry]) =>
      this.root.classList.toggle("ur-unseen", !entry.isIntersecting),
    );
    this.sight.observe(this.stage);
  }

  // The scale, drawn as the river it explains: thin and blue is gone, wide and red explodes.
  legend() {
    const legend = element("div", "ur-legend", this.controls, {
      role: "img",
      "aria-label":
        "Width and colour: gradient relative to the loss end. " +
        "10⁻⁷: gone; 1: flowing; 10⁷: exploding. Past these the width stays, " +
        "and colour goes on to the ends of float64, 10⁻³⁰⁸ and 10³⁰⁸, and beyond",
    });
    legend.innerHTML =
      '<span class="ur-legend-river"></span>' +
      "<span>10<sup>−308</sup></span><span><em>gone </em>10<sup>−7</sup></span>" +
      "<span><em>flowing </em>1</span><span>10<sup>7</sup><em> exploding</em></span>" +
      "<span>10<sup>308</sup></span>";
    this.wedge = legend.firstElementChild;
  }

  update(payload) {
    const relit = this.readTheme();
    const before = this.payload;
    this.payload = payload;
    if (payload !== before) {
      this.steps = payload.log10.length;
      if (payload.height !== before?.height) {
        this.root.style.height = payload.height ? `${payload.height}px` : "";
      }
      if (payload.setting) {
        this.messenger ??= new Messenger(payload.setting, () => this.walk.playing);
        this.messenger.adopt(payload.selected ?? null, payload.told);
      }
    }
    if (relit || !before || payload.digest !== before.digest) this.draw();
    Object.assign(this.root.dataset, { key: payload.key, stamp: payload.stamp ?? "" });
    this.root.classList.toggle("ur-plain", payload.words === "plain");
  }

  // True if the colours have changed.
  readTheme() {
    const look = theme.read(this.root.parentElement);
    if (look === this.look) return false;
    this.look = look;
    this.root.classList.toggle("ur-dark", look.dark);
    this.palette = palette(look.dark, look.ground);
    const stops = [-308, -46, -7, -3, 0, 3, 7, 46, 308].map((r) => this.palette.full(r));
    this.wedge.style.background = `linear-gradient(90deg, ${stops.join(", ")})`;
    return true;
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (!this.payload || width < 2 * (MARGIN.left + MARGIN.right) || height < 90) return;
    const { payload, steps, picture } = this;
    this.root.dataset.width = width < 560 ? "narrow" : width < 800 ? "middle" : "wide";
    picture.place(width, height, steps, payload.loss);
    picture.paint(payload, this.palette);
    this.walk.update(payload, steps);
    picture.walk(this.walk.at);
    this.selected();
    if (this.summary.textContent !== payload.summary)
      this.summary.textContent = payload.summary ?? "";
    this.stage.setAttribute("aria-valuemax", steps);
  }

  // --- the selected step ---------------------------------------------------------------------
  // A step chosen here, by pointer, key or step-through.
  choose(step) {
    if (selection.get() === step) this.selected();
    else selection.set(step, this.payload.key);
  }

  // The selection changed, here or in a chart.
  selected() {
    const step = selection.get() ?? null;
    const { picture, walk, steps } = this;
    if (!this.payload) return;
    if (walk.at !== null && step !== walk.at) {
      if (step === null || step > steps) walk.stop();
      else walk.pause();
      walk.at = step === null || step > steps ? null : step;
      walk.show();
    }
    picture.select(step);
    picture.walk(walk.at);
    this.describe(step);
    this.showTip();
  }

  describe(step) {
    const { stage, steps, payload } = this;
    const shown = step !== null && step <= steps;
    stage.setAttribute("aria-valuenow", shown ? step : steps);
    stage.setAttribute(
      "aria-valuetext",
      shown
        ? `step ${step} of ${steps}, ${steps - step} before the last, ` +
            `gradient ${asText(payload.log10[step - 1])} of the loss end`
        : "no step selected",
    );
  }

  // --- pointer and keys ----------------------------------------------------------------------
  listen() {
    const { stage } = this;
    const at = (event) => {
      // On screen it may be magnified; its own pixels are what it was drawn in.
      const { left, width } = stage.getBoundingClientRect();
      const x = ((event.clientX - left) * stage.clientWidth) / (width || 1);
      return stepAt(x, this.steps, stage.clientWidth);
    };
    stage.addEventListener("pointermove", (event) => {
      if (!this.payload) return;
      const step = at(event);
      this.hover(step);
      if (this.dragging) this.choose(step);
    });
    // A finger leaves as it lifts; what it tapped stays on show until it taps elsewhere.
    stage.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") this.hover(null);
    });
    this.elsewhere = (event) => {
      if (!stage.contains(event.target)) this.hover(null);
    };
    document.addEventListener("pointerdown", this.elsewhere);
    stage.addEventListener("pointerdown", (event) => {
      if (!this.payload || event.button !== 0) return;
      const step = at(event);
      this.dragging = event.pointerType === "mouse";
      this.pressed = selection.get() === step ? step : null;
      if (this.dragging) stage.setPointerCapture(event.pointerId);
      if (this.dragging) this.choose(step);
    });
    stage.addEventListener("pointerup", (event) => {
      if (!this.payload) return;
      const step = at(event);
      // A second press on the selected step lets go of it.
      if (this.pressed === step) this.choose(null);
      else if (event.button === 0) this.choose(step);
      this.dragging = false;
      this.pressed = null;
      if (event.pointerType !== "mouse") this.hover(selection.get() === null ? null : step);
    });
    stage.addEventListener("pointercancel", () => {
      this.dragging = false;
      this.hover(null);
    });
    stage.addEventListener("keydown", (event) => this.press(event));
    stage.addEventListener("blur", () => this.showTip());
    stage.addEventListener("focus", () => this.showTip());
  }

  press(event) {
    if (!this.payload || event.altKey || event.ctrlKey || event.metaKey) return;
    const { steps } = this;
    const step = selection.get();
    const jump = event.shiftKey ? 10 : 1;
    const moves = {
      ArrowLeft: () => Math.max(1, step === null ? steps : Math.min(step, steps + jump) - jump),
      ArrowRight: () => Math.min(steps, step === null ? 1 : step + jump),
      PageDown: () => Math.max(1, (step ?? steps + 10) - 10),
      PageUp: () => Math.min(steps, (step ?? -9) + 10),
      Home: () => 1,
      End: () => steps,
      Escape: () => null,
    };
    moves.ArrowDown = moves.ArrowLeft;
    moves.ArrowUp = moves.ArrowRight;
    if (event.key === " ") this.walk.toggle();
    else if (moves[event.key]) {
      this.walk.pause();
      this.hovered = null;
      this.choose(moves[event.key]());
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  hover(step) {
    if (step === this.hovered) return;
    this.hovered = step;
    this.picture.hover(step);
    this.showTip();
  }

  // --- the numbers of one step ---------------------------------------------------------------
  // Of the step under the pointer; with the keyboard, of the selected one.
  showTip() {
    const { stage, steps, walk, tip } = this;
    let step = this.hovered ?? null;
    if (step === null && walk.at === null && stage.matches(":focus-visible"))
      step = selection.get();
    const shown = step !== null && step !== undefined && step <= steps && !walk.playing;
    tip.classList.toggle("ur-shown", shown);
    if (!shown) return;
    tip.innerHTML = this.numbers(step);
    const x = this.picture.x(step);
    const width = stage.clientWidth;
    const room = Math.max(this.picture.pitch / 2, 10) + 6;
    const left = x > width / 2 ? x - room - tip.offsetWidth : x + room;
    tip.style.left = `${Math.round(Math.max(0, Math.min(width - tip.offsetWidth, left)))}px`;
  }

  numbers(step) {
    const p = this.payload;
    const plain = p.words === "plain";
    const i = step - 1;
    const lag = this.steps - step;
    const h = `<i>${p.state ?? "h"}</i><sub>${step}</sub>`;
    const rows = [];
    const row = (name, value) => rows.push(`<dt>${name}</dt><dd>${value}</dd>`);
    const name = plain ? "size of the gradient" : `‖∂<i>${p.whose ?? "L"}</i>/∂${h}‖`;
    if (p.log10_abs) row(name, asHTML(p.log10_abs[i]));
    row("relative to loss end", asHTML(p.log10[i]));
    if (p.lo && p.hi && p.hi[i] - p.lo[i] > 0.005) {
      row("10–90 % band", `${asHTML(p.lo[i], 2)} – ${asHTML(p.hi[i], 2)}`);
    }
    if (p.mean_dphi)
      row(
        plain ? "mean slope of the units" : `mean <i>φ</i>′(<i>z</i><sub>${step}</sub>)`,
        Number.isFinite(p.mean_dphi[i]) ? p.mean_dphi[i].toPrecision(3) : "–",
      );
    if (p.saturated) row(`units ${p.saturated_word ?? "saturated"}`, percent(p.saturated[i]));
    for (const [name, mean] of Object.entries(p.gates ?? {}))
      row(`mean gate <i>${name}</i>`, mean[i].toPrecision(3));
    const learned = plain
      ? "share in what the weights learn"
      : `share of ∂<i>L</i>/∂${p.shared ?? "<i>W<sub>h</sub></i>"}`;
    if (p.share) row(learned, percent(p.share[i]));
    const over = p.overflow && step >= p.overflow.step ? "<p>past the overflow</p>" : "";
    const back = plain ? `${lag} before the last` : `lag <i>k</i> = ${lag}`;
    const lagText = lag === 0 ? "the last step" : back;
    const at = plain ? `step ${step}` : `step <i>t</i> = ${step}`;
    const head = `<span>${at}</span><small>${lagText}</small>`;
    return `<header>${head}</header><dl>${rows.join("")}</dl>${over}`;
  }

  destroy() {
    this.walk.stop();
    this.messenger?.destroy();
    document.removeEventListener("pointerdown", this.elsewhere);
    this.unsubscribe();
    this.unstage();
    this.sizes.disconnect();
    this.sight.disconnect();
    this.root.remove();
  }
}

export default each(River, "unroll-river");
