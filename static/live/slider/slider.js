// A slider that sends while it moves. Python holds the value (ui/live/slider.py); this draws it and
// reports what the user does.

import { element } from "../core/element.js";
import { component } from "../core/mount.js";
import { post } from "../core/post.js";
import * as settings from "../core/settings.js";
import { style } from "../core/theme.js";
import { Scale } from "./scale.js";

export const ready = style(new URL("slider.css", import.meta.url));

/** Keys have no release that means "done": a value is final after this much rest. */
const KEY_REST_MS = 400;
const NOTE_MS = 6000;
/** Of a slider that moves no setting: so often Python is told. */
const TOLD_EVERY_MS = 60;

export class Slider {
  constructor(parent) {
    this.label = element("label");
    this.button = element("button", { className: "value", type: "button" });
    this.input = element("input", { type: "range", step: "any" });
    this.help = element("span", { className: "hidden" });
    this.note = element("div", { className: "note" });
    this.note.setAttribute("role", "status");
    this.root = element("div", { className: "unroll-slider" });
    this.root.dataset.moves = "";
    // For the Tab key the track comes before the number, which is only a way to type.
    this.root.append(this.label, this.input, this.button, this.help, this.note);
    parent.querySelector(":scope > .unroll-slider")?.remove();
    parent.append(this.root);
    this.waiting = 0; // the move that Python has not answered yet, of a slider that tells by itself
    this.listen();
    this.unsubscribe = settings.subscribe((what) => what === "moved" && this.moved());
  }

  /** Its setting has been moved, here or by a click elsewhere. */
  moved() {
    const { setting } = this.state ?? {};
    if (!setting || !settings.moved(setting)) return;
    const value = settings.value(setting);
    if (value !== null && value !== this.value) this.show(value);
  }

  /** Python's word: settings and value. */
  update(state, { setStateValue }) {
    this.setStateValue = setStateValue;
    const first = !this.state;
    if (first || state.digest !== this.state.digest) this.configure(state);
    this.state = state;
    this.root.dataset.stamp = state.stamp ?? "";
    // The reader's newer value goes before an older answer.
    const newer = state.setting ? settings.newer(state.setting, state.told) : this.waiting > state.told;
    if (!first && newer) return;
    this.waiting = 0;
    if (state.value !== this.value) {
      clearTimeout(this.resting); // Python chose another: nothing of ours is left to confirm
      this.show(state.value);
    }
  }

  configure(state) {
    this.scale = new Scale(state);
    this.key = state.key;
    const id = `unroll-${state.key}`;
    this.root.dataset.key = state.key;
    Object.assign(this.label, { textContent: state.label, htmlFor: id });
    if (state.term) this.explained(state.term);
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

  /** What the label names opens its explanation (page/terms.js); the Tab key goes to the track. */
  explained(term) {
    const name = element("dfn", { textContent: this.label.textContent, title: "" });
    name.dataset.term = term;
    this.label.replaceChildren(name);
  }

  show(value) {
    this.value = value;
    const { input, scale } = this;
    const place = scale.place(value);
    const text = scale.text(value);
    input.value = place;
    const [low, high] = [Number(input.min), Number(input.max)];
    const share = (place - low) / (high - low || 1);
    // The thumb's centre stays half its width (9 px) inside the track's ends.
    input.style.setProperty("--at", `calc(9px + ${share} * (100% - 18px))`);
    input.setAttribute("aria-valuetext", text);
    this.button.textContent = text;
    this.button.setAttribute("aria-label", `${this.label.textContent}: ${text}. Type an exact value`);
    this.root.dataset.value = value;
  }

  /** The reader's word; `final` once it has come to rest. */
  choose(value, final) {
    if (value === this.value && !final) return;
    const changed = value !== this.value;
    this.show(value);
    const { setting } = this.state;
    // A release says again what the last move said: that moves nothing.
    if (!changed) settings.rested();
    else if (setting) settings.move({ [setting]: value }, { final });
    else this.tell(value);
  }

  /** Of a slider that moves no setting: to Python, one value at a time. */
  tell(value) {
    this.newest = value;
    if (this.telling) return;
    this.telling = setTimeout(() => {
      this.telling = 0;
      this.waiting = settings.counted();
      const message = { value: this.newest, n: this.waiting };
      post(this.key, () => this.setStateValue("move", message));
    }, TOLD_EVERY_MS);
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

export default component(
  (state, given) => {
    const { parentElement: parent } = given;
    let slider = sliders.get(parent);
    if (!slider?.root.isConnected) {
      slider?.unsubscribe();
      sliders.set(parent, (slider = new Slider(parent)));
    }
    slider.update(state, given);
  },
  (parent) => sliders.get(parent)?.unsubscribe(),
);
