// The pale line: the curves that a chart is about as they were before what is being moved began to
// move, until that has been at rest for a moment. It lies over the drawing, Plotly's or the first.

import { node } from "../core/svg.js";
import * as settings from "../core/settings.js";

/** Stillness after which it goes. */
const REST_MS = 2000;

export class Before {
  /**
   * @param {Element} parent of the drawing
   * @param {() => {figure: any, digest: string} | undefined} shown what is on screen
   */
  constructor(parent, shown) {
    this.svg = node("svg", parent, { class: "before", "aria-hidden": "true" });
    /** @type {{lines: any[], digest: string} | null} */
    this.kept = null;
    this.timer = 0;
    this.unsubscribe = settings.subscribe((what) => {
      if (what !== "moved") return;
      const { figure, digest } = shown() ?? {};
      const own = (trace) => trace.meta?.own; // ui/look/plot.py
      const lines = figure?.data.filter(own) ?? [];
      if (!this.kept && lines.length) this.kept = { lines, digest };
      clearTimeout(this.timer);
      if (this.kept) this.timer = setTimeout(() => this.clear(), REST_MS);
    });
  }

  clear() {
    this.kept = null;
    this.svg.replaceChildren();
  }

  /**
   * Draw them where the chart's axes are now; nothing while the chart still shows the same.
   * @param {string | undefined} digest of what the chart shows
   * @param {((v: number) => number) | null} x in pixels
   * @param {((v: number) => number) | null} y
   */
  place(digest, x, y) {
    if (!this.kept && !this.svg.firstChild) return;
    this.svg.replaceChildren();
    if (!this.kept || digest === this.kept.digest || !x || !y) return;
    for (const { x: xs, y: ys, line } of this.kept.lines) {
      let d = "";
      let open = false;
      let first = null;
      for (let i = 0; i < xs.length; i += 1) {
        const [px, py] = [x(xs[i]), y(ys[i])];
        if (!Number.isFinite(px + py)) open = false;
        else {
          first ??= [px, py];
          d += `${open ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`;
          open = true;
        }
      }
      node("path", this.svg, { d, stroke: line?.color ?? "currentColor" });
      if (this.kept.lines.length > 1 || !first) continue;
      node("text", this.svg, { x: first[0] + 6, y: first[1] - 6 }).textContent = "before";
    }
  }

  destroy() {
    clearTimeout(this.timer);
    this.unsubscribe();
  }
}
