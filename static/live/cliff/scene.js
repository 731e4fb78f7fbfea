// The surface from the side, on a plain canvas: it looks the same and is as quick on a machine
// without a graphics card, where a WebGL surface takes a tenth of a second for every step of a path.
// Facets are painted from the back to the front; a coarse depth map tells which parts of a path lie
// behind the surface.

const SIZE = [1.35, 1.0, 0.62]; // of the box in w, b and L
const DISTANCE = 2.9; // of the eye from its centre
const HOME = { turn: 160, tilt: 30 }; // degrees
const CELL = 3; // pixels of the depth map
const ROOM = { l: 34, r: 30, t: 18, b: 34 }; // pixels around the box, for its ticks
const NEAR = 0.012; // a path so little behind the surface lies on it
const LIFT = 0.012;
const MESH = 8; // every so many rows and columns of facets a line
const LIGHT = [-0.35, 0.5, 0.79];

/** @returns {any} */
const mix = (a, b, share) => a.map((v, i) => v + (b[i] - v) * share);
const hex = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));

/** Colour at `share` (0 to 1) of a scale [[share, "#rrggbb"], …]. */
function shade(scale, share) {
  const k = Math.max(1, scale.findIndex(([at]) => at >= share));
  const [[from, a], [to, b]] = [scale[k - 1], scale[k]];
  return mix(hex(a), hex(b), Math.min(1, Math.max(0, (share - from) / (to - from))));
}

export class Scene {
  // Fields that Object.assign sets.
  width; height; terrain; look; scale; size; turn; tilt; zoom; centre;

  /** `onTurn()` is called when the reader turns the surface. */
  constructor(box, onTurn) {
    this.onTurn = onTurn;
    this.ground = box.appendChild(document.createElement("canvas"));
    this.front = box.appendChild(document.createElement("canvas"));
    this.ground.className = this.front.className = "uc-canvas";
    this.front.tabIndex = 0;
    this.front.setAttribute("role", "img");
    this.front.title = "Drag, or use the arrow keys, to turn it";
    Object.assign(this, HOME);
    this.listen();
  }

  // --- from (w, b, z) to the screen ---------------------------------------------------------
  place(width, height, terrain, look, scale, size) {
    Object.assign(this, { width, height, terrain, look, scale, size });
    const ratio = window.devicePixelRatio || 1;
    for (const canvas of [this.ground, this.front]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    this.measure();
    this.paintGround();
  }

  /** Make pictures of the drawings: paper takes the strokes, and clearing would be white paint. */
  settle() {
    for (const canvas of [this.ground, this.front]) {
      const { width, height } = canvas;
      const copy = Object.assign(document.createElement("canvas"), { width, height });
      const draw = copy.getContext("2d", { willReadFrequently: true });
      draw.drawImage(canvas, 0, 0);
      canvas.width = width; // forgets the strokes
      canvas.getContext("2d").putImageData(draw.getImageData(0, 0, width, height), 0, 0);
    }
  }

  measure() {
    const { turn, tilt } = this;
    const [a, e] = [turn, tilt].map((degrees) => (degrees * Math.PI) / 180);
    this.angles = [Math.cos(a), Math.sin(a), Math.cos(e), Math.sin(e)];
    // As large as the box fits, with room for the ticks.
    Object.assign(this, { zoom: 1, centre: [0, 0] });
    const half = SIZE.map((size) => size / 2);
    const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((n) =>
      this.project(...half.map((h, axis) => (n >> axis & 1 ? h : -h))));
    const [[left, right], [top, bottom]] = [0, 1].map((axis) => {
      const along = corners.map((corner) => corner[axis]);
      return [Math.min(...along), Math.max(...along)];
    });
    const { l, r, t, b } = ROOM;
    const [wide, high] = [this.width - l - r, this.height - t - b];
    this.zoom = Math.min(wide / (right - left), high / (bottom - top));
    this.centre = [
      l + wide / 2 - (this.zoom * (left + right)) / 2,
      t + high / 2 - (this.zoom * (top + bottom)) / 2,
    ];
  }

  /**
   * [x, y, nearness] of a point of the box, whose sides run from -½ to ½.
   * @returns {any}
   */
  project(x, y, z) {
    const [cosA, sinA, cosE, sinE] = this.angles;
    const across = x * cosA - y * sinA;
    const away = x * sinA + y * cosA;
    const near = DISTANCE / (DISTANCE + away * cosE - z * sinE);
    return [
      this.centre[0] + this.zoom * across * near,
      this.centre[1] - this.zoom * (z * cosE + away * sinE) * near,
      near,
    ];
  }

  /** The box's coordinates of (w, b, z). */
  inBox(w, b, z) {
    const [[w0, w1], [b0, b1]] = this.terrain.window;
    const [z0, z1] = this.terrain.z_range;
    return [
      ((w - w0) / (w1 - w0) - 0.5) * SIZE[0],
      ((b - b0) / (b1 - b0) - 0.5) * SIZE[1],
      ((z - z0) / (z1 - z0) - 0.5) * SIZE[2],
    ];
  }

  // --- the ground ---------------------------------------------------------------------------
  paintGround() {
    const { terrain } = this;
    const draw = this.ground.getContext("2d");
    draw.clearRect(0, 0, this.width, this.height);
    this.paintBox(draw);
    const rows = terrain.sheet_z.length;
    const columns = terrain.sheet_w.length;
    const points = [];
    for (let q = 0; q < rows; q += 1) {
      for (let p = 0; p < columns; p += 1) {
        const at = this.inBox(terrain.sheet_w[p], terrain.sheet_b[q][p], terrain.sheet_z[q][p]);
        points.push({ at, on: this.project(...at) });
      }
    }
    const facets = [];
    for (let q = 0; q + 1 < rows; q += 1) {
      for (let p = 0; p + 1 < columns; p += 1) {
        const corners = [q * columns + p, q * columns + p + 1, (q + 1) * columns + p + 1,
          (q + 1) * columns + p].map((i) => points[i]);
        facets.push({ corners, q, p, near: corners.reduce((sum, c) => sum + c.on[2], 0) });
      }
    }
    facets.sort((a, b) => a.near - b.near);
    this.clearDepth();
    const line = this.look.dark ? "rgba(255,255,255,0.16)" : "rgba(20,30,40,0.16)";
    for (const { corners, q, p } of facets) {
      const colour = this.colour(corners);
      draw.beginPath();
      corners.forEach(({ on: [x, y] }, i) => (i ? draw.lineTo(x, y) : draw.moveTo(x, y)));
      draw.closePath();
      draw.fillStyle = draw.strokeStyle = colour;
      draw.lineWidth = 0.8; // closes the seams between facets
      draw.fill();
      draw.stroke();
      const [a, b, , d] = corners.map(({ on }) => on);
      draw.strokeStyle = line;
      draw.beginPath();
      if (q % MESH === 0) {
        draw.moveTo(a[0], a[1]);
        draw.lineTo(b[0], b[1]);
      }
      if (p % MESH === 0) {
        draw.moveTo(a[0], a[1]);
        draw.lineTo(d[0], d[1]);
      }
      draw.stroke();
      this.cover(corners[0].on, corners[1].on, corners[2].on);
      this.cover(corners[0].on, corners[2].on, corners[3].on);
    }
    this.ways = null;
  }

  /** Height decides the grey, the slope how much light falls on it. */
  colour(corners) {
    const height = corners.reduce((sum, { at }) => sum + at[2], 0) / 4 / SIZE[2] + 0.5;
    const [u, v] = [[2, 0], [3, 1]].map(([i, j]) =>
      corners[i].at.map((value, axis) => value - corners[j].at[axis]));
    const normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2],
      u[0] * v[1] - u[1] * v[0]];
    const size = Math.hypot(...normal) || 1;
    const facing = Math.abs(normal.reduce((sum, n, i) => sum + n * LIGHT[i], 0)) / size;
    const light = 0.76 + 0.26 * facing;
    const [r, g, b] = shade(this.scale, height).map((c) => Math.min(255, Math.round(c * light)));
    return `rgb(${r},${g},${b})`;
  }

  /** Edges, ticks and names of the box. */
  paintBox(draw) {
    const { look, terrain } = this;
    const half = SIZE.map((size) => size / 2);
    const corner = (i, j, k) => this.project(i * half[0], j * half[1], k * half[2]);
    draw.lineWidth = 1;
    draw.strokeStyle = look.grid;
    const edge = (a, b) => {
      draw.beginPath();
      draw.moveTo(a[0], a[1]);
      draw.lineTo(b[0], b[1]);
      draw.stroke();
    };
    const sides = [-1, 1];
    const middle = (axis, side) => corner(...[0, 1].map((n) => (n === axis ? side : 0)), -1);
    // The floor, and the two walls at the back.
    const back = [0, 1].map((axis) =>
      sides.reduce((far, side) => (middle(axis, side)[2] < middle(axis, far)[2] ? side : far)));
    for (const i of sides) {
      edge(corner(i, -1, -1), corner(i, 1, -1));
      edge(corner(-1, i, -1), corner(1, i, -1));
    }
    edge(corner(back[0], -1, 1), corner(back[0], 1, 1));
    edge(corner(-1, back[1], 1), corner(1, back[1], 1));
    for (const [i, j] of [[back[0], -1], [back[0], 1], [-back[0], back[1]]]) {
      edge(corner(i, j, -1), corner(i, j, 1));
    }
    draw.font = `${11 * this.size}px ${look.font}`;
    draw.fillStyle = look.muted;
    draw.textAlign = "center";
    draw.textBaseline = "middle";
    const centre = this.project(0, 0, -half[2]);
    const write = (text, [x, y], away) => {
      const [dx, dy] = [x - centre[0], y - centre[1]];
      const far = Math.hypot(dx, dy) || 1;
      draw.fillText(text, x + (dx / far) * away, y + (dy / far) * away);
    };
    /** @type {[string, (v: number) => number][]} */
    const axes = [["w", (v) => this.inBox(v, 0, 0)[0]], ["b", (v) => this.inBox(0, v, 0)[1]]];
    axes.forEach(
      ([name, of], axis) => {
        const [low, high] = terrain.window[axis];
        const on = (value) => {
          const at = [0, 0, -half[2]];
          at[axis] = of(value);
          at[1 - axis] = -back[1 - axis] * half[1 - axis];
          return this.project(...at);
        };
        for (let v = Math.ceil(low); v <= high; v += 1) {
          if (axis === 0 && v % 2) continue;
          if (axis === 1 && v === (back[1] < 0 ? high : low)) continue; // w's ticks stand there
          write(String(v).replace("-", "\u2212"), on(v), 13 * this.size);
        }
        draw.font = `600 ${12 * this.size}px ${look.font}`;
        write(name, on((low + high) / 2), 30 * this.size);
        draw.font = `${11 * this.size}px ${look.font}`;
      },
    );
    // Heights stand at the leftmost upright edge.
    const [i, j] = [[-1, -1], [-1, 1], [1, -1], [1, 1]].reduce((left, at) =>
      (corner(...at, 0)[0] < corner(...left, 0)[0] ? at : left));
    draw.textAlign = "right";
    for (const [z, label] of terrain.z_ticks) {
      if (z === terrain.z_range[0]) continue; // the floor's ticks stand there
      const [x, y] = this.project(i * half[0], j * half[1], this.inBox(0, 0, z)[2]);
      draw.fillText(label, x - 6 * this.size, y);
    }
    draw.font = `600 ${12 * this.size}px ${look.font}`;
    const [x, y] = corner(i, j, 1);
    draw.fillText("L", x - 8 * this.size, y - 12 * this.size);
  }

  // --- what hides what ------------------------------------------------------------------------
  clearDepth() {
    this.cells = [Math.ceil(this.width / CELL) + 1, Math.ceil(this.height / CELL) + 1];
    this.depth = new Float32Array(this.cells[0] * this.cells[1]);
  }

  /** A triangle in the depth map; nearness is linear on the screen. */
  cover(...corners) {
    const [wide, high] = this.cells;
    const [a, b, c] = corners.map(([x, y, near]) => [x / CELL, y / CELL, near]);
    const area = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]);
    if (!area) return;
    const [left, right] = [Math.min(a[0], b[0], c[0]), Math.max(a[0], b[0], c[0])];
    const [top, bottom] = [Math.min(a[1], b[1], c[1]), Math.max(a[1], b[1], c[1])];
    for (let y = Math.max(0, Math.ceil(top)); y <= Math.min(high - 1, bottom); y += 1) {
      for (let x = Math.max(0, Math.ceil(left)); x <= Math.min(wide - 1, right); x += 1) {
        const u = ((b[0] - x) * (c[1] - y) - (c[0] - x) * (b[1] - y)) / area;
        const v = ((c[0] - x) * (a[1] - y) - (a[0] - x) * (c[1] - y)) / area;
        if (u < 0 || v < 0 || u + v > 1) continue;
        const near = u * a[2] + v * b[2] + (1 - u - v) * c[2];
        const i = y * wide + x;
        if (near > this.depth[i]) this.depth[i] = near;
      }
    }
  }

  seen([x, y, near]) {
    const [wide, high] = this.cells;
    const [i, j] = [Math.round(x / CELL), Math.round(y / CELL)];
    return i < 0 || j < 0 || i >= wide || j >= high || near >= this.depth[j * wide + i] - NEAR;
  }

  // --- the paths --------------------------------------------------------------------------------
  /** `paths`: [{ colour, points: [[w, b, z], …] }]. */
  setPaths(paths) {
    this.paths = paths;
    this.ways = null;
  }

  /** Every path as short pieces [from, to, seen] for each update. */
  prepare() {
    const lift = LIFT * SIZE[2];
    this.ways = this.paths.map(({ points }) => {
      const at = points.map((point) => {
        const [x, y, z] = this.inBox(...point);
        return [x, y, z + lift];
      });
      return at.map((to, n) => {
        if (!n) return [];
        const from = at[n - 1];
        const [a, z] = [this.project(...from), this.project(...to)];
        const parts = Math.min(60, Math.max(1, Math.ceil(Math.hypot(z[0] - a[0], z[1] - a[1]) / 5)));
        const pieces = [];
        let last = a;
        for (let k = 1; k <= parts; k += 1) {
          const here = this.project(...mix(from, to, k / parts));
          pieces.push([last, here, this.seen(last) || this.seen(here)]);
          last = here;
        }
        return pieces;
      });
    });
    this.places = this.paths.map(({ points }) => points.map((point) => {
      const [x, y, z] = this.inBox(...point);
      return this.project(x, y, z + lift);
    }));
  }

  paintPaths(at) {
    if (!this.terrain || !this.paths) return;
    if (!this.ways) this.prepare();
    const draw = this.front.getContext("2d");
    draw.clearRect(0, 0, this.width, this.height);
    draw.lineCap = "round";
    this.front.dataset.at = at;
    const stroke = (steps, colour, width, strength) => {
      draw.strokeStyle = colour;
      draw.lineWidth = width * this.size;
      for (const visible of [false, true]) {
        draw.globalAlpha = strength * (visible ? 1 : 0.25);
        draw.beginPath();
        for (const pieces of steps) {
          for (const [a, b, seen] of pieces) {
            if (seen !== visible) continue;
            draw.moveTo(a[0], a[1]);
            draw.lineTo(b[0], b[1]);
          }
        }
        draw.stroke();
      }
      draw.globalAlpha = 1;
    };
    this.paths.forEach(({ colour }, i) => {
      const wide = i ? 2 : 4.5;
      stroke(this.ways[i].slice(at + 1), colour, wide / 2, 0.5);
      stroke(this.ways[i].slice(0, at + 1), colour, wide, 1);
    });
    this.paths.forEach(({ colour }, i) => {
      const [x, y] = this.places[i][Math.min(at, this.places[i].length - 1)];
      draw.beginPath();
      draw.arc(x, y, 5.5 * this.size, 0, 2 * Math.PI);
      draw.fillStyle = colour;
      draw.strokeStyle = this.look.background;
      draw.lineWidth = 1.5;
      draw.fill();
      draw.stroke();
    });
  }

  // --- turning ------------------------------------------------------------------------------
  listen() {
    const { front } = this;
    let from = null;
    front.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      from = [event.clientX, event.clientY, this.turn, this.tilt];
      front.setPointerCapture(event.pointerId);
    });
    front.addEventListener("pointermove", (event) => {
      if (!from) return;
      const [x, y, turn, tilt] = from;
      this.turnTo(turn + (event.clientX - x) * 0.5, tilt + (event.clientY - y) * 0.4);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      front.addEventListener(end, () => {
        from = null;
      });
    }
    const turns = { ArrowLeft: [-6, 0], ArrowRight: [6, 0], ArrowUp: [0, 5], ArrowDown: [0, -5] };
    front.addEventListener("keydown", (event) => {
      if (!(event.key in turns) || event.altKey || event.ctrlKey || event.metaKey) return;
      const [turn, tilt] = turns[event.key];
      this.turnTo(this.turn + turn, this.tilt + tilt);
      event.preventDefault();
    });
  }

  turnTo(turn, tilt) {
    this.turn = turn;
    this.tilt = Math.min(89, Math.max(2, tilt));
    this.request ??= requestAnimationFrame(() => {
      this.request = undefined;
      if (!this.terrain) return;
      this.measure();
      this.paintGround();
      this.onTurn();
    });
  }

  reset() {
    this.turnTo(HOME.turn, HOME.tilt);
  }

  destroy() {
    if (this.request) cancelAnimationFrame(this.request);
  }
}
