// What the browser side uses of Streamlit and Plotly that neither promises: here, and nowhere else.
// tests/browser/test_internals.py holds each name to what is expected of it; where one is gone, the
// page does without it: plainer, and never with an exception.

/** Elements of Streamlit's page, by what they are to us. */
export const STREAMLIT = {
  /** Outermost; the attribute says whether the server is there. */
  app: "[data-test-connection-state]",
  /** Around every element, with the height that Python has kept for it. */
  box: "[data-testid=stElementContainer]",
  /** What scrolls, and the block that holds the page. */
  main: ".stMain",
  page: ".stMainBlockContainer",
  row: ".stHorizontalBlock",
  column: ".stColumn",
  /** The navigation's links. */
  link: "[data-testid=stTopNavLink]",
  /** The buttons that open its menus, one for each group of pages. */
  group: "[data-testid=stTopNavSection]",
  /** What stands for an element whose code is still on its way. */
  skeleton: ".stMainBlockContainer [data-testid=stSkeleton]",
  /** Open lists and menus, which close by Escape. */
  menu: "[data-baseweb=popover], [role=menu]",
};

/** "CONNECTED", or something else while the server is away; null where Streamlit does not say. */
export const connection = (app) => app?.getAttribute("data-test-connection-state") ?? null;

/** The attribute of that, for an observer. */
export const CONNECTION = "data-test-connection-state";

/** A part of Streamlit's page around `node`, or null. */
export const around = (node, part) =>
  /** @type {HTMLElement | null} */ (node?.closest(STREAMLIT[part]) ?? null);

/**
 * An axis of a plot as Plotly has laid it out, or null before that: where it begins and how long it
 * is, in pixels, and how its numbers become pixels (`px`) and back (`number`).
 * @param {any} plot
 * @param {string} name
 */
export function axisOf(plot, name) {
  const axis = plot?._fullLayout?.[`${name}axis`];
  if (!axis || typeof axis.d2p !== "function" || typeof axis.p2d !== "function") return null;
  const { _offset: offset, _length: length } = axis;
  if (!Number.isFinite(offset) || !Number.isFinite(length)) return null;
  return { offset, length, px: (value) => axis.d2p(value), number: (at) => axis.p2d(at) };
}

/**
 * The room inside a plot's axes, {l, t, w, h} in pixels, or null before it is laid out.
 * @param {any} plot
 * @returns {{l: number, t: number, w: number, h: number} | null}
 */
export const roomOf = (plot) => plot?._fullLayout?._size ?? null;

/** The names of a plot's axes: xaxis, yaxis2, … @param {any} plot */
export const axesOf = (plot) =>
  Object.keys(plot?._fullLayout ?? {}).filter((name) => /^[xy]axis\d*$/.test(name));

/**
 * What Plotly keeps of what it has drawn, where it is all there: its full traces and layout, the
 * points it has calculated, and the modules that draw lines. Null where a name is gone or the reader
 * is at it; then a chart is drawn by Plotly.react, which needs nothing of this.
 * @param {any} plot
 */
export function drawnBy(plot) {
  const { _fullData: full, _fullLayout: screen, calcdata } = plot ?? {};
  const there =
    screen?._basePlotModules?.length === 1 && screen._visibleModules &&
    Array.isArray(calcdata) && Array.isArray(full) &&
    typeof screen._basePlotModules[0].plot === "function" &&
    full.every((trace) => typeof trace._module?.calc === "function");
  if (!there || plot._hoverdata || plot._dragging) return null;
  return {
    full,
    screen,
    calcdata,
    calculate: (trace) => trace._module.calc(plot, trace),
    paint: () => {
      screen._basePlotModules[0].plot(plot);
      for (const module of screen._visibleModules) module.style?.(plot);
    },
  };
}

/** Streamlit keeps the reader's choice of theme here, by page and version of its own. */
const THEME = "stActiveTheme-";

/** "light" or "dark" where the reader has chosen; else null, and the system's choice counts. */
export function storedTheme() {
  try {
    const key = Object.keys(localStorage).find(
      (name) => name.startsWith(THEME + location.pathname) && /-v\d+$/.test(name),
    );
    const found = key && /^"(light|dark)"$/i.exec(localStorage.getItem(key));
    return found ? found[1].toLowerCase() : null;
  } catch {
    return null; // a browser may forbid storage
  }
}
