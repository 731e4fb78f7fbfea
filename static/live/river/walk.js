// The step-through: carries the gradient back from the loss one Jacobian at a time, and writes the
// numbers into the equation. Holds the position and the clock of the playing; draws no picture.

import { asHTML } from "../core/scale.js";
import { Steps } from "../core/steps.js";

const NAMES = {
  back: "One step back in time",
  play: "Play: carry the gradient back from the loss",
  forward: "One step forward in time",
  loss: "Start again at the loss",
};

const v = (letter) => `<i>${letter}</i>`;
const sub = (text) => `<sub>${text}</sub>`;
const delta = (t) => `${v("δ")}${sub(t)}`;
const norm = (inner) => `‖${inner}‖`;
const number = (log10) => `<span>${asHTML(log10)}</span>`;
const result = (log10) => `<b>${asHTML(log10)}</b>`;
const stacked = `${v("W")}<span class="ur-stack"><sup>⊤</sup><sub><i>h</i></sub></span>`;
const jacobian = (t) => norm(`${stacked}(${v("φ")}′(${v("z")}${sub(t)}) ⊙ ${delta(t)})`);
const quiet = (text, className = "") => `<small class="${className}">${text}</small>`;

const transposed = (t) =>
  `${v("J")}<span class="ur-stack"><sup>⊤</sup><sub><i>${t}</i></sub></span>`;

// ‖δ_{t-1}‖ from ‖δ_t‖ for a cell whose step is more than φ' and W_h: J_tᵀ in one factor.
function whole(walk, t) {
  const here = walk.log10[t - 1];
  const from = walk.log10[t];
  const step = Math.log10(walk.step[t]);
  const product = norm(`${transposed(t + 1)} ${delta(t + 1)}`);
  const gone = from === -Infinity || step === -Infinity;
  const factors = gone ? "0" : `${number(from)} × ${number(step)}`;
  const formula = `<span class="ur-wide">${product} = </span>`;
  return `${norm(delta(t))} = ${formula}${factors} = ${result(here)}`;
}

// The same in plain words: what a step gets, and what made it of what the next one got.
function plainly(walk, t, steps) {
  const here = result(walk.log10[t - 1]);
  if (t === steps) return `The last step gets ${here}, straight from the loss.`;
  const from = walk.log10[t];
  if (from === -Infinity) return `Step ${t} gets 0, exactly: nothing is left to carry back.`;
  const times = (factor, by) => ` × ${number(Math.log10(factor))}${quiet(`&thinsp;(${by})`)}`;
  const made = walk.step
    ? times(walk.step[t], "one step")
    : times(walk.phi[t], "activation") + times(walk.w[t], "weights");
  return `Step ${t} gets ${number(from)}${made} = ${here}`;
}

// ‖δ_{t-1}‖ from ‖δ_t‖: what φ' and then W_hᵀ make of it.
export function equation(walk, t, steps) {
  const here = walk.log10[t - 1];
  if (t === steps) {
    const start = norm(`∂${v(walk.whose ?? "L")}/∂${v(walk.state ?? "h")}${sub(t)}`);
    return `${norm(delta(t))} = ${start} = ${result(here)}${quiet(" as it leaves the loss")}`;
  }
  const from = walk.log10[t];
  if (from === -Infinity) {
    return `${norm(delta(t))} = 0 ${quiet("exactly: there is nothing left to carry back")}`;
  }
  if (walk.step) return whole(walk, t);
  const w = Math.log10(walk.w[t]);
  let phi = Math.log10(walk.phi[t]);
  // Too small for the number that carried it, not zero: what is left of the product tells it.
  if (phi === -Infinity && Number.isFinite(here)) phi = here - from - w;
  const factors =
    `${number(from)} × ${number(phi)}${quiet(`&thinsp;(${v("φ")}′)`)}` +
    (phi === -Infinity ? "" : ` × ${number(w)}${quiet(`&thinsp;(${v("W")}${sub(v("h"))})`)}`);
  const formula = `<span class="ur-wide">${jacobian(t + 1)} = </span>`;
  return `${norm(delta(t))} = ${formula}${factors} = ${result(here)}`;
}

// Steps per second: slow enough to read where there are few, the whole way in 12 s at most.
export function pace(steps) {
  return Math.max(1, Math.min(8, (steps - 1) / 2.5), (steps - 1) / 12);
}

export class Walk extends Steps {
  // Fields that Object.assign sets.
  line; at; steps; onMove;
  selected; // set from outside: which step is selected

  // `onMove(t or null)` hears every change of position that starts here.
  constructor(controls, line, onMove) {
    super(controls, "ur", NAMES);
    Object.assign(this, { line, onMove, at: null, steps: 0 });
    this.sequence = document.createElement("span");
    this.sequence.className = "ur-sequence";
    controls.append(this.sequence);
  }

  // New data keep the position; a shorter sequence pulls it in.
  update(payload, steps) {
    this.payload = payload;
    this.steps = steps;
    if (!payload.walk) this.stop();
    else if (this.at !== null && this.at > steps) this.at = steps;
    this.show();
  }

  show() {
    const { walk, overflow } = this.payload;
    const { at, steps, buttons } = this;
    buttons.play.disabled = !walk;
    buttons.back.disabled = !walk || at === 1;
    buttons.forward.disabled = !walk || at === null || at === steps;
    buttons.loss.disabled = !walk || at === steps;
    this.showPlaying();
    const { sequence, count } = walk ?? {};
    const text =
      at === null || !walk || !(count > 1)
        ? ""
        : `sequence ${sequence} of ${count}, the one nearest the median`;
    if (this.sequence.textContent !== text) this.sequence.textContent = text;
    this.line.classList.toggle("ur-hint", at === null);
    this.line.setAttribute("aria-live", this.playing ? "off" : "polite");
    let html;
    const plain = this.payload.words === "plain";
    const say = plain ? plainly : equation;
    if (at !== null) html = say(walk, at, steps);
    else if (walk)
      html =
        "Play carries the gradient back from the loss" +
        `<span class="ur-wide">, one ${plain ? "step" : "Jacobian"} at a time</span>.`;
    else html = overflow ? "After an overflow there is no gradient to carry back." : "";
    if (html !== this.html) {
      this.line.innerHTML = this.html = html;
      this.fit();
    }
  }

  // Smaller letters where the line would be cut off; they stay so, lest the size flicker.
  fit(afresh = false) {
    const { line } = this;
    if (afresh || this.at === null) line.style.removeProperty("--ur-equation");
    if (line.scrollWidth <= line.clientWidth) return;
    const size =
      parseFloat(getComputedStyle(line).fontSize) * (line.clientWidth / line.scrollWidth);
    line.style.setProperty("--ur-equation", `${Math.max(9, Math.floor(size * 10) / 10)}px`);
  }

  go(t, quietly = false) {
    this.at = t;
    this.show();
    if (!quietly) this.onMove(t);
  }

  loss() {
    this.pause();
    this.go(this.steps);
  }

  // `from`: where to begin when nothing has been carried yet (the selected step).
  back(from = this.selected?.() ?? null) {
    this.pause();
    if (this.at !== null) this.go(Math.max(1, this.at - 1));
    else this.go(from === null ? this.steps : Math.max(1, Math.min(this.steps, from) - 1));
  }

  forward() {
    this.pause();
    if (this.at !== null) this.go(Math.min(this.steps, this.at + 1));
  }

  play() {
    if (!this.payload?.walk) return;
    this.playing = true;
    this.go(this.at === null || this.at === 1 ? this.steps : this.at);
    let last = performance.now();
    let due = 0;
    const tick = (now) => {
      if (!this.playing) return;
      due += ((now - last) / 1000) * pace(this.steps);
      last = now;
      const whole = Math.min(Math.floor(due), 50);
      if (whole > 0) {
        due -= whole;
        const next = Math.max(1, this.at - whole);
        if (next === 1) this.playing = false;
        this.go(next);
      }
      if (this.playing) this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
  }

  stop() {
    this.halt();
    this.at = null;
  }
}
