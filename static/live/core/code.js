// QR codes (ISO/IEC 18004) of links: bytes at the lowest level of error correction, in as few modules as
// hold them. Made here and not on the server, because what is printed waits for nobody.

/** Of versions 1 to 30: codewords of error correction in a block, and blocks. */
const CHECKS = [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28,
  30, 30, 26, 28, 30, 30, 30, 30];
const BLOCKS = [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13,
  14, 15];
/** The longest link, in bytes of UTF-8: 133 modules wide, which a phone still reads off a projector. */
export const LONGEST = 1732;
const LEVEL = 1; // as the format says it
const MASKS = [
  (x, y) => (x + y) % 2,
  (_x, y) => y % 2,
  (x) => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

/** Rows and columns of the small squares. */
function alignments(version) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((4 * version + 4) / (2 * count - 2)) * 2;
  const last = 4 * version + 10;
  return [6, ...Array.from({ length: count - 1 }, (_, i) => last - (count - 2 - i) * step)];
}

/** Codewords of a version, checks included. */
function codewords(version) {
  const count = version === 1 ? 0 : Math.floor(version / 7) + 2;
  const squares = count ? (25 * count - 10) * count - 55 : 0;
  const modules = (16 * version + 128) * version + 64 - squares - (version >= 7 ? 36 : 0);
  return Math.floor(modules / 8);
}

const carried = (version) => codewords(version) - CHECKS[version - 1] * BLOCKS[version - 1];

// --- error correction: Reed and Solomon over GF(2⁸) -----------------------------------------------

const EXP = new Uint8Array(510);
const LOG = new Uint8Array(256);
for (let i = 0, value = 1; i < 255; i += 1) {
  EXP[i] = EXP[i + 255] = value;
  LOG[value] = i;
  value = (value << 1) ^ (value & 128 ? 0x11d : 0);
}
const times = (a, b) => (a && b ? EXP[LOG[a] + LOG[b]] : 0);

/** The polynomial with the roots 2⁰ … 2ⁿ⁻¹, without its first coefficient, which is 1. */
function divisor(n) {
  const found = new Uint8Array(n);
  found[n - 1] = 1;
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) found[j] = times(found[j], EXP[i]) ^ (found[j + 1] ?? 0);
  }
  return found;
}

function checks(data, by) {
  const rest = new Uint8Array(by.length);
  for (const byte of data) {
    const factor = byte ^ rest[0];
    rest.copyWithin(0, 1);
    rest[rest.length - 1] = 0;
    by.forEach((coefficient, i) => (rest[i] ^= times(coefficient, factor)));
  }
  return rest;
}

/** The codewords as they are written: blocks interleaved, data first. */
function interleaved(data, version) {
  const [count, each] = [BLOCKS[version - 1], CHECKS[version - 1]];
  const short = Math.floor(data.length / count);
  const longer = data.length % count; // blocks with one more, the last ones
  const by = divisor(each);
  const blocks = [];
  for (let i = 0, at = 0; i < count; i += 1) {
    const length = short + (i >= count - longer ? 1 : 0);
    blocks.push(data.subarray(at, at + length));
    at += length;
  }
  const out = [];
  for (let i = 0; i <= short; i += 1) for (const b of blocks) if (i < b.length) out.push(b[i]);
  const ends = blocks.map((block) => checks(block, by));
  for (let i = 0; i < each; i += 1) for (const end of ends) out.push(end[i]);
  return out;
}

/** Mode, length, the text's bytes, and what fills the rest. */
function message(bytes, version) {
  const bits = [];
  const put = (value, n) => {
    for (let i = n - 1; i >= 0; i -= 1) bits.push((value >> i) & 1);
  };
  const room = carried(version);
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  bytes.forEach((byte) => put(byte, 8));
  put(0, Math.min(4, 8 * room - bits.length));
  put(0, (8 - (bits.length % 8)) % 8);
  const data = new Uint8Array(room);
  for (let i = 0; i < bits.length; i += 1) data[i >> 3] |= bits[i] << (7 - (i % 8));
  for (let i = bits.length / 8, fill = 0xec; i < room; i += 1, fill ^= 0xec ^ 0x11) data[i] = fill;
  return data;
}

// --- the square -----------------------------------------------------------------------------------

/** `value` with the remainder of `n` bits behind it. */
function remaindered(value, n, by) {
  let rest = value;
  for (let i = 0; i < n; i += 1) rest = (rest << 1) ^ ((rest >> (n - 1)) * by);
  return (value << n) | rest;
}

/** What does not depend on the text; `fixed` marks it, the places of the format with it. */
function frame(version) {
  const size = 17 + 4 * version;
  const rows = Array.from({ length: size }, () => new Uint8Array(size));
  const fixed = Array.from({ length: size }, () => new Uint8Array(size));
  const set = (x, y, dark) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    rows[y][x] = dark ? 1 : 0;
    fixed[y][x] = 1;
  };
  for (let i = 0; i < size; i += 1) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  const rings = (x, y, out, dark) => {
    for (let i = -out; i <= out; i += 1) {
      for (let j = -out; j <= out; j += 1) set(x + i, y + j, dark(Math.max(Math.abs(i), Math.abs(j))));
    }
  };
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]]) {
    rings(x, y, 4, (r) => r !== 2 && r !== 4);
  }
  const at = alignments(version);
  const last = at.length - 1;
  at.forEach((x, i) => at.forEach((y, j) => {
    const corner = (i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0);
    if (!corner) rings(x, y, 2, (r) => r !== 1);
  }));
  if (version >= 7) {
    const bits = remaindered(version, 12, 0x1f25);
    for (let i = 0; i < 18; i += 1) {
      const [a, b] = [size - 11 + (i % 3), Math.floor(i / 3)];
      set(a, b, (bits >> i) & 1);
      set(b, a, (bits >> i) & 1);
    }
  }
  format(size, 0, set);
  return { size, rows, fixed, set };
}

/** Level and mask, twice. */
function format(size, mask, set) {
  const bits = remaindered((LEVEL << 3) | mask, 10, 0x537) ^ 0x5412;
  const bit = (i) => (bits >> i) & 1;
  for (let i = 0; i < 6; i += 1) set(8, i, bit(i));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (let i = 9; i < 15; i += 1) set(14 - i, 8, bit(i));
  for (let i = 0; i < 8; i += 1) set(size - 1 - i, 8, bit(i));
  for (let i = 8; i < 15; i += 1) set(8, size - 15 + i, bit(i));
  set(8, size - 8, 1);
}

/** Write the codewords from the lower right corner, up and down in pairs of columns. */
function write({ size, rows, fixed }, words) {
  let i = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const up = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step += 1) {
      const y = up ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (fixed[y][x]) continue;
        if (i < 8 * words.length) rows[y][x] = (words[i >> 3] >> (7 - (i % 8))) & 1;
        i += 1;
      }
    }
  }
}

const FINDER = /(?<=0000)1011101|1011101(?=0000)/g;

/** How hard it is to read: long runs, blocks, what looks like a corner, too much of one kind. */
function penalty(rows) {
  const size = rows.length;
  const columns = rows.map((_, x) => rows.map((row) => row[x]));
  let found = 0;
  for (const line of [...rows, ...columns]) {
    const text = Array.from(line).join("");
    for (const [run] of text.matchAll(/0{5,}|1{5,}/g)) found += run.length - 2;
    found += 40 * [...`0000${text}0000`.matchAll(FINDER)].length;
  }
  let dark = 0;
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      dark += rows[y][x];
      if (!x || !y) continue;
      const four = rows[y][x] + rows[y - 1][x] + rows[y][x - 1] + rows[y - 1][x - 1];
      if (four === 0 || four === 4) found += 3;
    }
  }
  return found + 10 * Math.floor(Math.abs((20 * dark) / size ** 2 - 10));
}

/**
 * The modules of `text`, row by row without a margin, 1 where it is dark; null where it is too long.
 * @param {string} text
 * @returns {Uint8Array[] | null}
 */
export function code(text) {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > LONGEST) return null;
  let version = 1;
  while (carried(version) < bytes.length + (version < 10 ? 2 : 3)) version += 1;
  const square = frame(version);
  write(square, interleaved(message(bytes, version), version));
  const masked = MASKS.map((mask, number) => {
    const rows = square.rows.map((row, y) => row.map((dark, x) =>
      !square.fixed[y][x] && mask(x, y) === 0 ? dark ^ 1 : dark));
    format(square.size, number, (x, y, dark) => (rows[y][x] = dark));
    return { rows, cost: penalty(rows) };
  });
  return masked.reduce((best, next) => (next.cost < best.cost ? next : best)).rows;
}

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 4; // modules of light around a code, which readers need

/** The code as an SVG picture, always black on white. @param {Uint8Array[]} rows */
export function picture(rows) {
  const size = rows.length + 2 * MARGIN;
  const node = (name, attributes, parent) => {
    const made = document.createElementNS(SVG, name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    parent?.append(made);
    return made;
  };
  const svg = node("svg", {
    viewBox: `0 0 ${size} ${size}`,
    "shape-rendering": "crispEdges",
    role: "img",
    "aria-label": "QR code of the link",
  });
  let path = "";
  rows.forEach((row, y) => row.forEach((dark, x) => {
    if (dark) path += `M${x + MARGIN} ${y + MARGIN}h1v1h-1z`;
  }));
  node("rect", { width: size, height: size, fill: "#fff" }, svg);
  node("path", { d: path, fill: "#000" }, svg);
  return svg;
}
