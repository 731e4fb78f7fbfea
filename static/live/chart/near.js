// Whether a chart is on screen, or will be at the next turn of the wheel. Plotly's first drawing of
// one costs more than everything else that a page does to open, and most charts stand further down.

/** Of the screen's height: how far beyond it a chart is near. */
const BEYOND = 0.5;

/** Whether `node` is near by where it stands now. */
export function isNear(node) {
  const { top, bottom, width } = node.getBoundingClientRect();
  const reach = BEYOND * innerHeight;
  return width > 0 && top < innerHeight + reach && bottom > -reach;
}

/**
 * Call `fn()` once `node` is near; returns how to end that.
 * @param {Element} node
 * @param {() => void} fn
 */
export function whenNear(node, fn) {
  // The page scrolls inside Streamlit's own box: browsers that know no scrollMargin see the chart
  // when its edge is on screen.
  const margin = `${100 * BEYOND}% 0px`;
  /** @type {IntersectionObserverInit & { scrollMargin: string }} */
  const options = { rootMargin: margin, scrollMargin: margin };
  const sight = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    sight.disconnect();
    fn();
  }, options);
  sight.observe(node);
  return () => sight.disconnect();
}
