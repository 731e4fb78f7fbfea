// Terms that open their explanation where they stand: by the pointer over them, by a tap, or by Enter.
// A text marks them ([data-term], ui/look/typeset.py); what is said of them is asked for at the first
// opening, and again where settings have changed since: it has the numbers of what is on screen.

import * as answers from "../core/answers.js";
import { element } from "../core/element.js";
import { address } from "../core/place.js";
import * as settings from "../core/settings.js";

const TERM = "[data-term]";
const OVER_MS = 120; // the pointer may only be on its way across
const AWAY_MS = 250; // and on its way into the explanation
const GAP = 6;
const NOT_COME = "The explanation did not come: the server does not answer.";

/**
 * @param {EventTarget | null} target
 * @returns {HTMLElement | null}
 */
const termAt = (target) => (target instanceof Element ? target.closest(TERM) : null);

export class Terms {
  /** @param {HTMLElement} root where the explanation hangs: the theme's colours stand there */
  constructor(root) {
    this.box = element("div", { className: "unroll-term", id: "unroll-term", hidden: true });
    this.box.setAttribute("role", "tooltip");
    this.box.setAttribute("aria-live", "polite");
    root.append(this.box);
    /** @type {HTMLElement | null} */
    this.term = null;
    this.kept = false; // opened by a tap or a key: it stays until it is closed
    this.timer = 0;
    /** @type {{ query: string, body: HTMLElement | null }} */
    this.known = { query: "", body: null };
    const listen = (name, fn) => {
      document.addEventListener(name, fn, true);
      return () => document.removeEventListener(name, fn, true);
    };
    this.ends = [
      listen("pointerover", (event) => this.over(event)),
      listen("click", (event) => this.click(event)),
      listen("keydown", (event) => this.key(event)),
      listen("focusin", ({ target }) => this.focus(target)),
      listen("scroll", () => this.place()),
      answers.subscribe(() => this.again()),
    ];
  }

  /** @param {{ answers: { explained: string } }} payload where they are asked for */
  update({ answers: where }) {
    this.path = where.explained;
  }

  holds(target) {
    return this.box.contains(target) || Boolean(this.term?.contains(target));
  }

  over({ target, pointerType }) {
    if (pointerType !== "mouse") return;
    const term = termAt(target);
    if (this.holds(target)) clearTimeout(this.timer);
    else if (term) this.later(() => this.open(term, false), OVER_MS);
    else if (!this.term) clearTimeout(this.timer);
    else if (!this.kept) this.later(() => this.close(), AWAY_MS);
  }

  later(fn, wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(fn, wait);
  }

  /** A button that has a term besides what it does says it to the keyboard, too. */
  focus(target) {
    const term = termAt(target);
    if (term === target && term?.tagName !== "DFN" && term?.matches(":focus-visible")) {
      this.open(term, false);
    } else if (this.term && !this.holds(target)) this.close();
  }

  click(event) {
    const term = termAt(event.target);
    if (!term) {
      if (this.term && !this.holds(event.target)) this.close();
      return;
    }
    if (term.tagName !== "DFN") {
      // It does what it does besides; a finger has no other way to ask.
      if (event.pointerType === "touch") this.open(term, false);
      return;
    }
    event.preventDefault(); // inside a label it would move the focus
    if (this.term === term && this.kept) this.close();
    else this.open(term, true);
  }

  key(event) {
    const { key, target } = event;
    if (key === "Escape" && this.term) {
      this.close();
    } else if ((key === "Enter" || key === " ") && target.matches?.(`dfn${TERM}`)) {
      event.preventDefault();
      if (this.term === target) this.close();
      else this.open(target, true);
    } else return;
    event.stopPropagation(); // it was meant for the explanation alone
  }

  open(term, kept) {
    clearTimeout(this.timer);
    if (this.term !== term) this.close();
    this.term = term;
    this.kept = kept;
    this.words = term.closest("[data-words]")?.dataset.words;
    term.setAttribute("aria-describedby", this.box.id);
    if (term.tagName === "DFN") term.setAttribute("aria-expanded", "true");
    this.fill();
  }

  close() {
    clearTimeout(this.timer);
    this.term?.removeAttribute("aria-describedby");
    this.term?.removeAttribute("aria-expanded");
    this.term = null;
    this.box.hidden = true;
  }

  /** What is on screen has changed: the term may stand in a new sentence, with another number. */
  again() {
    if (!this.term) return;
    /** @type {HTMLElement | null} */
    const next = this.term.isConnected
      ? this.term
      : document.querySelector(`[data-words="${this.words}"] [data-term="${this.term.dataset.term}"]`);
    if (next) this.open(next, this.kept);
    else this.close();
  }

  async fill() {
    const { term } = this;
    const query = settings.query();
    if (this.known.query !== query || !this.known.body) {
      const body = await this.ask(query);
      if (this.term !== term) return;
      this.known = { query, body };
    }
    const said = this.known.body?.querySelector(`[data-of="${term?.dataset.term}"]`);
    const nodes = said ? said.cloneNode(true).childNodes : [element("p", { textContent: NOT_COME })];
    this.box.replaceChildren(...nodes);
    this.box.hidden = false;
    this.place();
  }

  /** All explanations at the settings of `query`; null where they do not come. */
  async ask(query) {
    try {
      const got = await fetch(`${address(this.path)}?${query}`);
      if (!got.ok) return null;
      const [, piece] = answers.split(new Uint8Array(await got.arrayBuffer()));
      return new DOMParser().parseFromString(piece.html, "text/html").body;
    } catch {
      return null;
    }
  }

  /** Below the term, or above it where there is more room; never over an edge of the window. */
  place() {
    if (!this.term || this.box.hidden) return;
    const at = this.term.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const above = innerHeight - at.bottom - GAP < height && at.top > innerHeight - at.bottom;
    const top = above ? at.top - GAP - height : at.bottom + GAP;
    const fit = (from, size, room) => Math.max(GAP, Math.min(from, room - size - GAP));
    this.box.style.left = `${fit(at.left, width, document.documentElement.clientWidth)}px`;
    this.box.style.top = `${fit(top, height, innerHeight)}px`;
  }

  remove() {
    this.close();
    for (const end of this.ends) end();
  }
}
