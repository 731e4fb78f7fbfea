// The tour: four things to look at, on the real page, which goes on working meanwhile. It comes by
// itself once, to a reader who opens the first page and brings no settings; "?" has it back.

import { element } from "../core/element.js";
import * as settings from "../core/settings.js";
import * as stage from "../core/stage.js";
import { read } from "../core/theme.js";
import { STEPS } from "./tour_steps.js";

const SEEN = "unroll-tour-seen";
/** Asks for the tour in an address. */
const ASKED = "#tour";
const GAP = 14; // px between a thing and what is said of it
const LOOK_MS = 150; // so often it is looked up where things stand
/** The slider that moves by itself: so many moves, so far apart. */
const MOVES = 24;
const MOVE_MS = 70;

// As the page was opened: what a link brings is in the address only later than this is read.
const opened = location.search;
const asked = location.hash === ASKED;

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function seen() {
  try {
    return localStorage.getItem(SEEN) !== null;
  } catch {
    return true; // a browser that keeps nothing would show it at every visit
  }
}

function keep() {
  try {
    localStorage.setItem(SEEN, "1");
  } catch {
    // it forbids storage
  }
}

/** The first thing of a selector that has a place on the page. */
const first = (selector) =>
  [...document.querySelectorAll(selector)].find((node) => node.getClientRects().length) ?? null;

/** @type {Tour | null} */
let tour = null;
let page = "";

class Tour {
  /** @param {import("./tour_steps.js").Step[]} steps */
  constructor(steps, focus) {
    this.steps = steps;
    this.at = 0;
    this.asker = document.activeElement; // gets the focus back
    /** @type {{key: string, from: number} | null} what has been moved, and from where */
    this.moved = null;
    this.moving = 0;
    this.ring = element("div", { className: "unroll-ring" });
    this.ring.setAttribute("aria-hidden", "true");
    this.count = element("span", { className: "count" });
    this.words = element("p");
    const button = (text, act) => {
      const made = element("button", { type: "button", textContent: text });
      made.onclick = act;
      return made;
    };
    this.skip = button("Skip", () => end());
    this.back = button("Back", () => this.turn(-1));
    this.next = button("Next", () => this.turn(1));
    this.next.className = "next";
    const says = element("div", { className: "says" }, this.count, this.words);
    says.setAttribute("role", "status");
    this.box = element("section", { className: "unroll-tour" }, says,
      element("div", { className: "buttons" }, this.skip, this.back, this.next));
    this.box.setAttribute("aria-label", "Tour of this page");
    const look = read(document.querySelector(".unroll-address") ?? document.body);
    for (const name of ["text", "background", "font", "accent"]) {
      this.box.style.setProperty(`--${name}`, look[name]);
    }
    this.ring.style.setProperty("--accent", look.accent);
    // Before the page, where the Tab key finds it first.
    document.body.prepend(this.box, this.ring);
    this.timer = setInterval(() => this.place(), LOOK_MS);
    this.show();
    if (focus) this.next.focus();
  }

  get thing() {
    return first(this.steps[this.at].at);
  }

  turn(by) {
    const to = this.at + by;
    if (to < 0) return;
    if (to >= this.steps.length) return end();
    this.at = to;
    this.show();
  }

  show() {
    const step = this.steps[this.at];
    this.count.textContent = `${this.at + 1} of ${this.steps.length}`;
    this.words.innerHTML = step.says; // of tour_steps.js
    this.back.hidden = this.at === 0;
    const last = this.at === this.steps.length - 1;
    this.next.textContent = last ? "Done" : "Next";
    this.skip.hidden = last;
    const box = this.thing?.getBoundingClientRect();
    if (box && (box.top < 60 || box.bottom > innerHeight)) {
      this.thing.scrollIntoView({ block: "center", behavior: still() ? "auto" : "smooth" });
    }
    this.place();
    if (step.moves && !this.moved) this.drive(step.moves);
  }

  /** Beside the thing: over it or under it, and wholly in the window. */
  place() {
    const thing = this.thing;
    if (!thing) return;
    const { x = 0.5 } = this.steps[this.at];
    const box = thing.getBoundingClientRect();
    const { width, height } = this.box.getBoundingClientRect();
    const under = box.bottom + GAP + height <= innerHeight - 8;
    const top = under ? box.bottom + GAP : Math.max(8, box.top - GAP - height);
    const left = box.left + x * box.width - width / 2;
    const place = (node, at, of) => {
      node.style.left = `${Math.round(at)}px`;
      node.style.top = `${Math.round(of)}px`;
    };
    place(this.box, Math.min(Math.max(8, left), innerWidth - width - 8), top);
    place(this.ring, box.left - 5, box.top - 5);
    this.ring.style.width = `${Math.round(box.width + 10)}px`;
    this.ring.style.height = `${Math.round(box.height + 10)}px`;
  }

  /** Move a slider of the page, as a reader would; who touches it takes over. */
  drive({ key, to }) {
    const slider = /** @type {HTMLElement | null} */ (
      document.querySelector(`.unroll-slider[data-key=${key}]`));
    const from = Number(slider?.dataset.value);
    if (!slider || !Number.isFinite(from)) return;
    const goal = to.find((value) => Math.abs(value - from) > 0.3) ?? to[0];
    this.moved = { key, from };
    const mine = () => {
      clearInterval(this.moving);
      this.moved = null;
    };
    this.taken = () => mine();
    for (const turn of ["pointerdown", "keydown"]) {
      slider.addEventListener(turn, this.taken, { once: true });
    }
    let made = still() ? MOVES - 1 : 0;
    this.moving = setInterval(() => {
      made += 1;
      const value = Math.round((from + ((goal - from) * made) / MOVES) * 100) / 100;
      settings.move({ [key]: value }, { final: made >= MOVES });
      if (made >= MOVES) clearInterval(this.moving);
    }, MOVE_MS);
  }

  destroy() {
    clearInterval(this.timer);
    clearInterval(this.moving);
    const inside = this.box.contains(document.activeElement);
    // What the tour has moved goes back to where it was.
    if (this.moved) settings.move({ [this.moved.key]: this.moved.from });
    this.box.remove();
    this.ring.remove();
    if (inside && this.asker instanceof HTMLElement) this.asker.focus();
  }
}

function end() {
  tour?.destroy();
  tour = null;
}

/** The tour of the page on screen, from its beginning. */
export function start({ focus = true } = {}) {
  end();
  const all = STEPS[page] ?? STEPS[""];
  const steps = all.filter(({ at }) => first(at));
  if (!steps.length) return;
  keep();
  tour = new Tour(steps, focus);
}

document.addEventListener("keydown", (event) => {
  if (!tour || event.key !== "Escape" || event.defaultPrevented) return;
  if (document.querySelector("dialog[open]")) return;
  event.preventDefault();
  end();
});

// A link at the page's foot asks for it, too.
addEventListener("hashchange", () => {
  if (location.hash !== ASKED) return;
  history.replaceState(history.state, "", location.pathname + location.search);
  start();
});

/** Which page is on screen: a tour of another is over; and where it begins by itself, it does. */
export function turnTo(name) {
  if (name === page) return;
  const began = page === "";
  page = name;
  end();
  if (!began) return;
  // A link that is copied from here must not ask again.
  if (asked) history.replaceState(history.state, "", location.pathname + location.search);
  // Whoever brings settings knows the page, and a browser that a program drives is no reader.
  const wanted = asked || (opened === "" && location.pathname.endsWith("/") && !seen() && !navigator.webdriver);
  if (wanted) wait(name);
}

/** Begin once the page's own picture stands there and the browser has time. */
function wait(name) {
  const ready = document.querySelector(STEPS[name]?.[0].at ?? STEPS[""][0].at) &&
    !document.querySelector("#unroll-early");
  if (page !== name || stage.presents()) return;
  if (!ready) setTimeout(() => wait(name), 300);
  else (globalThis.requestIdleCallback ?? setTimeout)(() => page === name && !tour && start({ focus: asked }));
}
