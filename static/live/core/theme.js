// Streamlit's theme as plain colours, and our style sheets. The theme's variables live on the wrapper
// of a component, and change with light and dark.

/** Put the style sheet at an address into the page; resolves once it applies. */
export const style = (address) =>
  new Promise((done) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.onload = link.onerror = done;
    document.head.append(link);
  });

const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

/** [r, g, b] of any CSS colour. */
function channels(colour) {
  probe.clearRect(0, 0, 1, 1);
  probe.fillStyle = "#000";
  probe.fillStyle = colour;
  probe.fillRect(0, 0, 1, 1);
  return [...probe.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}

/** @param {number[]} colour */
const luminance = ([r, g, b]) => (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;

/** `colour` over the background, `share` of it. */
const over = (background, colour, share) =>
  `rgb(${background.map((v, i) => Math.round(v + (colour[i] - v) * share)).join(",")})`;

let last = null;

/** The theme at `element`; the same object while nothing has changed, so `===` tells a change. */
export function read(element) {
  const style = getComputedStyle(element);
  const raw = (name, fallback) => style.getPropertyValue(`--st-${name}`).trim() || fallback;
  const text = raw("text-color", "#31333f");
  const background = raw("background-color", "#ffffff");
  const accent = raw("primary-color", "#08519c");
  const font = raw("font", "sans-serif");
  const id = [text, background, accent, font].join("|");
  if (last?.id === id) return last;
  const ground = channels(background);
  const ink = channels(text);
  const dark = luminance(ground) < 0.5;
  last = {
    id,
    dark,
    text,
    background,
    ground,
    accent,
    font,
    muted: over(ground, ink, 0.66),
    grid: over(ground, ink, dark ? 0.14 : 0.1),
    line: over(ground, ink, 0.3),
    // Gradient relative to the loss end: the meaning these colours have everywhere.
    vanished: dark ? "#4292c6" : "#08519c",
    flowing: "#8c8f94",
    exploded: "#d7301f",
  };
  return last;
}

/** `value` with the colour names that follow the theme ("$text", "$muted", "$grid", …) resolved. */
export function resolve(value, theme) {
  if (typeof value === "string") {
    return value[0] === "$" ? (theme[value.slice(1)] ?? value) : value;
  }
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  // A matrix is an array of typed rows: nothing to look for in there, nor in long plain lists.
  if (Array.isArray(value)) {
    return value.length > 32 || ArrayBuffer.isView(value[0])
      ? value
      : value.map((item) => resolve(item, theme));
  }
  const out = {};
  for (const key in value) out[key] = resolve(value[key], theme);
  return out;
}
