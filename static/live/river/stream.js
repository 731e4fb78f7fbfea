// The gradient as a river: banks, halo and moving lines, all functions of r alone.

import { MARGIN, SWELL, riverWidth, stepX } from "../core/scale.js";
import { node, repeat, round } from "../core/svg.js";

// Shares of the river's half-width, and where in its beat each line's dashes start.
const LINES = [-0.68, -0.36, 0, 0.36, 0.68];
const PHASES = [5, 14, 0, 18, 9];
// Half the width of the stem that falls from the loss.
const STEM = 8;
// More points than this and straight pieces are as smooth as curves.
const CURVED = 150;

// Slopes of a cubic through (x, y) that never overshoots (Fritsch and Carlson), x ascending.
function slopes(x, y) {
  const n = x.length;
  const out = new Float64Array(n);
  for (let i = 1; i < n - 1; i += 1) {
    const before = (y[i] - y[i - 1]) / (x[i] - x[i - 1]);
    const after = (y[i + 1] - y[i]) / (x[i + 1] - x[i]);
    if (before * after > 0) out[i] = (2 * before * after) / (before + after);
  }
  return out;
}

// Path commands along y = cy + share * half, from the last point to the first or the reverse; the
// pen is lifted where the river is narrower than 2 * `least`.
function edge(x, half, slope, cy, share, leftwards, least = 0) {
  const n = x.length;
  const out = [];
  const at = (i) => (leftwards ? n - 1 - i : i);
  for (let i = 1; i < n; i += 1) {
    const a = at(i - 1);
    const b = at(i);
    const y = round(cy + share * half[b]);
    if (half[b] < least) {
      out.push(`M${round(x[b])} ${y}`);
    } else if (slope) {
      const third = (x[b] - x[a]) / 3;
      out.push(
        `C${round(x[a] + third)} ${round(cy + share * (half[a] + slope[a] * third))} ` +
          `${round(x[b] - third)} ${round(cy + share * (half[b] - slope[b] * third))} ` +
          `${round(x[b])} ${y}`,
      );
    } else {
      out.push(`L${round(x[b])} ${y}`);
    }
  }
  return out.join("");
}

export class Flow {
  // Fields that Object.assign sets.
  steps; loss; lossY; cy; cellWidth;

  // `under` holds the still water, `over` the moving lines: a layer of its own, so that a frame of
  // the animation repaints nothing else. `id` names the gradient that also tints the cells.
  constructor(under, over, id) {
    this.gradient = node("linearGradient", node("defs", under), {
      id,
      gradientUnits: "userSpaceOnUse",
      y1: 0,
      y2: 0,
    });
    const colour = `url(#${id})`;
    this.halo = node("path", under, { class: "ur-halo", fill: colour });
    this.body = node("path", under, { class: "ur-body", fill: colour, stroke: colour });
    this.core = node("path", under, { class: "ur-core", fill: colour });
    this.chevrons = node("path", under, { class: "ur-chevrons", stroke: colour });
    this.lines = LINES.map((_, i) =>
      node("path", over, { class: "ur-line", stroke: colour, style: `--ur-phase:${PHASES[i]}px` }),
    );
  }

  // One point per step, or one per two pixels where the steps are closer than that.
  place({ width, steps, lossY, cy, room, cellWidth }) {
    const inner = width - MARGIN.left - MARGIN.right;
    Object.assign(this, { steps, lossY, cy, cellWidth });
    this.mid = (room * 0.94) / SWELL;
    this.points = Math.min(steps, Math.max(2, Math.floor(inner / 2)));
    this.pitch = inner / steps;
    this.last = stepX(steps, steps, width);
    this.x = Float64Array.from({ length: this.points }, (_, i) => stepX(i + 1, this.points, width));
    this.gradient.setAttribute("x1", round(this.x[0]));
    this.gradient.setAttribute("x2", round(Math.max(this.x[this.points - 1], this.x[0] + 0.1)));
  }

  // `zero`: the last step without any gradient, or 0. Returns where the river ends because of it.
  paint(payload, palette, zero) {
    const middle = this.binned(payload.log10);
    const low = payload.lo ? this.binned(payload.lo) : null;
    const high = payload.hi ? this.binned(payload.hi) : null;
    const first = Math.min(this.points, Math.floor((zero * this.points) / this.steps));
    this.paintColours(middle, palette);
    this.paintBanks(middle, low, high, first);
    return this.x[first] - this.pitch / 2;
  }

  // Mean of r over the steps of each river point (the array itself where there is one step each).
  binned(values) {
    const { steps, points } = this;
    if (points === steps) return values;
    const out = new Float64Array(points);
    for (let i = 0; i < points; i += 1) {
      const from = Math.floor((i * steps) / points);
      const to = Math.max(from + 1, Math.floor(((i + 1) * steps) / points));
      let sum = 0;
      for (let t = from; t < to; t += 1) sum += values[t];
      out[i] = sum / (to - from);
    }
    return out;
  }

  // Evenly spaced stops: the rasteriser then finds a colour without searching.
  paintColours(middle, palette) {
    const count = Math.min(this.points, 120);
    const stops = repeat(this.gradient, Math.max(2, count), (g) => node("stop", g));
    let colour = palette.full(0);
    for (let i = stops.length - 1; i >= 0; i -= 1) {
      const r = middle[Math.round((i * (this.points - 1)) / (stops.length - 1))];
      // Where there is no gradient there is no river: its last colour reaches to the dam.
      if (r > -Infinity) colour = palette.full(r);
      if (stops[i].ofCount !== stops.length) {
        stops[i].setAttribute("offset", i / (stops.length - 1));
        stops[i].ofCount = stops.length;
      }
      if (stops[i].colour !== colour) {
        stops[i].setAttribute("stop-color", colour);
        stops[i].colour = colour;
      }
    }
  }

  paintBanks(middle, low, high, first) {
    const { cy, mid, points } = this;
    const widths = (r) => {
      const half = new Float64Array(points - first);
      for (let i = first; i < points; i += 1) half[i - first] = riverWidth(r[i], mid) / 2;
      return half;
    };
    const x = this.x.subarray(first);
    if (x.length === 0 || Number.isNaN(middle[points - 1])) {
      for (const path of [this.halo, this.body, this.core, this.chevrons, ...this.lines]) {
        path.setAttribute("d", "");
      }
      return;
    }
    const smooth = x.length <= CURVED;
    const outline = (half) => {
      const slope = smooth ? slopes(x, half) : null;
      const last = x.length - 1;
      const right = this.mouthRight(half[last]);
      const left = this.mouthLeft(x[0], half[0], first > 0);
      return (
        `M${round(x[0])} ${round(cy - half[0])}${edge(x, half, slope, cy, -1, false)}${right}` +
        `${edge(x, half, slope, cy, 1, true)}${left}z`
      );
    };
    const half = widths(middle);
    this.body.setAttribute("d", outline(half));
    this.halo.setAttribute("d", high ? outline(widths(high)) : "");
    this.core.setAttribute("d", low ? outline(widths(low)) : "");
    this.paintLines(x, half, first > 0);
  }

  // Where the river rises: from the loss above the last cell.
  mouthRight(half) {
    const { lossY, last: x } = this;
    const bottom = round(this.cy + half);
    if (half <= 0) return "";
    const right = round(x + STEM);
    const bend = round(Math.min(half, 14));
    return (
      `H${round(x - STEM)}V${lossY}H${right}V${round(bottom - bend)}` +
      `Q${right} ${bottom} ${round(right - bend)} ${bottom}H${round(x)}`
    );
  }

  // Where it leaves the picture: an arrowhead past the first cell, or a straight cut at the dam.
  mouthLeft(x, half, cut) {
    const { cy } = this;
    const top = round(cy - half);
    if (cut) return `H${round(x - this.pitch / 2)}V${top}`;
    const { tip, neck } = this.mouth(x, half);
    const flare = Math.max(half, 5);
    return (
      `H${round(neck)}V${round(cy + flare)}L${round(tip)} ${cy}` +
      `L${round(neck)} ${round(cy - flare)}V${top}`
    );
  }

  // Tip and neck of the arrowhead past the first cell, clear of the name in the margin.
  mouth(x, half) {
    const tip = Math.max(48, x - Math.max(this.cellWidth / 2 + 24, 14));
    return { tip, neck: Math.min(x, tip + Math.max(9, half * 0.45)) };
  }

  // Stream lines run with the gradient, from the loss back in time, at fixed shares of the width.
  paintLines(x, half, cut) {
    const { cy } = this;
    const every = Math.ceil(x.length / CURVED);
    let px = x;
    let ph = half;
    if (every > 1) {
      px = x.filter((_, i) => i % every === 0 || i === x.length - 1);
      ph = half.filter((_, i) => i % every === 0 || i === x.length - 1);
    }
    const slope = slopes(px, ph);
    const last = px.length - 1;
    const reach = cut ? px[0] - this.pitch / 2 : this.mouth(px[0], ph[0]).neck;
    LINES.forEach((share, i) => {
      const y = round(cy + share * ph[last]);
      const x0 = round(px[last]);
      const stem = round(px[last] + share * STEM);
      const start =
        ph[last] <= 0
          ? `M${x0} ${y}`
          : `M${stem} ${this.lossY + 10}V${round(y - 5)}Q${stem} ${y} ${x0} ${y}`;
      // Beside each other only where there is room; a trickle keeps the middle one.
      const least = share === 0 ? 0 : 6;
      const end = ph[0] < least ? "" : `L${round(reach)} ${round(cy + share * ph[0])}`;
      this.lines[i].setAttribute("d", start + edge(px, ph, slope, cy, share, true, least) + end);
    });
    this.paintChevrons(px, ph);
  }

  // Arrowheads that say which way it flows where nothing may move.
  paintChevrons(x, half) {
    const gap = this.pitch * Math.ceil(56 / this.pitch);
    const out = [];
    for (let at = x[x.length - 1] - this.pitch / 2; at > x[0]; at -= gap) {
      let i = 0;
      while (i < x.length - 2 && x[i + 1] < at) i += 1;
      const h = Math.min(24, Math.max(3, half[i] * 0.72));
      const back = round(h * 0.5);
      if (half[i] > 0)
        out.push(
          `M${round(at + back / 2)} ${round(this.cy - h)}l${-back} ${round(h)}l${back} ${round(h)}`,
        );
    }
    this.chevrons.setAttribute("d", out.join(""));
  }
}
