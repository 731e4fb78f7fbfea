// The picture: loss, cells, inputs, and the gradient as a river behind the cells. Knows nothing of
// Streamlit, clocks or the step-through. Nodes are made once and reused; `place` runs when the size
// or the number of steps changes, `paint` on every new payload.

import { MARGIN, asText, stepX } from "../core/scale.js";
import { node, repeat, round, subscript, variable } from "../core/svg.js";
import { Flow } from "./stream.js";

const NICE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const LOSS_Y = 14;
let instances = 0;

export class Picture {
  // Fields that Object.assign sets.
  width; height; steps; loss;

  constructor(stage) {
    const [under, flow, over] = ["ur-under", "ur-flow", "ur-over"].map((name) =>
      node("svg", stage, { class: `ur-layer ${name}`, "aria-hidden": "true" }),
    );
    this.layers = [under, flow, over];
    this.shape = "";

    const id = `ur-river-${(instances += 1)}`;
    const colour = `url(#${id})`;
    this.flow = new Flow(under, flow, id);
    const hatch = node("pattern", node("defs", over), {
      id: `${id}-hatch`,
      width: 6,
      height: 6,
      patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)",
    });
    node("rect", hatch, { class: "ur-hatch-ground", width: 6, height: 6 });
    node("line", hatch, { class: "ur-hatch-line", x1: 0, y1: 0, x2: 0, y2: 6 });

    this.flowShows = ""; // by its name
    const group = (name) => node("g", over, { class: name });
    this.fade = node("rect", over, { class: "ur-fade" });
    this.column = node("rect", over, { class: "ur-column" });
    this.marker = node("line", over, { class: "ur-marker" });
    this.axis = node("path", over, { class: "ur-axis" });
    this.bars = node("path", over, { class: "ur-bars" });
    this.feeds = node("path", over, { class: "ur-wire" });
    this.wires = node("path", over, { class: "ur-wire" });
    this.wireLabels = group("ur-wire-labels");
    this.ground = node("path", over, { class: "ur-ground" });
    this.tint = node("path", over, { class: "ur-tint", fill: colour, stroke: colour });
    this.veil = node("rect", over, { class: "ur-fade ur-veil" });
    this.cells = group("ur-cells");
    this.labels = group("ur-cell-labels");
    this.numbers = group("ur-cell-numbers");
    this.hatched = node("path", over, { class: "ur-hatched", fill: `url(#${id}-hatch)` });
    this.inputs = group("ur-inputs");
    this.ticks = group("ur-ticks");
    this.lossDots = node("path", over, { class: "ur-loss-dots" });
    this.losses = group("ur-losses");
    this.names = group("ur-names");
    this.flowName = node("text", this.names, { class: "ur-name", x: 2 });
    this.inputName = node("text", this.names, { class: "ur-name", x: 2 });
    this.inputName.innerHTML =
      '<tspan class="ur-var">x</tspan><tspan class="ur-sub ur-var" dy="0.28em">t</tspan>' +
      '<tspan dy="-0.2em"></tspan>';
    this.stepName = node("text", this.names, { class: "ur-name", x: 2 });
    this.stepName.innerHTML = '<tspan>step </tspan><tspan class="ur-var">t</tspan>';
    this.lossName = node("text", this.names, { class: "ur-name", x: 2, y: LOSS_Y + 4 });
    this.lossName.innerHTML = '<tspan>loss </tspan><tspan class="ur-var">L</tspan>';
    this.dam = node("path", over, { class: "ur-dam" });
    this.note = node("text", over, { class: "ur-note" });
    this.flag = node("g", over, { class: "ur-flag" });
    this.flagBox = node("rect", this.flag, { rx: 3, height: 14, y: -11 });
    this.flagText = node("text", this.flag, { "text-anchor": "middle" });
    this.pulse = node("g", over, { class: "ur-pulse" });
    node("circle", this.pulse, { class: "ur-ring" });
    node("circle", this.pulse, { class: "ur-dot" });
    this.select(null);
    this.hover(null);
    this.walk(null);
  }

  x(t) {
    return stepX(t, this.steps, this.width);
  }

  // --- geometry that depends on the size, the number of steps and where the loss sits ---------
  place(width, height, steps, loss) {
    const shape = `${width} ${height} ${steps} ${loss}`;
    if (shape === this.shape) return;
    this.shape = shape;
    Object.assign(this, { width, height, steps, loss });
    for (const layer of this.layers) {
      layer.setAttribute("width", width);
      layer.setAttribute("height", height);
    }
    this.pitch = (width - MARGIN.left - MARGIN.right) / steps;
    this.size =
      this.pitch >= 60 ? "big" : this.pitch >= 20 ? "medium" : this.pitch >= 6 ? "small" : "thin";
    this.layers[2].dataset.size = this.size;
    // Big and medium cells are nodes of their own, with their names; smaller ones share one path.
    this.named = this.size === "big" || this.size === "medium";
    this.floor = height - 17;
    this.barRoom = 20;
    const top = 27;
    const bottom = this.floor - this.barRoom - 4;
    this.zone = { top, bottom, room: bottom - top };
    this.cy = round((top + bottom) / 2);
    const share = { big: 0.52, medium: 0.62, small: 0.68, thin: this.pitch > 2.5 ? 0.72 : 1 }[
      this.size
    ];
    this.cell = { w: Math.max(this.pitch * share, 1), h: 0 };
    if (this.size === "big") this.cell.w = Math.min(this.cell.w, this.zone.room * 0.62, 64);
    this.cell.h = this.size === "thin" ? 14 : this.cell.w;
    this.numbered = this.size === "big" && this.cell.w >= 44;

    this.flow.place({
      width,
      steps,
      lossY: LOSS_Y,
      cy: this.cy,
      room: this.zone.room,
      cellWidth: this.cell.w,
    });
    this.placeCells();
    this.placeWires();
    this.placeAxis();
    this.placeLosses();
    this.placeNames();
    for (const cover of [this.fade, this.veil]) {
      cover.setAttribute("x", 44);
      cover.setAttribute("y", top - 2);
      cover.setAttribute("height", this.zone.room + 4);
    }
    this.column.setAttribute("y", 2);
    this.column.setAttribute("height", this.floor - 2);
    this.marker.setAttribute("y1", 2);
    this.marker.setAttribute("y2", this.floor);
    const ring = Math.max(this.cell.w, this.cell.h) / 2 + 4;
    this.pulse.firstElementChild.setAttribute(
      "r",
      this.size === "big" ? ring + 8 : Math.max(ring, 9),
    );
    this.pulse.lastElementChild.setAttribute("r", this.named ? 0 : 3.5);
  }

  placeCells() {
    const { steps, cy } = this;
    const { w, h } = this.cell;
    const corner = round(Math.min(12, w * 0.22));
    const boxes = repeat(this.cells, this.named ? steps : 0, (g) => node("rect", g));
    const labels = repeat(this.labels, this.named ? steps : 0, (g) =>
      variable(g, "h", "ur-cell-label"),
    );
    repeat(this.numbers, this.numbered ? steps : 0, (g) => node("text", g));
    for (let i = 0; i < boxes.length; i += 1) {
      const x = this.x(i + 1);
      boxes[i].setAttribute("x", round(x - w / 2));
      boxes[i].setAttribute("y", round(cy - h / 2));
      boxes[i].setAttribute("width", round(w));
      boxes[i].setAttribute("height", round(h));
      boxes[i].setAttribute("rx", corner);
      labels[i].setAttribute("x", round(x));
      labels[i].setAttribute("y", round(cy + (this.numbered ? -h * 0.06 : h * 0.14)));
      subscript(labels[i], i + 1);
      if (this.numbered) {
        this.numbers.children[i].setAttribute("x", round(x));
        this.numbers.children[i].setAttribute("y", round(cy + h * 0.27));
      }
    }
    this.labels.style.fontSize = `${round(Math.min(19, w * (this.numbered ? 0.34 : 0.46)))}px`;
    // With many cells one path holds them all and the river's own gradient tints it.
    this.ground.setAttribute("d", this.named ? "" : this.cellPath(1));
    this.tinted = null;
  }

  // Outline of the cells from step `from` on, as one path.
  cellPath(from) {
    const { w, h } = this.cell;
    const y = round(this.cy - h / 2);
    if (this.pitch < 2.5) {
      const x0 = round(this.x(from) - this.pitch / 2);
      return `M${x0} ${y}H${round(this.x(this.steps) + this.pitch / 2)}v${h}H${x0}z`;
    }
    const r = this.size === "thin" ? 0 : round(Math.min(12, w * 0.22));
    const [sw, sh] = [round(w - 2 * r), round(h - 2 * r)];
    const arc = `a${r} ${r} 0 0 1`;
    const out = [];
    for (let t = from; t <= this.steps; t += 1) {
      const x = round(this.x(t) - w / 2);
      out.push(
        r === 0
          ? `M${x} ${y}h${sw}v${sh}h${-sw}z`
          : `M${x + r} ${y}h${sw}${arc} ${r} ${r}v${sh}${arc} ${-r} ${r}` +
              `h${-sw}${arc} ${-r} ${-r}v${-sh}${arc} ${r} ${-r}z`,
      );
    }
    return out.join("");
  }

  // Forward recurrence, from cell to cell, and the labels W_h where they fit.
  placeWires() {
    const { pitch, cell } = this;
    const gap = pitch - cell.w;
    const y = round(this.cy - (this.size === "big" ? cell.h * 0.3 : 0));
    const out = [];
    if (this.named) {
      for (let t = 1; t < this.steps; t += 1) {
        const from = this.x(t) + cell.w / 2 + 1.5;
        const tip = round(this.x(t + 1) - cell.w / 2 - 2);
        out.push(`M${round(from)} ${y}H${tip}m-4 -3l4 3l-4 3`);
      }
    }
    this.wires.setAttribute("d", out.join(""));
    const every = this.size === "big" && gap >= 26;
    const count = every ? this.steps - 1 : 0;
    const labels = repeat(this.wireLabels, count, (g) => variable(g, "W", "ur-wire-label"));
    for (let i = 0; i < count; i += 1) {
      labels[i].setAttribute("x", round((this.x(i + 1) + this.x(i + 2)) / 2));
      labels[i].setAttribute("y", y - 6);
      subscript(labels[i], "h");
    }
  }

  placeAxis() {
    const { steps, floor } = this;
    let marks;
    if (this.named) {
      marks = Array.from({ length: steps }, (_, i) => i + 1);
    } else {
      const every =
        NICE_STEPS.find((s) => s * this.pitch >= 60 && (s >= 10 || steps < 25)) ?? steps;
      marks = [1];
      for (let t = every; t <= steps; t += every)
        if (t > 1 && (t - 1) * this.pitch > 18) marks.push(t);
      if ((steps - marks[marks.length - 1]) * this.pitch >= 30) marks.push(steps);
    }
    const inputs = repeat(this.inputs, this.named ? marks.length : 0, (g) =>
      variable(g, "x", "ur-input"),
    );
    const ticks = repeat(this.ticks, this.named ? 0 : marks.length, (g) => node("text", g));
    const stubs = [];
    marks.forEach((t, i) => {
      const text = this.named ? inputs[i] : ticks[i];
      text.setAttribute("x", round(this.x(t)));
      text.setAttribute("y", floor + (this.named ? 12 : 14));
      if (this.named) subscript(text, t);
      else text.textContent = t;
      if (!this.named) stubs.push(`M${round(this.x(t))} ${floor}v4`);
    });
    const right = this.width - MARGIN.right;
    this.axis.setAttribute("d", `M${MARGIN.left} ${floor}H${right}${stubs.join("")}`);
  }

  // The loss that the river comes from; any others stand by, faint: what they send back is not in it.
  placeLosses() {
    const { steps, loss } = this;
    const every = loss === "every";
    const radius = every ? ({ big: steps < 10 ? 10 : 12, medium: 8 }[this.size] ?? 0) : 10;
    const marks = repeat(this.losses, every && radius ? steps : 1, (g) => {
      const mark = node("g", g);
      node("circle", mark);
      variable(mark, "L", "ur-loss-label");
    });
    [...marks].forEach((mark, i) => {
      const t = steps - i;
      const [circle, label] = mark.children;
      mark.setAttribute("transform", `translate(${round(this.x(t))} ${LOSS_Y})`);
      mark.setAttribute("opacity", i ? 0.4 : 1);
      circle.setAttribute("r", radius || 10);
      label.setAttribute("y", 4);
      subscript(label, every && this.size === "big" ? t : "");
    });
    const dots = [];
    if (every && !radius) {
      const stride = Math.ceil(3 / this.pitch);
      // Clear of the mark of the last one.
      for (let t = steps; t >= 1; t -= stride)
        if (this.x(steps) - this.x(t) > 13) dots.push(`M${round(this.x(t))} ${LOSS_Y}h0.01`);
    }
    this.lossDots.setAttribute("d", dots.join(""));
    this.lossDots.setAttribute("opacity", 0.4);
    this.lossDots.style.strokeWidth = String(Math.min(5, Math.max(1.6, this.pitch * 0.45)));
  }

  placeNames() {
    this.flowName.setAttribute("y", this.cy + 4);
    this.inputName.setAttribute("y", this.floor - 5);
    this.stepName.setAttribute("y", this.floor + 14);
    this.stepName.style.display = this.named ? "none" : "";
  }

  // --- one payload ---------------------------------------------------------------------------
  paint(payload, palette) {
    this.nameState(payload);
    this.payload = payload;
    const zero = payload.zero_step ?? 0;
    const end = this.flow.paint(payload, palette, zero);
    this.paintCells(payload, palette, zero);
    this.paintInputs(payload);
    this.paintNotes(payload, zero, end);
  }

  // The letters of the cell at hand: its state, whose gradient it is, and what a step multiplies by.
  // In plain words the sheet of styles leaves letters out (.ur-plain).
  nameState({ state = "h", loss, walk, words }) {
    const index = (letter) => `<tspan class="ur-sub ur-var" dy="0.28em">${letter}</tspan>`;
    const [last, back] = loss === "every" ? [index("T"), ' dy="-0.2em"'] : ["", ""];
    const named = words === "plain" ? "gradient" :
      `<tspan>∂</tspan><tspan class="ur-var">L</tspan>${last}<tspan${back}>/∂</tspan>` +
      `<tspan class="ur-var">${state}</tspan>${index("t")}`;
    // It is painted at every move, and seldom another.
    if (named !== this.flowShows) this.flowName.innerHTML = this.flowShows = named;
    for (const label of this.labels.children) label.firstElementChild.textContent = state;
    const whole = walk?.step !== undefined;
    [...this.wireLabels.children].forEach((label, i) => {
      label.firstElementChild.textContent = whole ? "J" : "W";
      subscript(label, whole ? i + 2 : "h");
    });
  }

  paintCells(payload, palette, zero) {
    const boxes = this.cells.children;
    for (let i = 0; i < boxes.length; i += 1) {
      const r = payload.log10[i];
      const empty = i < zero || Number.isNaN(r);
      boxes[i].setAttribute("fill", empty ? "var(--ur-ground)" : palette.tint(r));
      boxes[i].setAttribute("stroke", empty ? "var(--ur-faint)" : palette.full(r));
    }
    this.paintNumbers();
    const from = payload.overflow?.step;
    this.hatched.setAttribute("d", from && from <= this.steps ? this.cellPath(from) : "");
    if (!boxes.length && this.tinted !== zero) {
      this.tint.setAttribute("d", zero < this.steps ? this.cellPath(zero + 1) : "");
      this.tinted = zero;
    }
  }

  // The norms in the cells: of the whole batch, or of the one sequence being stepped through.
  paintNumbers() {
    const { payload } = this;
    const walking = this.walking !== null && payload.walk;
    const values = walking ? payload.walk.log10 : (payload.log10_abs ?? payload.log10);
    const numbers = this.numbers.children;
    for (let i = 0; i < numbers.length; i += 1) {
      const hidden = (walking && i + 1 < this.walking) || Number.isNaN(values[i]);
      numbers[i].textContent = hidden ? "" : asText(values[i], 2);
    }
  }

  paintInputs(payload) {
    const rms = payload.input_rms;
    const { floor, barRoom } = this;
    const { points, x: centres } = this.flow;
    const w = Math.max(1, Math.min(10, this.pitch * 0.5));
    const values = rms ? this.flow.binned(rms) : [];
    const bars = [];
    const feeds = [];
    const bottom = this.cy + this.cell.h / 2 + 2;
    for (let i = 0; i < points; i += 1) {
      // Saturating, not normalised: 1 fills half the room.
      const root = Math.sqrt(Math.max(0, values[i] || 0));
      const height = Math.max(1.5, (barRoom * root) / (1 + root));
      const x = centres[i];
      bars.push(`M${round(x - w / 2)} ${floor}v${-round(height)}h${round(w)}v${round(height)}z`);
      if (this.named)
        feeds.push(
          `M${round(x)} ${round(floor - height - 2)}V${round(bottom)}m-2.5 4l2.5 -4l2.5 4`,
        );
    }
    this.bars.setAttribute("d", bars.join(""));
    this.feeds.setAttribute("d", feeds.join(""));
    const what = payload.words === "plain" ? "input" : "";
    this.inputName.lastElementChild.textContent = `${what} ${payload.input ?? ""}`;
  }

  paintNotes(payload, zero, end) {
    const { note, cy, steps } = this;
    let text = "";
    let x = 0;
    let side = "start";
    this.dam.setAttribute("d", "");
    if (payload.overflow?.text) {
      text = payload.overflow.text;
      x = this.x(Math.min(payload.overflow.step, steps)) - this.pitch / 2 + 4;
    } else if (zero > 0) {
      text = "exactly 0";
      const wall = zero >= steps ? this.width - MARGIN.right : end;
      const reach = Math.max(this.flow.mid / 2, this.cell.h / 2) + 5;
      this.dam.setAttribute("d", `M${round(wall)} ${round(cy - reach)}V${round(cy + reach)}`);
      x = wall - 6;
      side = "end";
    }
    for (let i = 0; i < this.wireLabels.childElementCount; i += 1) {
      const label = /** @type {SVGElement} */ (this.wireLabels.children[i]);
      label.style.visibility = i === zero - 1 ? "hidden" : "";
    }
    note.textContent = text;
    note.style.display = text ? "" : "none";
    if (!text) return;
    // Keep the words inside the picture, whatever the font.
    const length = note.getComputedTextLength();
    const left = MARGIN.left;
    const right = this.width - 6;
    if (side === "end" && x - length < left) {
      side = "start";
      x += 12;
    }
    if (side === "start" && x + length > right) x = Math.max(left - 40, right - length);
    note.setAttribute("text-anchor", side);
    note.setAttribute("x", round(x));
    note.setAttribute("y", round(cy - this.cell.h / 2 - 8));
  }

  // --- marks that move without new data ------------------------------------------------------
  select(step) {
    this.selected = step;
    const shown = step !== null && step <= this.steps;
    this.marker.style.display = shown ? "" : "none";
    this.flag.style.display = shown ? "" : "none";
    if (!shown) {
      this.clearTicks(-1, 0);
      return;
    }
    const x = round(this.x(step));
    this.marker.setAttribute("x1", x);
    this.marker.setAttribute("x2", x);
    const label = this.named ? `${step}` : `t = ${step}`;
    if (this.flagText.textContent !== label) this.flagText.textContent = label;
    const half = 7 + 3.2 * label.length;
    this.flagBox.setAttribute("x", -half);
    this.flagBox.setAttribute("width", 2 * half);
    const at = Math.min(this.width - half - 1, Math.max(half + 1, x));
    this.flag.setAttribute("transform", `translate(${round(at)} ${this.floor + 13})`);
    this.clearTicks(at, half);
  }

  // Numbers on the axis make way for the flag.
  clearTicks(at, half) {
    for (const tick of /** @type {Iterable<any>} */ (this.ticks.children)) {
      const reach = half + 3 + 3.4 * tick.textContent.length;
      const hidden = at >= 0 && Math.abs(Number(tick.getAttribute("x")) - at) < reach;
      tick.style.visibility = hidden ? "hidden" : "";
    }
  }

  hover(step) {
    const shown = step !== null && step <= this.steps;
    this.column.style.display = shown ? "" : "none";
    if (!shown) return;
    const w = Math.max(this.pitch, 5);
    this.column.setAttribute("x", round(this.x(step) - w / 2));
    this.column.setAttribute("width", round(w));
  }

  // The step the gradient has reached; null when it is not being carried by hand.
  walk(step) {
    const changed = step !== this.walking;
    this.walking = step;
    const shown = step !== null && step <= this.steps;
    this.layers[2].classList.toggle("ur-walking", shown);
    if (!shown) {
      if (changed && this.payload) this.paintNumbers();
      return;
    }
    const x = this.x(step);
    const edgeX = round(Math.max(44, x - Math.max(this.pitch / 2, 3)));
    const covered = step === 1 ? 0 : Math.max(0, round(edgeX - 44));
    this.fade.setAttribute("width", covered);
    this.veil.setAttribute("width", this.named ? 0 : covered);
    this.pulse.style.transform = `translate(${round(x)}px, ${this.cy}px)`;
    const boxes = this.cells.children;
    for (let i = 0; i < boxes.length; i += 1) {
      boxes[i].classList.toggle("ur-waiting", i + 1 < step);
    }
    if (this.payload) this.paintNumbers();
  }
}
