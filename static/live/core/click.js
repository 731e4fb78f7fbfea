// A click where Plotly listens as well: a press that is let go near where it began.

const NEAR = 4; // px

/** Calls `act` with the release of every click that began in `target`; returns how to end that. */
export function onClick(target, act) {
  let down = null;
  target.addEventListener("pointerdown", (event) => {
    down = event.button === 0 ? event : null;
  }, true);
  // Plotly covers the page while the button is down, so the release is heard at the window.
  const release = (event) => {
    const from = down;
    down = null;
    if (!from) return;
    if (Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > NEAR) return;
    act(event);
  };
  window.addEventListener("pointerup", release, true);
  return () => window.removeEventListener("pointerup", release, true);
}
