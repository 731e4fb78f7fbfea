// The picture of one unrolled unit: a column per step, inputs above, the way back below. Knows
// nothing of Streamlit, clocks or the step-through. Nodes and arrows are made when the number of
// steps or the room for them changes; `paint` writes numbers and colours into them.

import { riverWidth } from "../core/scale.js";
import { node as svg, round } from "../core/svg.js";

// Rows of a column from the top, as shares of the height.
export const ROWS = ["x", "z", "h", "d", "phi", "g", "rec", "in"];
const HEIGHT = 360;
const Y = { x: 36, z: 86, h: 136, d: 196, phi: 235, g: 274, rec: 316, in: 345 };
const FLOOR = 165; // between forward and backward
// What stands to the right of the last step, and in which row.
export const END = { L: "z", y: "h", dy: "d", out: "phi", sum_rec: "rec", sum_in: "in" };
// Length and half width of an arrow's head, forward and back.
const HEAD = { true: [7, 4.6], false: [6, 3.2] };
// Below this gap between two columns an arrow goes from corner to corner.
const CLOSE = 40;
// Width of a backward arrow that carries as much as the loss end has.
const FLOW = 4.5;

const HEADS = {
  x: "bit <i>x</i><sub>t</sub>",
  z: "<i>z</i><sub>t</sub>",
  h: "<i>h</i><sub>t</sub> = <i>φ</i>(<i>z</i><sub>t</sub>)",
  d: "<i>δ</i><sub>t</sub> = ∂<i>L</i>/∂<i>h</i><sub>t</sub>",
  phi: "<i>φ</i>′(<i>z</i><sub>t</sub>)",
  g: "∂<i>L</i>/∂<i>z</i><sub>t</sub>",
  rec: "∂<i>L</i>/∂<i>w</i><sub>h</sub>",
  in: "∂<i>L</i>/∂<i>w</i><sub>in</sub>",
};
const SHORT = {
  x: "<i>x</i><sub>t</sub>",
  h: "<i>h</i><sub>t</sub>",
  d: "<i>δ</i><sub>t</sub>",
};
// [before, letter, index] as a pill with room for a name writes it.
const NAMES = {
  x: ["", "x", "t"],
  z: ["", "z", "t"],
  h: ["", "h", "t"],
  d: ["", "δ", "t"],
  phi: ["", "φ′", ""],
  g: ["∂L/∂", "z", "t"],
  y: ["", "y", ""],
  L: ["", "L", ""],
  dy: ["∂L/∂", "y", ""],
  out: ["∂L/∂", "w", "out"],
  sum_rec: ["Σ ∂L/∂", "w", "h"],
  sum_in: ["Σ ∂L/∂", "w", "in"],
};

/** {row, step} of a node's id; the step is null for what stands at the end. */
export function place(id) {
  const [, row, step] = /^([a-z]+?)(\d+)$/.exec(id) ?? [];
  return row && row in Y ? { row, step: Number(step) } : { row: END[id], step: null };
}

const THIN = new Set(["phi", "rec", "in"]);
const thin = (id) => THIN.has(place(id).row);

export class Picture {
  // Fields that Object.assign sets.
  pitch; steps; narrow; height;

  constructor(stage) {
    this.heads = document.createElement("div");
    this.heads.className = "un-heads";
    this.heads.setAttribute("aria-hidden", "true");
    this.scroller = document.createElement("div");
    this.scroller.className = "un-scroller";
    stage.append(this.heads, this.scroller);
    this.svg = svg("svg", this.scroller, { class: "un-picture" });
    this.shape = "";
    this.nodes = new Map();
    this.edges = [];
  }

  // Room: `width` pixels of stage, `height` of picture, for `steps` columns.
  place(width, height, steps) {
    const narrow = width < 640;
    const left = narrow ? 50 : 92;
    const end = narrow ? 104 : 168;
    const pitch = Math.max(narrow ? 64 : 60, (width - left - end - 6) / steps);
    const shape = [width, height, steps].join(" ");
    if (shape === this.shape) return;
    this.shape = shape;
    Object.assign(this, { pitch, steps, narrow, height });
    this.wide = pitch >= 136;
    this.pill = Math.min(pitch - 8, this.wide ? 118 : 76);
    this.endPill = end - (narrow ? 10 : 26);
    this.total = 6 + steps * pitch + end;
    this.endX = this.total - this.endPill / 2 - 3;
    this.scroller.style.left = `${left}px`;
    this.heads.style.width = `${left}px`;
    this.svg.setAttribute("width", round(this.total));
    this.svg.setAttribute("height", height);
    this.build();
  }

  x(step) {
    return 6 + (step - 0.5) * this.pitch;
  }

  y(row) {
    return (Y[row] * this.height) / HEIGHT;
  }

  at(id) {
    const { row, step } = place(id);
    return [step === null ? this.endX : this.x(step), this.y(row)];
  }

  half(id) {
    const ends = place(id).step === null;
    const narrower = !ends && !this.wide && place(id).row === "phi" ? 0.8 : 1;
    return [((ends ? this.endPill : this.pill) / 2) * narrower, thin(id) ? 12 : 13.5];
  }

  // --- making --------------------------------------------------------------------------------
  build() {
    const { steps, narrow } = this;
    this.svg.replaceChildren();
    this.nodes.clear();
    this.edges = [];
    const heads = narrow ? { ...HEADS, ...SHORT } : HEADS;
    this.heads.innerHTML =
      ROWS.map((row) => `<span style="top:${round(this.y(row))}px">${heads[row]}</span>`).join("") +
      (narrow ? "" : `<em style="top:${round(this.y("z") + 25)}px">forward →</em>` +
        `<em style="top:${round(this.y("phi") + 19)}px">← backward</em>`);
    const floor = (FLOOR * this.height) / HEIGHT;
    svg("path", this.svg, { class: "un-floor", d: `M0 ${floor}H${round(this.total)}` });
    const ticks = svg("g", this.svg, { class: "un-ticks" });
    for (let t = 1; t <= steps; t += 1) {
      const text = svg("text", ticks, { x: round(this.x(t)), y: 13 });
      text.textContent = this.pitch > 90 ? `step ${t}` : String(t);
    }
    const arrows = svg("g", this.svg, { class: "un-edges" });
    this.labels = svg("g", this.svg, { class: "un-labels" });
    for (let t = 1; t <= steps; t += 1) {
      this.edge(arrows, `x${t}`, `z${t}`, "w_in");
      this.edge(arrows, `z${t}`, `h${t}`);
      if (t > 1) this.edge(arrows, `h${t - 1}`, `z${t}`, "w_h");
      this.edge(arrows, `d${t}`, `phi${t}`, null, `g${t}`);
      this.edge(arrows, `phi${t}`, `g${t}`);
      if (t > 1) this.edge(arrows, `g${t}`, `d${t - 1}`, "w_h");
      this.edge(arrows, `g${t}`, `rec${t}`);
    }
    this.edge(arrows, `h${steps}`, "y", "w_out");
    this.edge(arrows, "y", "L");
    this.edge(arrows, "y", "dy");
    this.edge(arrows, "dy", "out");
    this.edge(arrows, "dy", `d${steps}`, "w_out");
    const layer = svg("g", this.svg, { class: "un-nodes" });
    for (let t = 1; t <= steps; t += 1) for (const row of ROWS) this.node(layer, `${row}${t}`);
    for (const id in END) this.node(layer, id);
  }

  // `lit`: the node whose equation uses this arrow, if not the one it points at.
  edge(parent, from, to, weight = null, lit = to) {
    const [x1, y1] = this.at(from);
    const [x2, y2] = this.at(to);
    const [w1, h1] = this.half(from);
    const [w2, h2] = this.half(to);
    const back = /^(d|g|phi|rec|out)/.test(to);
    const [length, half] = HEAD[back];
    const gap = Math.abs(x2 - x1) - w1 - w2;
    const side = Math.sign(x2 - x1);
    const down = Math.sign(y2 - y1);
    let start = [x1 + side * w1, y1];
    let tip = [x2 - side * (w2 + 1.5), y2];
    let way = [side, 0];
    let curve = null;
    if (x1 === x2) {
      [start, tip, way] = [[x1, y1 + down * h1], [x2, y2 - down * (h2 + 1.5)], [0, down]];
    } else if (y1 !== y2 && gap < CLOSE) {
      start = [x1 + (side * w1) / 2, y1 + down * h1];
      tip = [x2 - (side * w2) / 2, y2 - down * (h2 + 1.5)];
      const far = Math.hypot(tip[0] - start[0], tip[1] - start[1]);
      way = [(tip[0] - start[0]) / far, (tip[1] - start[1]) / far];
    } else if (y1 !== y2) {
      const bend = Math.abs(tip[0] - start[0]) * 0.5;
      curve = [start[0] + side * bend, y1, tip[0] - side * (bend + length), y2];
    }
    const base = [tip[0] - way[0] * length, tip[1] - way[1] * length];
    const points = (...values) => values.map(round).join(" ");
    const group = svg("g", parent, { class: `un-edge ${back ? "un-back" : ""}` });
    svg("path", group, {
      class: "un-shaft",
      d: `M${points(...start)}${curve ? `C${points(...curve)} ` : "L"}${points(...base)}`,
    });
    svg("path", group, {
      class: "un-tip",
      d:
        `M${points(...tip)}L${points(base[0] - way[1] * half, base[1] + way[0] * half)}` +
        `L${points(base[0] + way[1] * half, base[1] - way[0] * half)}Z`,
    });
    const edge = { from, to, lit, group, back, weight };
    const beside = x1 === x2;
    if (weight && (beside ? this.wide : gap >= 74)) {
      const [x, y] = [(start[0] + tip[0]) / 2, (start[1] + tip[1]) / 2];
      edge.label = svg("text", this.labels, {
        x: round(beside ? x + 8 : x),
        y: round(y1 === y2 ? y - 7 : y + 4),
        class: beside ? "un-beside" : "",
      });
      svg("tspan", edge.label, { class: "un-var" }).textContent = "w";
      svg("tspan", edge.label, { class: "un-sub", dy: "0.28em" }).textContent = weight.slice(2);
      edge.value = svg("tspan", edge.label, { dy: "-0.21em" });
    }
    this.edges.push(edge);
  }

  node(parent, id) {
    const [x, y] = this.at(id);
    const [w, h] = this.half(id);
    const { row, step } = place(id);
    const group = svg("g", parent, {
      class: `un-node un-row-${step === null ? id : row}`,
      role: "button",
      tabindex: "-1",
      "data-id": id,
      transform: `translate(${round(x)} ${round(y)})`,
    });
    const box = { x: round(-w), y: -h, width: round(2 * w), height: 2 * h };
    const round0 = row === "x" || (row === "h" && step !== null) ? h : 7;
    svg("rect", group, { ...box, rx: round0, class: "un-ring" });
    const body = svg("rect", group, { ...box, rx: round0, class: "un-body" });
    const bar = step !== null && (row === "rec" || row === "in")
      ? svg("rect", group, { ...box, rx: 7, width: 0, class: "un-share" })
      : null;
    const text = svg("text", group, { y: 4.3 });
    const names = NAMES[step === null ? id : row];
    if (names && (step === null ? !id.startsWith("sum") || !this.narrow : this.wide)) {
      const [long, letter, index] = names;
      const before = this.narrow ? long.replace("∂L/∂", "∂") : long;
      const name = svg("tspan", text, { class: "un-name" });
      if (before) name.append(document.createTextNode(before));
      svg("tspan", name, { class: "un-var" }).textContent = letter;
      if (index) {
        svg("tspan", text, { class: "un-sub un-name", dy: "0.28em" }).textContent =
          index === "t" ? step : index;
      }
      svg("tspan", text, { class: "un-name", dy: index ? "-0.21em" : 0 }).textContent = " = ";
    } else if (id.startsWith("sum")) {
      svg("tspan", text, { class: "un-name" }).textContent = "Σ ";
    }
    const number = svg("tspan", text, { class: "un-number" });
    this.nodes.set(id, { group, body, bar, text, number, w });
  }

  // --- painting ------------------------------------------------------------------------------
  paint(payload, palette) {
    this.flow = new Map(payload.nodes.map((n) => [n.id, n.log10]));
    for (const n of payload.nodes) {
      const made = this.nodes.get(n.id);
      if (!made) continue;
      const { group, body, bar, number, text, w } = made;
      if (number.textContent !== n.text) number.textContent = n.text;
      // Long numbers in a narrow column are set smaller rather than cut.
      const room = 2 * w - 8;
      text.style.fontSize = "";
      const length = text.getComputedTextLength();
      if (length > room) text.style.fontSize = `${Math.max(7, Math.floor((118 * room) / length) / 10)}px`;
      // Whoever speaks to the page says what is to be seen, and hears the rest.
      group.setAttribute("aria-label", `${text.textContent}: ${n.say}`);
      group.classList.toggle("un-zero", n.zero);
      group.classList.toggle("un-flat", Boolean(n.flat));
      if ("right" in n) group.classList.toggle("un-wrong", !n.right);
      if (bar) bar.setAttribute("width", round(2 * w * (n.share ?? 0)));
      if ("log10" in n) {
        body.style.fill = n.log10 === null ? "" : palette.tint(n.log10);
        body.style.stroke = n.log10 === null ? "" : palette.full(n.log10);
      }
    }
    for (const { from, group, back, value, weight } of this.edges) {
      if (value) {
        const text = ` = ${payload.weights[weight]}`;
        if (value.textContent !== text) value.textContent = text;
      }
      if (!back) continue;
      // What the arrow carries: the gradient it comes from; φ' only lets it through.
      const carried = from.startsWith("phi") ? from.replace("phi", "d") : from;
      const r = this.flow.get(carried) ?? (carried === "dy" || carried === "y" ? payload.start : null);
      const gone = r === null || r === undefined;
      group.style.setProperty("--un-carried", gone ? "" : palette.full(r));
      group.style.setProperty("--un-width", gone ? "" : `${Math.max(1.2, riverWidth(r, FLOW))}px`);
      group.classList.toggle("un-gone", gone);
    }
  }

  // `waiting`: ids the step-through has not reached.
  mark(selected, uses, waiting) {
    const used = new Set(uses);
    for (const [id, { group }] of this.nodes) {
      const on = id === selected;
      group.classList.toggle("un-on", on);
      group.classList.toggle("un-used", used.has(id));
      group.classList.toggle("un-waiting", waiting.has(id));
      group.setAttribute("aria-pressed", String(on));
      group.setAttribute("tabindex", on ? "0" : "-1");
    }
    for (const { lit, to, group, label } of this.edges) {
      for (const part of label ? [group, label] : [group]) {
        part.classList.toggle("un-lit", lit === selected || to === selected);
        part.classList.toggle("un-waiting", waiting.has(lit) || waiting.has(to));
      }
    }
  }

  // Bring a node into sight, sideways only.
  reveal(id) {
    const { scroller } = this;
    if (!this.nodes.has(id)) return;
    const [x] = this.at(id);
    const room = scroller.clientWidth;
    if (scroller.scrollWidth <= room) return;
    if (x - this.pill < scroller.scrollLeft) scroller.scrollLeft = x - this.pill;
    else if (x + this.endPill > scroller.scrollLeft + room) {
      scroller.scrollLeft = x + this.endPill - room;
    }
  }
}
