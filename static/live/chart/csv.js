// The numbers of a figure as a file.

/** Text without its markup. */
export const plain = (text) => text.replace(/<[^>]*>/g, "");

/** The figure's numbers as CSV: trace,x,y and z where there is one, under the names that `layout.meta.columns` gives. */
export function csv(data, { x = "x", y = "y", z = "z" } = {}) {
  const quoted = (v) => {
    if (v === null || v === undefined) return "";
    // float32 has seven digits; the rest would be noise.
    if (typeof v === "number") return String(Number(v.toPrecision(8)));
    // A spreadsheet would compute a cell that begins like this; an apostrophe makes it text.
    const s = plain(String(v)).replace(/^[=+\-@\t\r]/, "'$&");
    return /[",\n]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s;
  };
  const matrices = data.some((trace) => trace.z);
  const lines = [(matrices ? ["trace", x, y, z] : ["trace", x, y]).join(",")];
  data.forEach((trace, i) => {
    if (trace.mode === "text") return; // a label is no data
    const name = trace.name ?? trace.meta?.name ?? `trace ${i + 1}`;
    const at = (axis, k) => {
      if (trace[axis]) return trace[axis][k];
      return (trace[`${axis}0`] ?? 0) + k * (trace[`d${axis}`] ?? 1);
    };
    if (trace.z) {
      Array.from(trace.z).forEach((row, r) =>
        Array.from(row).forEach((z, c) => {
          lines.push([name, at("x", c), at("y", r), z].map(quoted).join(","));
        }),
      );
      return;
    }
    const count = Math.max(trace.x?.length ?? 0, trace.y?.length ?? 0);
    for (let k = 0; k < count; k += 1) {
      const row = [name, at("x", k), at("y", k)];
      lines.push((matrices ? [...row, null] : row).map(quoted).join(","));
    }
  });
  return `${lines.join("\n")}\n`;
}
