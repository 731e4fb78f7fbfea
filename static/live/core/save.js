// A picture as a file: what is on screen, written as one SVG that stands alone; and that as a PNG.
// Pictures are made of SVG, canvases and HTML: boxes become rectangles, letters stay letters.

import { read } from "./theme.js";

const NS = "http://www.w3.org/2000/svg";
const SHARP = 2; // pixels of a PNG for each on the screen
const MARGIN = 12;
const TITLE = 30;
// A file cannot load the page's web font: letters are set in one that every reader has.
const FONT = "Arial, Helvetica, sans-serif";

const INHERITED = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity",
  "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "font-size", "font-style",
  "font-weight", "text-anchor", "dominant-baseline", "paint-order", "visibility"];
const OWN = ["opacity", "transform", "display", "clip-path", "stop-color", "stop-opacity"];
const SPECIAL = { opacity: "1", transform: "none", "clip-path": "none", "stop-opacity": "1" };

const escaped = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const round = (v) => Math.round(v * 100) / 100;
const seen = (style) =>
  style.display !== "none" && style.visibility !== "hidden" && style.opacity !== "0";
const opaque = (colour) => colour && !/rgba\(.*, 0\)$|transparent/.test(colour);

/** A copy of an SVG element whose looks no longer need the page's style sheets. */
function dressed(node, parent) {
  if (node.nodeType !== Node.ELEMENT_NODE) return node.cloneNode(true);
  const style = getComputedStyle(node);
  if (style.display === "none" && !node.closest("defs")) return null;
  const copy = node.cloneNode(false);
  for (const name of ["class", "style", "tabindex", "id"]) {
    if (name !== "id" || !node.closest("defs")) copy.removeAttribute(name);
  }
  const said = [];
  for (const name of INHERITED) {
    const value = style.getPropertyValue(name);
    if (value && value !== parent?.getPropertyValue(name)) said.push(`${name}:${value}`);
  }
  for (const name of OWN) {
    const value = style.getPropertyValue(name);
    if (value && name !== "display" && value !== SPECIAL[name]) said.push(`${name}:${value}`);
  }
  if (/STIX|Cambria|serif"?$/.test(style.fontFamily) && !/sans-serif"?$/.test(style.fontFamily)) {
    said.push("font-family:'Times New Roman', Times, serif");
  }
  if (said.length) copy.setAttribute("style", said.join(";").replaceAll('"', "'"));
  for (const child of node.childNodes) {
    const made = dressed(child, style);
    if (made) copy.append(made);
  }
  return copy;
}

class Writer {
  constructor(root, skip) {
    this.root = root;
    this.skip = skip;
    this.box = root.getBoundingClientRect();
    this.zoom = this.box.width / root.offsetWidth || 1;
    this.parts = [];
  }

  /** A rectangle of the screen in the picture's own pixels. */
  place({ left, top, width, height }) {
    const { box, zoom } = this;
    const [x, y] = [(left - box.left) / zoom, (top - box.top) / zoom];
    return { x: round(x), y: round(y), width: round(width / zoom), height: round(height / zoom) };
  }

  walk(node) {
    if (node.nodeType === Node.TEXT_NODE) return this.letters(node);
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(this.skip)) return;
    const style = getComputedStyle(node);
    if (!seen(style)) return;
    const at = this.place(node.getBoundingClientRect());
    if (node instanceof SVGSVGElement) return this.svg(node, at);
    if (node instanceof HTMLCanvasElement) return this.image(node, at);
    this.rectangle(style, at);
    for (const child of node.childNodes) this.walk(child);
  }

  svg(node, { x, y, width, height }) {
    const copy = dressed(node, null);
    const hidden = getComputedStyle(node).clipPath !== "none"; // only there for what it defines
    if (hidden) {
      for (const defs of copy.querySelectorAll("defs")) {
        this.parts.push(new XMLSerializer().serializeToString(defs));
      }
      return;
    }
    for (const [name, value] of Object.entries({ x, y, width, height, overflow: "hidden" })) {
      copy.setAttribute(name, value);
    }
    if (!copy.hasAttribute("viewBox")) copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.parts.push(new XMLSerializer().serializeToString(copy));
  }

  image(canvas, { x, y, width, height }) {
    this.parts.push(
      `<image x="${x}" y="${y}" width="${width}" height="${height}" href="${canvas.toDataURL()}"/>`,
    );
  }

  rectangle(style, { x, y, width, height }) {
    const line = parseFloat(style.borderTopWidth);
    const stroke = line && opaque(style.borderTopColor) ? style.borderTopColor : "none";
    const whole = parseFloat(style.borderLeftWidth) > 0;
    const fill = opaque(style.backgroundColor) ? style.backgroundColor : "none";
    if ((fill === "none" && stroke === "none") || width < 0.5) return;
    if (stroke !== "none" && !whole) { // a line on top alone
      this.parts.push(`<path d="M${x} ${y + line / 2}h${width}" stroke="${stroke}" ` +
        `stroke-width="${line}" stroke-dasharray="${style.borderTopStyle === "dashed" ? "6 4" : ""}"/>`);
      return;
    }
    const r = Math.min(parseFloat(style.borderTopLeftRadius) || 0, height / 2);
    const inset = stroke === "none" ? 0 : line / 2;
    this.parts.push(
      `<rect x="${x + inset}" y="${y + inset}" width="${Math.max(0, width - 2 * inset)}" ` +
      `height="${Math.max(0, height - 2 * inset)}" rx="${r}" fill="${fill}" stroke="${stroke}" ` +
      `stroke-width="${line || 0}"/>`,
    );
  }

  /** The lines that a text stands in. */
  letters(node) {
    const text = node.nodeValue;
    if (!text.trim()) return;
    const parent = node.parentElement;
    const style = getComputedStyle(parent);
    if (!seen(style)) return;
    const range = document.createRange();
    const lines = [];
    for (let i = 0; i < text.length; i += 1) {
      range.setStart(node, i);
      range.setEnd(node, i + 1);
      const box = range.getClientRects()[0];
      if (!box) continue;
      const line = lines.at(-1);
      if (line && Math.abs(line.top - box.top) < 3) {
        line.text += text[i];
        line.right = box.right;
      } else {
        lines.push({ text: text[i], left: box.left, right: box.right, top: box.top,
          bottom: box.bottom });
      }
    }
    let opacity = 1;
    for (let at = parent; at && at !== this.root; at = at.parentElement) {
      opacity *= Number(getComputedStyle(at).opacity);
    }
    for (const { text: said, left, right, top, bottom } of lines) {
      if (!said.trim()) continue;
      const { x, y, width, height } = this.place({ left, top, width: right - left,
        height: bottom - top });
      const size = parseFloat(style.fontSize);
      const base = round(y + height / 2 + 0.35 * size);
      this.parts.push(
        `<text x="${x}" y="${base}" font-size="${size}" font-weight="${style.fontWeight}" ` +
        `font-style="${style.fontStyle}" fill="${style.color}" opacity="${round(opacity)}" ` +
        `textLength="${width}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">` +
        `${escaped(said)}</text>`,
      );
    }
  }
}

/** What `root` shows, as the text of an SVG file; parts that match `skip` are left out. */
export function drawing(root, { title, about = "", skip = ".unroll-save" }) {
  const look = read(root.parentElement);
  const writer = new Writer(root, `${skip}, .unroll-save, button, input`);
  for (const child of root.childNodes) writer.walk(child);
  const [width, height] = [root.offsetWidth, root.offsetHeight];
  const whole = [width + 2 * MARGIN, height + 2 * MARGIN + TITLE];
  const text =
    `<svg xmlns="${NS}" width="${whole[0]}" height="${whole[1]}" viewBox="0 0 ${whole.join(" ")}" ` +
    `font-family="${FONT}"><title>${escaped(title)}</title><desc>${escaped(about)}</desc>` +
    `<rect width="100%" height="100%" fill="${look.background}"/>` +
    `<text x="${MARGIN}" y="${MARGIN + 14}" font-size="16" font-weight="600" fill="${look.text}">` +
    `${escaped(title)}</text>` +
    `<svg x="${MARGIN}" y="${MARGIN + TITLE}" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}">${writer.parts.join("")}</svg></svg>`;
  return { text, width: whole[0], height: whole[1] };
}

function download(blob, name) {
  const address = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

async function save(made, name, format) {
  const blob = new Blob([made.text], { type: "image/svg+xml" });
  if (format === "svg") return download(blob, `${name}.svg`);
  const address = URL.createObjectURL(blob);
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: made.width * SHARP, height: made.height * SHARP });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(address);
  canvas.toBlob((png) => download(png, `${name}.png`), "image/png");
}

/**
 * The two buttons, at the end of `parent`. `picture()` gives what is to be saved: root, name, title,
 * and if there are any about and skip.
 */
export function buttons(parent, picture) {
  const box = document.createElement("span");
  box.className = "unroll-save";
  for (const format of ["png", "svg"]) {
    const node = document.createElement("button");
    node.type = "button";
    node.textContent = format.toUpperCase();
    node.title = `Save the picture as ${format === "png" ? "a PNG image" : "an SVG image"}`;
    node.setAttribute("aria-label", node.title);
    node.onclick = () => {
      const { root, name, ...how } = picture();
      save(drawing(root, how), name, format);
    };
    box.append(node);
  }
  parent.append(box);
  return box;
}
