// One layer and direction: its river, the stems of what arrives from above, and which way it flows.

import { riverWidth } from "../core/scale.js";
import { node, round } from "../core/svg.js";

const MID = 0.4; // of the room: the river where nothing is lost
const STEM = 3; // px of a stem at the same
const GAP = 64; // px between two arrowheads, or so

/** The runs of places at which `values` is finite: [[first, last], …]. */
function runs(values) {
  const found = [];
  for (let k = 0; k < values.length; k += 1) {
    if (!Number.isFinite(values[k])) continue;
    const last = found.at(-1);
    if (last && last[1] === k - 1) last[1] = k;
    else found.push([k, k]);
  }
  return found;
}

export class Layer {
  /**
   * @param {Element} parent
   * @param {string} id of its gradient of colours
   */
  constructor(parent, id) {
    this.root = node("g", parent);
    this.gradient = node("linearGradient", node("defs", this.root), {
      id,
      gradientUnits: "userSpaceOnUse",
      y1: 0,
      y2: 0,
    });
    this.nothing = node("path", this.root, { class: "uk-nothing" });
    this.stems = node("g", this.root, { class: "uk-stems" });
    this.body = node("path", this.root, { class: "uk-body", fill: `url(#${id})` });
    this.way = node("path", this.root, { class: "uk-way" });
    this.broken = node("path", this.root, { class: "uk-broken" });
  }

  /**
   * Draw `row` between two heights; `x(t)` is where step t stands.
   * @param {any} row
   * @param {(t: number) => number} x
   * @param {{ top: number, bottom: number }} room
   * @param {{ full: (r: number) => string }} colours
   */
  paint(row, x, { top, bottom }, colours) {
    const { steps, log10, arrived, direction, broken } = row;
    const xs = Array.from(steps, x);
    const cy = bottom - (bottom - top) * 0.45;
    const half = Array.from(log10, (r) => riverWidth(r, MID * (bottom - top)) / 2);
    this.tint(xs, log10, colours);
    this.body.setAttribute(
      "d",
      runs(log10).map(([a, b]) => this.bank(xs, half, cy, a, b, row.length, x)).join(""),
    );
    // Exactly 0: nothing flows, and yet there are steps.
    const dry = [];
    log10.forEach((r, k) => r === -Infinity && dry.push(`M${round(xs[k] - 2)} ${round(cy)}h4`));
    this.nothing.setAttribute("d", dry.join(""));
    this.drop(xs, arrived, half, top, cy, colours);
    this.heads(xs, log10, cy, direction);
    const at = broken ? round(x(broken)) : 0;
    this.broken.setAttribute("d", broken ? `M${at - 5} ${round(cy - 5)}l10 10m0 -10l-10 10` : "");
  }

  tint(xs, log10, colours) {
    const [first, last] = [xs[0], xs[xs.length - 1]];
    this.gradient.setAttribute("x1", round(first));
    this.gradient.setAttribute("x2", round(Math.max(last, first + 1)));
    this.gradient.replaceChildren();
    log10.forEach((r, k) => {
      const offset = round((1000 * (xs[k] - first)) / Math.max(last - first, 1)) / 1000;
      if (Number.isFinite(r)) {
        node("stop", this.gradient, { offset, "stop-color": colours.full(r) });
      }
    });
  }

  // From place a to b, over its upper bank and back over the lower one; a lonely step is as wide as
  // its column.
  bank(xs, half, cy, a, b, T, x) {
    const column = T > 1 ? Math.abs(x(2) - x(1)) / 2 : 8;
    const points = [];
    for (let k = a; k <= b; k += 1) points.push([xs[k], half[k]]);
    if (a === b) points.splice(0, 1, [xs[a] - column, half[a]], [xs[a] + column, half[a]]);
    const upper = points.map(([at, h]) => `${round(at)} ${round(cy - h)}`);
    const lower = points.reverse().map(([at, h]) => `${round(at)} ${round(cy + h)}`);
    return `M${upper.join("L")}L${lower.join("L")}Z`;
  }

  drop(xs, arrived, half, top, cy, colours) {
    this.stems.replaceChildren();
    arrived?.forEach((r, k) => {
      if (!Number.isFinite(r)) return;
      node("path", this.stems, {
        d: `M${round(xs[k])} ${round(top)}V${round(cy - (half[k] || 0))}`,
        stroke: colours.full(r),
        "stroke-width": round(riverWidth(r, STEM)),
      });
    });
  }

  heads(xs, log10, cy, direction) {
    const flowing = xs.filter((_, k) => Number.isFinite(log10[k]));
    const [first, last] = [flowing[0], flowing[flowing.length - 1]];
    const back = direction ? -4 : 4;
    const out = [];
    for (let at = first + GAP / 2; at < last - 8; at += GAP) {
      out.push(`M${round(at + back / 2)} ${round(cy - 4)}l${-back} 4l${back} 4`);
    }
    this.way.setAttribute("d", out.join(""));
  }
}
