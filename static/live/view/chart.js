// A chart as a figure for other pages: its first drawing, which is SVG and needs no plotly.js.

import { Chart, ready } from "../chart/chart.js";
import { one, show } from "./figure.js";

/** px; below, what is written into the plot would lie on its lines. */
const ROOMY = 480;
/** px: of a margin; names that stand in a wider one are in the legend here. */
const MARGIN = 64;

/** Whether a trace has a name in a legend: a line, not what is shaded or written around it. */
const isLine = ({ name, mode = "lines", fill, line }) =>
  name && mode.includes("lines") && !fill && line?.width !== 0;

/** What has no legend on its page has one here: a line for each name. */
function named({ data, layout }) {
  if (layout.showlegend) return { data, layout };
  const seen = new Set();
  const traces = data.map((trace) => {
    const shown = isLine(trace) && !seen.has(trace.name);
    if (shown) seen.add(trace.name);
    return { ...trace, showlegend: shown };
  });
  const margin = { ...layout.margin, l: Math.min(layout.margin?.l ?? MARGIN, MARGIN) };
  const yaxis = { ...layout.yaxis, ticklabelstandoff: 0 };
  return { data: traces, layout: { ...layout, margin, yaxis, showlegend: true } };
}

function alone({ figure, ...payload }, parent) {
  const { data, layout } = named(figure);
  const written = parent.clientWidth < ROOMY ? { ...layout, annotations: [] } : layout;
  const drawn = { ...figure, data, layout: written };
  return { ...payload, figure: drawn, fill: true, plotly: null, stream: null, setting: null };
}

show(one(Chart, alone), [ready]);
