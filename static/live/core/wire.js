// Reads the bytes that ui/live/wire.py packs: header length, JSON header, padding, raw arrays.

const TYPES = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
};
const text = new TextDecoder();

const padded = (n) => n + ((8 - (n % 8)) % 8);

function arrayAt(buffer, start, { dtype, shape, offset }) {
  const Type = TYPES[dtype];
  const count = shape.reduce((a, b) => a * b, 1);
  const flat = new Type(buffer, start + offset, count);
  if (shape.length < 2) return flat;
  // A matrix becomes an Array of rows, views into the same memory: what Plotly's heat map takes.
  const width = count / (shape[0] || 1);
  return Array.from({ length: shape[0] }, (_, i) => flat.subarray(i * width, (i + 1) * width));
}

/**
 * The payload as plain objects; `{"$nd": i}` replaced by typed arrays.
 * @param {Uint8Array} bytes
 * @returns {import("../types").Payload}
 */
export function unpack(bytes) {
  // The bytes are a view into a websocket message: copied, they are aligned and the message can go.
  const { buffer } = bytes.slice();
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(text.decode(new Uint8Array(buffer, 4, length)));
  const start = padded(4 + length);
  const restore = (value) => {
    if (value === null || typeof value !== "object") return value;
    if (value.$nd !== undefined) return arrayAt(buffer, start, header.arrays[value.$nd]);
    for (const key in value) {
      const item = value[key];
      if (item !== null && typeof item === "object") value[key] = restore(item);
    }
    return value;
  };
  return Object.assign(restore(header.payload), header.envelope, { digest: header.digest });
}
