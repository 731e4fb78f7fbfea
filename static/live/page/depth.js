// The button beside Share that turns from plain words to those of the field, and back. It moves a
// setting like any other: what is said comes with the answers at once, the rest with the session.

import { element } from "../core/element.js";
import * as settings from "../core/settings.js";

const PLAIN = "plain";
const FULL = "full";

export class Depth {
  /** @param {HTMLElement} root where it stands, in front of what is there */
  constructor(root) {
    this.button = element("button", { type: "button", className: "depth" },
      element("i"), element("span", { textContent: "Formulas" }));
    this.button.setAttribute("aria-label", "Formulas");
    this.button.onclick = () => this.turn();
    root.prepend(this.button);
    this.unsubscribe = settings.subscribe(() => this.show());
  }

  /** What the reader has chosen, where the session does not know it yet. */
  get depth() {
    return settings.moved("words") ? settings.value("words") : this.told;
  }

  /** @param {import("../types").Payload} payload */
  update(payload) {
    this.told = payload.words;
    this.show();
  }

  show() {
    const full = this.depth === FULL;
    this.button.setAttribute("aria-pressed", String(full));
    this.button.title = full
      ? "Say it in plain words again"
      : "Say it with the terms, letters and formulas of the field";
  }

  turn() {
    settings.move({ words: this.depth === FULL ? PLAIN : FULL });
    settings.tellNow();
  }

  remove() {
    this.unsubscribe();
  }
}
