// A slider that sends while it moves. Python holds the value (ui/live/slider.py); this draws it and
// reports what the user does.

const { search } = new URL(import.meta.url);
const [{ unpack }, clock, { style }] = await Promise.all(
  ["wire", "clock", "theme"].map((name) => import(`./${name}.js${search}`)),
);
await style("slider");

/** Positions on a logarithmic track; a linear one has its own steps. */
const LOG_POSITIONS = 200;
/** Keys have no release that means "done": a value is final after this much rest. */
const KEY_REST_MS = 400;
const NOTE_MS = 6000;

const element = (tag, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
};

/** 0.1 + 0.2 without its tail. */
const tidy = (value) => Number(value.toPrecision(12));

/** What a slider's settings mean: legal values, places on the track, text. */
export class Scale {
  constructor({ minimum, maximum, step, log, digits, unit }) {
    Object.assign(this, { minimum, maximum, step, log, digits, unit });
    this.whole = Number.isInteger(step) && Number.isInteger(minimum);
  }

  /** Where a value stands on the track, in the units of the range input. */
  place(value) {
    return this.log ? Math.log10(value) : value;
  }

  /** The value the track has at `place`: on the grid of steps. */
  at(place) {
    return this.snap(this.log ? 10 ** place : place);
  }

  snap(value) {
    const { minimum, maximum, step } = this;
    const last = Math.floor((maximum - minimum) / step + 1e-9); // the end may lie off the grid
    const index = Math.round((value - minimum) / step);
    const near = index > last || maximum - value < Math.abs(minimum + index * step - value)
      ? maximum
      : minimum + Math.max(0, index) * step;
    return tidy(Math.min(maximum, Math.max(minimum, near)));
  }

  /** `count` steps from `value`, down if negative; on a logarithmic track at a constant ratio. */
  move(value, count) {
    if (!this.log) return this.snap(value + count * this.step);
    const width = (Math.log10(this.maximum) - Math.log10(this.minimum)) / LOG_POSITIONS;
    const far = this.snap(value * 10 ** (width * count));
    const near = this.snap(value + Math.sign(count) * this.step);
    return count > 0 ? Math.max(far, near) : Math.min(far, near);
  }

  number(value) {
    if (this.whole && Number.isInteger(value)) return String(value);
    // A value typed by hand may lie between the steps: show what it is.
    const short = this.log
      ? String(Number(value.toPrecision(this.digits + 1)))
      : value.toFixed(this.digits);
    const exact = String(Number(value.toPrecision(6)));
    return (Number(short) === Number(exact) ? short : exact).replace("-", "\u2212");
  }

  text(value) {
    return this.number(value) + (this.unit ? `\u202f${this.unit}` : "");
  }
}

class Slider {
  constructor(parent) {
    this.label = element("label");
    this.button = element("button", { className: "value", type: "button" });
    this.input = element("input", { type: "range", step: "any" });
    this.help = element("span", { className: "hidden" });
    this.note = element("div", { className: "note" });
    this.note.setAttribute("role", "status");
    this.row = element("div", { className: "row" }, this.label, this.button);
    this.root = element("div", { className: "unroll-slider" });
    this.root.append(this.row, this.input, this.help, this.note);
    parent.querySelector(":scope > .unroll-slider")?.remove();
    parent.append(this.root);
    this.waiting = 0; // sequence number that Python has not answered yet
    this.offered = false; // a value that has not been sent yet
    this.listen();
  }

  /** Python's word: settings and value. */
  update({ data, setStateValue }) {
    const state = data === this.bytes ? this.state : unpack(data);
    this.bytes = data;
    this.setStateValue = setStateValue;
    clock.answered(state.seq);
    const first = !this.state;
    if (first || state.digest !== this.state.digest) this.configure(state);
    this.state = state;
    if (this.root.dataset.seq !== String(state.seq)) this.root.dataset.seq = state.seq;
    this.root.dataset.stamp = state.stamp ?? "";
    // The user's newer value goes before an older answer.
    if (!first && (this.offered || this.waiting > state.seq)) return;
    this.waiting = 0;
    if (state.value !== this.value) {
      clearTimeout(this.resting); // Python chose another: nothing of ours is left to confirm
      this.sent = undefined;
      this.show(state.value);
    }
  }

  configure(state) {
    this.scale = new Scale(state);
    this.key = state.key;
    const id = `unroll-${state.key}`;
    this.root.dataset.key = state.key;
    Object.assign(this.label, { textContent: state.label, htmlFor: id });
    Object.assign(this.input, {
      id,
      min: this.scale.place(state.minimum),
      max: this.scale.place(state.maximum),
    });
    this.help.id = `${id}-help`;
    this.help.textContent = state.help;
    this.root.title = state.help;
    if (state.help) this.input.setAttribute("aria-describedby", this.help.id);
    else this.input.removeAttribute("aria-describedby");
    if (this.value !== undefined) this.show(this.value);
  }

  show(value) {
    this.value = value;
    const { input, scale } = this;
    const place = scale.place(value);
    const text = scale.text(value);
    input.value = place;
    const share = (place - input.min) / (input.max - input.min || 1);
    // The thumb's centre stays half its width (9 px) inside the track's ends.
    input.style.setProperty("--at", `calc(9px + ${share} * (100% - 18px))`);
    input.setAttribute("aria-valuetext", text);
    this.button.textContent = text;
    this.button.setAttribute("aria-label", `${this.label.textContent}: ${text}. Type an exact value`);
    this.root.dataset.value = value;
  }

  /** The user's word. */
  choose(value, final) {
    if (value === this.value && !final) return;
    this.show(value);
    this.offered = true;
    clock.offer(this.key, {
      value,
      final,
      send: (move) => {
        this.offered = false;
        this.waiting = move.seq;
        // A release says again what the last move said. Python may have gone elsewhere since: then
        // it is void.
        this.setStateValue("move", { ...move, again: value === this.sent });
        this.sent = value;
      },
      lost: () => {
        this.waiting = 0;
      },
    });
  }

  listen() {
    const { input, button } = this;
    input.addEventListener("input", () => {
      this.say("");
      this.choose(this.scale.at(Number(input.value)), false);
      this.show(this.value); // the thumb stands on a step
    });
    input.addEventListener("change", () => this.choose(this.value, true));
    input.addEventListener("keydown", (event) => this.onKey(event));
    button.addEventListener("click", () => this.type());
  }

  onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { value, scale } = this;
    const moves = {
      ArrowRight: () => scale.move(value, 1),
      ArrowUp: () => scale.move(value, 1),
      ArrowLeft: () => scale.move(value, -1),
      ArrowDown: () => scale.move(value, -1),
      PageUp: () => scale.move(value, 10),
      PageDown: () => scale.move(value, -10),
      Home: () => scale.minimum,
      End: () => scale.maximum,
    };
    if (event.key === "Enter") {
      event.preventDefault();
      this.type();
    } else if (event.key in moves) {
      event.preventDefault();
      this.say("");
      this.choose(moves[event.key](), false);
      this.rest();
    }
  }

  /** After keys: report the value as final once they have come to rest. */
  rest() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.choose(this.value, true), KEY_REST_MS);
  }

  /** A field for an exact value, in place of the number. */
  type() {
    if (this.field) return;
    const { scale } = this;
    const field = element("input", {
      className: "exact",
      type: "text",
      inputMode: "decimal",
      value: String(this.value),
    });
    const [low, high] = [scale.minimum, scale.maximum].map((value) => scale.number(value));
    field.setAttribute("aria-label", `${this.state.label}, from ${low} to ${high}`);
    this.field = field;
    const close = (accept, focus) => {
      if (this.field !== field) return;
      this.field = null;
      field.replaceWith(this.button);
      if (accept) this.accept(field.value);
      if (focus) this.input.focus();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") close(true, true);
      else if (event.key === "Escape") close(false, true);
      event.stopPropagation(); // Streamlit's shortcuts (r, c) are not meant here
    });
    field.addEventListener("blur", () => close(true, false));
    this.button.replaceWith(field);
    field.focus();
    field.select();
  }

  /** Take a typed value: the nearest legal one, and say so if it is another. */
  accept(text) {
    const { scale } = this;
    const typed = Number(text.trim().replace(",", ".").replace("\u2212", "-"));
    if (!text.trim() || !Number.isFinite(typed)) {
      this.say(text.trim() ? `\u201c${text.trim().slice(0, 12)}\u201d is not a number.` : "");
      return;
    }
    const { minimum, maximum } = scale;
    const inside = Math.min(maximum, Math.max(minimum, typed));
    const value = scale.whole ? scale.snap(inside) : inside;
    if (typed < minimum) this.say(`The smallest value is ${scale.text(minimum)}.`);
    else if (typed > maximum) this.say(`The largest value is ${scale.text(maximum)}.`);
    else if (value !== typed) this.say(`In steps of ${scale.step}: set to ${scale.text(value)}.`);
    else this.say("");
    if (value !== this.value) this.choose(value, true);
  }

  say(text) {
    this.note.textContent = text;
    clearTimeout(this.noting);
    if (text) this.noting = setTimeout(() => this.say(""), NOTE_MS);
  }
}

const sliders = new WeakMap();

export default function (component) {
  const { parentElement: parent } = component;
  let slider = sliders.get(parent);
  if (!slider?.root.isConnected) sliders.set(parent, (slider = new Slider(parent)));
  slider.update(component);
}
