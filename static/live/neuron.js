// One unrolled unit, every number of it a node one can ask for its equation: one instance per mounted
// component, redrawn in place on every payload, theme and size change.

const { search } = new URL(import.meta.url);
// The sheet is fetched while the modules are.
const shadow = import(`./shadow.js${search}`);
const adopting = shadow.then(({ sheet }) => sheet("steps", "neuron"));
const [{ unpack }, clock, selection, theme, { element }, { palette }, draw, { Walk }, shown,
  { buttons }, { each }] =
  await Promise.all(
    ["wire", "clock", "selection", "theme", "shadow", "river_scale", "neuron_draw", "neuron_walk",
      "stage", "save", "mount"].map((name) => import(`./${name}.js${search}`)),
  );
const { Picture, place, ROWS, END } = draw;
const adopt = await adopting;

// A selection is told to Python once it has been still for this long.
const STILL = 150;
// After this long without an answer a told selection no longer outranks Python's.
const LOST = 2000;

class Neuron {
  constructor(parent) {
    adopt(parent);
    this.root = element("div", "unroll-neuron", parent);
    this.stage = element("div", "un-stage", this.root, {
      role: "group",
      "aria-label": "The unrolled unit; arrow keys move between its numbers",
    });
    this.summary = element("div", "un-hidden", this.root);
    this.summary.id = `un-summary-${Math.random().toString(36).slice(2)}`;
    this.stage.setAttribute("aria-describedby", this.summary.id);
    this.controls = element("div", "us-row un-controls", this.root, {
      role: "group",
      "aria-label": "Step through the backward pass",
    });
    buttons(this.controls, () => ({
      root: this.stage,
      name: this.payload.key,
      title: "One neuron, forward and backward",
      about: this.payload.summary,
    }));
    this.line = element("div", "un-line", this.root, { "aria-live": "polite" });
    this.equation = element("div", "un-equation", this.line);
    this.note = element("div", "un-note", this.line);
    this.probe = element("span", "un-hidden", this.root, { "aria-hidden": "true" });

    this.picture = new Picture(this.stage);
    this.walk = new Walk(
      this.controls,
      (id) => this.choose(id),
      () => this.show(),
    );
    this.listen();
    this.unsubscribe = selection.subscribe((step, source) => this.stepSelected(step, source));
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.stage);
    this.unstage = shown.subscribe(() => {
      this.readTheme();
      this.draw();
    });
  }

  update({ data, setStateValue }) {
    this.tell = setStateValue;
    const relit = this.readTheme();
    // The same bytes again: only the theme has changed.
    if (data !== this.data) {
      this.data = data;
      const before = this.payload;
      const payload = unpack(data);
      this.payload = payload;
      if (payload.height !== before?.height) this.stage.style.height = `${payload.height}px`;
      this.adopt(payload);
      if (!before || payload.digest === undefined || payload.digest !== before.digest) this.draw();
    } else if (relit) {
      this.draw();
    }
    const { key, seq, stamp } = this.payload;
    this.key = key;
    Object.assign(this.root.dataset, { key, seq: seq ?? 0, stamp: stamp ?? "" });
    clock.drawn(key, seq ?? 0, stamp ?? null);
  }

  // True if the colours have changed.
  readTheme() {
    const look = theme.read(this.root.parentElement);
    if (look === this.look) return false;
    this.look = look;
    this.root.classList.toggle("un-dark", look.dark);
    this.probe.style.color = look.background;
    const ground = getComputedStyle(this.probe).color.match(/[\d.]+/g) ?? [255, 255, 255];
    this.palette = palette(look.dark, ground.slice(0, 3).map(Number));
    return true;
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const { payload, picture } = this;
    if (!payload || width < 160 || height < 120) return;
    this.known = new Map(payload.nodes.map((n) => [n.id, n]));
    if (!this.known.has(this.selected)) this.selected = payload.selected;
    picture.place(width, height, payload.steps);
    picture.paint(payload, this.palette);
    this.walk.update(payload.order);
    this.show();
    if (this.summary.textContent !== payload.summary) this.summary.textContent = payload.summary;
  }

  // Marks, equation and the page's step, from the selected node.
  show() {
    const n = this.known?.get(this.selected);
    if (!n) return;
    this.picture.mark(n.id, n.uses, this.walk.waiting());
    this.root.dataset.selected = n.id;
    this.line.setAttribute("aria-live", this.walk.playing ? "off" : "polite");
    if (n.equation !== this.written) this.equation.innerHTML = this.written = n.equation;
    if (n.note !== this.noted) this.note.innerHTML = this.noted = n.note;
    selection.set(place(n.id).step, this);
  }

  // --- the selected node ---------------------------------------------------------------------
  // Python's selection (a link, a scene) is taken over when Python changed it and nothing newer is
  // on its way from here.
  adopt({ selected }) {
    if (selected === this.sent) this.sent = undefined;
    const news = selected !== this.adopted;
    this.adopted = selected;
    if (news && this.sent === undefined && !this.still) this.selected = selected;
  }

  choose(id) {
    if (!this.known?.has(id)) return;
    this.selected = id;
    this.show();
    this.picture.reveal(id);
    if (id !== this.adopted || this.still) this.tellSoon();
  }

  tellSoon() {
    clearTimeout(this.still);
    this.still = setTimeout(() => this.tellNow(), STILL);
  }

  tellNow() {
    // While it plays the selection is not at rest.
    if (this.walk.playing) {
      this.tellSoon();
      return;
    }
    this.still = 0;
    const node = this.selected;
    if (node === this.adopted) return;
    this.sent = node;
    // Streamlit calls back on a change only: `at` makes the same node, told again, news.
    clock.post(this.key, () => this.tell("select", { node, at: Date.now() }));
    clearTimeout(this.lost);
    this.lost = setTimeout(() => {
      this.sent = undefined;
    }, LOST);
  }

  // A step chosen in a chart: the same kind of number there.
  stepSelected(step, source) {
    if (source === this || step === null || !this.known) return;
    const { row, step: here } = place(this.selected);
    const id = `${here === null ? "g" : row}${step}`;
    this.leave(id);
    this.choose(id);
  }

  // --- pointer and keys ----------------------------------------------------------------------
  listen() {
    this.stage.addEventListener("click", (event) => {
      const id = event.target.closest?.(".un-node")?.dataset.id;
      if (!id) return;
      this.leave(id);
      this.choose(id);
    });
    this.stage.addEventListener("keydown", (event) => this.press(event));
  }

  // Chosen by hand: the step-through goes on from there if it has been there, and else waits.
  leave(id) {
    this.walk.pause();
    const at = this.payload.order.indexOf(id);
    if (this.walk.at !== null && at >= 0) {
      this.walk.at = at;
      this.walk.show();
    }
  }

  press(event) {
    if (!this.known || event.altKey || event.ctrlKey || event.metaKey) return;
    const { key } = event;
    if (key === " ") this.walk.toggle();
    else if (key === "Escape" && this.walk.at !== null) this.walk.stop();
    else {
      const id = this.neighbour(key);
      if (!id) return;
      this.leave(id);
      this.choose(id);
      this.picture.nodes.get(id)?.group.focus({ preventScroll: true });
    }
    event.preventDefault();
    event.stopPropagation();
  }

  neighbour(key) {
    const T = this.payload.steps;
    const ends = Object.keys(END);
    const { row, step } = place(this.selected);
    const atEnd = (r) => ends.find((id) => END[id] === r) ?? { x: "L", g: "out" }[r];
    if (key === "Home") return `${row}1`;
    if (key === "End") return atEnd(row);
    if (step === null) {
      const i = ends.indexOf(this.selected);
      if (key === "ArrowUp") return ends[i - 1];
      if (key === "ArrowDown") return ends[i + 1];
      return key === "ArrowLeft" ? `${row}${T}` : undefined;
    }
    const i = ROWS.indexOf(row);
    if (key === "ArrowUp" && i > 0) return `${ROWS[i - 1]}${step}`;
    if (key === "ArrowDown" && i < ROWS.length - 1) return `${ROWS[i + 1]}${step}`;
    if (key === "ArrowLeft" && step > 1) return `${row}${step - 1}`;
    if (key === "ArrowRight") return step < T ? `${row}${step + 1}` : atEnd(row);
    return undefined;
  }

  destroy() {
    this.walk.pause();
    clearTimeout(this.still);
    clearTimeout(this.lost);
    this.unsubscribe();
    this.unstage();
    this.sizes.disconnect();
    clock.unlead(this.key);
    selection.set(null, this); // the next page has steps of its own
    this.root.remove();
  }
}

export default each(Neuron, "unroll-neuron");
